import type { Schema } from "./schema.ts";

/**
 * The schema with every `$ref` replaced by what it leads to, keywords beside it winning. So ajv's
 * `schemaPath` of an error leads to its place in this tree. Definitions must not be recursive.
 */
export function inlined(schema: Schema, defs: Readonly<Record<string, Schema>>): Schema {
  return inlineNode(schema, defs) as Schema;
}

function inlineNode(node: unknown, defs: Readonly<Record<string, Schema>>): unknown {
  if (Array.isArray(node)) return node.map((item) => inlineNode(item, defs));
  if (typeof node !== "object" || node === null) return node;
  const { $ref, ...own } = node as Schema;
  const whole = $ref === undefined ? own : { ...target($ref, defs), ...own };
  return Object.fromEntries(Object.entries(whole).map(([key, value]) => [key, inlineNode(value, defs)]));
}

function target($ref: string, defs: Readonly<Record<string, Schema>>): Schema {
  const found = defs[$ref.slice("#/$defs/".length)];
  if (!found) throw new Error(`no definition ${$ref}`);
  return found;
}
