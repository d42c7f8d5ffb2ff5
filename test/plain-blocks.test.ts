import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseByLibrary, parseFile } from "../src/parse/parse.ts";
import { readPlainBlocks } from "../src/parse/plain-blocks.ts";
import { fixturePath } from "./support/fixture.ts";

// What is read without the library must be the tree that the library gives, in every place and value.

/** Whether the text was read without the library. */
function compared(text: string, path = "a.yaml"): boolean {
  const file = { path, text };
  if (!readPlainBlocks(file)) return false;
  expect(parseFile(file)).toEqual(parseByLibrary(file));
  return true;
}

test("every file of the fixtures", () => {
  const all = readdirSync(fixturePath("."), { recursive: true, encoding: "utf8" });
  const files = all.filter((path) => /\.(?:ya?ml|json)$/.test(path));
  const read = files.filter((path) => compared(readFileSync(fixturePath(path), "utf8"), path));
  expect(read.length).toBeGreaterThan(10);
});

const ARMOR = "  enc: |\n    -----BEGIN-----\n    YWdl\n    -----END-----\n";

test.each([
  ["a map", "a: b\nc-d.e_f: g h\n"],
  ["maps in maps", "a:\n  b:\n      c: d\n  e: f\ng: h\n"],
  ["lists beside and below their key", "a:\n- b\n- c\nd:\n  - e\n  - f: g\n    h: i\n  - j: k\n"],
  ["a list in an item's map", "a:\n  - b:\n    - c\n    - d\n    e: f\n"],
  [
    "every kind of value",
    "a: true\nb: NULL\nc: 0\nd: 42\ne: 3.13.3\nf: \"x # y: 'z'\"\ng: 'a\"b\\'\nh: ''\ni: \"\"\n",
  ],
  ["odd plain texts", "a: b:c\nd: e#f\ng: h, [i] {j}\nk: /l\nm: ^n$\no: p - q ? r\ns: t  u\n"],
  ["a literal text", `a:\n${ARMOR}b: c\n`],
  ["a literal text in a list, and at the end", `a:\n- b: c\n${ARMOR}`],
  ["a ciphertext", 'a: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\nb: "ENC[AES256_GCM,data:x]"\n'],
  ["a block of SOPS", "a: b\nsops:\n  mac: c\n"],
  ["a key like a word", "true: a\nyes: b\n"],
] as const)("%s is read without the library", (_, text) => {
  expect(compared(text)).toBe(true);
});

test.each([
  ["two documents", "a: b\n---\nc: d\n"],
  ["a comment", "a: b # c\n"],
  ["a comment line", "a: b\n# c\nd: e\n"],
  ["an empty line", "a: b\n\nc: d\n"],
  ["a line of blanks", "a: b\n  \nc: d\n"],
  ["no line break at its end", "a: b"],
  ["the same key twice", "a: b\na: c\n"],
  ["a text over two lines", "a: b\n  c\n"],
  ["a quoted text over two lines", 'a: "b\n  c"\n'],
  ["a map behind a text", "a: b\n  c: d\n"],
  ["a wrong column", "a:\n    b: c\n  d: e\n"],
  ["a wrong column of a list", "a:\n  - b\n - c\n"],
  ["an empty value", "a:\nb: c\n"],
  ["an empty value at the end", "a:\n"],
  ["a null key", "null: a\n"],
  ["a merge key", "<<: a\n"],
  ["an anchor", "a: &b c\n"],
  ["an alias", "a: *b\n"],
  ["a tag", "a: !!str 5\n"],
  ["flow", "a: {b: c}\n"],
  ["a number of another form", "a: 007\n"],
  ["a negative number", "a: -5\n"],
  ["a fraction", "a: 1.5\n"],
  ["an escape", 'a: "\\n"\n'],
  ["a doubled quote", "a: 'b''c'\n"],
  ["an open quote", 'a: "b\n'],
  ["a text behind quotes", 'a: "b" c\n'],
  ["a colon at the end", "a: b:\n"],
  ["a blank at the end", "a: b \n"],
  ["a tabulator", "a:\tb\n"],
  ["CRLF", "a: b\r\n"],
  ["other letters", "a: ä\n"],
  ["a literal text with an empty line", "a: |\n  b\n\n  c\n"],
  ["a literal text with an indented line", "a: |\n  b\n    c\n"],
  ["a literal text without lines", "a: |\nb: c\n"],
  ["a literal text of another kind", "a: |-\n  b\n"],
  ["a list in a list", "a:\n- - b\n"],
  ["a list at the top", "- a\n"],
  ["a text at the top", "a\n"],
  ["nothing", ""],
  ["an indented map", "  a: b\n"],
  ["JSON", '{"a": "b"}\n'],
] as const)("%s is left to the library", (_, text) => {
  expect(readPlainBlocks({ path: "a.yaml", text })).toBeUndefined();
});

test("too deep a map is left to the library", () => {
  const text = Array.from(
    { length: 80 },
    (_, depth) => `${" ".repeat(depth)}a:${depth === 79 ? " b" : ""}\n`,
  );
  expect(readPlainBlocks({ path: "a.yaml", text: text.join("") })).toBeUndefined();
});

// Texts as a program writes them.
const key = fc.stringMatching(/^[a-z_][a-z0-9_.-]{0,6}$/).filter((one) => one !== "null");
const scalar = fc.oneof(
  fc.stringMatching(/^[A-Za-z/^_][!-~]{0,12}$/).filter((one) => !/:$/.test(one)),
  fc.stringMatching(/^"[ !#-[\]-~]{0,12}"$/),
  fc.nat().map(String),
  fc.constantFrom("true", "null", "3.13.3", "ENC[AES256_GCM,data:x]"),
);
const pad = (lines: readonly string[], by: number) => lines.map((one) => " ".repeat(by) + one);
const literal = fc.array(fc.stringMatching(/^[!-~]([ -~]{0,6}[!-~])?$/), { minLength: 1, maxLength: 3 });
const width = fc.constantFrom(2, 4);
const { map } = fc.letrec<{ block: readonly string[]; map: readonly string[] }>((tie) => {
  const item = fc.oneof(fc.tuple(scalar), tie("map"));
  const list = fc
    .array(item, { minLength: 1, maxLength: 3 })
    .map((items) => items.flatMap(([first = "", ...rest]) => [`- ${first}`, ...pad(rest, 2)]));
  // What stands behind a key, and the lines below it.
  const value = fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar.map((one) => [` ${one}`]),
    fc.tuple(literal, width).map(([lines, by]) => [" |", ...pad(lines, by)]),
    fc.tuple(tie("block"), width).map(([lines, by]) => ["", ...pad(lines, by)]),
  );
  return {
    block: fc.oneof({ depthSize: "small" }, tie("map"), list),
    map: fc
      .uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, minLength: 1, maxLength: 4 })
      .map((entries) => entries.flatMap(([name, [first, ...rest]]) => [`${name}:${first}`, ...rest])),
  };
});
const texts = map.map((lines) => `${lines.join("\n")}\n`);

test("well-formed trees are read without the library, and alike", () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(compared(text)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test("with a slip in them they are read alike, or left to the library", () => {
  const piece = fc.constantFrom(
    ...[
      "",
      " ",
      "  ",
      "\n",
      "\n  ",
      ":",
      ": ",
      ":\n",
      "- ",
      "-",
      "#",
      " #",
      "'",
      '"',
      "|",
      "|\n",
      ">",
      "&a",
      "*a",
      "!",
      "~",
    ],
    ...[
      "{}",
      "[]",
      ",",
      "?",
      "%",
      "@",
      "0",
      "-1",
      ".5",
      "1e3",
      "null",
      "<<",
      "---\n",
      "\t",
      "\r",
      "\\",
      "\u00e4",
      "sops: ",
    ],
  );
  let read = 0;
  fc.assert(
    fc.property(texts, fc.nat(), fc.nat(3), piece, (text, place, length, inserted) => {
      const at = place % text.length;
      if (compared(text.slice(0, at) + inserted + text.slice(at + length))) read++;
    }),
    { numRuns: 15_000 },
  );
  expect(read).toBeGreaterThan(2000);
});
