import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { generateIdentity, open, parseIdentities, recipientsOf, seal } from "../src/sops/index.ts";
import { blocksOf, readPage } from "./support/docs.ts";
import { identitiesOf, sealedText } from "./support/sealed-files.ts";

// The library as its users have it: the built file, and the page that teaches it.

const folder = mkdtempSync(join(tmpdir(), "jackfield-library-"));
afterAll(() => rmSync(folder, { recursive: true }));
const built = new URL("../dist/sops.js", import.meta.url).href;

test("docs/sops-library.md prints what it says", () => {
  const lines =
    blocksOf(readPage("docs/sops-library.md")).find(({ language }) => language === "js")?.lines ?? [];
  writeFileSync(join(folder, "page.mjs"), lines.join("\n").replace("jackfield/sops", built));
  const { stdout, stderr } = spawnSync(process.execPath, [join(folder, "page.mjs")], { encoding: "utf8" });
  expect(stderr).toBe("");
  const printed = lines.flatMap((line, at) => {
    const isOutput = line.startsWith("// ") && /^(?:console|\/\/ )/.test(lines[at - 1] ?? "");
    return isOutput ? [line.slice(3)] : [];
  });
  const random = (text: string) => text.replace(/data:\S+/, "data:0");
  expect(stdout.trimEnd().split("\n").map(random)).toEqual(printed.map(random));
});

const now = new Date("2026-11-23T12:00:00Z");
const { recipient, text } = generateIdentity();
const { identities } = parseIdentities(text.reveal());

test("what is sealed opens, with paths, types and the time", () => {
  const file = { path: "x.json", text: '{"a": [1, {"b": "x"}], "c_unencrypted": true}' };
  const sealed = seal(file, { recipients: [recipient], now });
  const opened = sealed.ok ? open({ ...file, text: sealed.value }, identities) : sealed;
  if (!opened.ok) throw new Error(opened.problems[0]?.message);
  expect(opened.value.values.map(({ path, type }) => [path, type])).toEqual([
    [[0, "a", 0], "int"],
    [[0, "a", 1, "b"], "str"],
  ]);
  expect(opened.value.plain.reveal()).toBe(file.text);
  expect(opened.value.lastModified).toEqual(now);
  expect(opened.value.recipients).toEqual([{ kind: "age", id: recipient }]);
});

test("a file under whose MAC are only sealed values is refused, unless one asks for it", () => {
  const file = { path: "x.yaml", text: sealedText("mac-only-encrypted") };
  const strict = open(file, identitiesOf("one"));
  expect(strict.ok ? [] : strict.problems.map(({ code }) => code)).toEqual(["JF306"]);
  const lenient = open(file, identitiesOf("one"), { macOnlyEncrypted: "accept" });
  if (!lenient.ok) throw new Error(lenient.problems[0]?.message);
  expect(lenient.value.values.length).toBeGreaterThan(0);
  // Nobody vouches for the plain values, so they do not get under a new MAC.
  for (const made of [lenient.value.rotate({ now }), lenient.value.rewrap([recipient])]) {
    expect(made.ok ? [] : made.problems.map(({ code }) => code)).toEqual(["JF306"]);
  }
  const edited = file.text.replace(
    /(data:..)(.)/,
    (_, before: string, byte: string) => before + (byte === "A" ? "B" : "A"),
  );
  expect(open({ ...file, text: edited }, identitiesOf("one"), { macOnlyEncrypted: "accept" }).ok).toBe(false);
});

test("problems have a place, and never a value", () => {
  const broken = open({ path: "x.yaml", text: "a: 1\nsops: {age: []}\n" }, identities);
  expect(broken.ok ? [] : broken.problems[0]).toMatchObject({ code: "JF304", line: 2 });
  const plain = seal({ path: "x.yaml", text: "a: 18446744073709551615\n" }, { recipients: [recipient], now });
  expect(plain.ok ? [] : plain.problems).toEqual([
    {
      code: "JF350",
      message: "SOPS has no form for this number",
      hint: "put it in quotes",
      line: 1,
      column: 4,
    },
  ]);
  const secret = text.reveal();
  const bad = seal({ path: "x.yaml", text: "a: 1\n" }, { recipients: [secret], now });
  expect(bad.ok ? "" : JSON.stringify(bad.problems)).toMatch(/^\[\{"code":"JF354"/);
  expect(JSON.stringify(bad)).not.toContain(secret.slice(20, 32));
  expect(recipientsOf({ path: "x.yaml", text: "a: 1\n" }).ok).toBe(false);
});

test("no recipients at all is a defect of the caller", () => {
  expect(() => seal({ path: "x.yaml", text: "a: 1\n" }, { recipients: [], now })).toThrow();
  expect(() => seal({ path: "x.yaml", text: "a: 1\n" }, { recipients: [[recipient], []], now })).toThrow(
    TypeError,
  );
});
