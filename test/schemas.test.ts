import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { editorSchemas } from "../scripts/editor-schemas.ts";
import { catalogueTypes } from "../scripts/generate.ts";
import { ANNOTATIONS } from "../scripts/validator-module.ts";
import { DEFS, KIND_SCHEMAS } from "../src/validate/schemas/kinds.ts";
import { GOOD, kindOf } from "./support/documents.ts";

const folder = new URL("../schemas/", import.meta.url);

function committed(name: string): string {
  return readFileSync(new URL(name, folder), "utf8");
}

function compiler(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
  return ajv.addVocabulary([...ANNOTATIONS]);
}

const names = readdirSync(folder).filter((name) => name.endsWith(".json"));

test("what is committed is what `node scripts/generate.ts` writes", () => {
  const generated = editorSchemas(catalogueTypes());
  expect(names.sort()).toEqual([...generated.keys()].sort());
  for (const [name, text] of generated) expect(committed(name) === text, name).toBe(true);
});

test.each(names)("%s compiles, and its examples fit", (name) => {
  const whole = JSON.parse(committed(name)) as AnySchemaObject;
  const ajv = compiler().addSchema(whole, name);
  let examples = 0;
  for (const { pointer, schema } of subschemas(whole)) {
    for (const example of schema.examples ?? []) {
      const validate = ajv.getSchema(`${name}#${pointer}`);
      expect([pointer, validate?.(withoutGaps(example)), validate?.errors]).toEqual([pointer, true, null]);
      examples++;
    }
  }
  expect(examples).toBeGreaterThan(5);
});

test.each(Object.entries({ ...KIND_SCHEMAS, ...DEFS }))("every key is explained: %s", (_, schema) => {
  const silent = [...subschemas(schema)].filter(({ pointer, schema }) => {
    // What a conditional schema says adds to what the key says elsewhere.
    const isKey = /\/properties\/[^/]+$/.test(pointer) && !/\/(?:if|then|dependentSchemas)\//.test(pointer);
    return isKey && schema.$ref === undefined && !(schema.title && schema.description);
  });
  expect(silent.map(({ pointer }) => pointer)).toEqual([]);
});

test.each(Object.entries(GOOD))("a good document fits the editor's schema: %s", (name, text) => {
  const value: unknown = parseAllDocuments(text)[0]?.toJS();
  const own = `${kindOf(name)
    .replace(/(?<=[a-z])[A-Z]/g, "-$&")
    .toLowerCase()}.schema.json`;
  for (const file of [own, "jackfield.schema.json"]) {
    const validate = compiler().compile(JSON.parse(committed(file)) as AnySchemaObject);
    expect([validate(value), validate.errors]).toEqual([true, null]);
  }
});

test("`jackfield.schema.json` picks the kind by `kind`", () => {
  const validate = compiler().compile(JSON.parse(committed("jackfield.schema.json")) as AnySchemaObject);
  const link = { apiVersion: "jackfield.dev/v1", kind: "Link", spec: { connection: "a", to: { all: true } } };
  expect(validate(link)).toBe(true);
  expect(validate({ ...link, kind: "Connection" })).toBe(false);
  expect(validate({ ...link, kind: "Lnik" })).toBe(false);
  expect(validate({})).toBe(false);
});

interface Found {
  readonly pointer: string;
  readonly schema: AnySchemaObject;
}

/** Keywords under which schemas stand by name, in a list, or alone. */
const NAMED = ["properties", "$defs", "dependentSchemas"];
const LISTED = ["allOf", "anyOf"];
const SINGLE = ["items", "additionalProperties", "propertyNames", "if", "then", "not"];

function* subschemas(schema: unknown, pointer = ""): Generator<Found> {
  if (typeof schema !== "object" || schema === null) return;
  const own = schema as AnySchemaObject;
  yield { pointer, schema: own };
  for (const keyword of [...NAMED, ...LISTED]) {
    for (const [key, inner] of Object.entries(own[keyword] ?? {})) {
      yield* subschemas(inner, `${pointer}/${keyword}/${key}`);
    }
  }
  for (const keyword of SINGLE) yield* subschemas(own[keyword], `${pointer}/${keyword}`);
}

/** Examples show `age1…` and `…` where no real text may stand. */
function withoutGaps(example: unknown): unknown {
  return JSON.parse(JSON.stringify(example).replaceAll("…", "x")) as unknown;
}
