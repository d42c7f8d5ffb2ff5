import { accessSync, constants, existsSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../model/declaration.ts";
import type { LiveSecret, Seen, WantedSecret } from "../../model/live.ts";
import type { LiveCluster, WriteAnswer } from "../../ports.ts";
import { ancestors } from "../files.ts";
import { answered, createGate, type Gate, isSame } from "./gate.ts";
import { attempt, demandKeys, type Ground, gidOf, groundOf, secretFolder } from "./ground.ts";
import { inspectDirectory } from "./inspect.ts";
import { LOCKS, takeLease } from "./lease.ts";
import { directoryNamespaces } from "./namespaces.ts";
import { inspect, readNamespaces, readSecret, readSecrets } from "./read.ts";
import type { Limits } from "./token.ts";
import { removeSecret, writeSecret } from "./write.ts";

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
    answered(ground, `${wanted.namespace}/${wanted.name}`, () => put(gate, wanted, seen, dryRun));
  return {
    name: cluster.name.value,
    identity: async () => undefined,
    get: async (namespace, name) => readSecret(ground, namespace, name),
    list: async (namespace) => readSecrets(ground, namespace),
    namespaces: async () => readNamespaces(ground),
    create: (wanted, dryRun) => write(wanted, undefined, dryRun),
    update: (wanted, seen, dryRun) => write(wanted, seen, dryRun),
    remove: (namespace, name, seen) =>
      answered(ground, `${namespace}/${name}`, () => take(gate, namespace, name, seen)),
    lock: (namespace, name, holder) =>
      answered(ground, `${LOCKS}/${namespace}/${name}`, () =>
        takeLease(ground, [namespace, name], holder, limits),
      ),
    previews: directoryNamespaces(gate),
    inspect: inspectDirectory(ground),
    close: () => undefined,
  };
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

function demandWritable(ground: Ground, namespace: string, name: string): WriteAnswer {
  gidOf(ground);
  const nearest = ancestors(secretFolder(ground, namespace, name)).find((one) => existsSync(one));
  accessSync(nearest ?? ground.path, constants.W_OK | constants.X_OK);
  return { kind: "done" };
}
