import { randomBytes, randomUUID } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { diagnostic } from "../../core/diagnostic.ts";
import type { WantedSecret } from "../../model/live.ts";
import { PortFailure } from "../../ports.ts";
import {
  attempt,
  GONE_NAMESPACE,
  type Ground,
  gidOf,
  isNamespace,
  makeFolders,
  NEW_LOCK,
  NEW_NAMESPACE,
  own,
  secretFolder,
  shownOf,
  syncFolder,
  unmake,
} from "./ground.ts";
import { METADATA, metadataText, type Written } from "./metadata.ts";
import { DATA, type Inspected } from "./read.ts";

// All of this is done under the lock of the whole directory, and without a pause: whatever else lies there is left over.

const TEMPORARY = `${DATA}_tmp`;
const LINK = "..link.";
const GONE = "..gone.";
/** Names of ours, and of the kubelet's, for folders that `..data` leads to. */
const STAMP = /^\.\.\d{4}(?:_\d\d){5}\.[0-9a-f]+$/;

/** Throws, right before anything changes, if the lock was lost. */
export type Demand = () => void;

/**
 * Makes of a Secret what is wanted: the new files are written and synced beside the old ones, and one rename swaps them. Gives the
 * folder of the old ones, for the caller to remove. Throws what the file system throws; before the swap, nothing is left then.
 */
export function writeSecret(
  ground: Ground,
  wanted: WantedSecret,
  before: Inspected | undefined,
  demand: Demand,
): string | undefined {
  refuseFolders(ground, before);
  const folder = secretFolder(ground, wanted.namespace, wanted.name);
  const old = before?.stamp === undefined ? undefined : join(folder, before.stamp);
  const made: string[] = [];
  const temporary: string[] = [];
  try {
    makeFolders(ground, folder, made);
    cleanFolder(folder);
    const stamp = stampName();
    temporary.push(join(folder, stamp));
    writeStamp(ground, join(folder, stamp), wanted, before);
    const misplaced = linkKeys(folder, wanted, temporary);
    symlink(stamp, join(folder, TEMPORARY), temporary);
    syncFolder(folder);
    demand();
    renameSync(join(folder, TEMPORARY), join(folder, DATA));
    temporary.splice(0, Number.POSITIVE_INFINITY, ...(old === undefined ? [] : [old]));
    finish(folder, wanted, misplaced);
  } catch (error) {
    for (const path of temporary) attempt(() => rmSync(path, { recursive: true, force: true }));
    unmake(made);
    throw error;
  }
  return old;
}

/** Takes a Secret out of the way at once, and then apart. Throws what the file system throws. */
export function removeSecret(ground: Ground, before: Inspected, demand: Demand): void {
  refuseFolders(ground, before);
  const namespace = dirname(before.folder);
  const gone = join(namespace, `${GONE}${stampName().slice(2)}`);
  demand();
  renameSync(before.folder, gone);
  syncFolder(namespace);
  rmSync(gone, { recursive: true, force: true });
}

const LEFTOVERS = [NEW_LOCK, NEW_NAMESPACE, GONE_NAMESPACE];

/** Removes what runs that were killed left anywhere. */
export function sweep(ground: Ground): void {
  const folders = (path: string) =>
    (attempt(() => readdirSync(path, { withFileTypes: true })) ?? []).filter((entry) => entry.isDirectory());
  for (const { name } of folders(ground.path)) {
    const namespace = join(ground.path, name);
    if (LEFTOVERS.some((prefix) => name.startsWith(prefix)))
      attempt(() => rmSync(namespace, { recursive: true }));
    if (!isNamespace(name)) continue;
    for (const secret of folders(namespace)) {
      const path = join(namespace, secret.name);
      attempt(() => (secret.name.startsWith(GONE) ? rmSync(path, { recursive: true }) : cleanFolder(path)));
    }
  }
}

/** What a folder in a Secret holds is nobody's key, and not ours to remove. */
function refuseFolders(ground: Ground, before: Inspected | undefined): void {
  const stray = before?.entries.find(({ kind }) => kind === "folder");
  if (stray) throw new PortFailure(diagnostic("JF734", undefined, { path: shownOf(ground, stray.path) }));
}

/** Removes files that were never swapped in, or swapped out. */
function cleanFolder(folder: string): void {
  const stamp = attempt(() => readlinkSync(join(folder, DATA)));
  for (const name of readdirSync(folder)) {
    const isOurs = name === TEMPORARY || name.startsWith(LINK) || STAMP.test(name);
    if (isOurs && name !== stamp) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function stampName(): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:T]/g, "_");
  return `..${time}.${randomBytes(6).toString("hex")}`;
}

function writeStamp(
  ground: Ground,
  stamp: string,
  wanted: WantedSecret,
  before: Inspected | undefined,
): void {
  mkdirSync(stamp, { mode: 0o700 });
  own(ground, stamp);
  const { labels, annotations } = wanted;
  const data = [...wanted.data].map(
    ([key, value]) => [key, writeFile(ground, join(stamp, key), value.reveal())] as const,
  );
  const uid = before?.seen.uid ?? randomUUID();
  const version = (before?.metadata?.version ?? 0) + 1;
  const text = metadataText({ uid, version, labels, annotations, keys: new Map(data) });
  writeFile(ground, join(stamp, METADATA), text);
  syncFolder(stamp);
}

/** Writes a new file to the disk. */
export function writeFile(ground: Ground, path: string, text: string): Written {
  const file = openSync(path, "wx", 0o600);
  try {
    writeFileSync(file, text);
    const gid = gidOf(ground);
    if (gid !== undefined) fchownSync(file, -1, gid);
    fchmodSync(file, ground.fileMode);
    // A time that no later edit can have, however coarse the clock of the file system is.
    const time = Math.floor(Date.now() / 1000) - 2;
    futimesSync(file, time, time);
    fsyncSync(file);
    const { size, mtimeNs } = fstatSync(file, { bigint: true });
    return { size: String(size), mtime: String(mtimeNs) };
  } finally {
    closeSync(file);
  }
}

/**
 * Links new keys, which lead nowhere until the swap. Gives the links, by key, that wait beside what is in their places: putting one
 * there after the swap takes no room on the disk.
 */
function linkKeys(folder: string, wanted: WantedSecret, temporary: string[]): ReadonlyMap<string, string> {
  const misplaced = new Map<string, string>();
  for (const key of wanted.data.keys()) {
    const target = `${DATA}/${key}`;
    const place = join(folder, key);
    const stat = lstatSync(place, { throwIfNoEntry: false });
    if (!stat) symlink(target, place, temporary);
    else if (!stat.isSymbolicLink() || readlinkSync(place) !== target) {
      const link = join(folder, `${LINK}${misplaced.size}`);
      symlink(target, link, temporary);
      misplaced.set(key, link);
    }
  }
  return misplaced;
}

function symlink(target: string, place: string, temporary: string[]): void {
  symlinkSync(target, place);
  temporary.push(place);
}

function finish(folder: string, wanted: WantedSecret, misplaced: ReadonlyMap<string, string>): void {
  for (const [key, link] of misplaced) renameSync(link, join(folder, key));
  for (const name of readdirSync(folder))
    if (!name.startsWith("..") && !wanted.data.has(name)) rmSync(join(folder, name));
  syncFolder(folder);
}
