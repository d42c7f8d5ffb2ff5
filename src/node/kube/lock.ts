import { setTimeout as sleep } from "node:timers/promises";
import type { Lock, LockAnswer } from "../../cluster-ports.ts";
import type { Seen } from "../../model/live.ts";
import { PortFailure } from "../../ports.ts";
import { claim, type Lease, leaseIn, leaseTarget, readLease } from "./lease.ts";
import { answerOf, isDone, type Session } from "./session.ts";
import type { Limits } from "./transport.ts";
import type { Target } from "./trouble.ts";

// A Lease as the parts of Kubernetes use it: who holds it renews it, and who does not for its duration has lost it. Each write is
// guarded by what was seen, so of several that want it one gets it.

/** In ms: how long a Lease outlives its holder, how often it is renewed, how long another's is waited for, and how often looked at. */
export interface LockTimes {
  readonly duration: number;
  readonly renewal: number;
  readonly wait: number;
  readonly poll: number;
}

export const LOCK_TIMES: LockTimes = { duration: 15_000, renewal: 5_000, wait: 20_000, poll: 500 };

/** A renewal that fails is soon tried again, so it need not wait for long. */
const RENEWAL: Limits = {
  times: { connect: 3_000, whole: 4_000 },
  patience: { tries: 0, pause: 0, longest: 0, total: 0 },
};

/** Takes the Lease of a name, waits for another's, and keeps it. Never throws for what the cluster says. */
export async function takeLock(
  session: Session,
  namespace: string,
  name: string,
  holder: string,
  times: LockTimes = LOCK_TIMES,
): Promise<LockAnswer> {
  try {
    return await take(session, leaseTarget(session, namespace, name), holder, times);
  } catch (error) {
    if (error instanceof PortFailure) return { kind: "refused", diagnostic: error.diagnostic };
    throw error;
  }
}

async function take(session: Session, target: Target, holder: string, times: LockTimes): Promise<LockAnswer> {
  const start = performance.now();
  const isStale = createWatch();
  for (;;) {
    const { lease, now } = await readLease(session, target, times.duration);
    const isFree = !lease || lease.holder === "" || lease.holder === holder || isStale(lease, now);
    const from = performance.now();
    if (isFree) {
      const { duration } = times;
      const result = await claim(session, target, { holder, duration, now, seen: lease?.seen });
      if (isDone(result)) {
        const { seen } = leaseIn(target, result.reply, duration);
        return {
          kind: "locked",
          lock: keep({ session, target, holder, times, ahead: now - Date.now() }, seen, from),
        };
      }
      const answer = answerOf(target, result);
      if ("diagnostic" in answer) return { kind: "refused", diagnostic: answer.diagnostic };
    } else if (from - start > times.wait) {
      return { kind: "taken", by: lease.holder };
    }
    await sleep(times.poll);
  }
}

/**
 * Tells whether nobody renews a Lease: by the server's clock, or, should the clocks of several servers differ, because it was seen
 * unchanged for as long as it lasts.
 */
function createWatch(): (lease: Lease, now: number) => boolean {
  let last = { version: "", since: 0 };
  return ({ seen, renewed, duration }, now) => {
    if (last.version !== seen.resourceVersion) {
      last = { version: seen.resourceVersion, since: performance.now() };
    }
    if (renewed !== undefined && renewed + duration < now) return true;
    return performance.now() - last.since > duration;
  };
}

interface Holding {
  readonly session: Session;
  readonly target: Target;
  readonly holder: string;
  readonly times: LockTimes;
  /** How far the server's clock is ahead of ours, in ms. */
  readonly ahead: number;
}

/** Renews a Lease in the background, until it is released or lost. `from`: when the last renewal began. */
function keep(holding: Holding, first: Seen, from: number): Lock {
  const { duration, renewal, poll } = holding.times;
  let seen: Seen | undefined = first;
  let renewed = from;
  let timer: NodeJS.Timeout | undefined;
  let busy: Promise<void> = Promise.resolve();
  const isHeld = () => seen !== undefined && performance.now() - renewed < duration;
  const turn = async (): Promise<void> => {
    if (!isHeld() || !seen) return;
    const start = performance.now();
    const next = await renew(holding, seen);
    if (next === "lost") seen = undefined;
    else if (next !== "unknown") {
      seen = next;
      renewed = start;
    }
    plan(next === "unknown" ? poll : renewal);
  };
  const plan = (after: number) => {
    timer = setTimeout(() => {
      busy = turn();
    }, after);
    // Nobody stays for the sake of a lock.
    timer.unref();
  };
  plan(renewal);
  return {
    isHeld,
    async release() {
      await busy;
      clearTimeout(timer);
      if (seen && isHeld()) await write(holding, seen, "");
      seen = undefined;
    },
  };
}

/** The Lease after it was renewed. `unknown`: no telling; `lost`: it is another's. */
async function renew(holding: Holding, seen: Seen): Promise<Seen | "unknown" | "lost"> {
  const { session, target, holder, times } = holding;
  try {
    const result = await write(holding, seen, holder);
    if (isDone(result)) return leaseIn(target, result.reply, times.duration).seen;
    if (answerOf(target, result).kind !== "changed") return "unknown";
    // An earlier try of ours may have come through without our knowing.
    const { lease } = await readLease(session, target, times.duration);
    if (lease?.holder !== holder) return "lost";
    const again = await write(holding, lease.seen, holder);
    return isDone(again) ? leaseIn(target, again.reply, times.duration).seen : "unknown";
  } catch (error) {
    if (error instanceof PortFailure) return "unknown";
    throw error;
  }
}

function write({ session, target, times, ahead }: Holding, seen: Seen, holder: string) {
  const now = Date.now() + ahead;
  return claim(session, target, { holder, duration: times.duration, now, seen }, RENEWAL);
}
