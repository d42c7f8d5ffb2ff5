import { expect, test } from "vitest";
import { parseRules, ruleFor } from "../../src/codeowners/rules.ts";

const ownersOf = (path: string, text: string) =>
  ruleFor(path, parseRules({ path: "CODEOWNERS", text }).rules)?.owners;

const FILES: readonly (readonly [string, string, string, readonly string[] | undefined])[] = [
  ["no line", "", "a", undefined],
  ["comments and empty lines", "# * @a\n\n   \n", "a", undefined],
  ["the last match counts", "* @a\n/x/ @b\n", "x/y", ["@b"]],
  ["not the narrowest", "/x/ @b\n* @a\n", "x/y", ["@a"]],
  ["several owners", "* @a @org/b c@example.com", "x", ["@a", "@org/b", "c@example.com"]],
  ["nobody, on purpose", "* @a\n/x\n", "x", []],
  ["a note behind", "* @a # @b\n", "x", ["@a"]],
  ["a # in a name", "/a\\#b @a\n", "a#b", ["@a"]],
  ["a space in a name", "/a\\ b @a\n", "a b", ["@a"]],
  ["lines of Windows", "* @a\r\n/x @b\r\n", "x", ["@b"]],
  ["tabs", "*\t@a\n", "x", ["@a"]],
];

test.each(FILES)("%s", (_, text, path, owners) => {
  expect(ownersOf(path, text)).toEqual(owners);
});

test("lines that GitHub passes over are told, and do not count", () => {
  const { unknown } = parseRules({ path: "CODEOWNERS", text: "* @a\n!x @b\n[ab] @c\n/x name\n" });
  expect(unknown.map(({ start }) => start)).toEqual([5, 11, 19]);
  expect(ownersOf("x", "* @a\n/x name\n")).toEqual(["@a"]);
});
