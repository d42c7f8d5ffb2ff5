import type { LiveNamespace, PreviewNamespaces, WantedNamespace, WriteAnswer } from "../../cluster-ports.ts";
import type { Seen } from "../../model/live.ts";
import { PortFailure } from "../../ports.ts";
import { at, isAbsent, type Reply, textOf } from "./answer.ts";
import { listAll } from "./list.ts";
import { MANAGER, seenOf, textsOf } from "./live-secret.ts";
import {
  answerOf,
  deleteCall,
  demandKind,
  isDeletion,
  isDone,
  mergeCall,
  pathOf,
  read,
  type Session,
} from "./session.ts";
import type { Call, Result } from "./transport.ts";
import { garbled, illegalName, type Target } from "./trouble.ts";
import { answered } from "./write.ts";

const DONE: WriteAnswer = { kind: "done" };

/** The namespaces of a cluster, for previews. */
export function kubeNamespaces(session: Session): PreviewNamespaces {
  return {
    get: (name) => readNamespace(session, name),
    list: (label, value) => listNamespaces(session, label, value),
    create: (wanted) => answered(() => createNamespace(session, wanted)),
    annotate: (name, annotations, seen) => answered(() => annotate(session, name, annotations, seen)),
    remove: (name, seen) => answered(() => removeNamespace(session, name, seen)),
  };
}

function targetOf({ cluster }: Session, verb: string, name?: string): Target {
  const isOneOfMany = true;
  return { cluster, verbs: [verb], resource: "namespaces", isOneOfMany, ...(name !== undefined && { name }) };
}

/** A namespace; undefined only if the server says that there is none. Throws PortFailure. */
async function readNamespace(session: Session, name: string): Promise<LiveNamespace | undefined> {
  const target = targetOf(session, "get", name);
  const reply = await read(session, target, pathOf(target), (one) => isAbsent(one, "namespaces", name));
  return reply.status === 404 ? undefined : namespaceIn(target, reply);
}

/** The namespace of an answer, if it is the one that is meant. Throws PortFailure (JF712). */
function namespaceIn(target: Target, reply: Reply): LiveNamespace {
  const live = namespaceOf(demandKind(reply, target, "v1", "Namespace"));
  if (!live || live.name !== target.name) throw garbled(target, "it gives another Namespace, or half of one");
  return live;
}

/** A namespace as a server tells it; undefined: it is none, or half of one. */
function namespaceOf(json: unknown): LiveNamespace | undefined {
  const metadata = at(json, "metadata");
  const name = textOf(at(metadata, "name"));
  const seen = seenOf(json);
  const labels = textsOf(at(metadata, "labels"));
  const annotations = textsOf(at(metadata, "annotations"));
  if (!name || !seen || !labels || !annotations) return undefined;
  const isLeaving =
    at(metadata, "deletionTimestamp") !== undefined || at(json, "status", "phase") === "Terminating";
  return { name, labels, annotations, seen, isLeaving };
}

const KEY = /^[\w./-]{1,317}$/;
const VALUE = /^[\w.-]{0,63}$/;

/** Throws PortFailure; for a label that none can have, before anything is asked: it could select everything. */
async function listNamespaces(
  session: Session,
  label: string,
  value: string,
): Promise<readonly LiveNamespace[]> {
  const target = targetOf(session, "list");
  if (!KEY.test(label) || !VALUE.test(value))
    throw new PortFailure(illegalName(target, "metadata.labels"), "user");
  return listAll(session, {
    target,
    kind: "Namespace",
    selector: `labelSelector=${encodeURIComponent(`${label}=${value}`)}`,
    itemOf(item) {
      // Whole namespaces are deleted by this list: who ignores the selector is no server of ours.
      const live = namespaceOf(item);
      return live?.labels.get(label) === value ? live : undefined;
    },
  });
}

/** Makes a namespace where there is none. By `POST`, which cannot be anything else than a create; nothing is ever applied to it. */
async function createNamespace(session: Session, wanted: WantedNamespace): Promise<WriteAnswer> {
  const { name, labels, annotations } = wanted;
  const target = targetOf(session, "create", name);
  const call: Call = {
    target,
    method: "POST",
    path: `${pathOf(targetOf(session, "create"))}?fieldManager=${MANAGER}`,
    type: "application/json",
    body: {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: Object.fromEntries(labels), annotations: Object.fromEntries(annotations) },
    },
  };
  const result = await session.transport.send(call);
  if (isDone(result)) return doneBy(target, result.reply);
  const isMade = await isSoAfter(session, result, name, (live) => {
    return holds(live.labels, labels) && holds(live.annotations, annotations);
  });
  return isMade ? DONE : answerOf(target, result);
}

/** Gives a namespace annotations, if it is what was seen. */
async function annotate(
  session: Session,
  name: string,
  annotations: ReadonlyMap<string, string>,
  seen: Seen,
): Promise<WriteAnswer> {
  const target = targetOf(session, "patch", name);
  const { uid, resourceVersion } = seen;
  const metadata = { uid, resourceVersion, annotations: Object.fromEntries(annotations) };
  const result = await session.transport.send(mergeCall(target, { metadata }));
  if (isDone(result)) return doneBy(target, result.reply);
  const isWritten = await isSoAfter(session, result, name, (live) => {
    return live.seen.uid === uid && holds(live.annotations, annotations);
  });
  return isWritten ? DONE : answerOf(target, result);
}

/** Deletes a namespace, if it is what was seen. */
async function removeNamespace(session: Session, name: string, seen: Seen): Promise<WriteAnswer> {
  const target = targetOf(session, "delete", name);
  const result = await session.transport.send(deleteCall(target, seen));
  if (result.kind !== "reply") return answerOf(target, result);
  const { reply } = result;
  if (isAbsent(reply, "namespaces", name) || isDeletion(reply, "Namespace")) return DONE;
  if (reply.status === 409) {
    // While it goes it changes, and is not what was seen: that is no reason to say that it stays.
    const live = await readNamespace(session, name);
    if (!live || (live.isLeaving && live.seen.uid === seen.uid)) return DONE;
  }
  return answerOf(target, result);
}

/** True if a write that was refused as the second of two had been done by an earlier try. */
async function isSoAfter(
  session: Session,
  result: Result,
  name: string,
  isSo: (live: LiveNamespace) => boolean,
): Promise<boolean> {
  if (result.kind !== "reply" || !result.isUncertain || result.reply.status !== 409) return false;
  const live = await readNamespace(session, name);
  return live !== undefined && !live.isLeaving && isSo(live);
}

function holds(all: ReadonlyMap<string, string>, some: ReadonlyMap<string, string>): boolean {
  return [...some].every(([key, text]) => all.get(key) === text);
}

/** Throws PortFailure (JF712) if what answered is no API server. */
function doneBy(target: Target, reply: Reply): WriteAnswer {
  namespaceIn(target, reply);
  return DONE;
}
