import type { Properties, Schema } from "./schemas/schema.ts";
import { pointerParts } from "./site.ts";

/** The place of a broken keyword in a schema. */
export interface SchemaSite {
  /** The schema that holds the keyword; for a forbidden key the one whose `properties` forbid it. */
  readonly schema: Schema;
  /** What the schema judges, in words that hold no text of the user's: "`port`", "an item of `links`". */
  readonly what: string;
}

/** Follows ajv's `schemaPath`. The last part is the keyword, or "false schema" below a forbidden key. */
export function schemaSiteAt(root: Schema, schemaPath: string): SchemaSite {
  const parts = pointerParts(decodeURIComponent(schemaPath.slice(1)));
  const end = parts.at(-1) === "false schema" ? parts.length - 3 : parts.length - 1;
  let schema: unknown = root;
  let what = "the document";
  for (let at = 0; at < end; ) {
    const { next, what: words } = step(parts, at, what);
    while (at < next) schema = (schema as Readonly<Record<string, unknown>>)[parts[at++] ?? ""];
    what = words;
  }
  return { schema: schema as Schema, what };
}

/** How many parts the applicator at a place takes, and what its subschema judges. */
function step(
  parts: readonly string[],
  at: number,
  what: string,
): { readonly next: number; readonly what: string } {
  switch (parts[at]) {
    case "properties":
      return { next: at + 2, what: `\`${parts[at + 1]}\`` };
    case "additionalProperties":
      return { next: at + 1, what: `a value in ${what}` };
    case "items":
      return { next: at + 1, what: `an item of ${what}` };
    case "propertyNames":
      return { next: at + 1, what: `a key of ${what}` };
    case "allOf":
    case "dependentSchemas":
      return { next: at + 2, what };
    default:
      return { next: at + 1, what };
  }
}

/** The keys that a map at a place of a document may have, conditions left aside. */
export function propertiesAt(root: Schema, instancePath: string): Properties {
  let schema: Schema | false | undefined = root;
  for (const part of pointerParts(instancePath)) {
    if (!schema) return {};
    schema = schema.properties?.[part] ?? schema.additionalProperties ?? schema.items;
  }
  return schema ? (schema.properties ?? {}) : {};
}
