import fc from "fast-check";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { mergeTexts } from "../../src/merge/merge-texts.ts";
import { parsed } from "../support/sealed-files.ts";

// A merge of any trees comes to what the rules say, whatever the layout.

type Tree = { [key: string]: unknown };

const key = fc.constantFrom("a", "b", "c", "x.y", "n", "0", "long key");
const leaf = fc.oneof(
  fc.constantFrom("one", "two", "yes", "", "5", "multi\nline\n", " # no comment", "ä: [b"),
  fc.integer({ min: -3, max: 3 }),
  fc.boolean(),
  fc.array(fc.constantFrom("p", "q"), { maxLength: 2 }),
);
const tree = fc.letrec<{ map: Tree; value: unknown }>((tie) => ({
  map: fc.dictionary(key, tie("value"), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
  value: fc.oneof({ depthSize: "small" }, leaf, leaf, tie("map")),
})).map;
const layout = fc.constantFrom(
  { indent: 2 },
  { indent: 4 },
  { indent: 2, collectionStyle: "flow" as const },
  { indent: 2, indentSeq: false },
);

/** A tree, and what a person made of it: some entries set anew, some taken out. */
const edited = (base: Tree) =>
  fc
    .array(fc.tuple(fc.array(key, { minLength: 1, maxLength: 3 }), fc.option(fc.oneof(leaf, tree))), {
      maxLength: 4,
    })
    .map((edits) => {
      const made = structuredClone(base);
      for (const [path, value] of edits) change(made, path, value);
      return Object.keys(made).length > 0 ? made : base;
    });

function change(map: Tree, [key = "", ...rest]: readonly string[], value: unknown): void {
  const inner = map[key];
  if (rest.length > 0 && isMap(inner)) {
    change(inner, rest, value);
    if (Object.keys(inner).length === 0) delete map[key];
  } else if (rest.length > 0) return;
  else if (value === null) delete map[key];
  else map[key] = structuredClone(value);
}

function isMap(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The rules, on plain objects. */
function merged(base: unknown, ours: unknown, theirs: unknown, path: string, conflicts: string[]): unknown {
  const same = (a: unknown, b: unknown) => outline(a) === outline(b);
  if (same(ours, theirs) || same(base, theirs)) return ours;
  if (isMap(ours) && isMap(theirs) && (base === undefined || isMap(base))) {
    const result: Tree = {};
    for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      const value = merged(base?.[key], ours[key], theirs[key], `${path}/${key}`, conflicts);
      if (value !== undefined) result[key] = value;
    }
    return Object.keys(result).length > 0 || path === "" ? result : undefined;
  }
  if (same(base, ours)) return theirs;
  conflicts.push(path);
  return ours;
}

function outline(value: unknown): string {
  if (isMap(value))
    return `{${Object.keys(value)
      .sort()
      .map((key) => `${key}:${outline(value[key])}`)}}`;
  return Array.isArray(value) ? `[${value.map(outline)}]` : `${typeof value} ${JSON.stringify(value)}`;
}

test("what comes out is what the rules say", () => {
  const versions = tree.chain((base) =>
    fc.record({ base: fc.constant(base), ours: edited(base), theirs: edited(base) }),
  );
  const run = fc.property(
    versions,
    fc.tuple(layout, layout, layout),
    ({ base, ours, theirs }, [l1, l2, l3]) => {
      const file = (value: Tree, options: object) => parsed(stringify(value, options), "x.sops.yaml");
      const made = mergeTexts({ base: file(base, l1), ours: file(ours, l2), theirs: file(theirs, l3) });
      const conflicts: string[] = [];
      const expected = merged(base, ours, theirs, "", conflicts) as Tree;
      if (Object.keys(expected).length === 0) {
        expect(made).toBeUndefined();
        return;
      }
      expect(outline(parse(made?.text ?? ""))).toBe(outline(expected));
      expect(made?.conflicts.map(({ path }) => `/${path.join("/")}`).sort()).toEqual(conflicts.sort());
    },
  );
  fc.assert(run, { numRuns: 500 });
});
