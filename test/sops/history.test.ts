import fc from "fast-check";
import { expect, test } from "vitest";
import { judgeChange } from "../../src/sops/history.ts";
import { lintSealedFile } from "../../src/sops/lint.ts";
import { openText } from "../../src/sops/opened.ts";
import { resealText, rewrapText, rotateText } from "../../src/sops/reseal.ts";
import { sealText } from "../../src/sops/seal.ts";
import { identitiesOf, parsed } from "../support/sealed-files.ts";

// What a change of a sealed file shows without a key.

const identities = identitiesOf("one", "two");
const [one = "", two = ""] = identities.map(({ recipient }) => recipient);

const PLAIN = `apiVersion: jackfield.dev/v1
kind: Credential
metadata: {name: first}
spec:
  connection: warehouse
  for: {environment: production}
  secrets:
    password: canary-one # why
    port: 5432
    empty: ""
    list: [a, b]
`;

function must(made: { readonly value: string | undefined }): string {
  if (made.value === undefined) throw new Error("not made");
  return made.value;
}

const at = (day: number) => new Date(Date.UTC(2026, 0, day));
const first = must(sealText({ path: "x.yaml", text: PLAIN }, { groups: [[one, two]], now: at(1) }));

function reopened(text: string) {
  const { value } = openText({ path: "x.yaml", text }, identities);
  if (!value) throw new Error("does not open");
  return value;
}

const second = must(resealText(reopened(first), PLAIN.replace("canary-one", "canary-two"), { now: at(2) }));
const third = must(resealText(reopened(second), PLAIN.replace("canary-one", "canary-three"), { now: at(3) }));

function judge(before: string, after: string, earlier: readonly string[] = []): readonly string[] {
  const versions = earlier.map((text, index) => ({ name: `v${index}`, file: parsed(text) }));
  const told = judgeChange({ name: "base", file: parsed(before) }, parsed(after), () => versions);
  return told.map(({ code, message }) => `${code} ${message}`);
}

test.each([
  ["nothing changed", first, first],
  [
    "comments and layout changed",
    first,
    first.replace("kind:", "# more\nkind: ").replace("{name: first}", "{ name: first }"),
  ],
  ["a value was changed with its key", first, second],
  ["the data key is a new one", first, must(rotateText(reopened(first), { now: at(2), recipients: [one] }))],
  [
    "a recipient was added",
    must(rewrapText(reopened(first), [one])),
    must(rewrapText(reopened(first), [one, two])),
  ],
  ["it was not sealed before", "a: 1\n", first],
])("%s: nothing is told", (_, before, after) => {
  expect(judge(before, after)).toEqual([]);
});

const BY_HAND = ["JF385 this sealed file was changed by hand: its MAC is still that of base"];

test.each([
  ["a plain value", "connection: warehouse", "connection: other"],
  ["a key that is not sealed", "environment: production", "cluster: production"],
  [
    "text moved between neighbours",
    "kind: Credential\nmetadata: {name: first}",
    "kind: Credentialf\nmetadata: {name: irst}",
  ],
  ["a number for a text", "name: first", 'name: "first"'],
  ["an empty value more", "  for: {", '  note: ""\n  for: {'],
  ["a null more", "  for: {", "  note:\n  for: {"],
  ["an empty map more", "  for: {", "  note: {}\n  for: {"],
  ["the order of keys", /(kind: \w+\n)(metadata: .*\n)/, "$2$1"],
  ["an entry less", /\n {4}empty: ""/, ""],
  ["the type of a ciphertext", /(password: ENC.*)type:str/, "$1type:bytes"],
  ["a document more", /$/, "---\na: 1\n"],
] as const)("%s was changed by hand", (_, from, to) => {
  const changed = first.replace(from, to);
  expect(changed).not.toBe(first);
  expect(judge(first, changed)).toEqual(BY_HAND);
});

test("a version that came back is named, if the history has it", () => {
  expect(judge(third, first, [second, first])).toEqual(["JF386 this sealed file was rolled back to v1"]);
  expect(judge(third, first, [])).toEqual(["JF386 this sealed file was rolled back to an older time"]);
});

test("a MAC that belongs to another content is told with where it is from", () => {
  const part = (text: string) => /^sops:[\s\S]*$/m.exec(text)?.[0] ?? "";
  const mixed = third.replace(part(third), part(first));
  expect(judge(third, mixed, [second, first])).toEqual([
    "JF388 the MAC of this sealed file belongs to another content, that of v1",
  ]);
});

test("who was taken out knows the data key until there is a new one", () => {
  const told = "JF387 who was taken out of the recipients of this file (1) still knows its data key";
  const rewrapped = must(rewrapText(reopened(first), [one]));
  expect(judge(first, rewrapped)).toEqual([told]);
  const edited = must(resealText(reopened(rewrapped), PLAIN.replace("5432", "5433"), { now: at(4) }));
  expect(judge(first, edited)).toEqual([told]);
});

// Edits that no MAC covers (design: 3.2): whatever still opens and lints clean is one of these, and is told here.
test("whatever changes the content under an old MAC is told", () => {
  const lines = first.split("\n");
  const end = lines.indexOf("sops:");
  const original = JSON.stringify(contentOf(first));
  fc.assert(
    fc.property(
      fc.nat(end - 1),
      fc.nat(60),
      fc.constantFrom("x", " ", ":", "#", '"', "", "\n", "0"),
      (line, column, by) => {
        const text = lines[line] ?? "";
        const cut = Math.min(column, text.length);
        const changed = [
          ...lines.slice(0, line),
          text.slice(0, cut) + by + text.slice(cut + 1),
          ...lines.slice(line + 1),
        ].join("\n");
        const content = contentOf(changed);
        if (!content || JSON.stringify(content) === original) return;
        if (lintSealedFile(parsed(changed)).length > 0) return;
        expect(judge(first, changed)).toEqual(BY_HAND);
      },
    ),
    { numRuns: 800 },
  );
});

/** Keys and values as they are read; undefined if the text cannot be. */
function contentOf(text: string): unknown {
  const strip = (node: { readonly kind: string }): unknown => {
    const { kind, entries, items, ciphertext, source, style } = node as unknown as {
      kind: string;
      entries: { key: string; value: { kind: string } }[];
      items: { kind: string }[];
      ciphertext: string;
      source: string;
      style: string;
    };
    if (kind === "map") return entries.map(({ key, value }) => [key, strip(value)]);
    if (kind === "seq") return items.map(strip);
    return kind === "sealed" ? ciphertext : [style === "plain", source];
  };
  try {
    return parsed(text).documents.map(({ root }) => strip(root));
  } catch {
    return undefined;
  }
}
