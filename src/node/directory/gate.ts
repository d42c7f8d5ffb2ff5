import { join } from "node:path";
import { diagnostic } from "../../core/diagnostic.ts";
import type { Seen } from "../../model/live.ts";
import { PortFailure, type WriteAnswer } from "../../ports.ts";
import { exposed, isExposed } from "../exposure.ts";
import { attempt, failure, freshLock, type Ground, LOCK, makeFolders, shownOf } from "./ground.ts";
import { type Limits, takeToken } from "./token.ts";
import { type Demand, sweep } from "./write.ts";

/** Lets one writer at a time into a directory. */
export interface Gate {
  readonly ground: Ground;
  /** Does something alone. It gets what throws once others may be in there too. */
  alone<T>(action: (demand: Demand) => T): Promise<T>;
  /** Throws PortFailure if git would see the files of a namespace. */
  demandHidden(namespace: string): void;
}

export function createGate(ground: Ground, limits: Limits): Gate {
  let last: Promise<unknown> = Promise.resolve();
  let isSwept = false;
  const hidden = new Set<string>();
  return {
    ground,
    alone(action) {
      const turn = last.then(() =>
        locked(ground, limits, (demand) => {
          if (!isSwept) sweep(ground);
          isSwept = true;
          return action(demand);
        }),
      );
      last = turn.catch(() => undefined);
      return turn;
    },
    demandHidden(namespace) {
      if (hidden.has(namespace)) return;
      // A name that only a pattern for whole folders matches.
      const place = join(ground.path, namespace, "..secret", "value");
      if (isExposed(place)) throw new PortFailure(exposed(shownOf(ground, join(ground.path, namespace))));
      hidden.add(namespace);
    },
  };
}

async function locked<T>(ground: Ground, limits: Limits, action: (demand: Demand) => T): Promise<T> {
  makeFolders(ground, ground.path);
  const path = join(ground.path, LOCK);
  const token = await takeToken(path, limits, () => freshLock(ground));
  const busy = (pid: number) =>
    new PortFailure(diagnostic("JF737", undefined, { path: shownOf(ground, path), pid }));
  if ("pid" in token) throw busy(token.pid);
  try {
    return action(() => {
      if (!token.isHeld()) throw busy(0);
    });
  } finally {
    attempt(token.release);
  }
}

export function isSame(one: Seen | undefined, other: Seen | undefined): boolean {
  return one?.uid === other?.uid && one?.resourceVersion === other?.resourceVersion;
}

/** Turns what goes wrong at a place below the ground into the directory's no; throws what is a defect of ours. */
export async function answered<T>(
  { shown }: Ground,
  place: string,
  action: () => Promise<T>,
): Promise<T | Refused> {
  try {
    return await action();
  } catch (error) {
    const known = failure("JF731", `${shown}/${place}`, error);
    if (known instanceof PortFailure) return { kind: "refused", diagnostic: known.diagnostic };
    throw error;
  }
}

type Refused = Extract<WriteAnswer, { readonly kind: "refused" }>;
