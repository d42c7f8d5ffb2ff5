import { isUtf8 } from "node:buffer";
import { Secret } from "../../core/secret.ts";
import type { LiveSecret, Seen, WantedSecret } from "../../model/live.ts";
import { at, mapOf, textOf } from "./answer.ts";

/** Who writes, as the cluster notes it of every field. Never another: what it owned would stay. */
export const MANAGER = "jackfield";

/** What of a Secret's bytes is no text: a lone surrogate, which no text of ours has, stands for what it is instead. */
const NO_TEXT = "\ud800";

/** A Secret as a server tells it; undefined: it is no Secret, or not one of this namespace. */
export function liveSecretOf(json: unknown, namespace: string): LiveSecret | undefined {
  const metadata = at(json, "metadata");
  const name = textOf(at(metadata, "name"));
  const seen = seenOf(json);
  const labels = textsOf(at(metadata, "labels"));
  const annotations = textsOf(at(metadata, "annotations"));
  const data = textsOf(at(json, "data"));
  if (!name || !seen || !labels || !annotations || !data) return undefined;
  if (![...data.values()].every(isBase64)) return undefined;
  if (at(metadata, "namespace") !== namespace) return undefined;
  const type = at(json, "type");
  return {
    namespace,
    name,
    seen,
    labels,
    annotations: new Map([...annotations].map(([key, text]) => [key, new Secret(text)])),
    type: typeof type === "string" ? type : "",
    immutable: at(json, "immutable") === true,
    isLeaving: at(metadata, "deletionTimestamp") !== undefined,
    data: new Map([...data].map(([key, base64]) => [key, new Secret(decoded(base64))])),
    foreignKeys: foreignKeysOf(at(metadata, "managedFields"), data.keys()),
  };
}

/** What tells this state of an object; undefined: it does not say. */
export function seenOf(json: unknown): Seen | undefined {
  const uid = textOf(at(json, "metadata", "uid"));
  const resourceVersion = textOf(at(json, "metadata", "resourceVersion"));
  return uid === undefined || resourceVersion === undefined ? undefined : { uid, resourceVersion };
}

/** A map of texts; null is an empty one, and in it an empty text. Undefined: it is something else. */
export function textsOf(json: unknown): ReadonlyMap<string, string> | undefined {
  if (json === undefined || json === null) return new Map();
  const map = mapOf(json);
  if (!map) return undefined;
  const texts = new Map<string, string>();
  for (const [key, text] of Object.entries(map)) {
    if (text !== null && typeof text !== "string") return undefined;
    texts.set(key, text ?? "");
  }
  return texts;
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function decoded(base64: string): string {
  const bytes = Buffer.from(base64, "base64");
  return isUtf8(bytes) ? bytes.toString("utf8") : NO_TEXT + bytes.toString("latin1");
}

/**
 * Keys that somebody else wrote since we did. Who writes another value takes a key from us (server-side apply); who writes the same one
 * shares it, and that is no matter.
 */
function foreignKeysOf(managedFields: unknown, keys: Iterable<string>): ReadonlySet<string> {
  const entries: readonly unknown[] = Array.isArray(managedFields) ? managedFields : [];
  const owned = (isOurs: boolean) =>
    entries
      .filter((entry) => (at(entry, "manager") === MANAGER) === isOurs)
      .map((entry) => mapOf(at(entry, "fieldsV1", "f:data")) ?? {});
  const [ours, others] = [owned(true), owned(false)];
  const has = (all: readonly object[], key: string) => all.some((one) => Object.hasOwn(one, `f:${key}`));
  return new Set([...keys].filter((key) => has(others, key) && !has(ours, key)));
}

/** The body that applies a Secret. `guard`: what the server must find, so that nothing else is written over. */
export function bodyOf(
  { namespace, name, labels, annotations, data }: WantedSecret,
  type: string,
  guard: Partial<Seen>,
): object {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name,
      namespace,
      ...guard,
      labels: Object.fromEntries(labels),
      annotations: Object.fromEntries(annotations),
    },
    type,
    data: Object.fromEntries([...data].map(([key, value]) => [key, encoded(value)])),
  };
}

function encoded(value: Secret): string {
  return Buffer.from(value.reveal(), "utf8").toString("base64");
}

/** True if a Secret is what was to be made of it, as far as that is ours to say. */
export function isAsWanted(live: LiveSecret, { data, labels, annotations }: WantedSecret): boolean {
  return (
    !live.isLeaving &&
    live.data.size === data.size &&
    [...data].every(([key, value]) => live.data.get(key)?.reveal() === value.reveal()) &&
    [...labels].every(([key, text]) => live.labels.get(key) === text) &&
    [...annotations].every(([key, text]) => live.annotations.get(key)?.reveal() === text)
  );
}
