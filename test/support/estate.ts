import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { secretsYaml } from "../../src/emit/manifests.ts";
import type { EffectiveObject } from "../../src/model/effective.ts";
import type { DeploymentOutput } from "../../src/model/manifest.ts";
import type { AirflowConnection, ExpectedDeployment, Typed } from "./airflow.ts";
import {
  type ConnectionSpec,
  connection,
  environmentVariable,
  Sealed,
  sealed,
  type Value,
  variable,
  Written,
  written,
} from "./effective.ts";

/** Texts that some format between us and Airflow could read as something else. */
const TRICKY = [
  "",
  " ",
  "0",
  "00123",
  "5432",
  "1e5",
  "-1.50",
  "true",
  "False",
  "null",
  "None",
  "~",
  "yes",
  "2026-01-01",
  "{}",
  "[]",
  '{"conn_type": "x"}',
  "%",
  "%2F",
  "%(x)s",
  "{{ x }}",
  "$HOME $(X) `x`",
  "://",
  "a://b://c",
  "postgres://u:p%40@h:1/db?x=y#z",
  "p@ss/w:rd?&=#",
  "'\"`",
  "\\n\\u0041\\",
  "one\ntwo\r\nthree\ttab",
  "\u0001\u001f\u007f\u0085",
  "line\u2028separator\u2029",
  "\ufeffé日本語",
  "🏭👩‍👩‍👧",
  "e\u0301",
  "ENC[x]",
  "x".repeat(20_000),
];

const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...TRICKY) },
  {
    weight: 2,
    arbitrary: fc.string({ unit: "grapheme", maxLength: 30 }).filter((one) => !one.includes("\0")),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 30 }).filter((one) => !one.includes("\0")) },
);
const secretText = fc.oneof(
  text,
  text.map((plain) => sealed(plain)),
);
const port = fc
  .integer({ min: 1, max: 65535 })
  .chain((number) => fc.constantFrom<Value>(number, sealed(String(number), "int"), sealed(String(number))));
const leaf = fc.oneof(
  secretText,
  fc.boolean(),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map(writtenFloat),
  fc.constantFrom(
    written(1.5, "1.50"),
    written(1000, "1e3"),
    written(5, "5."),
    sealed("True", "bool"),
    sealed("12", "int"),
    sealed("1", "float"),
  ),
);
const key = fc.oneof(
  fc.constantFrom("account", "a.b", "a b", "%", "é", '"', "__proto__x", "12", "X", "ssl-ca"),
  text.filter((one) => one.length < 100 && one !== "__extra__"),
);
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(key, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

/** A float as YAML writes it: without a point or an exponent it would be an integer. */
function writtenFloat(number: number): Value {
  const plain = String(number);
  return written(number, /[.e]/.test(plain) ? plain : `${plain}.0`);
}

/** Connections without an id, of the types named in turn; the same for the same seed. */
export function sampleConnections(types: readonly string[], count: number, seed: number): ConnectionSpec[] {
  const optional = { requiredKeys: [] };
  const fields = {
    description: text,
    host: secretText,
    login: secretText,
    password: secretText,
    schema: secretText,
  };
  const extra = fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true });
  const specs = fc.sample(fc.record({ ...fields, port, extra }, optional), { numRuns: count, seed });
  return specs.map((spec, i) => ({ ...spec, type: types[i % types.length] as string }));
}

/** Values of Variables: texts and what becomes JSON text. */
export function sampleVariables(count: number, seed: number): Value[] {
  const structure = fc.oneof(
    fc.array(value, { maxLength: 4 }),
    fc.dictionary(key, value, { noNullPrototype: true }),
  );
  return fc.sample(fc.oneof(secretText, structure), { numRuns: count, seed });
}

/** What a test puts into one Deployment. */
export interface Content {
  readonly connections: Readonly<Record<string, ConnectionSpec>>;
  readonly variables: Readonly<Record<string, Value>>;
  readonly environment: Readonly<Record<string, string>>;
}

export function objectsOf({ connections, variables, environment }: Content): EffectiveObject[] {
  return [
    ...Object.entries(connections).map(([id, spec]) => connection(id, spec)),
    ...Object.entries(variables).map(([id, one]) => variable(id, one)),
    ...Object.entries(environment).map(([id, one]) => environmentVariable(id, one)),
  ];
}

/** What Airflow must find, told from the test's own values: the emitter has no part in it. */
export function expectedOf(deployment: string, content: Content): ExpectedDeployment {
  const connections = Object.entries(content.connections).map(([id, spec]) => [id, expectedConnection(spec)]);
  const variables = Object.entries(content.variables).map(([id, one]) => {
    const found = typed(one);
    return [id, { json: typeof found !== "string", value: found }];
  });
  return {
    workspace: "analytics",
    deployment,
    connections: Object.fromEntries(connections),
    variables: Object.fromEntries(variables),
    environment: content.environment,
  };
}

function expectedConnection(spec: ConnectionSpec): AirflowConnection {
  const field = (one: Value | undefined) => (one === undefined ? null : typed(one));
  const number = field(spec.port);
  return {
    conn_type: spec.type ?? "generic",
    description: spec.description ?? null,
    host: field(spec.host),
    login: field(spec.login),
    password: field(spec.password),
    schema: field(spec.schema),
    // A port may be sealed as a text of digits; it is a number all the same.
    port: typeof number === "string" ? ["int", number] : number,
    extra_dejson: typed(spec.extra ?? {}),
  };
}

/** A value with the type that Python must see. */
function typed(one: Value): Typed {
  if (one instanceof Sealed) return sealedType(one);
  if (one instanceof Written)
    return typeof one.value === "bigint" ? ["int", `${one.value}`] : ["float", one.value];
  if (typeof one === "bigint" || typeof one === "number") return ["int", String(one)];
  if (Array.isArray(one)) return ["list", one.map(typed)];
  if (typeof one !== "object" || one === null) return one;
  return ["map", Object.fromEntries(Object.entries(one).map(([name, item]) => [name, typed(item as Value)]))];
}

function sealedType({ type, plain }: Sealed): Typed {
  if (type === "int") return ["int", plain];
  if (type === "float") return ["float", Number(plain)];
  return type === "bool" ? plain === "True" : plain;
}

/** Writes a Deployment as `build` does. */
export function writeBuild(buildDir: string, output: DeploymentOutput): void {
  const folder = join(buildDir, "analytics", output.deployment.name.value);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "secrets.yaml"), secretsYaml(output.manifests).reveal());
  writeFileSync(join(folder, "connections.json"), output.connections.reveal());
  writeFileSync(join(folder, "variables.json"), output.variables.reveal());
  writeFileSync(join(folder, "values.yaml"), output.values);
}
