import fc from "fast-check";
import { expect, test } from "vitest";
import { compileScope } from "../../src/sops/scope.ts";
import { scopedLeaves } from "../../src/sops/walk.ts";
import { parsed } from "../support/sealed-files.ts";

type Rule = NonNullable<Parameters<typeof compileScope>[0]>;

function inScope(rule: Rule | undefined, yaml: string): readonly string[] {
  const scope = compileScope(rule);
  const file = parsed(yaml);
  const [document] = file.documents;
  if (!scope || !document) throw new Error("not supported");
  return [...scopedLeaves(document, file, scope)].filter((leaf) => leaf.inScope).map(({ aad }) => aad);
}

const yaml = "a: 1\nsecrets: {b: 2, c: [3, {d: 4}]}\nx_unencrypted: {y: 5}\ndata: 6\nmy_secret: 7\n";

test.each([
  ["the default", undefined, ["a:", "secrets:b:", "secrets:c:", "secrets:c:d:", "data:", "my_secret:"]],
  ["one key", { name: "encrypted_regex", text: "^secrets$" }, ["secrets:b:", "secrets:c:", "secrets:c:d:"]],
  ["alternatives", { name: "encrypted_regex", text: "^(data|a)$" }, ["a:", "data:"]],
  [
    "no anchors",
    { name: "encrypted_regex", text: "secret" },
    ["secrets:b:", "secrets:c:", "secrets:c:d:", "my_secret:"],
  ],
  [
    "a class",
    { name: "encrypted_regex", text: "^[a-d]$" },
    ["a:", "secrets:b:", "secrets:c:", "secrets:c:d:"],
  ],
  ["the inverse", { name: "unencrypted_regex", text: "^secrets$|_" }, ["a:", "data:"]],
  ["a suffix", { name: "encrypted_suffix", text: "_secret" }, ["my_secret:"]],
  [
    "an inverse suffix",
    { name: "unencrypted_suffix", text: "a" },
    ["secrets:b:", "secrets:c:", "secrets:c:d:", "x_unencrypted:y:", "my_secret:"],
  ],
] as const)("scope by %s", (_, rule, paths) => {
  expect(inScope(rule, yaml)).toEqual(paths);
});

test.each([
  "(a+)+$",
  "a*",
  "a?",
  "a{9}",
  ".",
  "((a))",
  "(a|b)(c|d)",
  "(?=a)",
  "[^a]",
  "\\d",
  "(a",
  "[b-a]",
  "a".repeat(513),
])("the pattern %s is not let through", (text) => {
  expect(compileScope({ name: "encrypted_regex", text })).toBeUndefined();
});

const commented = `a: 1 # seal
b: 2
# seal all of this
c:
  d: 3
  # not that
  e: [4]
f:
  # seal
  - 5
  - 6
`;

test.each([
  ["sealing", { name: "encrypted_comment_regex", text: "seal" }, ["a:", "c:d:", "c:e:", "f:"]],
  ["sparing", { name: "unencrypted_comment_regex", text: "seal" }, ["b:", "f:"]],
  ["sparing one", { name: "unencrypted_comment_regex", text: "not" }, ["a:", "b:", "c:d:", "f:", "f:"]],
] as const)("scope by comments: %s", (_, rule, paths) => {
  expect(inScope(rule, commented)).toEqual(paths);
});

test("no pattern that is let through throws, or takes long", () => {
  const pattern = fc.string({ unit: fc.constantFrom(..."^$()|[]\\.-abAB01_ "), maxLength: 40 });
  fc.assert(
    fc.property(pattern, fc.string(), (text, key) => {
      compileScope({ name: "encrypted_regex", text })?.matches(key);
    }),
    { numRuns: 2000 },
  );
});
