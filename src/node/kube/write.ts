import type { WriteAnswer } from "../../cluster-ports.ts";
import type { LiveSecret, Seen, WantedSecret } from "../../model/live.ts";
import { PortFailure } from "../../ports.ts";
import { isAbsent } from "./answer.ts";
import { bodyOf, isAsWanted } from "./live-secret.ts";
import { liveSecretIn, readSecret, secretTarget } from "./read.ts";
import {
  answerOf,
  applyCall,
  type Done,
  deleteCall,
  isDeletion,
  isDone,
  mergeCall,
  type Session,
} from "./session.ts";
import { isStray, type Stray, strayOf, withoutStray } from "./stray.ts";
import type { Result } from "./transport.ts";
import type { Target } from "./trouble.ts";

// Three guarded writes: each does its work on what was seen, or nothing at all. So each may be sent several times.

/** No object ever has it, so it says: there must be none. */
const NONE: Partial<Seen> = { resourceVersion: "1" };
const DONE: WriteAnswer = { kind: "done" };

/** Makes a Secret where there is none. */
export async function createSecret(
  session: Session,
  wanted: WantedSecret,
  dryRun: boolean,
): Promise<WriteAnswer> {
  const target = secretTarget(session, ["create", "patch"], wanted.namespace, wanted.name);
  const result = await session.transport.send(applyCall(target, bodyOf(wanted, "Opaque", NONE), dryRun));
  if (isDone(result)) return doneBy(target, result);
  return (await isThere(session, wanted, result)) ? DONE : answerOf(target, result);
}

/**
 * Makes of a Secret what is wanted. What applying would leave is taken away first, as far as it is known: nobody is to find new values
 * beside an old copy of all.
 */
export async function updateSecret(
  session: Session,
  wanted: WantedSecret,
  seen: LiveSecret,
  dryRun: boolean,
): Promise<WriteAnswer> {
  if (seen.immutable && !hasData(seen, wanted)) return recreate(session, wanted, seen, dryRun);
  const stray = strayOf(seen, wanted, (key) => seen.foreignKeys.has(key));
  if (dryRun) return ask(session, wanted, seen, stray);
  const cleaned = isStray(stray) ? await takeAway(session, seen, stray) : seen;
  if ("kind" in cleaned) return cleaned;
  const target = secretTarget(session, ["patch"], wanted.namespace, wanted.name);
  const result = await session.transport.send(applyCall(target, bodyOf(wanted, seen.type, cleaned.seen)));
  if (!isDone(result)) return (await isThere(session, wanted, result)) ? DONE : answerOf(target, result);
  // Of some keys the cluster may have lost track, so applying left them.
  const live = liveSecretIn(target, result.reply);
  const left = strayOf(live, wanted, () => true);
  if (!isStray(left)) return DONE;
  const rest = await takeAway(session, live, left);
  return "kind" in rest ? rest : DONE;
}

/** Takes a Secret away, if it is what was seen. */
export async function removeSecret(
  session: Session,
  namespace: string,
  name: string,
  seen: Seen,
  dryRun = false,
): Promise<WriteAnswer> {
  const target = secretTarget(session, ["delete"], namespace, name);
  const result = await session.transport.send(deleteCall(target, seen, dryRun));
  if (result.kind !== "reply") return answerOf(target, result);
  const { reply } = result;
  if (isAbsent(reply, "secrets", name) || isDeletion(reply, "Secret")) return DONE;
  if (result.isUncertain && reply.status === 409) {
    const live = await readSecret(session, namespace, name);
    if (!live || (live.isLeaving && live.seen.uid === seen.uid)) return DONE;
  }
  return answerOf(target, result);
}

/** Nobody can change it: it is deleted, if it is what was seen, and made anew. */
async function recreate(
  session: Session,
  wanted: WantedSecret,
  { seen }: LiveSecret,
  dryRun: boolean,
): Promise<WriteAnswer> {
  const removed = await removeSecret(session, wanted.namespace, wanted.name, seen, dryRun);
  return removed.kind !== "done" || dryRun ? removed : createSecret(session, wanted, false);
}

/** Whether an update would be taken: all of it at once, because what is only asked about does not add up. */
async function ask(
  session: Session,
  wanted: WantedSecret,
  seen: LiveSecret,
  stray: Stray,
): Promise<WriteAnswer> {
  const target = secretTarget(session, ["patch"], wanted.namespace, wanted.name);
  const body = bodyOf(wanted, seen.type, seen.seen);
  const call = isStray(stray) ? mergeCall(target, merged(body, stray), true) : applyCall(target, body, true);
  const result = await session.transport.send(call);
  return isDone(result) ? doneBy(target, result) : answerOf(target, result);
}

/** The Secret without what is not ours, if it was what was seen; else an answer that ends the update. */
async function takeAway(session: Session, seen: LiveSecret, stray: Stray): Promise<LiveSecret | WriteAnswer> {
  const target = secretTarget(session, ["patch"], seen.namespace, seen.name);
  const result = await session.transport.send(mergeCall(target, merged({ metadata: seen.seen }, stray)));
  if (isDone(result)) return liveSecretIn(target, result.reply);
  if (result.kind === "reply" && result.isUncertain && result.reply.status === 409) {
    const live = await readSecret(session, seen.namespace, seen.name);
    if (live && live.seen.uid === seen.seen.uid && isAsWanted(live, withoutStray(seen, stray))) return live;
  }
  return answerOf(target, result);
}

/** A body in which null takes away. */
function merged(body: object, stray: Stray): object {
  const nulls = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, null]));
  const { metadata, data } = body as { readonly metadata: Record<string, object>; readonly data?: object };
  return {
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...nulls(stray.labels) },
      annotations: { ...metadata.annotations, ...nulls(stray.annotations) },
    },
    data: { ...data, ...nulls(stray.data) },
  };
}

/** True if a write that was refused as the second of two had been done by an earlier try. */
async function isThere(session: Session, wanted: WantedSecret, result: Result): Promise<boolean> {
  if (result.kind !== "reply" || !result.isUncertain || result.reply.status !== 409) return false;
  const live = await readSecret(session, wanted.namespace, wanted.name);
  return live !== undefined && isAsWanted(live, wanted);
}

function hasData({ data, isLeaving }: LiveSecret, wanted: WantedSecret): boolean {
  return (
    !isLeaving &&
    data.size === wanted.data.size &&
    [...wanted.data].every(([key, value]) => data.get(key)?.reveal() === value.reveal())
  );
}

/** Throws PortFailure (JF712) if what answered is no API server. */
function doneBy(target: Target, { reply }: Done): WriteAnswer {
  liveSecretIn(target, reply);
  return DONE;
}

/** Turns what is thrown on the way into an answer. */
export async function answered(action: () => Promise<WriteAnswer>): Promise<WriteAnswer> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof PortFailure)) throw error;
    // An illegal name is told before anything is sent; all else leaves a doubt.
    return {
      kind: error.diagnostic.code === "JF711" ? "refused" : "unreachable",
      diagnostic: error.diagnostic,
    };
  }
}
