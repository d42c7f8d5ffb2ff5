import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import { fixturePath } from "./fixture.ts";

// GitHub's published description of its API, as far as we use it (`scripts/openapi-fixture.ts`): requests and answers are held to it.

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly schema: object;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly minItems?: number;
  readonly items?: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<Record<string, unknown>>;
}

export interface Route {
  readonly id: string;
  readonly path: ReadonlyMap<string, string>;
  readonly pointer: string;
  readonly operation: Operation;
}

const ID = "github";
const description = JSON.parse(readFileSync(fixturePath("github", "openapi.json"), "utf8"));
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(description, ID);
const compiled = new Map<string, ValidateFunction>();

/** The operation that a request is of, with what its path says. */
export function routeOf(method: string, path: string): Route | undefined {
  for (const [template, item] of Object.entries<Record<string, Operation>>(description.paths)) {
    const operation = item[method.toLowerCase()];
    const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
    const match = new RegExp(`^${template.replaceAll(/\{\w+\}/g, "([^/]+)")}$`).exec(path);
    if (!operation || !match) continue;
    const values = names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? "")] as const);
    const pointer = `#/paths/${escaped(template)}/${method.toLowerCase()}`;
    return { id: operation.operationId, path: new Map(values), pointer, operation };
  }
  return undefined;
}

/** What is wrong with a request. */
export function requestTroubles(
  { operation, path, pointer }: Route,
  query: URLSearchParams,
  body: unknown,
): readonly string[] {
  const parameters = (operation.parameters ?? []).map((one) =>
    "$ref" in one ? (resolved(one.$ref) as unknown as Parameter) : one,
  );
  const known = parameters.filter((one) => one.in === "query").map(({ name }) => name);
  const unknown = [...query.keys()]
    .filter((name) => !known.includes(name))
    .map((name) => `unknown parameter ${name}`);
  const bad = parameters.flatMap((one) => {
    const text =
      one.in === "path" ? path.get(one.name) : one.in === "query" ? query.get(one.name) : undefined;
    if (text === undefined || text === null)
      return one.required && one.in !== "header" ? [`lacks ${one.name}`] : [];
    const { type } = one.schema as Schema;
    const value = type === "integer" ? Number(text) : type === "boolean" ? text === "true" : text;
    return ajv.validate(one.schema, value) ? [] : [`bad ${one.name}`];
  });
  if (!operation.requestBody)
    return body === undefined ? [...unknown, ...bad] : [...unknown, "a body nobody asked for"];
  return [...unknown, ...bad, ...check(`${pointer}/requestBody/content/application~1json/schema`, body)];
}

/** What GitHub answers and its description does not know: the repo of a deleted fork. */
const GAPS = ["/head/repo must be object"];

/** What is wrong with an answer. */
export function answerTroubles(
  { operation, pointer }: Route,
  status: number,
  body: unknown,
): readonly string[] {
  const response = operation.responses[String(status)];
  // Any operation may fail in these ways.
  if (!response) return status >= 400 ? [] : [`no answer ${status}`];
  const at = `${pointer}/responses/${status}`;
  const { $ref } = response as Schema;
  return check(`${$ref ?? at}/content/application~1json/schema`, body).filter((one) => !GAPS.includes(one));
}

function check(pointer: string, value: unknown): readonly string[] {
  const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `${ID}${pointer}` });
  compiled.set(pointer, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** The least answer of a status that conforms, with more of one's own. */
export function answer({ operation, pointer }: Route, status: number, more: unknown): unknown {
  const { $ref } = (operation.responses[String(status)] ?? {}) as Schema;
  const content = resolved(`${$ref ?? `${pointer}/responses/${status}`}/content/application~1json/schema`);
  return Array.isArray(more)
    ? more.map((one) => merged(sample(content.items ?? {}), one))
    : merged(sample(content), more);
}

function merged(base: unknown, more: unknown): unknown {
  const isPlain = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (more === undefined) return base;
  if (!isPlain(base) || !isPlain(more)) return more;
  return Object.fromEntries(
    [...new Set([...Object.keys(base), ...Object.keys(more)])].map((key) => [
      key,
      merged(base[key], more[key]),
    ]),
  );
}

function sample(schema: Schema, depth = 0): unknown {
  if (schema.$ref) return sample(resolved(schema.$ref), depth);
  if (schema.nullable && depth > 3) return null;
  if (schema.enum) return schema.enum[0];
  if (schema.allOf)
    return schema.allOf.map((one) => sample(one, depth)).reduce((all, one) => merged(all, one), {});
  const choice = schema.oneOf?.[0] ?? schema.anyOf?.[0];
  if (choice) return sample(choice, depth);
  switch (schema.type) {
    case "object":
      return Object.fromEntries(
        (schema.required ?? []).map((key) => [key, sample(schema.properties?.[key] ?? {}, depth + 1)]),
      );
    case "array":
      return Array.from({ length: schema.minItems ?? 0 }, () => sample(schema.items ?? {}, depth + 1));
    case "integer":
    case "number":
      return 1;
    case "boolean":
      return false;
    case "string":
      return schema.format === "date-time" ? "2026-01-01T00:00:00Z" : "x";
    default:
      return {};
  }
}

function resolved(pointer: string): Schema {
  const parts = pointer
    .slice(2)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  return parts.reduce(
    (at: Record<string, unknown>, key) => (at[key] ?? {}) as Record<string, unknown>,
    description,
  ) as Schema;
}

function escaped(text: string): string {
  return text.replaceAll("~", "~0").replaceAll("/", "~1");
}
