import type { WriteAnswer } from "../../cluster-ports.ts";
import type { Seen } from "../../model/live.ts";
import { PortFailure } from "../../ports.ts";
import { at, isAbsent, isKind, type Reply } from "./answer.ts";
import { isPassing } from "./retry.ts";
import type { Call, Result, Transport } from "./transport.ts";
import { garbled, illegalName, type Target, troubleOf } from "./trouble.ts";

/** A cluster that is talked to. */
export interface Session {
  /** What the Workspace calls it. */
  readonly cluster: string;
  readonly transport: Transport;
}

/** Asks for something. The reply is a success, or one that `isAnswer` knows. Throws PortFailure for all else. */
export async function read(
  { transport }: Session,
  target: Target,
  path: string,
  isAnswer: (reply: Reply) => boolean = () => false,
): Promise<Reply> {
  const result = await transport.send({ target, method: "GET", path });
  if (result.kind !== "reply") throw new PortFailure(result.diagnostic);
  const { reply } = result;
  if (reply.status === 200) return demandJson(target, reply);
  if (isAnswer(reply)) return reply;
  throw new PortFailure(troubleOf(target, reply));
}

/** The JSON of an answer of this kind. Throws PortFailure (JF712) for any other. */
export function demandKind({ json }: Reply, target: Target, apiVersion: string, kind: string): unknown {
  if (!isKind(json, apiVersion, kind)) throw garbled(target, `it gives something else than a ${kind}`);
  return json;
}

function demandJson(target: Target, reply: Reply): Reply {
  if (reply.json === undefined) throw garbled(target, "it answers 200 without JSON");
  return reply;
}

const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** The path of an object, or of all. Throws PortFailure (JF711) for a name that none can have. */
export function pathOf(target: Target): string {
  const { resource, namespace, name } = target;
  const demand = (text: string, field: string) => {
    if (!SUBDOMAIN.test(text)) throw new PortFailure(illegalName(target, field));
    return text;
  };
  const root = resource === "leases" ? "/apis/coordination.k8s.io/v1" : "/api/v1";
  const within = namespace === undefined ? "" : `/namespaces/${demand(namespace, "metadata.namespace")}`;
  const last = name === undefined ? "" : `/${demand(name, "metadata.name")}`;
  return `${root}${within}/${resource}${last}`;
}

/** Applies an object, whole, as all that we own of it. */
export function applyCall(target: Target, body: object, dryRun = false): Call {
  return {
    target,
    method: "PATCH",
    path: `${pathOf(target)}?fieldManager=jackfield&force=true${dryRun ? "&dryRun=All" : ""}`,
    type: "application/apply-patch+yaml",
    body,
  };
}

/** Merges into an object, in which null takes away. The body must hold what was seen of it, which guards the write. */
export function mergeCall(target: Target, body: object, dryRun = false): Call {
  return {
    target,
    method: "PATCH",
    path: `${pathOf(target)}?fieldManager=jackfield${dryRun ? "&dryRun=All" : ""}`,
    type: "application/merge-patch+json",
    body,
  };
}

/** Deletes an object, if it is what was seen. */
export function deleteCall(target: Target, { uid, resourceVersion }: Seen, dryRun = false): Call {
  // All in the body: with one, the server does not look at the query, and `?dryRun=All` would delete.
  const body = {
    apiVersion: "v1",
    kind: "DeleteOptions",
    preconditions: { uid, resourceVersion },
    ...(dryRun && { dryRun: ["All"] }),
  };
  return { target, method: "DELETE", path: pathOf(target), type: "application/json", body };
}

/** What a server says of an object of this kind that it deleted, or marked so. */
export function isDeletion({ status, json }: Reply, kind: string): boolean {
  const isSaid = isKind(json, "v1", "Status") && at(json, "status") === "Success";
  return (status === 200 || status === 202) && (isSaid || isKind(json, "v1", kind));
}

/** A request that came through. */
export type Done = Extract<Result, { readonly kind: "reply" }> & {
  readonly reply: { readonly status: 200 | 201 };
};

/** True for a success. */
export function isDone(result: Result): result is Done {
  return result.kind === "reply" && (result.reply.status === 200 || result.reply.status === 201);
}

/** What the result of a write means to whoever wanted it. */
export function answerOf(target: Target, result: Result): WriteAnswer {
  if (result.kind === "lost") return { kind: "unreachable", diagnostic: result.diagnostic };
  if (result.kind === "denied") return { kind: "refused", diagnostic: result.diagnostic };
  const { reply } = result;
  const isGone = target.name !== undefined && isAbsent(reply, target.resource, target.name);
  const isBusy = isPassing(reply, false);
  if (isGone || (reply.status === 409 && !isBusy)) return { kind: "changed" };
  const isUnknown = isBusy || reply.status < 400;
  return { kind: isUnknown ? "unreachable" : "refused", diagnostic: troubleOf(target, reply) };
}
