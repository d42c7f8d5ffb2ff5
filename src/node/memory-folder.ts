import {
  closeSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A fresh folder for its owner alone. */
export interface MemoryFolder {
  readonly path: string;
  /** False: it is on the disk. */
  readonly inMemory: boolean;
}

/** The types of Linux' file systems that are in memory: tmpfs and ramfs (linux/magic.h). */
const IN_MEMORY: readonly number[] = [0x01021994, 0x858458f6];

/** Makes one in the first of these folders that is in memory, else in the folder for temporary files. Throws what that throws. */
export function makeMemoryFolder(candidates: readonly string[]): MemoryFolder {
  for (const folder of candidates) {
    const made = isInMemory(folder) ? attempt(() => mkdtempSync(join(folder, "jackfield-"))) : undefined;
    if (made !== undefined) return { path: made, inMemory: true };
  }
  return { path: mkdtempSync(join(tmpdir(), "jackfield-")), inMemory: false };
}

function isInMemory(folder: string): boolean {
  return attempt(() => IN_MEMORY.includes(statfsSync(folder).type)) ?? false;
}

/** Overwrites all files of a folder, those that an editor left there too, and removes it. Never throws. */
export function wipeFolder(folder: string): void {
  const entries = attempt(() => readdirSync(folder, { recursive: true, withFileTypes: true })) ?? [];
  for (const entry of entries)
    if (entry.isFile()) attempt(() => overwrite(join(entry.parentPath, entry.name)));
  attempt(() => rmSync(folder, { recursive: true, force: true }));
}

function overwrite(path: string): void {
  const { size } = lstatSync(path);
  const file = openSync(path, "r+");
  try {
    writeSync(file, Buffer.alloc(size), 0, size, 0);
  } finally {
    closeSync(file);
  }
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
