import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { heldName, holderOf, lifeOf } from "./processes.ts";

// A lock is a folder that always holds one file, whose name says who has it: `free`, or `held.<process>.<nonce>`. It changes hands
// by renaming that file. Of all who try, only one finds the file still there, and no name comes twice, so a stale look does no harm:
// that is what removing and remaking a lock file cannot give.

const FREE = "free";

export interface Limits {
  /** How long to wait for another's lock, in ms. */
  readonly wait: number;
  /** How long a lock of another machine must lie still before it is taken over, in ms. */
  readonly stale: number;
}

/** A lock that is ours. */
export interface Token {
  /** False: somebody took it over. */
  isHeld(): boolean;
  /** Shows other machines that we live. */
  renew(): void;
  /** Harmless if done before, or if it is lost. */
  release(): void;
}

/** A lock that is not. */
export interface TakenBy {
  readonly pid: number;
}

/** Makes an empty folder, on the same disk as a lock that is to become of it. */
export type MakeFolder = () => string;

/** Takes the lock of a folder, whose parent is there. Throws what the file system throws. */
export async function takeToken(
  folder: string,
  { wait, stale }: Limits,
  make: MakeFolder,
): Promise<Token | TakenBy> {
  const begun = performance.now();
  let watched = { name: "", since: begun };
  for (let pause = 1; ; pause = Math.min(pause * 2, 100)) {
    const name = tokenIn(folder) ?? begin(folder, make);
    if (watched.name !== name) watched = { name, since: performance.now() };
    if (isFree(name, performance.now() - watched.since >= stale)) {
      const token = grasp(folder, name);
      if (token) return token;
    } else if (performance.now() - begun >= wait) {
      return { pid: holderOf(name)?.pid ?? 0 };
    } else {
      await sleep(pause);
    }
  }
}

function isFree(name: string, isStill: boolean): boolean {
  const holder = holderOf(name);
  if (!holder) return true;
  const life = lifeOf(holder);
  return life === "dead" || (life === "unknown" && isStill);
}

function tokenIn(folder: string): string | undefined {
  try {
    return readdirSync(folder).find((name) => name === FREE || holderOf(name));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Makes a free lock, all at once: a folder takes the place of none, or of an empty one, but never of one with a file in it. */
function begin(folder: string, make: MakeFolder): string {
  const fresh = make();
  try {
    writeFileSync(join(fresh, FREE), "");
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    // Somebody else made it, or just renamed what is in it, or took ours for left over.
    if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes(codeOf(error))) throw error;
  }
  return FREE;
}

function grasp(folder: string, name: string): Token | undefined {
  let path = join(folder, name);
  /** False: it is no longer there. */
  const become = (next: string): boolean => {
    try {
      renameSync(path, join(folder, next));
    } catch (error) {
      if (codeOf(error) === "ENOENT") return false;
      throw error;
    }
    path = join(folder, next);
    return true;
  };
  if (!become(heldName())) return undefined;
  let isReleased = false;
  return {
    isHeld: () => !isReleased && existsSync(path),
    renew: () => void become(heldName()),
    release: () => {
      if (!isReleased) become(FREE);
      isReleased = true;
    },
  };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown";
}
