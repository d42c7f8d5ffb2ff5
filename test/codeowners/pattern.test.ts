import fc from "fast-check";
import { expect, test } from "vitest";
import { compilePattern, patternOf } from "../../src/codeowners/pattern.ts";

/** Each as GitHub documents it: a pattern, what it matches, and what it does not. */
const PATTERNS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["*", ["a", "a/b/c.yaml"], []],
  ["*.yaml", ["a.yaml", "x/y/a.yaml"], ["a.yml", "a.yaml.txt"]],
  ["/a/b.yaml", ["a/b.yaml"], ["x/a/b.yaml", "a/b.yamlx"]],
  ["/a.yaml", ["a.yaml"], ["x/a.yaml"]],
  ["a/b", ["a/b", "a/b/c"], ["x/a/b", "a/bc"]],
  ["/a/", ["a/b", "a/b/c"], ["a", "x/a/b"]],
  ["a/", ["a/b", "x/a/b"], ["a", "x/ab/c"]],
  ["/a", ["a", "a/b", "a/b/c"], ["ab", "x/a"]],
  ["docs/*", ["docs/a.md"], ["docs/a/b.md", "x/docs/a.md"]],
  ["/docs/*", ["docs/a.md"], ["docs/a/b.md"]],
  ["docs/*/", ["docs/a/b", "docs/a/b/c"], ["docs/a"]],
  ["docs/**", ["docs/a", "docs/a/b"], ["x/docs/a"]],
  ["**/logs", ["logs", "logs/a", "a/b/logs", "a/logs/b"], ["alogs"]],
  ["a/**/b", ["a/b", "a/x/b", "a/x/y/b", "a/b/c"], ["ab", "a/xb"]],
  ["/**/a.yaml", ["a.yaml", "x/y/a.yaml"], ["x/ba.yaml"]],
  ["*.production.sops.yaml", ["x/a.production.sops.yaml"], ["x/a.staging.sops.yaml"]],
  ["a?.yaml", ["ab.yaml", "x/ac.yaml"], ["a.yaml", "abc.yaml", "a/.yaml"]],
  ["/a\\ b.yaml", ["a b.yaml"], ["a", "ab.yaml"]],
  ["/a\\*.yaml", ["a*.yaml"], ["ab.yaml"]],
  ["/A.yaml", ["A.yaml"], ["a.yaml"]],
  ["/a.yaml", ["a.yaml"], ["axyaml"]],
];

test.each(PATTERNS)("%s", (pattern, matched, others) => {
  const matches = compilePattern(pattern);
  expect(matched.filter((path) => !matches?.test(path))).toEqual([]);
  expect(others.filter((path) => matches?.test(path))).toEqual([]);
});

test.each(["!a", "a[b]", "a]", "/", "//"])("GitHub does not know %s", (pattern) => {
  expect(compilePattern(pattern)).toBeUndefined();
});

test("a path's own pattern matches that path, and what lies below it, alone", () => {
  const name = fc.stringMatching(/^[ -Z^-~é]{1,8}$/).filter((one) => !/[/]/.test(one));
  const paths = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
  fc.assert(
    fc.property(paths, paths, (path, other) => {
      const matches = compilePattern(patternOf(path) ?? "");
      expect(matches?.test(path)).toBe(true);
      expect(matches?.test(other)).toBe(other === path || other.startsWith(`${path}/`));
    }),
  );
});

test.each(["a[1].yaml", "a\nb.yaml"])("no pattern is for %j", (path) => {
  expect(patternOf(path)).toBeUndefined();
});
