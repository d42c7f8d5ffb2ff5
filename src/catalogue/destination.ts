import type { ConnectionType } from "../model/connection-type.ts";
import { specOf } from "./index.ts";
import { matchesMaskingWords } from "./masking.ts";

/** True if a field is part of where a credential is sent: neither secret nor inert (design: 2, destination). */
export function isDestination(type: ConnectionType, path: string): boolean {
  return !isSecret(type, path) && !specOf(type, path)?.inert;
}

/** True if the catalogue calls a field secret, by itself or, where `extra` is open by nature, by its name. */
export function isSecret(type: ConnectionType, path: string): boolean {
  const spec = specOf(type, path);
  if (spec) return spec.secret === true;
  return type.openExtra !== undefined && matchesMaskingWords(path.slice("extra.".length));
}
