import { readdirSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  matchesMaskingWords,
  methodPaths,
  normaliseType,
  pathsOf,
  specOf,
  tellMethod,
  typeNames,
  typeOf,
} from "../src/catalogue/index.ts";
import type { ConnectionType, FieldSpec } from "../src/model/connection-type.ts";
import { STANDARD_FIELDS } from "../src/model/connection-type.ts";

// The data files are judged here: their form, what can be told from them, and facts that must not get lost.

const types = typeNames.map((name) => typeOf(name) as ConnectionType);
const fields = types.flatMap((type) =>
  Object.entries(type.fields).map(([path, spec]) => ({ id: `${type.type} ${path}`, type, path, spec })),
);
const methods = types.flatMap((type) =>
  Object.entries(type.methods).map(([name, method]) => ({ id: `${type.type} ${name}`, type, name, method })),
);

/** Names that hold a masking word but no secret, and why. */
const NOT_SECRET: readonly (readonly [RegExp, string])[] = [
  [/(_path|_file|\.file|\.location)$/, "the path of a secret is none"],
  [/proxy_(host|port|user)$/, "parts of a proxy's URL beside its password"],
  [/key_secret_(name|project_id)$/, "the name of a secret in Google's Secret Manager"],
  [/(token_endpoint|token\.endpoint\.url)$/, "where tokens come from"],
  [/(_seconds|_duration)$/, "how long a token lives"],
  [/(token_type|token_provider|federation|_audience|auth_config)$/, "how a token is got, not the token"],
  [/^extra\.sasl\.oauthbearer\.(method|scope|extensions|grant\.type)$/, "the same; `oauthbearer` is a word"],
  [
    /^extra\.sasl\.oauthbearer\.client(\.credentials\.client)?\.id$/,
    "a client's id is as public as a user's name",
  ],
];

/** Names that say that a host or a URL is behind them. */
const HOST_NAME = /(^|[._])(host|hostaddr|url|endpoint|endpoint_url|servers|proxies|proxy)$/;

/** Forms of real secrets: no example may have one (reference: what Airflow's maskers look for in values). */
const REAL = /AKIA|ASIA|gh[pousr]_|xox[a-z]-|AIza|sk_live|eyJ|-----BEGIN|[A-Za-z0-9+/]{32}/;

test("the folder and the index agree", () => {
  const files = readdirSync(new URL("../src/catalogue/types", import.meta.url));
  expect(files.map((name) => name.replace(/\.json$/, "")).sort()).toEqual(typeNames);
});

test.each(types)("$type has words of its own, and a method", (type) => {
  expect(normaliseType(type.type)).toBe(type.type);
  expect([type.title, type.description, type.openExtra ?? "none"].filter((text) => !isPhrase(text))).toEqual(
    [],
  );
  expect(Object.keys(type.methods).length).toBeGreaterThan(0);
  expect(Object.values(type.methods).some((method) => !method.explicit)).toBe(true);
});

test.each(fields)("$id is well formed", ({ path, spec }) => {
  const isExtra = path.startsWith("extra.") && path.length > "extra.".length;
  expect(isExtra || STANDARD_FIELDS.some((name) => name === path)).toBe(true);
  expect([spec.title, spec.description ?? ""].filter((text) => !isPhrase(text))).toEqual([]);
  expect(Object.keys(spec).filter((key) => !KEYS.has(key))).toEqual([]);
  for (const choice of spec.enum ?? []) expect(choice).toSatisfy(isOfKind(spec));
  expect(spec.example).toSatisfy(fits(spec));
  if (spec.default !== undefined) expect(spec.default).toSatisfy(fits(spec));
});

test.each(fields.filter(({ spec }) => spec.secret))(
  "$id, a secret, has no default, and a placeholder",
  ({ spec }) => {
    expect(spec).not.toHaveProperty("default");
    expect(spec).not.toHaveProperty("inert");
    expect(JSON.stringify(spec.example)).not.toMatch(REAL);
    expect(JSON.stringify(spec.example).length).toBeLessThan(60);
  },
);

test.each(fields.filter(({ spec }) => spec.address))(
  "$id, an address, is part of the destination",
  ({ spec }) => {
    expect(spec).not.toHaveProperty("inert");
  },
);

test.each(fields.filter(({ path }) => matchesMaskingWords(path)))(
  "$id is a secret by its name",
  ({ path, spec }) => {
    const reason = NOT_SECRET.find(([name]) => name.test(path));
    expect(spec.secret === true || spec.kind === "boolean" || reason !== undefined).toBe(true);
  },
);

test("every reason why a name is no secret is needed", () => {
  const plain = fields.filter(({ path, spec }) => matchesMaskingWords(path) && !spec.secret);
  expect(NOT_SECRET.filter(([name]) => !plain.some(({ path }) => name.test(path)))).toEqual([]);
});

test.each(fields.filter(({ path }) => HOST_NAME.test(path)))("$id is an address by its name", ({ spec }) => {
  expect(spec.address).toBe(true);
});

test.each(types)("$type names only fields it has", (type) => {
  expect([...methodPaths(type), ...(type.required ?? [])].filter((path) => !specOf(type, path))).toEqual([]);
});

test.each(methods)("$id is well formed", ({ type, name, method }) => {
  expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  expect([method.title, method.description].filter((text) => !isPhrase(text))).toEqual([]);
  const listed = [...method.required, ...(method.optional ?? [])];
  expect(listed).toEqual([...new Set(listed)]);
  for (const [path, value] of Object.entries(method.values ?? {})) {
    expect(pathsOf(type, name)).toContain(path);
    expect(value).toSatisfy(fits(specOf(type, path) as FieldSpec));
  }
});

test.each(methods)(
  "$id says what a choice must be that other methods make differently",
  ({ type, method }) => {
    const others = Object.values(type.methods).filter((other) => other !== method);
    const shared = method.required.filter(
      (path) => specOf(type, path)?.enum && others.some((other) => other.required.includes(path)),
    );
    expect(shared.filter((path) => method.values?.[path] === undefined)).toEqual([]);
  },
);

test.each(methods.filter(({ method }) => !method.explicit))(
  "$id is told from what it requires",
  ({ type, name, method }) => {
    const present = new Set([...(type.required ?? []), ...method.required]);
    expect(tellMethod(type, present)).toEqual({ kind: "told", method: name });
  },
);

test("what is told fits: all it requires is there, and nothing of other methods only", () => {
  const some = fc
    .constantFrom(...types)
    .chain((type) => fc.record({ type: fc.constant(type), paths: fc.subarray([...methodPaths(type)]) }));
  fc.assert(
    fc.property(some, ({ type, paths }) => {
      const told = tellMethod(type, new Set(paths));
      if (told.kind === "none") {
        expect(Object.keys(type.methods)).toContain(told.nearest);
        return;
      }
      const candidates = told.kind === "told" ? [told.method] : told.candidates;
      if (Object.keys(type.methods).length === 1) return;
      for (const name of candidates) {
        expect(type.methods[name]?.required.filter((path) => !paths.includes(path))).toEqual([]);
        expect(paths.filter((path) => !pathsOf(type, name).has(path))).toEqual([]);
      }
    }),
  );
});

test("fields that no method lists do not matter", () => {
  const some = fc.constantFrom(...types).chain((type) => {
    const free = Object.keys(type.fields).filter((path) => !methodPaths(type).has(path));
    return fc.record({
      type: fc.constant(type),
      paths: fc.subarray([...methodPaths(type)]),
      free: fc.subarray(free),
    });
  });
  fc.assert(
    fc.property(some, ({ type, paths, free }) => {
      expect(tellMethod(type, new Set([...free, ...paths]))).toEqual(tellMethod(type, new Set(paths)));
    }),
  );
});

test("Airflow's masking words count in any case, and with hyphens", () => {
  expect(
    ["API_KEY", "X-Api-Key", "db_passwd", "Authorization", "SENTRY_DSN"].every(matchesMaskingWords),
  ).toBe(true);
  expect(["region", "warehouse", "timeout", "login", "key"].some(matchesMaskingWords)).toBe(false);
});

test.each([
  ["postgresql", "postgres"],
  ["Postgres", "postgres"],
  ["google-cloud-platform", "google_cloud_platform"],
  ["aws", "aws"],
])("%s is %s to Airflow", (written, type) => {
  expect(normaliseType(written)).toBe(type);
});

test("names of JavaScript are no types and no fields", () => {
  expect(typeOf("constructor")).toBeUndefined();
  expect(specOf(typeOf("http") as ConnectionType, "constructor")).toBeUndefined();
});

const KEYS = new Set([
  ...["title", "description", "kind", "secret", "inert", "address", "connection"],
  ...["enum", "pattern", "minimum", "maximum", "default", "example"],
]);

/** The renderer puts the full stops, and separates parts by it. */
function isPhrase(text: string): boolean {
  return /^[\p{L}\d].*[^.\s]$/u.test(text) && !text.includes("\n");
}

function fits(spec: FieldSpec): (value: unknown) => boolean {
  const { enum: choices, pattern, minimum, maximum } = spec;
  return (value) =>
    isOfKind(spec)(value) &&
    (!choices || choices.some((choice) => choice === value)) &&
    (!pattern || new RegExp(pattern, "u").test(String(value))) &&
    (typeof value !== "number" || (value >= (minimum ?? value) && value <= (maximum ?? value)));
}

function isOfKind({ kind }: FieldSpec): (value: unknown) => boolean {
  return (value) => {
    switch (kind) {
      case "integer":
        return Number.isInteger(value);
      case "object":
        return typeof value === "object" && !Array.isArray(value);
      case "array":
        return Array.isArray(value);
      case "json":
        return typeof value === "object" || typeof value === "string";
      case "boolean-or-string":
        return typeof value === "boolean" || typeof value === "string";
      default:
        return typeof value === kind;
    }
  };
}
