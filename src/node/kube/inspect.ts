import type { KubernetesInspection, Right, ServerVersion } from "../../cluster-ports.ts";
import type { Pod } from "../../model/pod.ts";
import { PortFailure } from "../../ports.ts";
import { at, isAbsent, type Reply, textOf } from "./answer.ts";
import { podOf } from "./pod.ts";
import { secretTarget } from "./read.ts";
import { demandKind, isDone, pathOf, read, type Session } from "./session.ts";
import { garbled, type Target, troubleOf } from "./trouble.ts";

const PAGE = 500;
/** Enough to tell how the pods of an Airflow are made. */
const MAX_PAGES = 10;
const REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/** What `doctor` asks of a cluster. Nothing is written. */
export function inspectKube(session: Session): KubernetesInspection {
  return {
    kind: "kubernetes",
    version: () => readVersion(session),
    may: (right) => ask(session, right),
    namespace: (name) => readNamespace(session, name),
    pods: (namespace) => readPods(session, namespace),
    writtenAt: (namespace, name) => readWritten(session, namespace, name),
  };
}

async function readVersion(session: Session): Promise<ServerVersion> {
  const target: Target = { cluster: session.cluster, verbs: ["get"], resource: "version" };
  const { json } = await read(session, target, "/version");
  // Some add a sign of their own: `31+`.
  const [major, minor] = [at(json, "major"), at(json, "minor")].map((one) =>
    Number.parseInt(textOf(one) ?? "", 10),
  );
  if (!Number.isInteger(major) || !Number.isInteger(minor)) throw garbled(target, "it tells no version");
  return { major: major as number, minor: minor as number };
}

async function ask(session: Session, { group, ...right }: Right): Promise<boolean> {
  const target: Target = {
    cluster: session.cluster,
    verbs: ["create"],
    resource: "selfsubjectaccessreviews",
  };
  const [apiVersion, kind] = ["authorization.k8s.io/v1", "SelfSubjectAccessReview"];
  const body = { apiVersion, kind, spec: { resourceAttributes: { group, ...right } } };
  const call = { target, method: "POST", path: REVIEWS, type: "application/json", body } as const;
  const result = await session.transport.send(call);
  if (result.kind !== "reply") throw new PortFailure(result.diagnostic);
  if (!isDone(result)) throw new PortFailure(troubleOf(target, result.reply));
  const allowed = at(demandKind(result.reply, target, apiVersion, kind), "status", "allowed");
  if (typeof allowed !== "boolean") throw garbled(target, "it does not say what we may do");
  return allowed;
}

async function readNamespace(
  session: Session,
  name: string,
): Promise<Awaited<ReturnType<KubernetesInspection["namespace"]>>> {
  const target: Target = { cluster: session.cluster, verbs: ["get"], resource: "namespaces", name };
  const reply = await read(
    session,
    target,
    pathOf(target),
    (one) => isHidden(one) || isAbsent(one, "namespaces", name),
  );
  if (reply.status !== 200) return isHidden(reply) ? "hidden" : "absent";
  const json = demandKind(reply, target, "v1", "Namespace");
  return at(json, "status", "phase") === "Terminating" ? "leaving" : "there";
}

async function readPods(session: Session, namespace: string): Promise<readonly Pod[] | undefined> {
  const target: Target = { cluster: session.cluster, verbs: ["list"], resource: "pods", namespace };
  const base = `${pathOf(target)}?limit=${PAGE}`;
  const pods: Pod[] = [];
  let next: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const path = next === undefined ? base : `${base}&continue=${encodeURIComponent(next)}`;
    // What is forgotten between two pages is not worth another turn.
    const reply = await read(session, target, path, (one) => isHidden(one) || one.status === 410);
    if (isHidden(reply)) return undefined;
    if (reply.status === 410) return pods;
    const list = demandKind(reply, target, "v1", "PodList");
    const items = at(list, "items");
    for (const item of Array.isArray(items) ? items : []) pods.push(...podOf(item));
    next = textOf(at(list, "metadata", "continue"));
    if (next === undefined) break;
  }
  return pods;
}

function isHidden({ status }: Reply): boolean {
  return status === 403;
}

async function readWritten(session: Session, namespace: string, name: string): Promise<number | undefined> {
  const target = secretTarget(session, ["get"], namespace, name);
  const reply = await read(session, target, pathOf(target), (one) => isAbsent(one, "secrets", name));
  if (reply.status === 404) return undefined;
  const json = demandKind(reply, target, "v1", "Secret");
  const managed = at(json, "metadata", "managedFields");
  const entries: readonly unknown[] = Array.isArray(managed) ? managed : [];
  const ofData = entries.filter((entry) => at(entry, "fieldsV1", "f:data") !== undefined);
  const told = [at(json, "metadata", "creationTimestamp"), ...ofData.map((entry) => at(entry, "time"))];
  const times = told.map((time) => Date.parse(textOf(time) ?? "")).filter((time) => !Number.isNaN(time));
  return times.length === 0 ? undefined : Math.max(...times);
}
