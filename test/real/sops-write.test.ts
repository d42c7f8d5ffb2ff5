import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { ParsedFile } from "../../src/model/tree.ts";
import { commentsIn } from "../../src/parse/comments.ts";
import { parseFile } from "../../src/parse/parse.ts";
import { openText } from "../../src/sops/opened.ts";
import { resealText, rewrapText, rotateText } from "../../src/sops/reseal.ts";
import { typedText } from "../../src/sops/scalars.ts";
import { compileScope } from "../../src/sops/scope.ts";
import { type Sealing, sealText } from "../../src/sops/seal.ts";
import { scopedLeaves } from "../../src/sops/walk.ts";
import { identitiesOf, keyText } from "../support/sealed-files.ts";
import { yamlTexts } from "../support/sops-texts.ts";

// Against the real `sops` on the PATH: it opens what we seal, we open what it seals, and both find the same values,
// types and comments at the same places.

const folder = mkdtempSync(join(tmpdir(), "jackfield-sops-"));
afterAll(() => rmSync(folder, { recursive: true }));

const identities = identitiesOf("one", "two", "three");
const [one = "", two = "", three = ""] = identities.map(({ recipient }) => recipient);
const now = new Date("2026-11-23T12:00:00Z");
const keys = ["one", "two", "three"] as const;
const env = { PATH: process.env.PATH, HOME: folder, SOPS_AGE_KEY: keys.map(keyText).join("\n") };
const options = { cwd: folder, env, encoding: "utf8", maxBuffer: 2 ** 26 } as const;

type Rule = NonNullable<Sealing["scope"]>;

const RULES: readonly Rule[] = [
  { name: "encrypted_regex", text: "^secrets$" },
  { name: "encrypted_regex", text: "secret|^data$" },
  { name: "unencrypted_regex", text: "^(host|port)$" },
  { name: "encrypted_suffix", text: "_secret" },
  { name: "unencrypted_suffix", text: "_unencrypted" },
  { name: "encrypted_comment_regex", text: "seal" },
  { name: "unencrypted_comment_regex", text: "^ keep" },
];

function parsed(path: string, text: string): ParsedFile {
  const { value, diagnostics } = parseFile({ path, text });
  if (!value) throw new Error(`${diagnostics.map(({ message }) => message).join()} in\n${text}`);
  return value;
}

const EVERYTHING = compileScope({ name: "unencrypted_suffix", text: "\0" });

/** Every value of a plain text: where it stands, its type as SOPS tells it, and its text. */
function valuesOf(path: string, text: string): readonly string[] {
  if (!EVERYTHING) throw new Error("a suffix is safe");
  const file = parsed(path, text);
  return file.documents.flatMap((document, index) =>
    [...scopedLeaves(document, file, EVERYTHING)].map(({ node, aad }) => {
      const typed = node.kind === "scalar" ? typedText(node) : { type: "sealed", text: node.ciphertext };
      // SOPS prints the float 8.0 as `8`.
      const type = typed?.type === "float" ? "int" : (typed?.type ?? "null");
      return `${index} ${aad} ${type} ${JSON.stringify(typed?.text)}`;
    }),
  );
}

/** Only their words: SOPS puts comments before what they stand behind, and does not keep those in copies once. */
function commentsOf(text: string): readonly string[] {
  return [...new Set(commentsIn({ path: "x.yaml", text }).map((comment) => comment.text.trim()))].sort();
}

function bySops(
  command: "encrypt" | "decrypt",
  path: string,
  text: string,
  ...args: readonly string[]
): string {
  writeFileSync(join(folder, path), text);
  const global = args[0] === "--config" ? args : [];
  const run = spawnSync("sops", [...global, command, ...(global.length > 0 ? [] : args), path], options);
  if (run.error) throw run.error;
  if (run.status !== 0) throw new Error(`${run.stderr}\n${text}`);
  return run.stdout;
}

function must<T>(checked: {
  readonly value: T | undefined;
  readonly diagnostics: readonly { message: string }[];
}): T {
  if (checked.value === undefined)
    throw new Error(checked.diagnostics.map(({ message }) => message).join("; "));
  return checked.value;
}

function open(path: string, text: string): string {
  return must(openText({ path, text }, identities)).plain.reveal();
}

const FILES = 12;
const DOCUMENTS = 5;

const cases = RULES.flatMap((rule, index) => {
  const texts = yamlTexts(DOCUMENTS, !rule.name.includes("comment"));
  return fc
    .sample(texts, { numRuns: FILES, seed: 20261123 + index })
    .map((text, file) => [`${rule.name} ${rule.text} ${file}`, rule, text] as const);
});

test(`there are ${FILES * DOCUMENTS * RULES.length} documents`, () => {
  const documents = cases.map(([, , text]) => parsed("x.yaml", text).documents.length);
  expect(documents.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(400);
  const all = cases.map(([, , text]) => text).join("\n");
  for (const part of [" *a", " &a", "[", "{", "|", ">-", " # ", "0755", "2020-01-31", "- k:"])
    expect(all).toContain(part);
});

test.each(cases)("sops opens what we seal: %s", (_, scope, text) => {
  const groups = [[one, two]];
  const sealed = must(sealText({ path: "ours.yaml", text }, { groups, scope, now }));
  const plain = bySops("decrypt", "ours.yaml", sealed);
  expect(valuesOf("ours.yaml", plain)).toEqual(valuesOf("ours.yaml", text));
  expect(commentsOf(plain)).toEqual(commentsOf(text));
  expect(valuesOf("ours.yaml", open("ours.yaml", sealed))).toEqual(valuesOf("ours.yaml", text));
});

test.each(cases)("we open what sops seals: %s", (_, { name, text: pattern }, text) => {
  // Comment rules have no flags.
  const config = { creation_rules: [{ age: `${one},${two}`, [name]: pattern }] };
  writeFileSync(join(folder, "config.yaml"), JSON.stringify(config));
  const sealed = bySops("encrypt", "theirs.yaml", text, "--config", "config.yaml");
  const plain = open("theirs.yaml", sealed);
  expect(valuesOf("theirs.yaml", plain)).toEqual(valuesOf("theirs.yaml", text));
  // And what we seal again of it, sops opens again.
  const opened = must(openText({ path: "theirs.yaml", text: sealed }, identities));
  const again = must(resealText(opened, plain, { now }));
  expect(valuesOf("again.yaml", bySops("decrypt", "again.yaml", again))).toEqual(valuesOf("x.yaml", text));
});

const EDGES = {
  "no line break at the end": "a: 1",
  "Windows' line breaks": "a: 1\r\nb: |\r\n  x\r\n  y\r\nc: z # q\r\n",
  "a byte order mark": "\uFEFFa: 1 # c\n",
  "an indented document": "  a: 1\n  b:\n    c: 2\n",
  "an empty document behind": "a: 1\n---\n",
  "an empty document between": "a: 1\n---\n# only\n---\nb: 2\n",
  "a document with its end": "--- # one\na: 1\n...\n# tail\n",
  "blank lines and comments behind": "a: 1\n\n\n# end\n\n",
  "a flow map": "{a: 1, b: [x, y]}\n",
  "a flow map with a comma behind": "{\n  a: 1,\n  b: 2,\n}\n",
  "keys in other forms": "'a': 1\n? b\n: c\n",
  "nothing to seal in it": "a:\nb: ''\nc: {}\nd: []\n",
  "a plain text of several lines": "a: one two\n  three\n  four\n",
  tags: "a: !!str 5\nb: !!map {}\n",
  "an anchor at the root": "&r\na: 1\nb: 2\n",
  "lists in lists": "a:\n  - - x # c\n    - y\n  - {k: v} # d\n",
  "odd characters": 'a: "x\\0y\\u2028\\x85z"\n',
  "a merge key": "x: &x {p: 1}\ny:\n  <<: *x\n  q: 2\n",
};

test.each(Object.entries(EDGES))("sops opens %s", (_, text) => {
  const scope = { name: "unencrypted_suffix", text: "_u" } as const;
  const sealed = must(sealText({ path: "edge.yaml", text }, { groups: [[one]], scope, now }));
  expect(valuesOf("x.yaml", bySops("decrypt", "edge.yaml", sealed))).toEqual(valuesOf("x.yaml", text));
  expect(valuesOf("x.yaml", open("edge.yaml", sealed))).toEqual(valuesOf("x.yaml", text));
});

/** What SOPS refuses to seal. */
test.each([
  ["a list", "- a\n", "JF353"],
  ["a key twice", "a: 1\na: 2\n", "JF102"],
  ["a number for a key", "a: 1\n8080: 2\n", "JF350"],
  ["a number of 64 bits without sign", "a: 18446744073709551615\n", "JF350"],
  ["a sealed file", "a: 1\nsops:\n  mac: x\n", "JF355"],
  ["a directive", "%YAML 1.2\n---\na: 1\n", "JF350"],
  ["no YAML", "a: [1\n", "JF101"],
] as const)("%s is refused by both", (_, text, code) => {
  const sealed = sealText({ path: "x.yaml", text }, { groups: [[one]], now });
  expect(sealed.diagnostics.map((trouble) => trouble.code)).toEqual([code]);
  expect(() => bySops("encrypt", "x.yaml", text, "--age", one)).toThrow();
});

const json = fc.letrec<{ map: object; value: unknown }>((tie) => ({
  map: fc.dictionary(
    fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom("8080", "a:b", "secrets")),
    tie("value"),
    {
      maxKeys: 4,
      noNullPrototype: true,
    },
  ),
  value: fc.oneof(
    { depthSize: "small" },
    fc.string({ unit: "grapheme" }),
    fc.constantFrom<unknown>(
      "",
      null,
      true,
      false,
      1,
      -7,
      2 ** 53,
      1.5,
      1e21,
      1e-7,
      "ENC",
      "\u2028",
      "a\nb\t\\/",
    ),
    tie("map"),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
})).map;

const jsonCases = fc
  .sample(fc.tuple(json, fc.constantFrom("", "  ", "\t")), { numRuns: 80, seed: 20261123 })
  .map(([value, indent]) => JSON.stringify({ first: 1, ...value }, null, indent))
  .filter((text) => !text.includes('"sops"'));

test("JSON both ways", () => {
  expect(jsonCases.length).toBeGreaterThan(70);
  const scope = { name: "unencrypted_suffix", text: "_unencrypted" } as const;
  for (const text of jsonCases) {
    const sealed = must(sealText({ path: "ours.json", text }, { groups: [[one]], scope, now }));
    expect(JSON.parse(bySops("decrypt", "ours.json", sealed))).toEqual(JSON.parse(text));
    const theirs = bySops("encrypt", "theirs.json", text, "--age", one);
    expect(JSON.parse(open("theirs.json", theirs))).toEqual(JSON.parse(text));
  }
});

const PLAIN = "host: h\nsecrets:\n    password: p # why\n    # more\n    list: [1, a]\n";

test("key groups: any two of three open the file, one does not", () => {
  const sealed = must(
    sealText({ path: "groups.yaml", text: PLAIN }, { groups: [[one], [two], [three]], threshold: 2, now }),
  );
  for (const pair of [
    ["one", "two"],
    ["two", "three"],
    ["one", "three"],
  ] as const) {
    writeFileSync(join(folder, "groups.yaml"), sealed);
    const key = pair.map(keyText).join("\n");
    const plain = execFileSync("sops", ["decrypt", "groups.yaml"], {
      ...options,
      env: { ...env, SOPS_AGE_KEY: key },
    });
    expect(valuesOf("x.yaml", plain)).toEqual(valuesOf("x.yaml", PLAIN));
    expect(openText({ path: "groups.yaml", text: sealed }, identitiesOf(...pair)).diagnostics).toEqual([]);
  }
  const alone = spawnSync("sops", ["decrypt", "groups.yaml"], {
    ...options,
    env: { ...env, SOPS_AGE_KEY: keyText("one") },
  });
  expect(alone.status).not.toBe(0);
  expect(
    openText({ path: "groups.yaml", text: sealed }, identitiesOf("one")).diagnostics.map(({ code }) => code),
  ).toEqual(["JF323"]);
});

test("sops goes on with our files, and we with its: set, rotate, updatekeys", () => {
  const sealed = must(sealText({ path: "x.yaml", text: PLAIN }, { groups: [[one]], now }));
  writeFileSync(join(folder, "x.yaml"), sealed);
  execFileSync("sops", ["set", "x.yaml", '["secrets"]["password"]', '"new"'], options);
  execFileSync("sops", ["rotate", "--in-place", "--add-age", two, "x.yaml"], options);
  const theirs = execFileSync("cat", ["x.yaml"], { ...options });
  const opened = must(openText({ path: "x.yaml", text: theirs }, identities));
  expect(opened.plain.reveal()).toContain("password: new");
  for (const made of [rotateText(opened, { now, recipients: [three] }), rewrapText(opened, [three])]) {
    const plain = bySops("decrypt", "made.yaml", must(made));
    expect(plain).toContain("password: new");
    expect(
      spawnSync("sops", ["decrypt", "made.yaml"], {
        ...options,
        env: { ...env, SOPS_AGE_KEY: keyText("one") },
      }).status,
    ).not.toBe(0);
  }
});
