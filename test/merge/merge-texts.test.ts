import { expect, test } from "vitest";
import { mergeLines } from "../../src/merge/merge-lines.ts";
import { mergeTexts } from "../../src/merge/merge-texts.ts";
import type { ParsedFile } from "../../src/model/tree.ts";
import { parsed } from "../support/sealed-files.ts";

const HEAD = "apiVersion: jackfield.dev/v1\nkind: Credential\n";
const BASE = `${HEAD}spec:
  connection: warehouse
  for: {environment: production}
  secrets:
    # rotated each spring
    password: one
    login: etl # the loader
    extra:
      token: t1
      list: [a, b]
`;

function file(text: string): ParsedFile {
  return parsed(text, "x.sops.yaml");
}

/** The merged text, then the names of what is in conflict. */
function merge(base: string | undefined, ours: string, theirs: string): readonly (string | undefined)[] {
  const merged = mergeTexts({
    base: base === undefined ? undefined : file(base),
    ours: file(ours),
    theirs: file(theirs),
  });
  if (!merged) return [undefined];
  const names = merged.conflicts.map(
    ({ label, document, path }) => `${label} ${document}: ${path.join(".")}`,
  );
  return [merged.text, ...names];
}

const edit =
  (...pairs: readonly (readonly [string, string])[]) =>
  (text: string) =>
    pairs.reduce((made, [from, to]) => {
      if (!made.includes(from)) throw new Error(`no ${from}`);
      return made.replace(from, to);
    }, text);

type Edit = (text: string) => string;

const CLEAN: readonly (readonly [string, Edit, Edit, Edit])[] = [
  [
    "neighbouring values",
    edit(["password: one", "password: two"]),
    edit(["login: etl #", "login: ops #"]),
    edit(["password: one", "password: two"], ["login: etl #", "login: ops #"]),
  ],
  [
    "a comment and a value",
    edit(["# rotated each spring", "# rotated each autumn"]),
    edit(["token: t1", "token: t2"]),
    edit(["# rotated each spring", "# rotated each autumn"], ["token: t1", "token: t2"]),
  ],
  [
    "a comment beside a value that the other changed",
    edit(["# the loader", "# the loader's"]),
    edit(["login: etl #", "login: ops #"]),
    edit(["login: etl # the loader", "login: ops # the loader's"]),
  ],
  [
    "an entry that both added beside another",
    edit(["      token: t1\n", "      token: t1\n      a: x\n"]),
    edit(["      token: t1\n", "      token: t1\n      b: bee\n"]),
    edit(
      ["      token: t1\n", "      token: t1\n      a: x\n"],
      ["list: [a, b]\n", "list: [a, b]\n      b: bee\n"],
    ),
  ],
  [
    "a map that theirs added below what ours changed",
    edit(["      list: [a, b]\n", "      list: [c]\n"]),
    edit([
      "      list: [a, b]\n",
      "      list: [a, b]\n    more:\n      # why\n      deep: |\n        1\n\n        2\n      n: 5\n",
    ]),
    edit([
      "      list: [a, b]\n",
      "      list: [c]\n    more:\n      # why\n      deep: |\n        1\n\n        2\n      n: 5\n",
    ]),
  ],
  [
    "a removal beside a change",
    edit(["    login: etl # the loader\n", ""]),
    edit(["password: one", "password: two"]),
    edit(["    login: etl # the loader\n", ""], ["password: one", "password: two"]),
  ],
  [
    "a removal by theirs beside a change",
    edit(["password: one", "password: two"]),
    edit(["    login: etl # the loader\n", ""]),
    edit(["    login: etl # the loader\n", ""], ["password: one", "password: two"]),
  ],
  ["the same change", edit(["one", "two"]), edit(["one", "two"]), edit(["one", "two"])],
  [
    "another layout and a change",
    edit(["password: one", 'password: "one"']),
    edit(["password: one", "password: two"]),
    edit(["password: one", "password: two"]),
  ],
  [
    "the last entries of a map, by one each",
    edit(["      token: t1\n", ""]),
    edit(["      list: [a, b]\n", ""]),
    edit(["    extra:\n      token: t1\n      list: [a, b]\n", ""]),
  ],
  [
    "another type of the same text is a change",
    edit(["login: etl #", "login: ops #"]),
    edit(["token: t1", "token: 5"]),
    edit(["login: etl #", "login: ops #"], ["token: t1", "token: 5"]),
  ],
  [
    "a document of each",
    (text) => `${text}---\n${HEAD}spec:\n  variable: A\n  for: {all: true}\n  secrets:\n    value: a\n`,
    (text) => `${text}---\n${HEAD}spec:\n  variable: B\n  for: {all: true}\n  secrets:\n    value: b\n`,
    (text) =>
      `${text}---\n${HEAD}spec:\n  variable: A\n  for: {all: true}\n  secrets:\n    value: a\n` +
      `---\n${HEAD}spec:\n  variable: B\n  for: {all: true}\n  secrets:\n    value: b\n`,
  ],
];

test.each(CLEAN)("merges %s", (_, ours, theirs, both) => {
  expect(merge(BASE, ours(BASE), theirs(BASE))).toEqual([both(BASE)]);
});

const CONFLICTS: readonly (readonly [string, Edit, Edit, Edit, readonly string[]])[] = [
  [
    "a value, and takes the rest",
    edit(["one", "two"]),
    edit(["one", "three"], ["t1", "t2"]),
    edit(["one", "two"], ["t1", "t2"]),
    ["Credential warehouse 0: spec.secrets.password"],
  ],
  [
    "a list, which is one value",
    edit(["[a, b]", "[a, b, c]"]),
    edit(["[a, b]", "[b]"]),
    edit(["[a, b]", "[a, b, c]"]),
    ["Credential warehouse 0: spec.secrets.extra.list"],
  ],
  [
    "a value that is gone here",
    edit(["    login: etl # the loader\n", ""]),
    edit(["login: etl #", "login: ops #"]),
    edit(["    login: etl # the loader\n", ""]),
    ["Credential warehouse 0: spec.secrets.login"],
  ],
  [
    "a value that is gone there",
    edit(["login: etl #", "login: ops #"]),
    edit(["    login: etl # the loader\n", ""]),
    edit(["login: etl #", "login: ops #"]),
    ["Credential warehouse 0: spec.secrets.login"],
  ],
  [
    "two values",
    edit(["one", "two"], ["t1", "t2"]),
    edit(["one", "three"], ["t1", "t3"]),
    edit(["one", "two"], ["t1", "t2"]),
    ["Credential warehouse 0: spec.secrets.password", "Credential warehouse 0: spec.secrets.extra.token"],
  ],
  [
    "whom it is for and what it holds: nobody gets what was not meant for him",
    edit(["{environment: production}", "{environment: staging}"]),
    edit(["one", "two"]),
    edit(["{environment: production}", "{environment: staging}"]),
    ["Credential warehouse undefined: "],
  ],
];

test.each(CONFLICTS)("ours is kept where both changed %s", (_, ours, theirs, kept, names) => {
  expect(merge(BASE, ours(BASE), theirs(BASE))).toEqual([kept(BASE), ...names]);
});

const OTHER = `${HEAD}spec:\n  variable: A\n  for: {all: true}\n  secrets:\n    value: a\n`;
const TWO = `${BASE}---\n${OTHER}`;

test("a document that theirs removed and ours left alone goes; the rest is merged", () => {
  const ours = edit(["one", "two"])(TWO);
  expect(merge(TWO, ours, BASE)).toEqual([edit(["one", "two"])(BASE)]);
  expect(merge(TWO, edit(["value: a", "value: b"])(TWO), OTHER)).toEqual([
    edit(["value: a", "value: b"])(OTHER),
  ]);
});

test("a document that one removed and the other changed is in conflict", () => {
  expect(merge(TWO, edit(["value: a", "value: b"])(TWO), BASE)).toEqual([
    edit(["value: a", "value: b"])(TWO),
    "Credential A 1: ",
  ]);
  expect(merge(TWO, BASE, edit(["value: a", "value: b"])(TWO))).toEqual([BASE, "Credential A undefined: "]);
});

test("documents are matched by what they are, not by their order", () => {
  const swapped = `${OTHER}---\n${BASE}`;
  expect(merge(TWO, edit(["value: a", "value: b"])(swapped), edit(["one", "two"])(TWO))).toEqual([
    edit(["value: a", "value: b"], ["one", "two"])(swapped),
  ]);
});

test("both made the file: what only one has is in, what differs is in conflict", () => {
  const theirs = edit(["    login: etl # the loader\n", ""], ["t1", "t2"], ["one", "one\n    port: 5"])(BASE);
  const [text, ...names] = merge(undefined, BASE, theirs);
  expect(text).toBe(`${BASE}    port: 5\n`);
  expect(names).toEqual(["Credential warehouse 0: spec.secrets.extra.token"]);
});

test.each(["more: {x: *t}", "more:\n      x: *t", "more:\n      - *t"])(
  "aliases and anchors of theirs are written out: %j",
  (more) => {
    const theirs = edit(
      ["      token: t1\n", "      token: &t t2\n"],
      ["list: [a, b]\n", `list: [a, b]\n    ${more}\n`],
    )(BASE);
    const ours = edit(["login: etl #", "login: ops #"], ["      token: t1\n", "      token: t9\n"])(BASE);
    const [text] = merge(BASE, ours, theirs);
    expect(text).toContain(more.includes("-") ? 'more: ["t2"]' : 'more: {"x": "t2"}');
  },
);

test("nothing left is no file", () => {
  expect(merge(TWO, BASE, OTHER)).toEqual([undefined]);
});

test.each([
  ["", "", "", ""],
  ["a\n", "a\n", "b\n", "b\n"],
  ["a\nb\nc\n", "x\nb\nc\n", "a\nb\ny\n", "x\nb\ny\n"],
  ["a\nb\n", "a\nx\nb\n", "a\nb\n", "a\nx\nb\n"],
  ["a\nb\n", "b\n", "a\nb\nc\n", "b\nc\n"],
  ["a\n", "b\n", "c\n", undefined],
  ["a\nb\n", "x\nb\n", "a\ny\n", undefined],
  ["a", "a\nb", "a", "a\nb\n"],
  ["", "a\n", "b\n", undefined],
])("lines of %j, %j and %j", (base, ours, theirs, merged) => {
  expect(mergeLines(base, ours, theirs)).toBe(merged);
});
