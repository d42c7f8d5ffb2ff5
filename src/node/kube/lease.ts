import type { Seen } from "../../model/live.ts";
import { at, isAbsent, type Reply, textOf } from "./answer.ts";
import { seenOf } from "./live-secret.ts";
import { applyCall, demandKind, pathOf, read, type Session } from "./session.ts";
import type { Limits, Result } from "./transport.ts";
import { garbled, type Target } from "./trouble.ts";

/** A Lease as it was read. */
export interface Lease {
  readonly seen: Seen;
  /** Empty: nobody. */
  readonly holder: string;
  /** How long it outlives its last renewal, in ms. */
  readonly duration: number;
  /** By the clock of the server, in ms since 1970; undefined: it does not say. */
  readonly renewed: number | undefined;
}

/** A Lease, and the time by the server's clock, in ms since 1970. */
export interface Look {
  readonly lease: Lease | undefined;
  readonly now: number;
}

const API = "coordination.k8s.io/v1";

export function leaseTarget({ cluster }: Session, namespace: string, name: string): Target {
  return { cluster, verbs: ["get", "create", "patch"], resource: "leases", namespace, name };
}

/** Throws PortFailure. */
export async function readLease(session: Session, target: Target, fallback: number): Promise<Look> {
  const { name = "" } = target;
  const reply = await read(session, target, pathOf(target), (one) => isAbsent(one, "leases", name));
  const now = reply.date ?? Date.now();
  return { lease: reply.status === 404 ? undefined : leaseIn(target, reply, fallback), now };
}

/** The Lease of an answer; `fallback`: its duration if it does not say, in ms. Throws PortFailure (JF712). */
export function leaseIn(target: Target, reply: Reply, fallback: number): Lease {
  const json = demandKind(reply, target, API, "Lease");
  const seen = seenOf(json);
  if (!seen || at(json, "metadata", "name") !== target.name) {
    throw garbled(target, "it gives another Lease, or half of one");
  }
  const seconds = at(json, "spec", "leaseDurationSeconds");
  const renewed = Date.parse(textOf(at(json, "spec", "renewTime")) ?? "");
  return {
    seen,
    holder: textOf(at(json, "spec", "holderIdentity")) ?? "",
    duration: typeof seconds === "number" ? seconds * 1000 : fallback,
    renewed: Number.isNaN(renewed) ? undefined : renewed,
  };
}

/** What a Lease is to say. */
export interface Claim {
  readonly holder: string;
  readonly duration: number;
  /** By the server's clock, in ms since 1970. */
  readonly now: number;
  /** What must be there; undefined: nothing. */
  readonly seen: Seen | undefined;
}

/** Writes a Lease over what was seen, or nothing at all. */
export function claim(session: Session, target: Target, wanted: Claim, limits?: Limits): Promise<Result> {
  const time = `${new Date(wanted.now).toISOString().slice(0, -1)}000Z`;
  const body = {
    apiVersion: API,
    kind: "Lease",
    metadata: {
      name: target.name,
      namespace: target.namespace,
      ...(wanted.seen ?? { resourceVersion: "1" }),
      labels: { "app.kubernetes.io/managed-by": "jackfield" },
    },
    spec: {
      holderIdentity: wanted.holder,
      leaseDurationSeconds: wanted.duration / 1000,
      renewTime: time,
    },
  };
  return session.transport.send({ ...applyCall(target, body), ...(limits && { limits }) });
}
