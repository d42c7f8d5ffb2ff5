import type { ConnectionType } from "../src/model/connection-type.ts";
import type { Kind } from "../src/model/declaration.ts";
import { API_VERSION } from "../src/validate/schemas/document.ts";
import { DEFS, KIND_SCHEMAS } from "../src/validate/schemas/kinds.ts";
import { ref, type Schema, when } from "../src/validate/schemas/schema.ts";
import { typeDefs, typedConnection } from "./typed-connection.ts";

const DIALECT = "https://json-schema.org/draft/2020-12/schema";

/**
 * The schemas that editors use, as texts by file name: one a kind, and `jackfield.schema.json`, which picks
 * the kind by `kind`. Each stands alone. A Connection's knows the types of the catalogue too.
 */
export function editorSchemas(types: readonly ConnectionType[]): ReadonlyMap<string, string> {
  const kinds: Readonly<Record<Kind, Schema>> = {
    ...KIND_SCHEMAS,
    Connection: typedConnection(KIND_SCHEMAS.Connection, types),
  };
  const defs = { ...DEFS, ...typeDefs(types) };
  const files = Object.entries(kinds).map(([kind, schema]): [string, string] => {
    return [`${kebab(kind)}.schema.json`, publish(schema, defs)];
  });
  return new Map([...files, ["jackfield.schema.json", publish(anyKind(kinds), { ...defs, ...kinds })]]);
}

/** Picks the kind. What every document has is here too, so that an empty document completes. */
function anyKind(kinds: Readonly<Record<Kind, Schema>>): Schema {
  const names = Object.keys(kinds);
  return {
    title: "Jackfield",
    description: "A document of Jackfield: what connections there are, and which Airflow gets them.",
    type: "object",
    required: ["apiVersion", "kind"],
    properties: {
      apiVersion: {
        title: "Version of the language",
        description: "Marks the document as Jackfield's.",
        type: "string",
        const: API_VERSION,
      },
      kind: {
        title: "Kind",
        description: "What the document declares.",
        type: "string",
        enum: names,
        enumDescriptions: Object.values(kinds).map(({ description = "" }) => description),
      },
    },
    allOf: names.map((kind) =>
      when({ type: "object", properties: { kind: { const: kind } }, required: ["kind"] }, ref(kind)),
    ),
  };
}

/** JSON text with the definitions that the schema leads to, without what only the compiler reads. */
function publish(schema: Schema, defs: Readonly<Record<string, Schema>>): string {
  const used = new Map<string, Schema>();
  collect(schema, defs, used);
  const $defs = Object.fromEntries([...used].sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ $schema: DIALECT, ...schema, $defs }, forEditors, 2)}\n`;
}

/** The compiler puts the rule into its own sentence; an editor shows it as it stands. */
function forEditors(key: string, value: unknown): unknown {
  if (key === "x-needs") return undefined;
  return key === "patternErrorMessage" ? `must be ${value}` : value;
}

function collect(node: unknown, defs: Readonly<Record<string, Schema>>, used: Map<string, Schema>): void {
  if (typeof node !== "object" || node === null) return;
  const name = (node as Schema).$ref?.slice("#/$defs/".length);
  const target = name === undefined ? undefined : defs[name];
  if (name !== undefined && target && !used.has(name)) {
    used.set(name, target);
    collect(target, defs, used);
  }
  for (const value of Object.values(node)) collect(value, defs, used);
}

function kebab(kind: string): string {
  return kind.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}
