import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** The calls that change what is on the disk, or make it last. */
const CALLS = [
  ...(["mkdirSync", "mkdtempSync", "openSync", "writeFileSync", "fsyncSync", "closeSync"] as const),
  ...([
    "futimesSync",
    "fchmodSync",
    "chmodSync",
    "symlinkSync",
    "renameSync",
    "rmSync",
    "rmdirSync",
  ] as const),
];

/**
 * Does something while one of its calls of the file system fails, counted from 1. `once`: that call only, as on a full disk; `dead`:
 * and all that follow, as if the process were killed. Gives how many calls there were, too.
 */
export async function failingAt<T>(
  at: number,
  mode: "once" | "dead",
  code: string,
  action: () => Promise<T>,
): Promise<{ readonly calls: number; readonly value: T }> {
  const real = CALLS.map((name) => [name, fs[name]] as const);
  let calls = 0;
  for (const [name, call] of real) {
    const counted = (...given: readonly unknown[]): unknown => {
      calls++;
      if (calls === at || (mode === "dead" && calls > at))
        throw Object.assign(new Error(`${code}: canary-value`), { code });
      return (call as (...given: readonly unknown[]) => unknown)(...given);
    };
    Object.assign(fs, { [name]: counted });
  }
  syncBuiltinESMExports();
  try {
    const value = await action();
    return { calls, value };
  } finally {
    for (const [name, call] of real) Object.assign(fs, { [name]: call });
    syncBuiltinESMExports();
  }
}

/** Does something, and something else right before the first call of this name that is told by `when`. */
export async function interrupted<T>(
  name: "readdirSync" | "renameSync" | "symlinkSync",
  when: (...given: readonly unknown[]) => boolean,
  interruption: () => void,
  action: () => Promise<T>,
): Promise<T> {
  const real = fs[name] as (...given: readonly unknown[]) => unknown;
  let isDone = false;
  const watched = (...given: readonly unknown[]): unknown => {
    if (!isDone && when(...given)) {
      isDone = true;
      interruption();
    }
    return real(...given);
  };
  Object.assign(fs, { [name]: watched });
  syncBuiltinESMExports();
  try {
    const value = await action();
    if (!isDone) throw new Error(`nobody called ${name} so`);
    return value;
  } finally {
    Object.assign(fs, { [name]: real });
    syncBuiltinESMExports();
  }
}
