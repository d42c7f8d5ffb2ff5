import type { ConnectionType, FieldSpec } from "../model/connection-type.ts";
import { TYPES } from "./types.ts";

export { matchesMaskingWords } from "./masking.ts";
export { methodPaths, pathsOf, type ToldMethod, tellMethod } from "./methods.ts";

const BY_NAME: ReadonlyMap<string, ConnectionType> = new Map(TYPES.map((type) => [type.type, type]));

/** The names of all types of the catalogue, sorted. */
export const typeNames: readonly string[] = [...BY_NAME.keys()].sort();

/** A type of the catalogue by Airflow's `conn_type`, or undefined for a custom provider's. */
export function typeOf(name: string): ConnectionType | undefined {
  return BY_NAME.get(name);
}

/** The name Airflow itself makes of an alias when it reads a URI (`Connection._normalize_conn_type`). */
export function normaliseType(name: string): string {
  const lower = name.toLowerCase().replaceAll("-", "_");
  return lower === "postgresql" ? "postgres" : lower;
}

/** What the catalogue knows of a field (`host`, `extra.account`), or undefined. */
export function specOf(type: ConnectionType, path: string): FieldSpec | undefined {
  return Object.hasOwn(type.fields, path) ? type.fields[path] : undefined;
}
