import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDocument } from "yaml";
import type { Diagnostic } from "../src/core/diagnostic.ts";
import { checkDelivery } from "../src/emit/check.ts";
import { emit } from "../src/emit/emit.ts";
import { secretsYaml } from "../src/emit/manifests.ts";
import { objectSecretName, placesOf, secretNames } from "../src/emit/names.ts";
import type { EffectiveObject } from "../src/model/effective.ts";
import type { DeploymentOutput } from "../src/model/manifest.ts";
import {
  type ConnectionSpec,
  connection,
  type DeploymentSpec,
  deployment,
  effective,
  environmentVariable,
  reveal,
  sealed,
  type Value,
  variable,
  workspace,
  written,
} from "./support/effective.ts";

function run(spec: DeploymentSpec, ...objects: EffectiveObject[]) {
  const [checked] = [...emit(workspace(effective(spec, objects)), reveal)];
  if (!checked) throw new Error("nothing emitted");
  return checked;
}

/** The output of a Deployment that must have no errors. */
function output(spec: DeploymentSpec, ...objects: EffectiveObject[]): DeploymentOutput {
  const { value, diagnostics } = run(spec, ...objects);
  if (!value) throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
  return value;
}

/** Code, place and hint of every diagnostic. */
function troubles(spec: DeploymentSpec, ...objects: EffectiveObject[]): readonly Diagnostic[] {
  const { value, diagnostics } = run(spec, ...objects);
  if (diagnostics.some(({ severity }) => severity === "error")) expect(value).toBeUndefined();
  return diagnostics;
}

const line = (spec: ConnectionSpec) => output({}, connection("c", spec)).connections.reveal();
const variableText = (value: Value) => JSON.parse(output({}, variable("v", value)).variables.reveal()).v;
const dataOf = (out: DeploymentOutput) =>
  Object.fromEntries(
    out.manifests.map(({ name, data }) => [
      name,
      Object.fromEntries([...data].map(([k, v]) => [k, v.reveal()])),
    ]),
  );

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

const quote = "write it in quotes";
const sealedAs = (word: string) => `it was sealed as a ${word}; write it in quotes before sealing`;

// airflow.md 1.3: what breaks an entry or the whole file. Each must be impossible to emit.
const POISON: [string, ConnectionSpec, string, string, string | undefined][] = [
  ["a password that is a number", { password: 12345n }, "password", "JF501", quote],
  [
    "a sealed password that is a number",
    { password: sealed("1", "int") },
    "password",
    "JF501",
    sealedAs("number"),
  ],
  [
    "a sealed password that is a boolean",
    { password: sealed("True", "bool") },
    "password",
    "JF501",
    sealedAs("boolean"),
  ],
  [
    "a sealed password that is a date",
    { password: sealed("2026-01-01T00:00:00Z", "time") },
    "password",
    "JF501",
    sealedAs("date"),
  ],
  ["a login that is a number", { login: 1n }, "login", "JF501", quote],
  ["a host that is a number", { host: written(1.5, "1.5") }, "host", "JF501", quote],
  ["a schema that is a boolean", { schema: true }, "schema", "JF501", quote],
  ["a host that is null", { host: null }, "host", "JF501", "use `unset`"],
  ["a host that is a list", { host: ["a"] }, "host", "JF501", undefined],
  ["a password that is a map", { password: { a: "b" } }, "password", "JF501", undefined],
  ["a port that is a text", { port: "5432" }, "port", "JF502", "write it without quotes"],
  ["a port that is a word", { port: "x" }, "port", "JF502", undefined],
  ["a port with a fraction", { port: written(54.5, "54.5") }, "port", "JF502", undefined],
  ["port 0", { port: 0n }, "port", "JF502", undefined],
  ["port 65536", { port: 65536n }, "port", "JF502", undefined],
  ["a negative port", { port: -1n }, "port", "JF502", undefined],
  ["a port that is null", { port: null }, "port", "JF502", undefined],
  ["a sealed port that is a word", { port: sealed("x") }, "port", "JF502", undefined],
  ["a sealed port out of range", { port: sealed("70000", "int") }, "port", "JF502", undefined],
  ["a sealed port with a zero before it", { port: sealed("05432") }, "port", "JF502", undefined],
  [
    "an infinite number",
    { extra: { a: written(Number.POSITIVE_INFINITY, ".inf") } },
    "extra.a",
    "JF503",
    "write it in quotes if the provider takes a text",
  ],
  [
    "no number",
    { extra: { a: written(Number.NaN, ".nan") } },
    "extra.a",
    "JF503",
    "write it in quotes if the provider takes a text",
  ],
  [
    "a sealed infinite number",
    { extra: { a: sealed("+Inf", "float") } },
    "extra.a",
    "JF503",
    "write it in quotes if the provider takes a text",
  ],
  [
    "a number too large for a float",
    { extra: { a: written(Number.POSITIVE_INFINITY, "1e999") } },
    "extra.a",
    "JF503",
    "write it in quotes if the provider takes a text",
  ],
  ["a NUL in a password", { password: sealed("a\0b") }, "password", "JF504", undefined],
  ["a lone surrogate in a host", { host: "\ud800" }, "host", "JF504", undefined],
  ["a lone surrogate in extra", { extra: { a: "\udc00x" } }, "extra.a", "JF504", undefined],
  [
    "a number in name only",
    { extra: { a: sealed("abc", "int") } },
    "extra.a",
    "JF505",
    "seal the value again",
  ],
  [
    "a float in name only",
    { extra: { a: sealed("1,5", "float") } },
    "extra.a",
    "JF505",
    "seal the value again",
  ],
  [
    "a boolean in name only",
    { extra: { a: sealed("yes", "bool") } },
    "extra.a",
    "JF505",
    "seal the value again",
  ],
  ["binary data", { extra: { a: sealed("x", "bytes") } }, "extra.a", "JF506", sealedAs("binary data")],
  ["a sealed date", { extra: { a: sealed("2026", "time") } }, "extra.a", "JF506", sealedAs("date")],
  ["null in extra", { extra: { a: null } }, "extra.a", "JF507", "leave the key out"],
];

test.each(POISON)("poison cannot be emitted: %s", (_, spec, path, code, hint) => {
  const object = connection("c", spec);
  const [trouble, ...others] = troubles({}, object, connection("good"));
  expect(others).toEqual([]);
  expect(trouble).toMatchObject({ code, severity: "error", at: object.fields.get(path)?.value.span });
  expect(trouble?.hint).toBe(hint);
});

test("poison below the first level of extra cannot be emitted either", () => {
  const nested = { a: [{ b: null }, { c: "\0" }, { "\ud800": "x" }] };
  const codes = troubles({}, connection("c", { extra: nested })).map(({ code }) => code);
  expect(codes).toEqual(["JF507", "JF504", "JF504"]);
});

test("`__extra__` is Airflow's own key", () => {
  expect(troubles({}, connection("c", { extra: { __extra__: "{}" } })).map((d) => d.code)).toEqual(["JF509"]);
});

test("what a Variable or EnvironmentVariable cannot be", () => {
  const codes = (object: EffectiveObject) => troubles({}, object).map(({ code }) => code);
  expect(codes(variable("v", null))).toEqual(["JF507"]);
  expect(codes(variable("v", "a\0"))).toEqual(["JF504"]);
  expect(codes(variable("v", sealed("2026", "time")))).toEqual(["JF506"]);
  expect(codes(environmentVariable("E", 1n))).toEqual(["JF501"]);
  expect(codes(environmentVariable("E", { a: "b" }))).toEqual(["JF501"]);
  expect(codes(environmentVariable("E", sealed("1", "int")))).toEqual(["JF501"]);
  expect(codes(environmentVariable("E", sealed("\0")))).toEqual(["JF504"]);
});

test("an incomplete object is not delivered", () => {
  const { type: _type, ...typeless } = connection("c");
  expect(troubles({}, typeless).map(({ code }) => code)).toEqual(["JF508"]);
  expect(troubles({}, { ...variable("v", ""), fields: new Map() }).map(({ code }) => code)).toEqual([
    "JF508",
  ]);
});

test.each<[string, DeploymentSpec, EffectiveObject, string[]]>([
  ["airflow_db", {}, connection("airflow_db"), ["JF510"]],
  ["a Variable airflow_db", {}, variable("airflow_db", ""), []],
  ["a team separator", {}, connection("a___b"), ["JF511"]],
  ["a team separator in a Variable", {}, variable("a___b", ""), ["JF511"]],
  ["a hyphenated type in a file", {}, connection("c", { type: "pydanticai-azure" }), []],
  ["a hyphenated type", { delivery: "kubernetes" }, connection("c", { type: "pydanticai-azure" }), ["JF512"]],
  ["an alias of a type", { delivery: "kubernetes" }, connection("c", { type: "postgresql" }), ["JF512"]],
  ["a label of 63", { delivery: "kubernetes" }, connection("a".repeat(63)), []],
  ["a label of 64", { delivery: "kubernetes" }, connection("a".repeat(64)), ["JF513"]],
  ["a label that ends in a dash", { delivery: "kubernetes" }, variable("a-", ""), ["JF513"]],
  ["a label that begins with _", { delivery: "kubernetes" }, connection("_a"), ["JF513"]],
  ["no label needed", { delivery: "kubernetes" }, environmentVariable("_A", ""), []],
  ["an id with a dot", { delivery: "env" }, connection("a.b"), ["JF516", "JF514"]],
  ["an id with a dash", { delivery: "env" }, variable("a-b", ""), ["JF516", "JF514"]],
  ["an id with ASCII capitals only", { delivery: "env" }, variable("ß", ""), ["JF516", "JF514"]],
  ["an id that begins with a digit", { delivery: "env" }, connection("2fa"), ["JF516"]],
  ["an environment variable with a digit", {}, environmentVariable("2FA", ""), ["JF514"]],
  ["an environment variable with a dash", {}, environmentVariable("A-B", ""), ["JF514"]],
  ["a fine environment variable", {}, environmentVariable("_a9", ""), []],
  ["a Secret name in capitals", { secretName: "Prod" }, connection("c"), ["JF518"]],
  ["a Secret name too long with -env", { secretName: "a".repeat(250) }, connection("c"), ["JF518"]],
  ["a Secret name just short enough", { secretName: "a".repeat(249) }, connection("c"), []],
  [
    "a Secret name too long for objects",
    { delivery: "kubernetes", secretName: "a".repeat(202) },
    connection("c"),
    ["JF518"],
  ],
  ["an Airflow before JSON files", { version: "2.1.4" }, connection("c"), ["JF517"]],
  ["an Airflow with JSON files", { version: "2.2" }, connection("c"), []],
  [
    "an Airflow before JSON in the environment",
    { delivery: "env", version: "2.2" },
    connection("c"),
    ["JF517", "JF516"],
  ],
  ["Airflow 3", { version: "3.1" }, connection("c"), []],
])("rules of delivery: %s", (_, spec, object, codes) => {
  expect(troubles(spec, object).map(({ code }) => code)).toEqual(codes);
  expect(checkDelivery(workspace(effective(spec, [object]))).map(({ code }) => code)).toEqual(codes);
});

test.each<[string, EffectiveObject[], number]>([
  ["case twins", [connection("DB"), connection("db")], 1],
  [
    "an EnvironmentVariable that spells a connection",
    [connection("db"), environmentVariable("AIRFLOW_CONN_DB", "")],
    1,
  ],
  [
    "an EnvironmentVariable that spells a Variable",
    [variable("k", ""), environmentVariable("AIRFLOW_VAR_K", "")],
    1,
  ],
  ["a Connection and a Variable of one id", [connection("a"), variable("a", "")], 0],
])("one environment name for two objects: %s", (_, objects, count) => {
  const found = troubles({ delivery: "env" }, ...objects).filter(({ code }) => code === "JF515");
  expect(found).toHaveLength(count);
  if (count === 0) return;
  expect(found[0]?.at).toBe(objects[1]?.declaration.id.at);
  expect(found[0]?.related[0]?.at).toBe(objects[0]?.declaration.id.at);
  expect(troubles({}, ...objects)).toEqual([]);
});

test("two Deployments of delivery `kubernetes` cannot share a namespace", () => {
  const spec = { delivery: "kubernetes", namespace: "airflow" } as const;
  const shared = workspace(
    effective({ name: "a", ...spec }, []),
    effective({ name: "b", ...spec }, []),
    effective({ name: "c", ...spec, cluster: "us" }, []),
    effective({ name: "d", namespace: "airflow" }, []),
  );
  expect(checkDelivery(shared).map(({ code }) => code)).toEqual(["JF519"]);
  expect([...emit(shared, reveal)].map(({ value }) => value !== undefined)).toEqual([
    true,
    false,
    true,
    true,
  ]);
});

test("names of Secrets", () => {
  expect(secretNames(deployment())).toEqual(["jackfield-prod", "jackfield-prod-env"]);
  expect(secretNames(deployment({ secretName: "mine", delivery: "env" }))).toEqual(["mine-env"]);
  const kubernetes = deployment({ delivery: "kubernetes" });
  expect(secretNames(kubernetes)).toEqual(["jackfield-prod-env"]);
  const names = ["a_b", "a-b", "A.b", "_", "x".repeat(300)].map((id) =>
    objectSecretName(kubernetes, "Connection", id),
  );
  expect(names).toMatchInlineSnapshot(`
    [
      "jackfield-prod-a-b-49becf7d78",
      "jackfield-prod-a-b-ee025cd32f",
      "jackfield-prod-a-b-2579364aff",
      "jackfield-prod-connection-a1c78d1a9b",
      "jackfield-prod-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-4b7059da93",
    ]
  `);
  expect(new Set(names).size).toBe(names.length);
  expect(objectSecretName(kubernetes, "Variable", "a_b")).not.toBe(names[0]);
  expect(placesOf(kubernetes, [connection("a"), environmentVariable("E", "")])).toEqual([
    { cluster: "eu", namespace: "airflow-prod", secret: "jackfield-prod-env" },
    { cluster: "eu", namespace: "airflow-prod", secret: objectSecretName(kubernetes, "Connection", "a") },
  ]);
});

const objects = () => [
  connection("db", { type: "postgres", password: sealed("pw") }),
  variable("k", "wért"),
  environmentVariable("TZ", "UTC"),
];

test("delivery `file`: one Secret of files, one of EnvironmentVariables", () => {
  const out = output({}, ...objects());
  expect(dataOf(out)).toEqual({
    "jackfield-prod": {
      "connections.json": out.connections.reveal(),
      "variables.json": out.variables.reveal(),
    },
    "jackfield-prod-env": { TZ: "UTC" },
  });
  expect(Object.keys(dataOf(output({}, connection("c"))))).toEqual(["jackfield-prod"]);
});

test("delivery `env`: one Secret for everything, sorted, with names in capitals", () => {
  const out = output({ delivery: "env" }, ...objects());
  expect(dataOf(out)).toEqual({
    "jackfield-prod-env": {
      AIRFLOW_CONN_DB: '{"conn_type":"postgres","password":"pw"}',
      AIRFLOW_VAR_K: "wért",
      TZ: "UTC",
    },
  });
  expect([...(out.manifests[0]?.data.keys() ?? [])]).toEqual(["AIRFLOW_CONN_DB", "AIRFLOW_VAR_K", "TZ"]);
});

test("delivery `kubernetes`: one labelled Secret per object", () => {
  const { manifests } = output({ delivery: "kubernetes" }, ...objects());
  expect(
    manifests.map(({ labels, data }) => [Object.fromEntries(labels), ...data.keys()]),
  ).toMatchInlineSnapshot(`
    [
      [
        {
          "app.kubernetes.io/managed-by": "jackfield",
          "jackfield.dev/deployment": "prod",
          "jackfield.dev/workspace": "analytics",
        },
        "TZ",
      ],
      [
        {
          "airflow.apache.org/connection-id": "db",
          "app.kubernetes.io/managed-by": "jackfield",
          "jackfield.dev/deployment": "prod",
          "jackfield.dev/workspace": "analytics",
        },
        "value",
      ],
      [
        {
          "airflow.apache.org/variable-key": "k",
          "app.kubernetes.io/managed-by": "jackfield",
          "jackfield.dev/deployment": "prod",
          "jackfield.dev/workspace": "analytics",
        },
        "value",
      ],
    ]
  `);
  for (const { labels } of manifests) expect([...labels.keys()]).toEqual([...labels.keys()].sort());
});

test("the stream of manifests is what Kubernetes would read", () => {
  const out = output({ namespace: "null" }, ...objects());
  const text = secretsYaml(out.manifests).reveal();
  expect(text).toMatchInlineSnapshot(`
    "apiVersion: v1
    kind: Secret
    metadata:
      name: "jackfield-prod"
      namespace: "null"
      labels:
        "app.kubernetes.io/managed-by": "jackfield"
        "jackfield.dev/deployment": "prod"
        "jackfield.dev/workspace": "analytics"
    type: Opaque
    data:
      "connections.json": "ewoiZGIiOiB7ImNvbm5fdHlwZSI6InBvc3RncmVzIiwicGFzc3dvcmQiOiJwdyJ9Cn0K"
      "variables.json": "ewoiayI6ICJ3XHUwMGU5cnQiCn0K"
    ---
    apiVersion: v1
    kind: Secret
    metadata:
      name: "jackfield-prod-env"
      namespace: "null"
      labels:
        "app.kubernetes.io/managed-by": "jackfield"
        "jackfield.dev/deployment": "prod"
        "jackfield.dev/workspace": "analytics"
    type: Opaque
    data:
      "TZ": "VVRD"
    "
  `);
  const documents = text.split("---\n").map((one) => parseDocument(one, { version: "1.1" }).toJS());
  for (const [i, { name, namespace, data }] of out.manifests.entries()) {
    expect(documents[i].metadata).toMatchObject({ name, namespace });
    for (const [key, value] of data) {
      expect(Buffer.from(documents[i].data[key], "base64").toString("utf8")).toBe(value.reveal());
    }
  }
  expect(secretsYaml(output({ delivery: "env" }).manifests).reveal()).toContain("\ndata: {}\n");
});

test.each<DeploymentSpec>([
  { version: "2.11" },
  { version: "3.1" },
  {},
  { delivery: "kubernetes" },
  { delivery: "env" },
])("Helm values: %o", (spec) => {
  const { values } = output(spec);
  expect(values).toMatchSnapshot();
  const read = parseDocument(values, { version: "1.1" }).toJS();
  expect(parseDocument(read.extraEnvFrom).toJS()).toEqual([
    { secretRef: { name: "jackfield-prod-env", optional: true } },
  ]);
  const mounted = Object.keys(read).filter((key) => read[key].extraVolumes);
  expect(mounted.includes("apiServer")).toBe(spec.delivery === undefined && spec.version !== "2.11");
  expect(mounted.includes("webserver")).toBe(spec.delivery === undefined && spec.version !== "3.1");
  expect(values).not.toContain("subPath");
});

const LIMIT = 1_048_576;
const FRAME = '{\n"v": ""\n}\n'.length + "{}\n".length;

test.each<[string, DeploymentSpec, EffectiveObject[], string | undefined]>([
  ["at the limit", {}, [variable("v", "x".repeat(LIMIT - FRAME))], "JF521"],
  ["over the limit", {}, [variable("v", "x".repeat(LIMIT - FRAME + 1))], "JF520"],
  ["at 89 %", {}, [variable("v", "x".repeat(LIMIT * 0.89))], undefined],
  ["at 90 %", {}, [variable("v", "x".repeat(LIMIT * 0.9))], "JF521"],
  ["bytes, not characters", { delivery: "kubernetes" }, [variable("v", "é".repeat(LIMIT / 2 + 1))], "JF520"],
  [
    "an object over the limit by itself",
    { delivery: "kubernetes" },
    [variable("v", "x".repeat(LIMIT + 1))],
    "JF520",
  ],
  [
    "many that are small by themselves",
    { delivery: "kubernetes" },
    [1, 2, 3].map((n) => variable(`v${n}`, "x".repeat(400_000))),
    undefined,
  ],
  ["an environment entry at its limit", {}, [environmentVariable("E", "x".repeat(131_072 - 3))], undefined],
  ["an environment entry over its limit", {}, [environmentVariable("E", "x".repeat(131_072 - 2))], "JF522"],
  [
    "keys alone",
    {},
    Array.from({ length: 4000 }, (_, n) => environmentVariable(`E${n}_${"K".repeat(200)}`, "")),
    "JF520",
  ],
])("sizes: %s", (_, spec, all, code) => {
  expect(troubles(spec, ...all).map((d) => d.code)).toEqual(code === undefined ? [] : [code]);
});

test("what is too large is named with the bytes over and the remedy", () => {
  const [trouble] = troubles({}, variable("v", "x".repeat(LIMIT - FRAME + 7)));
  expect(trouble?.message).toContain("`prod` is 7 bytes over");
  expect(trouble?.hint).toContain("delivery: kubernetes");
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

test("no diagnostic says a value", () => {
  const canary = "canary-9f3a";
  for (const [, spec] of POISON) {
    const found = troubles({}, connection("c", { ...spec, login: sealed(canary, "bytes") }));
    expect(JSON.stringify(found)).not.toContain(canary);
  }
});
