import { asciiJson } from "../core/ascii-json.ts";
import { type Diagnostic, diagnostic, hasErrors } from "../core/diagnostic.ts";
import { once } from "../core/once.ts";
import { Secret } from "../core/secret.ts";
import type { EffectiveField, EffectiveObject } from "../model/effective.ts";
import type { Node } from "../model/tree.ts";
import { checkText, type Encoding, jsonOf, objectJson, type Reveal, sealedHint } from "./json.ts";

/** An object as Airflow reads it. `text` and `entry` are absent if an error forbids to deliver it. */
export interface EncodedObject {
  readonly encoded?: {
    /** What one lookup gives: the JSON of a Connection, the text of a Variable or EnvironmentVariable. */
    readonly text: Secret;
    /** `"id": …`, the object's line in `connections.json` or `variables.json`. */
    readonly entry: Secret;
  };
  readonly diagnostics: readonly Diagnostic[];
}

const TEXT_FIELDS = ["host", "login", "password", "schema"] as const;
const EXTRA = "extra.";
const PORT = /^[1-9]\d{0,4}$/;
const MAX_PORT = 65535;

/**
 * An encoder that does each object once, however many Deployments share it. Connections become JSON objects, the
 * one form that every backend of Airflow reads without loss; a value that would make Airflow lose the entry, or
 * the whole file, is a diagnostic instead.
 */
export function createEncoder(reveal: Reveal): (object: EffectiveObject) => EncodedObject {
  return once((object) => encodeObject(object, reveal));
}

function encodeObject(object: EffectiveObject, reveal: Reveal): EncodedObject {
  const diagnostics: Diagnostic[] = [];
  const encoding: Encoding = { reveal, report: (trouble) => diagnostics.push(trouble) };
  const text = object.kind === "Connection" ? connectionJson(object, encoding) : valueText(object, encoding);
  if (hasErrors(diagnostics)) return { diagnostics };
  const json = object.kind === "Connection" ? text : asciiJson(text);
  const entry = new Secret(`${asciiJson(object.id)}: ${json}`);
  return { encoded: { text: new Secret(text), entry }, diagnostics };
}

/** One field of an object, and how it is written in JSON. */
export interface Part {
  /** `type`, `description`, `host`, `value`, … or `extra.<key>`. */
  readonly path: string;
  /** What it is made of; absent: words of the object's own document. */
  readonly node?: Node;
  readonly json: (encoding: Encoding) => string;
}

/** What is delivered of an object, by field. */
export function partsOf(object: EffectiveObject): readonly Part[] {
  return object.kind === "Connection" ? [...connectionParts(object)] : valueParts(object);
}

function* connectionParts({ type, declaration, fields }: EffectiveObject): Generator<Part> {
  if (type) yield { path: "type", json: () => asciiJson(type.value) };
  const { description } = declaration;
  if (description) {
    yield {
      path: "description",
      json: ({ report }) => {
        checkText(description.value, description.at, report);
        return asciiJson(description.value);
      },
    };
  }
  for (const path of TEXT_FIELDS) {
    const node = fields.get(path)?.value;
    if (node) yield { path, node, json: (encoding) => asciiJson(textOf(node, `\`${path}\``, encoding)) };
  }
  const port = fields.get("port")?.value;
  if (port) yield { path: "port", node: port, json: (encoding) => portOf(port, encoding) };
  for (const [path, field] of fields) {
    if (!path.startsWith(EXTRA)) continue;
    yield { path, node: field.value, json: (encoding) => extraJson(field, encoding) };
  }
}

function connectionJson(object: EffectiveObject, encoding: Encoding): string {
  const { id, type, declaration } = object;
  if (!type) {
    encoding.report(diagnostic("JF508", declaration.id.at, { kind: "Connection", id, field: "type" }));
  }
  const members: [string, string][] = [];
  const extra: [string, string][] = [];
  for (const { path, json } of connectionParts(object)) {
    if (path.startsWith(EXTRA)) extra.push([path.slice(EXTRA.length), json(encoding)]);
    else members.push([path === "type" ? "conn_type" : path, json(encoding)]);
  }
  // An empty `extra` object breaks Airflow's Execution API, which expects a text or nothing.
  if (extra.length > 0) members.push(["extra", objectJson(extra)]);
  return objectJson(members);
}

function valueParts(object: EffectiveObject): readonly Part[] {
  const node = object.fields.get("value")?.value;
  return node ? [{ path: "value", node, json: (encoding) => asciiJson(valueText(object, encoding)) }] : [];
}

function extraJson(field: EffectiveField, encoding: Encoding): string {
  const at = field.origins.at(-1)?.at ?? field.value.span;
  const key = field.path.slice(EXTRA.length);
  checkText(key, at, encoding.report);
  if (key === "__extra__")
    encoding.report(diagnostic("JF509", at, {}, { hint: "write its keys into `extra`" }));
  return jsonOf(field.value, encoding);
}

/** The text of a Variable or EnvironmentVariable; Airflow wants every Variable as a string. */
function valueText(object: EffectiveObject, encoding: Encoding): string {
  const { kind, id } = object;
  const node = object.fields.get("value")?.value;
  if (!node) {
    encoding.report(diagnostic("JF508", object.declaration.id.at, { kind, id, field: "value" }));
    return "";
  }
  if (kind === "EnvironmentVariable" || isText(node, encoding)) return textOf(node, "`value`", encoding);
  if (node.kind === "scalar" && node.value === null) {
    encoding.report(diagnostic("JF507", node.span, {}, { hint: 'write `""` for an empty text' }));
    return "";
  }
  return jsonOf(node, encoding, true);
}

function isText(node: Node, { reveal }: Encoding): boolean {
  if (node.kind === "sealed") return reveal(node).type === "str";
  return node.kind === "scalar" && typeof node.value === "string";
}

/** A string, or a diagnostic for anything else: Airflow fails on a password that is a number. */
function textOf(node: Node, field: string, { reveal, report }: Encoding): string {
  if (node.kind === "scalar" && typeof node.value === "string") {
    checkText(node.value, node.span, report);
    return node.value;
  }
  if (node.kind !== "sealed") {
    const hint =
      node.kind === "scalar" ? (node.value === null ? "use `unset`" : "write it in quotes") : undefined;
    report(diagnostic("JF501", node.span, { field }, { hint }));
    return "";
  }
  const { type, secret } = reveal(node);
  if (type === "str") checkText(secret.reveal(), node.span, report);
  else report(diagnostic("JF501", node.span, { field }, { hint: sealedHint(type) }));
  return secret.reveal();
}

/** The port as JSON. A sealed one may be a text of digits: the label of a sealed value is easily a text. */
function portOf(node: Node, { reveal, report }: Encoding): string {
  let digits = "";
  let hint: string | undefined;
  if (node.kind === "sealed") {
    const { type, secret } = reveal(node);
    if (type === "int" || type === "str") digits = secret.reveal();
  } else if (node.kind === "scalar") {
    if (typeof node.value === "bigint") digits = String(node.value);
    if (typeof node.value === "string" && PORT.test(node.value)) hint = "write it without quotes";
  }
  if (!PORT.test(digits) || Number(digits) > MAX_PORT) report(diagnostic("JF502", node.span, {}, { hint }));
  return digits;
}
