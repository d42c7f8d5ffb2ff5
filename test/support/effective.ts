import { Secret } from "../../src/core/secret.ts";
import type { SourceFile, Span } from "../../src/core/source.ts";
import { compareText } from "../../src/core/source.ts";
import type { Reveal } from "../../src/emit/json.ts";
import {
  type Delivery,
  type Deployment,
  type Located,
  OBJECT_KINDS,
  type ObjectDeclaration,
  type ObjectKind,
} from "../../src/model/declaration.ts";
import type {
  EffectiveDeployment,
  EffectiveField,
  EffectiveObject,
  EffectiveWorkspace,
} from "../../src/model/effective.ts";
import type { Node } from "../../src/model/tree.ts";
import type { UnsealedValue } from "../../src/model/unsealed.ts";

/** A plain value as a test writes it; `sealed` and `written` make the leaves that plain JavaScript has not. */
export type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | Sealed
  | Written
  | readonly Value[]
  | { readonly [key: string]: Value };

/** A sealed leaf: SOPS' type and its plain text. */
export class Sealed {
  readonly type: UnsealedValue["type"];
  readonly plain: string;

  constructor(type: UnsealedValue["type"], plain: string) {
    this.type = type;
    this.plain = plain;
  }
}

/** A number with the text it was written as. */
export class Written {
  readonly value: number | bigint;
  readonly source: string;

  constructor(value: number | bigint, source: string) {
    this.value = value;
    this.source = source;
  }
}

export const sealed = (plain: string, type: UnsealedValue["type"] = "str"): Sealed => new Sealed(type, plain);
export const written = (value: number | bigint, source: string): Written => new Written(value, source);

const file: SourceFile = { path: "test.yaml", text: "" };
const opened = new Map<string, UnsealedValue>();
let places = 0;

/** A place of its own, so that a test can tell which value a diagnostic points at. */
export function place(): Span {
  places += 1;
  return { file, start: places, end: places };
}

export function located<T>(value: T): Located<T> {
  return { value, at: place() };
}

/** The values behind every leaf made with `sealed`. */
export const reveal: Reveal = (node) => {
  const value = opened.get(node.ciphertext);
  if (!value) throw new Error("not opened");
  return value;
};

/** A tree of a plain value. */
export function nodeOf(value: Value): Node {
  const span = place();
  if (value instanceof Sealed) {
    const ciphertext = `ENC[AES256_GCM,data:${span.start},type:${value.type}]`;
    opened.set(ciphertext, { type: value.type, secret: new Secret(value.plain) });
    return { kind: "sealed", span, ciphertext };
  }
  if (value instanceof Written) {
    return { kind: "scalar", span, value: value.value, source: value.source, style: "plain" };
  }
  if (Array.isArray(value)) return { kind: "seq", span, items: value.map(nodeOf) };
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value as { readonly [key: string]: Value });
    return {
      kind: "map",
      span,
      entries: entries.map(([key, item]) => ({ key, keySpan: place(), value: nodeOf(item) })),
    };
  }
  const scalar = value as string | number | bigint | boolean | null;
  const number = typeof scalar === "number" && Number.isInteger(scalar) ? BigInt(scalar) : scalar;
  const style = typeof scalar === "string" ? "quoted" : "plain";
  return { kind: "scalar", span, value: number, source: String(scalar), style };
}

/** What a test says of a connection; `extra` by key. */
export interface ConnectionSpec {
  readonly type?: string;
  readonly description?: string;
  readonly host?: Value;
  readonly port?: Value;
  readonly login?: Value;
  readonly password?: Value;
  readonly schema?: Value;
  readonly extra?: { readonly [key: string]: Value };
}

export function connection(id: string, spec: ConnectionSpec = {}): EffectiveObject {
  const { type, description, extra = {}, ...standard } = spec;
  const values: [string, Value][] = Object.entries(standard);
  for (const [key, value] of Object.entries(extra)) values.push([`extra.${key}`, value]);
  return object("Connection", id, values, { type: type ?? "generic", description });
}

export function variable(id: string, value: Value): EffectiveObject {
  return object("Variable", id, [["value", value]], {});
}

export function environmentVariable(id: string, value: Value): EffectiveObject {
  return object("EnvironmentVariable", id, [["value", value]], {});
}

function object(
  kind: ObjectKind,
  id: string,
  values: readonly (readonly [string, Value])[],
  { type, description }: { readonly type?: string; readonly description?: string | undefined },
): EffectiveObject {
  const fields = [...values]
    .sort(([a], [b]) => compareText(a, b))
    .map(([path, value]): [string, EffectiveField] => [path, { path, value: nodeOf(value), origins: [] }]);
  const declaration: ObjectDeclaration = {
    kind,
    id: located(id),
    sharing: located("all"),
    exclude: [],
    fields: [],
    protect: false,
    plain: new Map(),
    links: [],
    at: place(),
    ...(description === undefined ? {} : { description: located(description) }),
    ...(type === undefined ? {} : { type: located(type) }),
  };
  return {
    kind,
    id,
    declaration,
    fields: new Map(fields),
    unset: new Map(),
    typing: { type: [], auth: [] },
    ...(type === undefined ? {} : { type: located(type) }),
  };
}

/** What a test says of a Deployment. */
export interface DeploymentSpec {
  readonly name?: string;
  readonly delivery?: Delivery;
  readonly namespace?: string;
  readonly cluster?: string;
  readonly secretName?: string;
  readonly version?: string;
}

export function deployment(spec: DeploymentSpec = {}): Deployment {
  const name = spec.name ?? "prod";
  return {
    name: located(name),
    labels: new Map(),
    environment: located("production"),
    cluster: located(spec.cluster ?? "eu"),
    namespace: located(spec.namespace ?? `airflow-${name}`),
    delivery: spec.delivery ?? "file",
    at: place(),
    ...(spec.secretName === undefined ? {} : { secretName: located(spec.secretName) }),
    ...(spec.version === undefined ? {} : { airflow: { version: spec.version } }),
  };
}

/** A resolved Deployment; objects are put in the resolver's order. */
export function effective(spec: DeploymentSpec, objects: readonly EffectiveObject[]): EffectiveDeployment {
  const order = (o: EffectiveObject) => OBJECT_KINDS.indexOf(o.kind);
  const sorted = [...objects].sort((a, b) => order(a) - order(b) || compareText(a.id, b.id));
  return { deployment: deployment(spec), objects: sorted };
}

export function workspace(...deployments: readonly EffectiveDeployment[]): EffectiveWorkspace {
  return {
    workspace: {
      name: located("analytics"),
      directory: "",
      sharing: "restricted",
      environments: new Map(),
      clusters: new Map(),
      pruneMax: "20%",
      approvals: [],
      at: place(),
    },
    deployments,
  };
}
