import type { Diagnostic } from "../core/diagnostic.ts";
import type { LiveSecret, WantedSecret } from "../model/live.ts";
import type { DeploymentPlan, Operation, OperationResult } from "../model/plan.ts";
import type { LiveCluster, Lock, WriteAnswer } from "../ports.ts";
import { inPool } from "./pool.ts";

/** Requests of one Deployment that are under way at a time. */
const WRITES = 16;

/** What is needed to carry one Deployment's plan out. */
export interface Execution {
  readonly plan: DeploymentPlan;
  /** Throws PortFailure if there is no such cluster. */
  readonly clusterOf: (operation: Operation) => LiveCluster;
  /** What a Secret is to become. */
  readonly wantedOf: (operation: Operation) => WantedSecret;
  /** What was seen when the plan was made. */
  readonly liveOf: (operation: Operation) => LiveSecret;
  /** The lock under which it is written; undefined: what is gone needs none. */
  readonly lock:
    | { readonly cluster: LiveCluster; readonly namespace: string; readonly name: string }
    | undefined;
  readonly holder: string;
  /** True once the user wants it to end: what is under way is finished, nothing new begun. */
  readonly isStopped: () => boolean;
  readonly onResult: (result: OperationResult) => void;
}

/** What became of a Deployment's operations, and whatever went wrong. */
export interface Executed {
  readonly results: readonly OperationResult[];
  readonly diagnostics: readonly Diagnostic[];
  /** Set: somebody else holds its lock, and nothing was tried. */
  readonly lockedBy?: string;
}

/**
 * Carries out one Deployment's operations: first all that is written, then, if all of that came through, what is removed; so a moved
 * Secret is there before it is gone elsewhere. Each is done on what was seen or not at all, so an interrupted run is
 * simply run again. Throws nothing that one operation is to blame for.
 */
export async function execute(execution: Execution): Promise<Executed> {
  const { plan, lock, holder } = execution;
  const writes = plan.operations.filter((one) => isWriting(one) && one.action !== "delete");
  const deletes = plan.operations.filter(({ action }) => action === "delete");
  if (writes.length + deletes.length === 0) return { results: [], diagnostics: [] };
  const answer = await lock?.cluster.lock(lock.namespace, lock.name, holder);
  if (answer?.kind === "taken") {
    return { results: held([...writes, ...deletes], "locked"), diagnostics: [], lockedBy: answer.by };
  }
  if (answer?.kind === "refused") {
    return { results: held([...writes, ...deletes], "locked"), diagnostics: [answer.diagnostic] };
  }
  try {
    return await run(execution, writes, deletes, answer?.lock);
  } finally {
    await answer?.lock.release();
  }
}

function isWriting({ action }: Operation): boolean {
  return ["create", "update", "record", "adopt", "delete"].includes(action);
}

function held(operations: readonly Operation[], why: string): readonly OperationResult[] {
  return operations.map((operation) => ({ operation, outcome: "held", why }));
}

async function run(
  execution: Execution,
  writes: readonly Operation[],
  deletes: readonly Operation[],
  lock: Lock | undefined,
): Promise<Executed> {
  const diagnostics: Diagnostic[] = [];
  const one = async (operation: Operation): Promise<OperationResult> => {
    const result = await attempt(execution, operation, lock, diagnostics);
    execution.onResult(result);
    return result;
  };
  const written = await inPool(writes, WRITES, one);
  const isWhole = written.every(({ outcome }) => outcome === "done");
  const hasGaps = execution.plan.operations.some(({ action }) => ["conflict", "unknown"].includes(action));
  const removed =
    isWhole && !hasGaps ? await inPool(deletes, WRITES, one) : held(deletes, "not all was written");
  return { results: [...written, ...removed], diagnostics };
}

async function attempt(
  execution: Execution,
  operation: Operation,
  lock: Lock | undefined,
  diagnostics: Diagnostic[],
): Promise<OperationResult> {
  if (execution.isStopped()) return { operation, outcome: "held", why: "interrupted" };
  if (lock && !lock.isHeld()) return { operation, outcome: "held", why: "the lock was lost" };
  const answer = await write(execution, operation);
  if (answer.kind === "done" || answer.kind === "changed") return { operation, outcome: answer.kind };
  diagnostics.push(answer.diagnostic);
  return { operation, outcome: answer.kind };
}

function write(execution: Execution, operation: Operation): Promise<WriteAnswer> {
  const cluster = execution.clusterOf(operation);
  const { namespace, secret, seen } = operation;
  if (operation.action === "create") return cluster.create(execution.wantedOf(operation));
  if (operation.action === "delete" && seen) return cluster.remove(namespace, secret, seen);
  return cluster.update(execution.wantedOf(operation), execution.liveOf(operation));
}
