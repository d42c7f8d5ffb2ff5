import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { diagnostic } from "../core/diagnostic.ts";
import { PortFailure, type Replacement, type TreeWriter } from "../ports.ts";
import { ancestors } from "./files.ts";

/**
 * The writer on the local disk. New texts are written beside their places first, and put there by renaming, each at
 * once; if one cannot be, those before it are put back. A new text that is on the disk only after a crash is whole.
 */
export function createTreeWriter(root: string): TreeWriter {
  return {
    replaceAll(files) {
      const changes = [...files].map(([path, replacement]) => ({ path, ...replacement }));
      for (const change of changes) checked(change.path, () => refuseOthers(root, change));
      unhurried(() => replaceAll(root, changes));
    },
  };
}

interface Change extends Replacement {
  readonly path: string;
}

/** A change whose new text lies beside its place, and how to take back what was done so far. */
interface Staged extends Change {
  readonly place: string;
  /** Where the new text lies. */
  readonly fresh: string;
  /** Where the old text is kept. */
  readonly old: string;
}

type Undo = () => void;

function replaceAll(root: string, changes: readonly Change[]): void {
  const made: string[] = [];
  const temporary: string[] = [];
  const undo: Undo[] = [];
  try {
    const staged = changes.map((change) => checked(change.path, () => stage(root, change, made, temporary)));
    for (const change of staged) checked(change.path, () => swap(root, change, undo));
    for (const folder of new Set([...staged.map(({ place }) => dirname(place)), ...made.map(dirname)]))
      syncFolder(folder);
  } catch (error) {
    for (const back of undo.reverse()) attempt(back);
    // Only those that are empty go.
    for (const path of temporary) attempt(() => rmSync(path, { force: true }));
    for (const folder of made.reverse()) attempt(() => rmdirSync(folder));
    throw error;
  }
  for (const path of temporary) attempt(() => rmSync(path, { force: true }));
}

/** Throws unless a file is as it was read, below the root, and reached without symbolic links. */
function refuseOthers(root: string, { path, before }: Change): void {
  const parts = path.split("/");
  if (
    parts.some(
      (part) => part === "" || part === "." || part === ".." || part === ".git" || part.includes("\0"),
    )
  )
    throw new Refusal("it leads out of the tree");
  const place = join(root, ...parts);
  for (const above of ancestors(dirname(place))) {
    if (above === root) break;
    const stat = lstatSync(above, { throwIfNoEntry: false });
    if (stat && !stat.isDirectory())
      throw new Refusal(
        stat.isSymbolicLink() ? "a symbolic link is on the way" : "a folder on the way is a file",
      );
  }
  const stat = lstatSync(place, { throwIfNoEntry: false });
  if (stat && !stat.isFile())
    throw new Refusal(stat.isSymbolicLink() ? "it is a symbolic link" : "it is no regular file");
  const current = stat && readFileSync(place);
  const isAsRead = before === undefined ? !current : current?.equals(Buffer.from(before, "utf8"));
  if (!isAsRead) throw new Refusal(CHANGED);
}

const CHANGED = "it was changed by somebody else meanwhile";

function stage(root: string, change: Change, made: string[], temporary: string[]): Staged {
  const place = join(root, ...change.path.split("/"));
  const beside = join(dirname(place), `.${basename(place)}.${randomBytes(6).toString("hex")}`);
  const staged = { ...change, place, fresh: `${beside}.new`, old: `${beside}.old` };
  makeFolders(dirname(place), made);
  if (change.before !== undefined) {
    temporary.push(staged.old);
    copyFileSync(place, staged.old, constants.COPYFILE_EXCL);
  }
  if (change.after !== undefined) {
    temporary.push(staged.fresh);
    const mode = change.before === undefined ? undefined : lstatSync(place).mode & 0o7777;
    writeWhole(staged.fresh, change.after, mode);
  }
  return staged;
}

function makeFolders(folder: string, made: string[]): void {
  for (const missing of ancestors(folder)
    .filter((one) => !existsSync(one))
    .reverse()) {
    mkdirSync(missing);
    made.push(missing);
  }
}

/** A file that must not be there yet; `mode` undefined is what the umask leaves. */
function writeWhole(path: string, text: string, mode: number | undefined): void {
  const file = openSync(path, "wx");
  try {
    writeFileSync(file, text);
    if (mode !== undefined) fchmodSync(file, mode);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Looked at once more, right before: while others were staged it may have changed. */
function swap(root: string, staged: Staged, undo: Undo[]): void {
  const { place, fresh, old, before, after } = staged;
  refuseOthers(root, staged);
  if (after === undefined) rmSync(place);
  else renameSync(fresh, place);
  undo.push(() => (before === undefined ? rmSync(place, { force: true }) : renameSync(old, place)));
}

/** Makes what was renamed last. Not every system can open a folder, and not every file system can sync one. */
function syncFolder(folder: string): void {
  attempt(() => {
    const handle = openSync(folder, "r");
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  });
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // There is nothing better to do than to go on.
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Signals wait until it is done: half of a change is what nobody asked for. */
function unhurried(action: () => void): void {
  const wait = () => undefined;
  for (const signal of SIGNALS) process.on(signal, wait);
  try {
    action();
  } finally {
    for (const signal of SIGNALS) process.off(signal, wait);
  }
}

/** Why we do not write, in words of ours. */
class Refusal extends Error {}

/** Turns what goes wrong into a failure that names the file, never what was written. */
function checked<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    const reason = error instanceof Refusal ? error.message : code;
    const hint = reason === CHANGED ? "nothing was written: run the command again" : undefined;
    throw new PortFailure(diagnostic("JF004", undefined, { path, reason }, { hint }));
  }
}
