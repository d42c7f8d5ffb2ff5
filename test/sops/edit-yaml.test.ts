import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { removeAt, setAt } from "../../src/sops/edit-yaml.ts";

const credential = `# who
kind: Credential # what
spec:
    connection: crm
    secrets:
        # the old one
        password: old # rotate
        extra: {token: t}
    # the end
other: 1
`;

test.each([
  [
    "replaces a value",
    ["spec", "secrets", "password"],
    "new",
    (t: string) => t.replace("password: old", "password: new"),
  ],
  [
    "adds a key behind the last",
    ["spec", "secrets", "login"],
    "me",
    (t: string) => t.replace("{token: t}\n", "{token: t}\n        login: me\n"),
  ],
  [
    "adds a key in a flow map",
    ["spec", "secrets", "extra", "k.x"],
    "yes",
    (t: string) => t.replace("{token: t}", '{token: t, "k.x": "yes"}'.replace('"k.x"', "k.x")),
  ],
  [
    "makes maps in the step of the text",
    ["spec", "more", "a", "b"],
    "1",
    (t: string) => t.replace("{token: t}\n", '{token: t}\n    more:\n        a:\n            b: "1"\n'),
  ],
  ["adds at the top", ["z"], "x y", (t: string) => `${t}z: "x y"\n`],
] as const)("%s", (_, path, value, expected) => {
  expect(setAt(credential, path, value)).toBe(expected(credential));
});

test.each([
  ["a:\nb: 1\n", ["a"], "x", "a: x\nb: 1\n"],
  ["a:\nb: 1\n", ["a", "c"], "x", "a:\n  c: x\nb: 1\n"],
  ["a: {}\n", ["a", "c", "d"], "x", "a:\n  c:\n    d: x\n"],
  ["{}", ["a", "c"], "x", '{a: {c: "x"}}'],
  ["a: |\n  one\n  two\nb: 1\n", ["a"], "x", "a: x\nb: 1\n"],
  ["a: x\n", ["a"], "one\ntwo\n", "a: |\n  one\n  two\n"],
  ["a:\n  b: 1", ["a", "c"], "x", "a:\n  b: 1\n  c: x"],
  ["- a\n", ["a"], "x", undefined],
  ["a: [1]\n", ["a", "b"], "x", undefined],
  ["a: text\n", ["a", "b"], "x", undefined],
])("set in %j at %j", (text, path, value, expected) => {
  expect(setAt(text, path, value)).toBe(expected);
});

test.each([
  ["a: 1\nb: 2\n", ["a"], "b: 2\n"],
  ["a: 1\nb: 2\n", ["b"], "a: 1\n"],
  ["a: {b: 1, c: 2}\n", ["a", "c"], "a: {b: 1}\n"],
  ["a: {b: 1, c: 2}\n", ["a", "b"], "a: {c: 2}\n"],
  ["a:\n  b:\n    c: 1\nd: 2\n", ["a", "b", "c"], "d: 2\n"],
  ["a: |\n  x\n  y\nb: 1\n", ["a"], "b: 1\n"],
  ["l:\n  - a: 1\n    b: 2\n", ["l"], ""],
  ["a: 1\n", ["b"], undefined],
])("remove from %j at %j", (text, path, expected) => {
  expect(removeAt(text, path)).toBe(expected);
});

test("a document of several", () => {
  expect(setAt("a: 1\n---\na: 2\n", ["a"], "x", 1)).toBe("a: 1\n---\na: x\n");
  expect(removeAt("a: 1\nb: 1\n---\na: 2\nb: 2\n", ["a"], 1)).toBe("a: 1\nb: 1\n---\nb: 2\n");
  expect(setAt("a: 1\n", ["a"], "x", 1)).toBeUndefined();
});

const key = fc.oneof(fc.constantFrom("a", "b", "c", "x.y", "n", "0"), fc.string({ maxLength: 5 }));
const tree = fc.letrec<{ map: object; value: unknown }>((tie) => ({
  map: fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  value: fc.oneof({ depthSize: "small" }, fc.string(), fc.integer(), tie("map")),
}));

function throughNoMap(map: object, path: readonly string[]): boolean {
  const [key = "", ...rest] = path;
  const next = (map as Record<string, unknown>)[key];
  if (rest.length === 0 || next === undefined) return false;
  return typeof next === "object" && next !== null ? throughNoMap(next, rest) : true;
}

test("what is set is there, and all else stays", () => {
  const run = fc.property(
    tree.map,
    fc.array(key, { minLength: 1, maxLength: 3 }),
    fc.string(),
    (map, path, value) => {
      fc.pre(!Object.keys(map).includes("__proto__") && !path.includes("__proto__") && !path.includes("<<"));
      const text = JSON.stringify(map, null, 2);
      const made = setAt(text, path, value);
      if (made === undefined) {
        expect(throughNoMap(map, path)).toBe(true);
        return;
      }
      const expected = structuredClone(map) as Record<string, unknown>;
      let at = expected;
      for (const step of path.slice(0, -1)) {
        if (!Object.hasOwn(at, step)) at[step] = {};
        at = at[step] as Record<string, unknown>;
      }
      at[path.at(-1) ?? ""] = value;
      expect(parse(made)).toEqual(expected);
    },
  );
  fc.assert(run, { numRuns: 300 });
});
