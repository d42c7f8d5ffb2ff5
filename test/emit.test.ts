import fc from "fast-check";
import { expect, test } from "vitest";
import { emit } from "../src/emit/emit.ts";
import {
  type ConnectionSpec,
  connection,
  effective,
  reveal,
  sealed,
  type Value,
  variable,
  workspace,
  written,
} from "./support/effective.ts";
import { output } from "./support/emitting.ts";

const line = (spec: ConnectionSpec) => output({}, connection("c", spec)).connections.reveal();
const variableText = (value: Value) => JSON.parse(output({}, variable("v", value)).variables.reveal()).v;

test("a connection is one line of sorted ASCII JSON", () => {
  const spec = {
    type: "snowflake",
    description: "Lager, größer 🏭",
    host: "a.example.com",
    port: 443,
    login: "ETL",
    password: sealed('p"a\\ss\n'),
    schema: "",
    extra: { warehouse: "W", account: sealed("xy"), Zebra: true, "a.b": 1n },
  };
  expect(line(spec)).toBe(
    `{\n"c": {"conn_type":"snowflake","description":"Lager, gr\\u00f6\\u00dfer \\ud83c\\udfed",` +
      `"extra":{"Zebra":true,"a.b":1,"account":"xy","warehouse":"W"},"host":"a.example.com","login":"ETL",` +
      `"password":"p\\"a\\\\ss\\n","port":443,"schema":""}\n}\n`,
  );
});

test("files have one entry a line, and are `{}` when there is none", () => {
  const out = output({}, connection("b"), connection("a"), variable("v", "x"));
  expect(out.connections.reveal()).toBe(
    '{\n"a": {"conn_type":"generic"},\n"b": {"conn_type":"generic"}\n}\n',
  );
  expect(out.variables.reveal()).toBe('{\n"v": "x"\n}\n');
  expect(output({}).connections.reveal()).toBe("{}\n");
  expect(output({}).variables.reveal()).toBe("{}\n");
});

test.each([
  [{ a: 1n }, '{"a":1}'],
  [{ a: 123456789012345678901234567890n }, '{"a":123456789012345678901234567890}'],
  [{ a: written(1.1, "1.10") }, '{"a":1.10}'],
  [{ a: written(1000, "1e3") }, '{"a":1e3}'],
  [{ a: written(5, "5.") }, '{"a":5.0}'],
  [{ a: written(0.5, ".5") }, '{"a":0.5}'],
  [{ a: written(31n, "0x1F") }, '{"a":31}'],
  [{ a: true, b: false }, '{"a":true,"b":false}'],
  [{ a: { z: [1n, { y: "é", x: "" }], b: {} } }, '{"a":{"b":{},"z":[1,{"x":"","y":"\\u00e9"}]}}'],
  [{ a: sealed("7", "int") }, '{"a":7}'],
  [{ a: sealed("1", "float") }, '{"a":1.0}'],
  [{ a: sealed("1.5", "float") }, '{"a":1.5}'],
  [{ a: sealed("True", "bool") }, '{"a":true}'],
  [{ a: { k: sealed("deep") } }, '{"a":{"k":"deep"}}'],
  [{ __proto_: "x", constructor: "y" }, '{"__proto_":"x","constructor":"y"}'],
])("extra keeps types: %#", (extra: { readonly [key: string]: Value }, json) => {
  expect(line({ extra })).toBe(`{\n"c": {"conn_type":"generic","extra":${json}}\n}\n`);
});

test.each<[Value, string]>([
  ["text", "text"],
  ["", ""],
  ["12", "12"],
  [sealed("s3cret"), "s3cret"],
  [{ b: 1n, a: [true, null, "é"] }, '{"a":[true,null,"\\u00e9"],"b":1}'],
  [[], "[]"],
  [12n, "12"],
  [written(1.1, "1.10"), "1.10"],
  [true, "true"],
  [sealed("42", "int"), "42"],
  [sealed("True", "bool"), "true"],
  [{ k: sealed("x") }, '{"k":"x"}'],
])("a Variable is always a string: %#", (value, text) => {
  expect(variableText(value)).toBe(text);
});

const json = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.string({ unit: "binary" }).filter((text) => !text.includes("\0")),
    fc.bigInt(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ unit: "binary" }).filter((text) => !text.includes("\0")),
      tie("value"),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;

/** A tree as JSON.parse gives it back, with integers exact. */
function parseExact(text: string): unknown {
  type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
  const exact: Reviver = (_, value, { source }) =>
    typeof value === "number" ? BigInt(source as string) : value;
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown);
}

test("any extra comes back as it was, from sorted ASCII", () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = line({ extra: { key: value } });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is the point
      expect(text).toMatch(/^[\x00-\x7f]*$/);
      const read = parseExact(text) as { c: { extra: { key: unknown } } };
      expect(read.c.extra.key).toEqual(value);
      expectSorted(read);
    }),
  );
});

function expectSorted(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  // JavaScript lists keys that are array indexes first: only the others keep the order of the text.
  const keys = Object.keys(value).filter((key) => !/^\d+$/.test(key));
  if (!Array.isArray(value)) expect(keys).toEqual([...keys].sort());
  for (const item of Object.values(value)) expectSorted(item);
}

test("an object that many Deployments share is encoded once", () => {
  let reveals = 0;
  const shared = connection("c", { password: sealed("pw") });
  const deployments = ["a", "b", "c"].map((name) => effective({ name }, [shared]));
  const counted = [
    ...emit(workspace(...deployments), (node) => {
      reveals += 1;
      return reveal(node);
    }),
  ];
  expect(counted).toHaveLength(3);
  expect(reveals).toBe(1);
});

test("`only` names the Deployments that are made", () => {
  const deployments = ["a", "b"].map((name) => effective({ name }, []));
  const made = [...emit(workspace(...deployments), reveal, new Set(["b"]))];
  expect(made.map(({ value }) => value?.deployment.name.value)).toEqual(["b"]);
});
