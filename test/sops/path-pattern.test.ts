import fc from "fast-check";
import { expect, test } from "vitest";
import { readPathPattern } from "../../src/sops/path-pattern.ts";

// What Go's `regexp.Compile` says to each (go 1.26); patterns at random were compared with it when this was written.

test.each([
  [
    "\\.production\\.sops\\.yaml$",
    ["a.production.sops.yaml", "x/y.production.sops.yaml"],
    ["aproduction.sops.yaml", "a.production.sops.yaml.bak"],
  ],
  ["^web\\.production", ["web.production.sops.yaml"], ["x/web.production.sops.yaml"]],
  [
    "(^|/)(dev|test)/[^/]+\\.ya?ml$",
    ["dev/a.yaml", "x/test/b.yml"],
    ["dev/x/a.yaml", "devel/a.yaml", "dev/.yam"],
  ],
  ["(?:a|b){2,3}$", ["ab", "xaba"], ["a", "abc"]],
  ["(?P<env>prod)|(?<team>bi)", ["prod", "bi"], ["pro"]],
  ["^a{2}$", ["aa"], ["a", "aaa"]],
  ["^a{,2}$", ["a{,2}"], ["a"]],
  ["^(a+)+$", ["aaaa"], ["aaab", ""]],
  ["\\bprod\\b", ["x.prod.yaml", "prod"], ["production", "x_prod"]],
  ["^[^a-c/]x", ["dx"], ["ax", "/x"]],
  ["[]a-]", ["]", "-"], ["b"]],
  ["\\w\\W\\d\\D\\s\\S", ["a-1x y"], ["a-1xy"]],
  ["a.c", ["abc", "aéc"], ["a\nc", "ac"]],
  ["\\_\\-\\/", ["_-/"], ["-"]],
  ["", ["", "x"], []],
] as const)("%s", (text, taken, others) => {
  const pattern = readPathPattern(text);
  if (typeof pattern === "string") throw new Error(pattern);
  expect(taken.filter((path) => !pattern.test(path))).toEqual([]);
  expect(others.filter((path) => pattern.test(path))).toEqual([]);
});

test.each([
  ...["(", ")", "[a", "[z-a]", "[a-\\d]", "*", "a|*", "(*)", "a**", "a*+", "a+??", "a{2}{3}", "a{2}*"],
  ...["a{1001}", "a{3,1}", "(a{100}){100}", "(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b", "(a)\\1", "\\8", "\\y"],
  ...["\\Z", "\\", "\\é", "(?P<n>a)(?P<n>b)", "(?P=n)", "(?x)a", "[^]"],
])("Go does not compile %s", (text) => {
  expect(readPathPattern(text)).toBe("refused");
});

test.each([
  ...["(?i)a", "a(?i)b", "(?s:.)", "\\Qa\\E", "\\pL", "\\x41", "\\07", "[[:alpha:]]", "a{1000}"],
  "a".repeat(1001),
])("%s is not judged", (text) => {
  expect(readPathPattern(text)).toBe("unknown");
});

test.each(["", "^", ".*", ".+", ".", "^.*", "^.*$", ".*?", "a*", "(a|)", "^(?:x)?", "b{0}"])(
  "%s takes every path",
  (text) => {
    const pattern = readPathPattern(text);
    expect(typeof pattern !== "string" && pattern.takesAll).toBe(true);
  },
);

test.each(["a", "^a", ".*a", "^[^/]*$", "..", "\\b", "^$", "a|b"])("%s does not", (text) => {
  const pattern = readPathPattern(text);
  expect(typeof pattern !== "string" && pattern.takesAll).toBe(false);
});

test("what takes every path is found in each", () => {
  const patterns = fc.stringMatching(/^[ab.^$*+?()|]{0,8}$/);
  fc.assert(
    fc.property(patterns, fc.stringMatching(/^[abc/]{1,6}$/), (text, path) => {
      const pattern = readPathPattern(text);
      fc.pre(typeof pattern !== "string");
      expect(!pattern.takesAll || pattern.test(path)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

function inJavaScript(text: string): RegExp | undefined {
  try {
    return new RegExp(text);
  } catch {
    return undefined;
  }
}

test("where both compile it, JavaScript finds the same", () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^(?:[ab./]|\\\.|[*+?]|\||\((?:a|b|\.)\)|\[\^?ab\]|\{1,2\}|\^|\$){0,10}$/),
      fc.stringMatching(/^[abc./]{0,10}$/),
      (text, path) => {
        const pattern = readPathPattern(text);
        const other = inJavaScript(text);
        fc.pre(typeof pattern !== "string" && other !== undefined);
        expect(pattern.test(path)).toBe(other.test(path));
      },
    ),
    { numRuns: 2000 },
  );
});

test("no pattern takes long", () => {
  const path = `${"a".repeat(4000)}/x`;
  const hostile = [
    `${"a?".repeat(100)}!`,
    `${"(?:a|a)".repeat(60)}!`,
    ".*.*.*.*.*!",
    "(a*)*!",
    "((a+)+)+!",
    "(a|aa)+!",
  ];
  const start = process.hrtime.bigint();
  for (const text of hostile) {
    const pattern = readPathPattern(text);
    expect(typeof pattern !== "string" && pattern.test(path)).toBe(false);
  }
  expect(Number(process.hrtime.bigint() - start) / 1e9).toBeLessThan(20);
});
