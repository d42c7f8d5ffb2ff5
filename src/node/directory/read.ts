import { createHash } from "node:crypto";
import { type BigIntStats, constants, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { diagnostic } from "../../core/diagnostic.ts";
import { Secret } from "../../core/secret.ts";
import { compareText } from "../../core/source.ts";
import type { LiveSecret, Seen } from "../../model/live.ts";
import { PortFailure } from "../../ports.ts";
import {
  type Ground,
  guarded,
  isFolder,
  isNamespace,
  isSecretName,
  namespaceFolder,
  secretFolder,
  shownOf,
} from "./ground.ts";
import { METADATA, type Metadata, readMetadata } from "./metadata.ts";

// The kubelet's layout: `<key> -> ..data/<key>` and `..data -> ..<stamp>`.
export const DATA = "..data";

/** One key of a Secret, as it lies there. */
interface Entry {
  readonly key: string;
  /** `ours`: a link into the stamp folder; `odd`: what we neither write nor read, such as a link that leads elsewhere. */
  readonly kind: "ours" | "file" | "folder" | "odd";
  readonly path: string;
  readonly stat: BigIntStats;
}

/** The folder of a Secret, without the values. */
export interface Inspected {
  readonly folder: string;
  /** The name of the folder that `..data` leads to. */
  readonly stamp: string | undefined;
  /** Undefined: nobody of ours wrote this. */
  readonly metadata: Metadata | undefined;
  /** Sorted by key. */
  readonly entries: readonly Entry[];
  readonly foreignKeys: ReadonlySet<string>;
  readonly seen: Seen;
}

/** The namespaces that have a folder. Throws PortFailure. */
export function readNamespaces(ground: Ground): readonly string[] {
  return namesIn(ground, ground.path).filter(isNamespace);
}

/** All Secrets of a namespace, sorted by name. Throws PortFailure. */
export function readSecrets(ground: Ground, namespace: string): readonly LiveSecret[] {
  const folder = namespaceFolder(ground, namespace);
  const names = guardedFolder(ground, folder) ? namesIn(ground, folder).filter(isSecretName) : [];
  return names.flatMap((name) => readSecret(ground, namespace, name) ?? []);
}

/** How often a reader looks again when a writer was faster. */
const TRIES = 100;

/** A Secret, of one moment. Throws PortFailure: what cannot be read is not absent. */
export function readSecret(ground: Ground, namespace: string, name: string): LiveSecret | undefined {
  const folder = secretFolder(ground, namespace, name);
  return guarded("JF730", shownOf(ground, folder), () => {
    for (let tries = 0; tries < TRIES; tries++) {
      const read = unlessGone(() => readOnce(ground, namespace, name));
      if (read !== "moved") return read;
    }
    // No writer is that fast: something that is pointed to is not there.
    throw damaged(ground, join(folder, DATA));
  });
}

function readOnce(ground: Ground, namespace: string, name: string): LiveSecret | undefined | "moved" {
  const found = inspect(ground, namespace, name);
  if (!found) return undefined;
  const data = new Map(found.entries.map((entry) => [entry.key, contentOf(entry)]));
  if (stampIn(ground, found.folder) !== found.stamp) return "moved";
  const { seen, metadata, foreignKeys } = found;
  const annotations = [...(metadata?.annotations ?? [])].map(
    ([key, text]) => [key, new Secret(text)] as const,
  );
  return {
    namespace,
    name,
    seen,
    labels: metadata?.labels ?? new Map(),
    annotations: new Map(annotations),
    type: "Opaque",
    immutable: false,
    isLeaving: false,
    data,
    foreignKeys,
  };
}

/** No text of ours: half a character. */
const NO_TEXT = "\ud800";

function contentOf({ kind, path }: Entry): Secret {
  if (kind === "folder" || kind === "odd") return new Secret(NO_TEXT);
  const bytes = readFileSync(path, { flag: constants.O_RDONLY | constants.O_NOFOLLOW });
  try {
    return new Secret(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return new Secret(NO_TEXT + bytes.toString("latin1"));
  }
}

/**
 * What is there of a Secret; undefined: none. An empty folder is none: it may be what a container is to mount. Throws PortFailure, and
 * what the file system throws.
 */
export function inspect(ground: Ground, namespace: string, name: string): Inspected | undefined {
  const folder = secretFolder(ground, namespace, name);
  if (!guardedFolder(ground, namespaceFolder(ground, namespace)) || !isFolder(ground, folder))
    return undefined;
  const stamp = stampIn(ground, folder);
  const metadata = stamp === undefined ? undefined : metadataIn(ground, join(folder, stamp));
  const keys = readdirSync(folder).filter((key) => !key.startsWith(".."));
  const entries = keys.sort(compareText).flatMap((key) => entryOf(folder, stamp, key) ?? []);
  if (!metadata && entries.length === 0) return undefined;
  const foreign = entries.filter((entry) => !isAsWritten(entry, metadata)).map(({ key }) => key);
  return {
    folder,
    stamp,
    metadata,
    entries,
    foreignKeys: new Set(foreign),
    seen: metadata ? seenByMetadata(metadata, entries, foreign) : seenByFolder(folder, entries),
  };
}

function guardedFolder(ground: Ground, folder: string): boolean {
  return guarded("JF730", shownOf(ground, folder), () => isFolder(ground, folder));
}

/** Where `..data` leads. Throws PortFailure if that is no folder beside it. */
function stampIn(ground: Ground, folder: string): string | undefined {
  const link = join(folder, DATA);
  const stat = lstatSync(link, { throwIfNoEntry: false });
  if (!stat) return undefined;
  const stamp = stat.isSymbolicLink() ? readlinkSync(link) : "";
  if (!/^\.\.[^/]+$/.test(stamp)) throw damaged(ground, link);
  if (!lstatSync(join(folder, stamp)).isDirectory()) throw damaged(ground, link);
  return stamp;
}

function metadataIn(ground: Ground, stamp: string): Metadata | undefined {
  const path = join(stamp, METADATA);
  if (!lstatSync(path, { throwIfNoEntry: false })) return undefined;
  const metadata = readMetadata(readFileSync(path, "utf8"));
  if (!metadata) throw damaged(ground, path);
  return metadata;
}

function damaged(ground: Ground, path: string): PortFailure {
  const hint = "restore it, or remove the folder of that Secret, and apply again";
  return new PortFailure(diagnostic("JF733", undefined, { path: shownOf(ground, path) }, { hint }));
}

function entryOf(folder: string, stamp: string | undefined, key: string): Entry | undefined {
  const path = join(folder, key);
  const stat = lstatSync(path, { bigint: true });
  if (!stat.isSymbolicLink()) return { key, kind: kindOf(stat), path, stat };
  if (readlinkSync(path) !== `${DATA}/${key}`) return { key, kind: "odd", path, stat };
  // One that leads nowhere is what is left of a swap, or not there yet.
  if (stamp === undefined) return undefined;
  const real = join(folder, stamp, key);
  const there = lstatSync(real, { bigint: true, throwIfNoEntry: false });
  return there && { key, kind: there.isFile() ? "ours" : "odd", path: real, stat: there };
}

function kindOf(stat: BigIntStats): Entry["kind"] {
  if (stat.isFile()) return "file";
  return stat.isDirectory() ? "folder" : "odd";
}

function isAsWritten({ key, kind, stat }: Entry, metadata: Metadata | undefined): boolean {
  const written = metadata?.keys.get(key);
  return kind === "ours" && written?.size === String(stat.size) && written.mtime === String(stat.mtimeNs);
}

/** As long as nobody touches the files, the counter says all. */
function seenByMetadata(
  { uid, version, keys }: Metadata,
  entries: readonly Entry[],
  foreign: readonly string[],
): Seen {
  const isWhole = foreign.length === 0 && entries.length === keys.size;
  return { uid, resourceVersion: isWhole ? String(version) : `${version}.${digestOf(entries)}` };
}

function seenByFolder(folder: string, entries: readonly Entry[]): Seen {
  const { ino, birthtimeNs } = lstatSync(folder, { bigint: true });
  return { uid: `folder-${ino}-${birthtimeNs}`, resourceVersion: `0.${digestOf(entries)}` };
}

function digestOf(entries: readonly Entry[]): string {
  const facts = entries.map(({ key, stat }) =>
    [key, stat.size, stat.mtimeNs, stat.ctimeNs, stat.ino].join("\0"),
  );
  return createHash("sha256").update(facts.join("\n")).digest("hex").slice(0, 16);
}

/** Sorted; none if the folder is not there. */
function namesIn(ground: Ground, folder: string): readonly string[] {
  return guarded("JF730", shownOf(ground, folder), () => {
    if (!lstatSync(folder, { throwIfNoEntry: false })) return [];
    return readdirSync(folder).sort(compareText);
  });
}

function unlessGone<T>(action: () => T): T | "moved" {
  try {
    return action();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "moved";
    throw error;
  }
}
