import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lock, LockAnswer } from "../../ports.ts";
import { attempt, freshLock, type Ground, makeFolders, secretFolder } from "./ground.ts";
import { type Limits, type Token, takeToken } from "./token.ts";

/** Locks that last for a run, by namespace and name. */
export const LOCKS = ".locks";

const RENEWED_EVERY = 5_000;
const HOLDER = "holder";

/** The lock of a name, as `LiveCluster` gives it. Throws PortFailure, and what the file system throws. */
export async function takeLease(
  ground: Ground,
  [namespace, name]: readonly [string, string],
  holder: string,
  limits: Limits,
): Promise<LockAnswer> {
  // The names are judged as those of Secrets.
  const place = secretFolder(ground, namespace, name).slice(ground.path.length);
  const folder = join(ground.path, LOCKS, place);
  makeFolders(ground, join(folder, ".."));
  const taken = await takeToken(folder, limits, () => freshLock(ground));
  if ("pid" in taken) {
    const by = attempt(() => readFileSync(join(folder, HOLDER), "utf8"));
    return { kind: "taken", by: by ?? `process ${taken.pid}` };
  }
  attempt(() => {
    // By renaming, as all here: the file may be another user's.
    writeFileSync(join(folder, `${HOLDER}.new`), holder);
    renameSync(join(folder, `${HOLDER}.new`), join(folder, HOLDER));
  });
  return { kind: "locked", lock: kept(taken) };
}

function kept(token: Token): Lock {
  const timer = setInterval(() => attempt(token.renew), RENEWED_EVERY);
  timer.unref();
  return {
    isHeld: token.isHeld,
    release: async () => {
      clearInterval(timer);
      attempt(token.release);
    },
  };
}
