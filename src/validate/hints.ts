import type { Node } from "../model/tree.ts";
import type { Schema, TypeName } from "./schemas/schema.ts";

const TYPE_WORDS: Readonly<Record<TypeName, string>> = {
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "`true` or `false`",
  object: "a map",
  array: "a list",
};

function typesOf(schema: Schema): readonly TypeName[] {
  const { type = [] } = schema;
  return typeof type === "string" ? [type] : type;
}

/** What a schema's `type` asks for: "a text or a map". */
export function typeWords(schema: Schema): string {
  const words = typesOf(schema).map((type) => TYPE_WORDS[type]);
  const last = words.pop() ?? "something else";
  return words.length === 0 ? last : `${words.join(", ")} or ${last}`;
}

/** How to mend a value of the wrong type. */
export function typeHint(node: Node, schema: Schema, what: string): string | undefined {
  const types = typesOf(schema);
  if (node.kind !== "scalar") return exampleOf(what, schema);
  if (typeof node.value !== "string") {
    return types.includes("string") ? "put it in quotes" : exampleOf(what, schema);
  }
  if (types.includes("boolean")) return "write `true` or `false`, without quotes";
  if (types.includes("integer")) return "write the number in digits, without quotes";
  if (/^\s*[[{]/.test(node.value)) return "write it as YAML, without quotes around the whole";
  return exampleOf(what, schema);
}

const OBJECT_FIELD = /^\/spec\/(?:type|auth|host|port|login|password|schema|extra|value)\b/;

/** How to mend an absent value. In an object or its overrides it is often meant to take a field away. */
export function nullHint(instancePath: string): string {
  if (instancePath.includes("/overrides")) {
    return 'to take the field away, list it under `unset`; an empty text is `""`';
  }
  const isField = OBJECT_FIELD.test(instancePath);
  if (isField) {
    return 'delete the line, or write a value (`""` is an empty text); a Link takes a field away with `unset`';
  }
  return "write a value, or delete the key";
}

/** "for example `port: 5432`", from the schema's first example. */
export function exampleOf(what: string, schema: Schema): string | undefined {
  if (!schema.examples?.length) return undefined;
  const key = /^`(.*)`$/.exec(what)?.[1];
  const value = flow(schema.examples[0]);
  return `for example \`${key === undefined ? value : `${key}: ${value}`}\``;
}

/** A value as YAML on one line. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => `${key}: ${flow(item)}`);
    return `{${entries.join(", ")}}`;
  }
  const isPlain = typeof value !== "string" || /^[A-Za-z][\w./-]*$/.test(value);
  return isPlain ? String(value) : JSON.stringify(value);
}
