import { compareText } from "../../core/source.ts";
import type { LiveSecret } from "../../model/live.ts";
import { at, isAbsent, type Reply, textOf } from "./answer.ts";
import { liveSecretOf } from "./live-secret.ts";
import { demandKind, pathOf, read, type Session } from "./session.ts";
import { garbled, type Target } from "./trouble.ts";

const PAGE = 500;
/** A cluster has no namespace with more Secrets than this many pages hold; who says so is not to be believed. */
const MAX_PAGES = 400;
/** A list that is older than some minutes cannot be read on, and is begun anew. */
const RESTARTS = 3;
/** What is never anybody's connection, and may be large. */
const OTHERS = "type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token";

/** The uid of the namespace `kube-system`. Throws PortFailure. */
export async function readIdentity(session: Session): Promise<string> {
  const name = "kube-system";
  const target: Target = { cluster: session.cluster, verbs: ["get"], resource: "namespaces", name };
  const reply = await read(session, target, pathOf(target));
  const json = demandKind(reply, target, "v1", "Namespace");
  const uid = textOf(at(json, "metadata", "uid"));
  if (uid === undefined || at(json, "metadata", "name") !== name) {
    throw garbled(target, "it gives a Namespace without name or uid");
  }
  return uid;
}

/** A Secret; undefined only if the server says that there is none. Throws PortFailure. */
export async function readSecret(
  session: Session,
  namespace: string,
  name: string,
): Promise<LiveSecret | undefined> {
  const target = secretTarget(session, ["get"], namespace, name);
  const reply = await read(session, target, pathOf(target), (one) => isAbsent(one, "secrets", name));
  return reply.status === 404 ? undefined : liveSecretIn(target, reply);
}

/** The Secret of an answer, if it is the one that is meant. Throws PortFailure (JF712). */
export function liveSecretIn(target: Target, reply: Reply): LiveSecret {
  const live = liveSecretOf(demandKind(reply, target, "v1", "Secret"), target.namespace ?? "");
  if (live?.name !== target.name) throw garbled(target, "it gives another Secret, or half of one");
  return live as LiveSecret;
}

/** Every Secret of a namespace but those of kinds that are never ours to look at, sorted by name. Throws PortFailure. */
export async function listSecrets(session: Session, namespace: string): Promise<readonly LiveSecret[]> {
  const target = secretTarget(session, ["list"], namespace);
  for (let restarts = 0; ; restarts++) {
    const all = await listOnce(session, target, restarts < RESTARTS);
    if (all) return [...all.values()].sort((a, b) => compareText(a.name, b.name));
  }
}

/** By name. Undefined: the server has forgotten the state of which the first pages told. */
async function listOnce(
  session: Session,
  target: Target,
  mayExpire: boolean,
): Promise<ReadonlyMap<string, LiveSecret> | undefined> {
  const all = new Map<string, LiveSecret>();
  const base = `${pathOf(target)}?limit=${PAGE}&fieldSelector=${encodeURIComponent(OTHERS)}`;
  let next: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const path = next === undefined ? base : `${base}&continue=${encodeURIComponent(next)}`;
    const isExpired = ({ status }: Reply) => mayExpire && status === 410 && next !== undefined;
    const reply = await read(session, target, path, isExpired);
    if (reply.status === 410) return undefined;
    for (const live of itemsOf(target, reply)) all.set(live.name, live);
    next = textOf(at(reply.json, "metadata", "continue"));
    if (next === undefined) return all;
  }
  throw garbled(target, "its list of Secrets has no end");
}

function itemsOf(target: Target, reply: Reply): readonly LiveSecret[] {
  const items = at(demandKind(reply, target, "v1", "SecretList"), "items");
  if (!Array.isArray(items)) throw garbled(target, "it gives a SecretList without items");
  return items.map((item: unknown) => {
    const live = liveSecretOf(item, target.namespace ?? "");
    if (!live) throw garbled(target, "it lists another Secret, or half of one");
    return live;
  });
}

/** A Secret, or all of a namespace, and what is to be done to it. */
export function secretTarget(
  { cluster }: Session,
  verbs: readonly string[],
  namespace: string,
  name?: string,
): Target {
  return { cluster, verbs, resource: "secrets", namespace, ...(name !== undefined && { name }) };
}
