import type { LiveSecret } from "../../model/live.ts";
import { at, isAbsent, type Reply, textOf } from "./answer.ts";
import { listAll } from "./list.ts";
import { liveSecretOf } from "./live-secret.ts";
import { demandKind, pathOf, read, type Session } from "./session.ts";
import { garbled, type Target } from "./trouble.ts";

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
export function listSecrets(session: Session, namespace: string): Promise<readonly LiveSecret[]> {
  return listAll(session, {
    target: secretTarget(session, ["list"], namespace),
    kind: "Secret",
    selector: `fieldSelector=${encodeURIComponent(OTHERS)}`,
    itemOf: (item) => liveSecretOf(item, namespace),
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
