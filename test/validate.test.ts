import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { catalog } from "../src/core/catalog.ts";
import type { Diagnostic } from "../src/core/diagnostic.ts";
import type { Kind } from "../src/model/declaration.ts";
import type { Node } from "../src/model/tree.ts";
import { parseFile } from "../src/parse/parse.ts";
import { validateDocument } from "../src/validate/validate.ts";
import { BAD } from "./support/bad-documents.ts";
import { GOOD, kindOf } from "./support/documents.ts";
import { marked } from "./support/marked.ts";

function check(text: string, kind: Kind): readonly Diagnostic[] {
  const parsed = parseFile({ path: "test.yaml", text });
  expect(parsed.diagnostics).toEqual([]);
  const document = parsed.value?.documents[0];
  if (!document) throw new Error("no document");
  return validateDocument(document, kind);
}

test.each(Object.entries(GOOD))("a good document has no troubles: %s", (name, text) => {
  expect(check(text, kindOf(name))).toEqual([]);
});

test("a plain password has the shape: the resolver says where it belongs", () => {
  const text = `apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: a}
spec: {type: b, password: c, links: [{to: {all: true}, overrides: {password: d}}]}
`;
  expect(check(text, "Connection")).toEqual([]);
});

test.each(BAD.map(([source, ...expected]) => ({ source, expected })))("$expected", ({ source, expected }) => {
  const { text, offsets } = marked(source);
  const kind = /kind: (\w+)/.exec(text)?.[1] as Kind;
  const found = [...check(text, kind)].sort((a, b) => (a.at?.start ?? -1) - (b.at?.start ?? -1));
  const told = found.map(({ code, message, hint }) => `${code} ${message}${hint ? ` [${hint}]` : ""}`);
  expect(told).toEqual(expected);
  expect(found.map(({ at }) => at?.start)).toEqual(offsets);
});

test("every code of the stage is tested", () => {
  const codes = Object.keys(catalog).filter((code) => /^JF2[01]\d$/.test(code));
  const tested = new Set(BAD.flatMap(([, ...told]) => told.map((line) => line.slice(0, 5))));
  expect([...tested].sort()).toEqual(codes);
});

const CANARY = "Tr0ub4dor-canary";

test.each(Object.entries(GOOD))("no value is ever quoted: %s", (name, text) => {
  const parsed = parseFile({ path: "test.yaml", text }).value?.documents[0];
  expect(parsed).toBeDefined();
  let troubles = 0;
  for (const wrong of mutations(plain(text))) {
    const found = check(stringify(wrong), kindOf(name));
    expect(
      JSON.stringify(
        found.map(({ message, hint, related }) => [message, hint, related.map((r) => r.message)]),
      ),
    ).not.toMatch(/canary|7331/);
    troubles += found.length;
  }
  expect(troubles).toBeGreaterThan(10);
});

function plain(text: string): unknown {
  const node = parseFile({ path: "a", text }).value?.documents[0]?.root;
  return node && toPlain(node);
}

function toPlain(node: Node): unknown {
  if (node.kind === "map")
    return Object.fromEntries(node.entries.map(({ key, value }) => [key, toPlain(value)]));
  if (node.kind === "seq") return node.items.map(toPlain);
  return node.kind === "sealed"
    ? node.ciphertext
    : typeof node.value === "bigint"
      ? Number(node.value)
      : node.value;
}

/** The value with one part replaced by, or given, something that must not be told. */
function* mutations(value: unknown): Generator<unknown> {
  yield* [CANARY, { [CANARY]: CANARY }, [CANARY, CANARY], 73317331, [{ [CANARY]: null }]];
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) {
      for (const wrong of mutations(item)) yield value.with(at, wrong);
    }
    return;
  }
  yield { ...value, [CANARY]: CANARY };
  for (const [key, item] of Object.entries(value)) {
    for (const wrong of mutations(item)) yield { ...value, [key]: wrong };
  }
}

test("whatever a document holds, nothing is thrown and every place lies in the file", () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  const spec = fc.dictionary(
    fc.oneof(
      fc.constantFrom("type", "to", "links", "overrides", "secrets", "extra", "environments", "all"),
      fc.string(),
    ),
    json,
  );
  const kind = fc.constantFrom<Kind>(
    "Workspace",
    "Deployment",
    "Connection",
    "Variable",
    "EnvironmentVariable",
    "Link",
    "Credential",
  );
  fc.assert(
    fc.property(kind, fc.oneof(spec, json), json, (kind, spec, metadata) => {
      const text = stringify({ apiVersion: "jackfield.dev/v1", kind, metadata, spec });
      const document = parseFile({ path: "test.yaml", text }).value?.documents[0];
      if (!document) return;
      for (const { at } of validateDocument(document, kind)) {
        expect(at && at.start >= 0 && at.end >= at.start && at.end <= text.length).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});
