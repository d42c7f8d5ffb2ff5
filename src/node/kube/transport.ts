import { setTimeout as sleep } from "node:timers/promises";
import type { Diagnostic } from "../../core/diagnostic.ts";
import { PortFailure } from "../../ports.ts";
import { type Agents, createAgents } from "./agents.ts";
import type { Reply } from "./answer.ts";
import type { Signature } from "./credentials.ts";
import type { Endpoint } from "./endpoint.ts";
import { createGate, type Gate } from "./gate.ts";
import { exchange, TIMES, type Times } from "./http.ts";
import {
  type Broken,
  isLasting,
  isPassing,
  isUncertain,
  PATIENCE,
  type Patience,
  pauseBefore,
} from "./retry.ts";
import { garbage, type Target, troubleOf, unreachable } from "./trouble.ts";

/** One request; every write must be a guarded one, because it may be sent several times. `POST` only asks, or makes what there is not. */
export interface Call {
  readonly target: Target;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** With the query. */
  readonly path: string;
  readonly type?: string;
  readonly body?: unknown;
  /** Instead of those of the cluster. */
  readonly limits?: Limits;
}

/** What came of a request. */
export type Result =
  /** `isUncertain`: an earlier try may have been carried out, too. */
  | { readonly kind: "reply"; readonly reply: Reply; readonly isUncertain: boolean }
  /** Nobody knows whether it was done. */
  | { readonly kind: "lost"; readonly diagnostic: Diagnostic }
  /** It was not done, for want of credentials. */
  | { readonly kind: "denied"; readonly diagnostic: Diagnostic };

/** The connections to one cluster. */
export interface Transport {
  send(call: Call): Promise<Result>;
  close(): void;
}

export interface Limits {
  readonly times: Times;
  readonly patience: Patience;
}

export const LIMITS: Limits = { times: TIMES, patience: PATIENCE };

/** Requests that are under way at a time. */
const SOCKETS = 16;
/** Tries after the first before anything ever answered: somebody waits, and most likely nothing is there. */
const FIRST_TRIES = 2;
/** Once a cluster is given up, nothing is sent for so long, in ms: hundreds of requests would each wait for it to the end. */
const REST = 10_000;

interface Wire {
  readonly endpoint: Endpoint;
  readonly context: string;
  readonly limits: Limits;
  readonly agents: Agents;
  readonly gate: Gate;
  /** Requests so far. */
  turn: number;
  /** Something answered, if only that it is too busy. */
  isThere: boolean;
  /** When it last answered as a cluster should. */
  answered: number;
  /** What a request met that was tried to the end in vain, and when that was. */
  gone: { readonly since: number; readonly result: Result } | undefined;
}

/** Opens nothing yet. `context` is told where the cluster cannot be reached. */
export function createTransport(endpoint: Endpoint, context: string, limits = LIMITS): Transport {
  const agents = createAgents(endpoint, context, SOCKETS);
  const gate = createGate(SOCKETS);
  const wire: Wire = {
    endpoint,
    context,
    limits,
    agents,
    gate,
    turn: 0,
    isThere: false,
    answered: 0,
    gone: undefined,
  };
  return {
    async send(call) {
      try {
        return await send(wire, call);
      } catch (error) {
        if (error instanceof PortFailure) return { kind: "denied", diagnostic: error.diagnostic };
        throw error;
      }
    },
    close: agents.close,
  };
}

async function send(wire: Wire, call: Call): Promise<Result> {
  const turn = wire.turn++;
  const { patience } = call.limits ?? wire.limits;
  const start = performance.now();
  if (!call.limits && wire.gone && start - wire.gone.since < REST) return wire.gone.result;
  let uncertain = false;
  for (let tried = 1; ; tried++) {
    const got = await signed(wire, call);
    const isPassingTrouble = "cause" in got || isPassing(got, call.method === "GET");
    if (!isPassingTrouble) {
      wire.answered = performance.now();
      wire.gone = undefined;
      return resultOf(wire, call, got, uncertain);
    }
    const pause = pauseOf(wire, call, got, tried, turn);
    if (pause === undefined || performance.now() + pause - start > patience.total) {
      return giveUp(wire, start, resultOf(wire, call, got, uncertain));
    }
    uncertain ||= "cause" in got ? !got.isUnsent : isUncertain(got);
    await sleep(pause);
  }
}

/** One request may be in vain for reasons of its own; that nothing else came through meanwhile makes it the cluster's. */
function giveUp(wire: Wire, start: number, result: Result): Result {
  if (wire.answered < start) wire.gone = { since: performance.now(), result };
  return result;
}

/** How long to wait before it is tried again; undefined: it is not. */
function pauseOf(
  { limits, isThere, gone }: Wire,
  call: Call,
  got: Reply | Broken,
  tried: number,
  turn: number,
): number | undefined {
  const { patience } = call.limits ?? limits;
  const isBroken = "cause" in got;
  if (isBroken && got.wasKept && tried === 1) return 0;
  if (gone || (isBroken && isLasting(got.cause))) return undefined;
  const first = isBroken && got.cause === "ETIMEDOUT" ? 0 : FIRST_TRIES;
  const most = isBroken && !isThere ? Math.min(first, patience.tries) : patience.tries;
  if (tried > most) return undefined;
  return pauseBefore(patience, tried, isBroken ? undefined : got.retryAfter, turn);
}

/** With the credentials that there are, and if the server does not take them, once with others. */
async function signed(wire: Wire, call: Call): Promise<Reply | Broken> {
  const { credentials } = wire.endpoint;
  const signature = await credentials.current();
  const got = await once(wire, call, signature);
  if ("cause" in got || got.status !== 401) return got;
  return once(wire, call, await credentials.renewed(signature));
}

async function once(wire: Wire, call: Call, signature: Signature): Promise<Reply | Broken> {
  const got = await wire.gate(() =>
    exchange({
      agent: wire.agents.of(signature),
      base: wire.endpoint.base,
      method: call.method,
      path: call.path,
      headers: {
        accept: "application/json",
        "user-agent": "jackfield",
        ...(call.type !== undefined && { "content-type": call.type }),
        ...signature.headers,
      },
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      times: (call.limits ?? wire.limits).times,
    }),
  );
  wire.isThere ||= !("cause" in got);
  return got;
}

function resultOf(wire: Wire, { target }: Call, got: Reply | Broken, isUncertain: boolean): Result {
  if (!("cause" in got)) {
    if (got.status === 401) return { kind: "denied", diagnostic: troubleOf(target, got) };
    return { kind: "reply", reply: got, isUncertain };
  }
  if (got.cause === "too-large") {
    return { kind: "lost", diagnostic: garbage(target, "its answer is larger than 64 MiB") };
  }
  const where = `context \`${wire.context}\`, server \`${wire.endpoint.base.host}\``;
  return { kind: "lost", diagnostic: unreachable(target, where, got.cause) };
}
