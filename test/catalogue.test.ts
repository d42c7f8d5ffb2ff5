import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import {
  matchesMaskingWords,
  methodPaths,
  normaliseType,
  specOf,
  tellMethod,
  typeNames,
  typeOf,
} from "../src/catalogue/index.ts";
import type { ConnectionType, FieldSpec } from "../src/model/connection-type.ts";
import { STANDARD_FIELDS } from "../src/model/connection-type.ts";
import { typeExample } from "../src/render/type-example.ts";
import { renderType, renderTypeList } from "../src/render/types.ts";

const types = typeNames.map((name) => typeOf(name) as ConnectionType);
const fields = types.flatMap((type) =>
  Object.entries(type.fields).map(([path, spec]) => ({ id: `${type.type} ${path}`, type, path, spec })),
);

/** Names that hold a masking word but no secret: paths, names, addresses and switches. */
const NOT_SECRET =
  /(_path|_file|_config|\.location|_name|_id|\.id|_url|\.url|_uri|endpoint|_host|_port|_user|_seconds|\.method|_duration)$/;

test("the folder and the index agree", () => {
  const files = readdirSync(new URL("../src/catalogue/types", import.meta.url)).map((name) =>
    name.replace(".json", ""),
  );
  expect(files.sort()).toEqual(typeNames);
});

test.each(fields)("$id is well formed", ({ type, path, spec }) => {
  const isExtra = path.startsWith("extra.") && path.length > "extra.".length;
  expect(isExtra || STANDARD_FIELDS.some((name) => name === path)).toBe(true);
  expect(spec.title).not.toBe("");
  expect(["string", "integer", "number", "boolean", "object", "array", "json"]).toContain(spec.kind);
  if (spec.secret) expect(spec).not.toHaveProperty("default");
  // A secret is never part of a destination, and what names a host always is.
  expect(Boolean(spec.secret && spec.inert) || Boolean(spec.address && spec.inert)).toBe(false);
  if (path === "password") expect(spec.secret).toBe(true);
  for (const value of [spec.example, spec.default])
    if (value !== undefined) expect(value).toSatisfy(fits(spec));
  expect(type.type).toBe(normaliseType(type.type));
});

test.each(fields.filter(({ path }) => matchesMaskingWords(path)))(
  "$id is a secret by its name",
  ({ path, spec }) => {
    expect(spec.secret === true || spec.kind === "boolean" || NOT_SECRET.test(path)).toBe(true);
  },
);

test.each(types)("$type names only fields it has", (type) => {
  const required = type.required ?? [];
  expect(Object.keys(type.methods).length).toBeGreaterThan(0);
  expect([...methodPaths(type), ...required].filter((path) => !specOf(type, path))).toEqual([]);
  for (const method of Object.values(type.methods)) expect(method.title).not.toBe("");
});

test.each(types)("the methods of $type can be told from what they require, or written", (type) => {
  for (const [name, { required }] of Object.entries(type.methods)) {
    const told = tellMethod(type, new Set([...(type.required ?? []), ...required]));
    const candidates =
      told.kind === "told" ? [told.method] : told.kind === "ambiguous" ? told.candidates : [];
    expect(candidates).toContain(name);
  }
});

test.each(types)("$type shows itself within 140 columns, with an example that is YAML", (type) => {
  const documents = parseAllDocuments(typeExample(type));
  expect(documents.flatMap((document) => document.errors)).toEqual([]);
  expect(documents[0]?.toJS()).toMatchObject({ kind: "Connection", spec: { type: type.type } });
  expect(renderType(type)).toContain(type.title);
  expect(renderTypeList()).toContain(type.type);
});

const FACTS = [
  ["postgres", "host", "address"],
  ["postgres", "password", "secret"],
  ["postgres", "extra.aws_conn_id", "connection"],
  ["snowflake", "extra.account", "address"],
  ["snowflake", "extra.private_key_content", "secret"],
  ["aws", "password", "secret"],
  ["aws", "extra.aws_session_token", "secret"],
  ["aws", "extra.endpoint_url", "address"],
  ["google_cloud_platform", "extra.keyfile_dict", "secret"],
  ["databricks", "host", "address"],
  ["databricks", "extra.token", "secret"],
  ["http", "host", "address"],
  ["ssh", "extra.private_key", "secret"],
  ["ssh", "extra.private_key_passphrase", "secret"],
  ["sftp", "extra.private_key", "secret"],
  ["slack", "password", "secret"],
  ["slackwebhook", "password", "secret"],
  ["wasb", "extra.connection_string", "secret"],
  ["wasb", "extra.sas_token", "secret"],
  ["wasb", "extra.shared_access_key", "secret"],
  ["kafka", "extra.bootstrap.servers", "address"],
  ["kafka", "extra.sasl.password", "secret"],
  ["smtp", "extra.client_secret", "secret"],
  ["smtp", "extra.access_token", "secret"],
  ["smtp", "extra.timeout", "inert"],
  ["kubernetes", "extra.kube_config", "secret"],
  ["dbt_cloud", "password", "secret"],
  ["dbt_cloud", "host", "address"],
] as const;

test.each(FACTS)("%s %s is marked %s", (name, path, mark) => {
  expect(specOf(typeOf(name) as ConnectionType, path)).toHaveProperty(mark, true);
});

const PLAIN = [
  ["aws", "login"],
  ["snowflake", "extra.private_key_file"],
  ["ssh", "extra.key_file"],
  ["google_cloud_platform", "extra.key_path"],
  ["kubernetes", "extra.kube_config_path"],
] as const;

test.each(PLAIN)("%s %s is plain", (name, path) => {
  expect(specOf(typeOf(name) as ConnectionType, path)).not.toHaveProperty("secret");
});

const METHODS = [
  ["postgres", ["host", "login", "password"], "password"],
  ["snowflake", ["extra.account", "login", "password"], "password"],
  ["snowflake", ["extra.account", "login", "extra.private_key_content"], "private-key"],
  ["ssh", ["host", "login", "extra.private_key"], "private-key"],
  ["aws", ["login", "password"], "access-key"],
  ["generic", ["host"], "password"],
] as const;

test.each(METHODS)("%s with %j signs in by %s", (name, present, method) => {
  expect(tellMethod(typeOf(name) as ConnectionType, new Set(present))).toEqual({ kind: "told", method });
});

test("a method that lacks something is named with what it lacks", () => {
  const told = tellMethod(typeOf("snowflake") as ConnectionType, new Set(["extra.account", "login"]));
  expect(told).toEqual({ kind: "none", nearest: "password", missing: ["password"] });
});

test("Airflow's masking words count in any case, and with hyphens", () => {
  expect(["API_KEY", "X-Api-Key", "db_passwd", "Authorization"].every(matchesMaskingWords)).toBe(true);
  expect(["region", "warehouse", "timeout"].some(matchesMaskingWords)).toBe(false);
});

function fits({ kind, enum: choices }: FieldSpec) {
  return (value: unknown): boolean => {
    if (choices && !choices.some((choice) => choice === value)) return false;
    switch (kind) {
      case "integer":
        return Number.isInteger(value);
      case "object":
        return typeof value === "object" && !Array.isArray(value);
      case "array":
        return Array.isArray(value);
      case "json":
        return typeof value === "object" || typeof value === "string";
      default:
        return typeof value === kind;
    }
  };
}
