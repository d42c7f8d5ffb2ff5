import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
} from "node:fs";
import { dirname, isAbsolute, join, posix, resolve } from "node:path";
import { diagnostic } from "../../core/diagnostic.ts";
import type { Cluster } from "../../model/declaration.ts";
import { PortFailure } from "../../ports.ts";
import { ancestors } from "../files.ts";

/** A folder that stands for a cluster. */
export interface Ground {
  readonly path: string;
  /** As messages name it. */
  readonly shown: string;
  readonly fileMode: number;
  readonly folderMode: number;
  /** A name, or a number. */
  readonly group: string | undefined;
}

/** `root`: of the repo; `folder`: of the Workspace, from there. */
export function groundOf({ directory = "", mode, group }: Cluster, root: string, folder: string): Ground {
  // The owner must read what he wrote, and whoever may read a file must get at it.
  const fileMode = Number.parseInt(mode ?? (group === undefined ? "600" : "640"), 8) | 0o600;
  return {
    path: resolve(root, folder, directory),
    shown: isAbsolute(directory) ? directory : posix.join(folder, directory),
    fileMode,
    folderMode: fileMode | ((fileMode & 0o444) >> 2),
    group,
  };
}

// What Kubernetes takes: a DNS label, a DNS subdomain, and the key of a Secret. None of them leads out of a folder.
const NAMESPACE = /^(?=.{1,63}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const KEY = /^(?!\.\.)(?!\.$)[-._a-zA-Z0-9]{1,253}$/;

export function isNamespace(name: string): boolean {
  return NAMESPACE.test(name);
}

export function isSecretName(name: string): boolean {
  return SUBDOMAIN.test(name);
}

/** The folder of a namespace. Throws PortFailure: a name that Kubernetes would not take. */
export function namespaceFolder({ path }: Ground, namespace: string): string {
  if (!isNamespace(namespace)) throw illegal("namespace", namespace);
  return join(path, namespace);
}

/** The folder of a Secret. Throws as `namespaceFolder`. */
export function secretFolder(ground: Ground, namespace: string, name: string): string {
  const folder = namespaceFolder(ground, namespace);
  if (!isSecretName(name)) throw illegal("Secret", name);
  return join(folder, name);
}

/** Throws PortFailure: a name that Kubernetes would not take. */
export function demandKeys(keys: Iterable<string>): void {
  for (const key of keys) if (!KEY.test(key)) throw illegal("key of a Secret", key);
}

function illegal(what: string, name: string): PortFailure {
  return new PortFailure(diagnostic("JF736", undefined, { what, name }), "user");
}

/**
 * True if there is a real folder. Throws PortFailure: a link in its place, which could lead anywhere, or something that is no folder.
 */
export function isFolder(ground: Ground, path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return false;
  if (stat.isDirectory()) return true;
  const reason = stat.isSymbolicLink() ? "a symbolic link" : "no folder";
  throw new PortFailure(diagnostic("JF732", undefined, { path: shownOf(ground, path), reason }));
}

/** A path below the ground as messages name it. */
export function shownOf({ path: base, shown }: Ground, path: string): string {
  return `${shown}${path.slice(base.length)}`;
}

/** Turns what the file system throws into a failure that tells the place and its word for why, never what was written. */
export function guarded<T>(code: "JF730" | "JF731", path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw failure(code, path, error);
  }
}

/** What was thrown, as a PortFailure. Defects of ours stay what they are. */
export function failure(code: "JF730" | "JF731", path: string, error: unknown): unknown {
  const reason = (error as NodeJS.ErrnoException).code;
  if (error instanceof PortFailure || reason === undefined) return error;
  return new PortFailure(diagnostic(code, undefined, { path, reason }));
}

/** Makes a folder, and those above it that are missing; each goes into `made`. */
export function makeFolders(ground: Ground, folder: string, made: string[] = []): void {
  const missing = ancestors(folder).filter((one) => !existsSync(one));
  for (const one of missing.reverse()) {
    try {
      mkdirSync(one, { mode: 0o700 });
    } catch (error) {
      // Another process was faster; what is there instead of a folder fails below.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !lstatSync(one).isDirectory()) throw error;
      continue;
    }
    made.push(one);
    own(ground, one);
    syncFolder(dirname(one));
  }
}

/** Gives a new folder its mode and group. */
export function own(ground: Ground, folder: string): void {
  const gid = gidOf(ground);
  if (gid !== undefined) chownSync(folder, -1, gid);
  chmodSync(folder, ground.folderMode);
}

/** The lock of the whole directory; `.lock.new-…` are locks that are not in place yet. */
export const LOCK = ".lock";
export const NEW_LOCK = `${LOCK}.new-`;

/** Namespaces that are not in place yet, or no longer. */
export const NEW_NAMESPACE = ".namespace.new-";
export const GONE_NAMESPACE = ".namespace.gone-";

/** Makes an empty folder, for a lock of this directory. */
export function freshLock(ground: Ground): string {
  return freshFolder(ground, NEW_LOCK);
}

/** Makes an empty folder right in this directory, whose name begins so. */
export function freshFolder(ground: Ground, prefix: string): string {
  const folder = mkdtempSync(join(ground.path, prefix));
  own(ground, folder);
  return folder;
}

/** Removes the folders that were made, if nothing is in them. */
export function unmake(made: readonly string[]): void {
  for (const folder of [...made].reverse()) attempt(() => rmdirSync(folder));
}

/** The number of the group that files are for. Throws PortFailure: there is no such group. */
export function gidOf({ group }: Ground): number | undefined {
  if (group === undefined || /^\d+$/.test(group)) return group === undefined ? undefined : Number(group);
  const file = attempt(() => readFileSync("/etc/group", "utf8")) ?? "";
  const line = file
    .split("\n")
    .map((one) => one.split(":"))
    .find(([name]) => name === group);
  const gid = Number(line?.[2] || Number.NaN);
  if (!Number.isInteger(gid)) throw new PortFailure(diagnostic("JF735", undefined, { name: group }), "user");
  return gid;
}

/** Makes what was renamed, made or removed in it last. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } catch (error) {
    // Not every file system can: then there is no more to do.
    if (!["EINVAL", "ENOTSUP", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    closeSync(handle);
  }
}

export function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
