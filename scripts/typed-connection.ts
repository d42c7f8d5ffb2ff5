import type { ConnectionType, FieldKind, FieldSpec } from "../src/model/connection-type.ts";
import { forbid, ref, type Schema, type TypeName, when } from "../src/validate/schemas/schema.ts";

const TYPE_OF: Readonly<Record<FieldKind, TypeName | readonly TypeName[]>> = {
  string: "string",
  integer: "integer",
  number: "number",
  boolean: "boolean",
  "boolean-or-string": ["boolean", "string"],
  object: "object",
  array: "array",
  json: ["object", "array", "string"],
};

/** `true`, the schema that says nothing: unlike `{}` it has no title that an editor could show. */
const ANYTHING = true as unknown as Schema;

const EXTRA = "What only this type knows, as a map. Links merge it key by key.";

/**
 * The Connection's schema with what the catalogue knows: the types, and per type its methods and fields. The
 * types come before the general fields, because editors show the first description they find.
 */
export function typedConnection(connection: Schema, types: readonly ConnectionType[]): Schema {
  const spec = connection.properties?.spec;
  if (!spec) throw new Error("a Connection has a spec");
  const { properties = {}, allOf = [], ...rest } = spec;
  const type = ref("connectionType", { examples: types.map(({ type }) => type) });
  const typed: Schema = {
    ...rest,
    properties: Object.fromEntries(Object.keys(properties).map((key) => [key, ANYTHING])),
    allOf: [
      ...types.map((one) => when(isType(one), { allOf: [about(one), ref(fieldsOf(one)), inLinks(one)] })),
      { properties: { ...properties, type } },
      ...allOf,
    ],
  };
  return { ...connection, properties: { ...connection.properties, spec: typed } };
}

/** Per type a definition of its fields, as an object and the overrides of its Links write them. */
export function typeDefs(types: readonly ConnectionType[]): Readonly<Record<string, Schema>> {
  return Object.fromEntries(types.map((type) => [fieldsOf(type), typeFields(type)]));
}

function fieldsOf({ type }: ConnectionType): string {
  return `fieldsOf-${type}`;
}

function isType({ type }: ConnectionType): Schema {
  return {
    type: "object",
    properties: { type: { title: "Connection type", const: type } },
    required: ["type"],
  };
}

function about({ title, description }: ConnectionType): Schema {
  return { properties: { type: { description: `${title}. ${description}` } } };
}

/** The same fields in `overrides`, unless these change the type. */
function inLinks(type: ConnectionType): Schema {
  const overrides = when({ not: { required: ["type"] } }, ref(fieldsOf(type)));
  return { properties: { links: { doNotSuggest: true, items: { properties: { overrides } } } } };
}

function typeFields(type: ConnectionType): Schema {
  const fields = Object.entries(type.fields);
  const secrets = fields.filter(([, spec]) => spec.secret).map(([path]) => path);
  const plain = fields.filter(([, spec]) => !spec.secret);
  const describe = ([path, spec]: [string, FieldSpec]) =>
    [keyOf(path), fieldSchema(type, path, spec)] as const;
  const extra = plain.filter(([path]) => isExtra(path)).map(describe);
  const standard = plain.filter(([path]) => !isExtra(path)).map(describe);
  const properties: Record<string, Schema> = { auth: authSchema(type), ...Object.fromEntries(standard) };
  if (extra.length > 0)
    properties.extra = {
      doNotSuggest: true,
      title: `Extra of ${type.title}`,
      description: type.openExtra ?? EXTRA,
      properties: Object.fromEntries(extra),
    };
  return { properties, ...(secrets.length > 0 ? { allOf: sealedOnly(secrets) } : {}) };
}

function authSchema({ title, methods }: ConnectionType): Schema {
  const named = Object.entries(methods);
  return {
    title: `Authentication method of ${title}`,
    description: "It may be left out where there is one method, or where the fields tell which one is meant.",
    enum: named.map(([name]) => name),
    enumDescriptions: named.map(([, method]) => `${method.title}. ${method.description}`),
  };
}

function fieldSchema(type: ConnectionType, path: string, spec: FieldSpec): Schema {
  const { minimum, maximum, pattern, example } = spec;
  const fallback = spec.default === undefined ? "" : ` Left out: ${JSON.stringify(spec.default)}.`;
  return {
    title: `${spec.title} (${type.title})`,
    description: `${spec.description ?? `${spec.title} of the ${type.title} connection.`}${fallback}`,
    type: TYPE_OF[spec.kind],
    ...(spec.enum ? { enum: spec.enum } : {}),
    ...(pattern === undefined ? {} : { pattern }),
    ...(pattern === undefined || example === undefined
      ? {}
      : { patternErrorMessage: `like ${JSON.stringify(example)}` }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(example === undefined || path === "port" ? {} : { examples: [example] }),
  };
}

/** Secret fields have no place in a Connection or a Link: the editor says so while they are typed. */
function sealedOnly(secrets: readonly string[]): readonly Schema[] {
  const reason = "A secret: put it under `secrets` of a Credential (`jackfield secrets set`).";
  const extra = secrets.filter(isExtra).map(keyOf);
  const standard = secrets.filter((path) => !isExtra(path));
  return [
    ...(standard.length > 0 ? [forbid(standard, reason)] : []),
    ...(extra.length > 0
      ? [{ properties: { extra: { doNotSuggest: true, ...forbid(extra, reason) } } }]
      : []),
  ];
}

function isExtra(path: string): boolean {
  return path.startsWith("extra.");
}

function keyOf(path: string): string {
  return isExtra(path) ? path.slice("extra.".length) : path;
}
