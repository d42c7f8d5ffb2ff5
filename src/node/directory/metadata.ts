import { isJsonObject, parseJson } from "../../core/json.ts";

/** The file with what is no key of a Secret. It lies beside the keys and swaps with them; no key begins with two dots. */
export const METADATA = "..jackfield.json";

/** A file as it was when it was written: whoever edits it leaves another size or time. */
export interface Written {
  readonly size: string;
  /** In ns since 1970. */
  readonly mtime: string;
}

export interface Metadata {
  readonly uid: string;
  /** Counts the writes of this Secret. */
  readonly version: number;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  readonly keys: ReadonlyMap<string, Written>;
}

export function metadataText({ uid, version, labels, annotations, keys }: Metadata): string {
  const object = {
    v: 1,
    uid,
    version,
    labels: Object.fromEntries(labels),
    annotations: Object.fromEntries(annotations),
    keys: Object.fromEntries(keys),
  };
  return `${JSON.stringify(object, undefined, 2)}\n`;
}

/** Undefined: it is not what we write. */
export function readMetadata(text: string): Metadata | undefined {
  const value = parseJson(text);
  if (!isJsonObject(value) || value.v !== 1) return undefined;
  const { uid, version, labels, annotations, keys } = value;
  if (typeof uid !== "string" || !Number.isSafeInteger(version) || Number(version) < 1) return undefined;
  const of = { labels: mapOf(labels, isText), annotations: mapOf(annotations, isText) };
  const written = mapOf(keys, isWritten);
  if (!of.labels || !of.annotations || !written) return undefined;
  return { uid, version: Number(version), labels: of.labels, annotations: of.annotations, keys: written };
}

/**
 * The file that says that a namespace is ours. It lies in its folder, so it goes with it, whoever removes or replaces that; no Secret
 * begins with a dot.
 */
export const NAMESPACE_FILE = "..namespace.json";

export interface NamespaceMetadata {
  /** A folder that was copied or renamed holds that of another one. */
  readonly name: string;
  readonly uid: string;
  /** Counts the writes of this file. */
  readonly version: number;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
}

export function namespaceText({ name, uid, version, labels, annotations }: NamespaceMetadata): string {
  const maps = { labels: Object.fromEntries(labels), annotations: Object.fromEntries(annotations) };
  return `${JSON.stringify({ v: 1, name, uid, version, ...maps }, undefined, 2)}\n`;
}

/** Undefined: it is not what we write. */
export function readNamespaceText(text: string): NamespaceMetadata | undefined {
  const value = parseJson(text);
  if (!isJsonObject(value) || value.v !== 1) return undefined;
  const { name, uid, version } = value;
  if (!isText(name) || !isText(uid) || !Number.isSafeInteger(version) || Number(version) < 1)
    return undefined;
  const [labels, annotations] = [mapOf(value.labels, isText), mapOf(value.annotations, isText)];
  return labels && annotations && { name, uid, version: Number(version), labels, annotations };
}

function mapOf<T>(value: unknown, is: (one: unknown) => one is T): ReadonlyMap<string, T> | undefined {
  if (!isJsonObject(value)) return undefined;
  const map = new Map<string, T>();
  for (const [name, one] of Object.entries(value)) {
    if (!is(one)) return undefined;
    map.set(name, one);
  }
  return map;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isWritten(value: unknown): value is Written {
  return isJsonObject(value) && isText(value.size) && isText(value.mtime);
}
