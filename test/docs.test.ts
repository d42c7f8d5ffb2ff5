import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { connectionTypesTable } from "../scripts/connection-types-doc.ts";
import { diagnosticsTables } from "../scripts/diagnostics-doc.ts";
import { partOf } from "../scripts/generated-part.ts";
import { checkPage, needsTools } from "./support/check-page.ts";
import { blocksOf, matches, pages, readPage } from "./support/docs.ts";

// Every command in the docs runs and prints what the docs say. Pages that need `sops` and `age-keygen` are run by
// test/real/docs.test.ts: `npm test` needs Node and npm only.

test.each(pages().filter((page) => !needsTools(page)))("%s does what it says", (page) => {
  expect(checkPage(page)).toEqual([]);
});

const COMMAND = /^\$ |^(\w+=\S+ )*(npx )?jackfield /;

test("commands are shown in console blocks only", () => {
  const elsewhere = pages().flatMap((page) =>
    blocksOf(readPage(page))
      .filter(({ language, lines }) => language !== "console" && lines.some((line) => COMMAND.test(line)))
      .map(({ at }) => `${page}:${at}`),
  );
  expect(elsewhere).toEqual([]);
});

test.each([
  [["a"], ["a"], true],
  [["a", "b"], ["a"], false],
  [["a", "b", "c"], ["a", "…"], true],
  [["a", "b", "c"], ["…", "c"], true],
  [["a"], ["a", "…"], true],
  [["one 1 two"], ["one … two"], true],
  [["one 1 three"], ["one … two"], false],
  [["a.c"], ["a.c"], true],
  [["abc"], ["a.c"], false],
  [[], [], true],
  [["exit 1"], [], false],
  [["a", "exit 1"], ["…"], false],
  [["a", "exit 1"], ["…", "exit 1"], true],
])("%j against %j", (actual, expected, same) => {
  expect(matches(actual, expected)).toBe(same);
});

test("the tables of docs/diagnostics.md are the catalogue's", () => {
  expect(partOf(readPage("docs/diagnostics.md"))).toBe(diagnosticsTables());
});

test("the table of docs/connection-types.md is the catalogue's", () => {
  expect(partOf(readPage("docs/connection-types.md"))).toBe(connectionTypesTable());
});

test.each([...pages(), "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"])(
  "links of %s lead somewhere",
  (page) => {
    const links = [...readPage(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "");
    const broken = links.filter((target) => !/^https:\/\//.test(target) && !leads(page, target));
    expect(broken).toEqual([]);
  },
);

/** A path relative to the page, and a heading in it. */
function leads(page: string, target: string): boolean {
  const [path = "", heading] = target.split("#");
  const file = path === "" ? page : join(dirname(page), path);
  if (!existsSync(file)) return false;
  if (heading === undefined) return true;
  const headings = readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm);
  return [...headings].some(([, text]) => anchor(text ?? "") === heading);
}

/** As GitHub makes it: small letters, no punctuation, dashes for spaces. */
function anchor(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

test("docs/security.md has every rule once, and the tests that it names are there", () => {
  const page = readPage("docs/security.md");
  const counts = { F: 5, W: 9, R: 5, U: 5, C: 4, S: 5, G: 3 };
  const rules = Object.entries(counts).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, n) => `${letter}${n + 1}`),
  );
  expect([...page.matchAll(/^\| ([A-Z]\d) \|/gm)].map(([, rule]) => rule)).toEqual(rules);
  const named = [...page.matchAll(/Tested: ([^|]+)\|/g)].flatMap(([, names = ""]) => [
    ...names.matchAll(/`([^`]+)`/g),
  ]);
  const isThere = (name: string) =>
    [`test/${name}.test.ts`, `test/real/${name}.test.ts`, `fixtures/${name}`].some((path) =>
      existsSync(new URL(`../${path}`, import.meta.url)),
    );
  expect(named.map(([, name = ""]) => name).filter((name) => !isThere(name))).toEqual([]);
});
