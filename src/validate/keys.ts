import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { nearest } from "../core/nearest.ts";
import type { Span } from "../core/source.ts";
import { listed, type Properties, type Schema } from "./schemas/schema.ts";

interface UnknownKey {
  readonly key: string;
  readonly at: Span;
  /** The schema of the map it stands in, and that map in words. */
  readonly schema: Schema;
  readonly place: string;
  /** The schema of the whole document. */
  readonly root: Schema;
}

/** What people who know Airflow or SQL write, and what the language calls it. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  conn_type: "type",
  conn_id: "name",
  user: "login",
  username: "login",
  hostname: "host",
  database: "schema",
  dbname: "schema",
  db: "schema",
  env: "environment",
  labels: "selector",
};

/**
 * A key that the schema does not know. It is quoted only if it is, or nearly is, a word of the language:
 * anything else may be a value in the wrong place.
 */
export function unknownKey(unknown: UnknownKey): Diagnostic {
  const { key, at, place } = unknown;
  if (key === "valueFrom") return reservedKey(at);
  const word = wordHint(unknown);
  const named = word === undefined ? "" : ` \`${key}\``;
  return diagnostic("JF201", at, { named, place }, { hint: word ?? listHint(unknown.schema) });
}

/** `valueFrom`, which the language keeps for a later version. */
export function reservedKey(at: Span): Diagnostic {
  return diagnostic("JF211", at, {}, { hint: "write the value, or seal it in a Credential" });
}

/** The known key that a mistyped one most likely meant. */
export function meantKey(key: string, schema: Schema): string | undefined {
  const names = namesOf(schema.properties);
  const other = Object.hasOwn(OTHER_WORDS, key) ? OTHER_WORDS[key] : undefined;
  return other !== undefined && names.includes(other) ? other : nearest(key, names);
}

function wordHint({ key, schema, root }: UnknownKey): string | undefined {
  const home = homeOf(key, schema.properties) ?? homeOf(key, root.properties);
  if (home !== undefined) return `\`${key}\` belongs under \`${home}\``;
  const meant = meantKey(key, schema);
  return meant === undefined ? undefined : `did you mean \`${meant}\`?`;
}

/** The neighbour under which the very key is known. */
function homeOf(key: string, properties: Properties = {}): string | undefined {
  const homes = Object.entries(properties).filter(([, inner]) => {
    return inner && namesOf(inner.properties).includes(key);
  });
  return homes[0]?.[0];
}

function listHint(schema: Schema): string | undefined {
  const names = namesOf(schema.properties).filter((name) => isSuggested(schema.properties?.[name]));
  if (names.includes("extra")) return "a key that only this type knows belongs under `extra`";
  if (names.length === 0 || names.length > 9) return undefined;
  return names.length === 1 ? `the only key here is ${listed(names)}` : `known keys: ${listed(names)}`;
}

function namesOf(properties: Properties = {}): readonly string[] {
  return Object.keys(properties).filter((name) => properties[name] !== false);
}

function isSuggested(property: Schema | false | undefined): boolean {
  return property ? property.doNotSuggest !== true : false;
}
