import { accessSync, constants, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { diagnostic } from "../../core/diagnostic.ts";
import type { Cluster } from "../../model/declaration.ts";
import type { LiveSecret, Seen, WantedSecret } from "../../model/live.ts";
import { type LiveCluster, PortFailure, type WriteAnswer } from "../../ports.ts";
import { exposed, isExposed } from "../exposure.ts";
import { ancestors } from "../files.ts";
import {
  attempt,
  demandKeys,
  failure,
  freshLock,
  type Ground,
  gidOf,
  groundOf,
  LOCK,
  makeFolders,
  secretFolder,
  shownOf,
} from "./ground.ts";
import { inspectDirectory } from "./inspect.ts";
import { LOCKS, takeLease } from "./lease.ts";
import { inspect, readNamespaces, readSecret, readSecrets } from "./read.ts";
import { type Limits, takeToken } from "./token.ts";
import { type Demand, removeSecret, sweep, writeSecret } from "./write.ts";

const LIMITS: Limits = { wait: 20_000, stale: 15_000 };
/** How long a reader that is on its way through the links may still need the old files, in ms. */
const GRACE = 10;

/**
 * The cluster that a folder stands for: `<directory>/<namespace>/<secret>/<key>`, laid out and swapped as the kubelet mounts Secrets.
 * `root`: of the repo; `folder`: of the Workspace, from there, which the directory is told from. A directory that is not there is an
 * empty cluster; the first write makes it. `limits` are those of locks.
 */
export function openDirectory(
  cluster: Cluster,
  root: string,
  folder: string,
  limits: Limits = LIMITS,
): LiveCluster {
  const ground = groundOf(cluster, root, folder);
  const gate = createGate(ground, limits);
  const write = (wanted: WantedSecret, seen: LiveSecret | undefined, dryRun = false) =>
    answered(ground, wanted, () => put(gate, wanted, seen, dryRun));
  return {
    name: cluster.name.value,
    identity: async () => undefined,
    get: async (namespace, name) => readSecret(ground, namespace, name),
    list: async (namespace) => readSecrets(ground, namespace),
    namespaces: async () => readNamespaces(ground),
    create: (wanted, dryRun) => write(wanted, undefined, dryRun),
    update: (wanted, seen, dryRun) => write(wanted, seen, dryRun),
    remove: (namespace, name, seen) =>
      answered(ground, { namespace, name }, () => take(gate, namespace, name, seen)),
    lock: (namespace, name, holder) =>
      answered(ground, { namespace: `${LOCKS}/${namespace}`, name }, () =>
        takeLease(ground, [namespace, name], holder, limits),
      ),
    inspect: inspectDirectory(ground),
    close: () => undefined,
  };
}

/** Lets one writer at a time into a directory. */
interface Gate {
  readonly ground: Ground;
  /** Does something alone. It gets what throws once others may be in there too. */
  alone<T>(action: (demand: Demand) => T): Promise<T>;
  /** Throws PortFailure if git would see the files of a namespace. */
  demandHidden(namespace: string): void;
}

function createGate(ground: Ground, limits: Limits): Gate {
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

/** Creates, or makes of what was seen what is wanted. */
async function put(
  gate: Gate,
  wanted: WantedSecret,
  seen: LiveSecret | undefined,
  dryRun: boolean,
): Promise<WriteAnswer> {
  const { ground } = gate;
  const { namespace, name } = wanted;
  const look = () => inspect(ground, namespace, name);
  const isChanged = () => !isSame(look()?.seen, seen?.seen);
  demandKeys(wanted.data.keys());
  if (isChanged()) return { kind: "changed" };
  gate.demandHidden(namespace);
  if (dryRun) return demandWritable(ground, namespace, name);
  const old = await gate.alone((demand) => {
    const before = look();
    if (!isSame(before?.seen, seen?.seen)) return "changed";
    return writeSecret(ground, wanted, before, demand);
  });
  if (old === "changed") return { kind: "changed" };
  if (old !== undefined) {
    await sleep(GRACE);
    attempt(() => rmSync(old, { recursive: true, force: true }));
  }
  return { kind: "done" };
}

async function take(gate: Gate, namespace: string, name: string, seen: Seen): Promise<WriteAnswer> {
  const { ground } = gate;
  if (!inspect(ground, namespace, name)) return { kind: "done" };
  return gate.alone((demand): WriteAnswer => {
    const before = inspect(ground, namespace, name);
    if (before && !isSame(before.seen, seen)) return { kind: "changed" };
    if (before) removeSecret(ground, before, demand);
    return { kind: "done" };
  });
}

function isSame(one: Seen | undefined, other: Seen | undefined): boolean {
  return one?.uid === other?.uid && one?.resourceVersion === other?.resourceVersion;
}

function demandWritable(ground: Ground, namespace: string, name: string): WriteAnswer {
  gidOf(ground);
  const nearest = ancestors(secretFolder(ground, namespace, name)).find((one) => existsSync(one));
  accessSync(nearest ?? ground.path, constants.W_OK | constants.X_OK);
  return { kind: "done" };
}

/** Turns what goes wrong into the directory's no; throws what is a defect of ours. */
async function answered<T>(
  { shown }: Ground,
  { namespace, name }: Pick<WantedSecret, "namespace" | "name">,
  action: () => Promise<T>,
): Promise<T | Refused> {
  try {
    return await action();
  } catch (error) {
    const known = failure("JF731", `${shown}/${namespace}/${name}`, error);
    if (known instanceof PortFailure) return { kind: "refused", diagnostic: known.diagnostic };
    throw error;
  }
}

type Refused = Extract<WriteAnswer, { readonly kind: "refused" }>;
