import type { Executed } from "../apply/apply.ts";
import { append } from "../core/append.ts";
import { type Diagnostic, diagnostic, sortDiagnostics } from "../core/diagnostic.ts";
import { budgetOf, guard, type Limits, type Permission, type Rail, type Refusal } from "../guard/guard.ts";
import type { Workspace } from "../model/declaration.ts";
import type { DeploymentPlan, Plan } from "../model/plan.ts";
import { EXIT, type Outcome } from "../outcome.ts";
import type { Progress } from "../ports.ts";
import { planJson } from "../render/plan-json.ts";
import { planDifference, planText } from "../render/plan-text.ts";
import { resultsJson, resultsText } from "../render/results-text.ts";
import { carryOut, type Facts } from "./live/carry-out.ts";
import { conflictTroubles } from "./live/conflicts.ts";
import { limitsOf } from "./live/limits.ts";
import { isModified } from "./live/modified.ts";
import {
  closeAll,
  isPlanned,
  type LivePorts,
  type LiveRequest,
  makePlan,
  type Planned,
} from "./live/planned.ts";
import { unbound } from "./live/with-key.ts";

export interface ApplyPorts extends LivePorts {
  readonly progress: Progress;
  /** Tells this run from others. */
  readonly holder: string;
  /** True once the user wants it to end. */
  readonly isStopped: () => boolean;
}

export interface ApplyRequest extends LiveRequest {
  /** Only this plan, or nothing: its id, and what else is known of it. */
  readonly reviewed?: Pick<Plan, "id"> & Partial<Plan>;
  readonly yes: boolean;
  readonly allowPrune: number;
  readonly breakGlass?: string;
  /** What else holds Deployments: approvals. */
  readonly gate?: (planned: Planned) => Promise<Verdict>;
  /** The commit whose policy is applied, if that is not the applied one's. */
  readonly policyCommit?: string | undefined;
}

/** What a gate says. */
export interface Verdict {
  readonly refusals: readonly Refusal[];
  /** Those whose every operation was reviewed: budgets do not hold them. */
  readonly reviewed: ReadonlySet<DeploymentPlan>;
  /** The newest change that was approved for each of those. */
  readonly changeIds: ReadonlyMap<DeploymentPlan, string>;
  /** Policies that have a say besides the one of now: the strictest budget counts. */
  readonly policies: ReadonlyMap<DeploymentPlan, readonly Workspace[]>;
}

/** `jackfield apply`: makes the clusters what Git says, as far as no rail holds. */
export async function apply(ports: ApplyPorts, request: ApplyRequest): Promise<Outcome> {
  const planned = await makePlan(ports, request);
  if (!isPlanned(planned)) return planned;
  try {
    const { reviewed } = request;
    if (reviewed && reviewed.id !== planned.plan.id) return differs(planned, reviewed);
    return await applyPlanned(ports, request, planned);
  } finally {
    closeAll(planned);
  }
}

function differs(
  { plan, diagnostics, estate, secrets }: Planned,
  reviewed: ApplyRequest["reviewed"],
): Outcome {
  const told = diagnostic("JF619", undefined, {}, { hint: "review the plan below, and apply it by its id" });
  return {
    diagnostics: sortDiagnostics([...diagnostics, told]),
    result: { reason: "plan-differs" satisfies Rail, plan: planJson(plan) },
    text: reviewed ? planDifference(reviewed, plan) : "",
    compiled: estate.compiled,
    secrets,
    exit: EXIT.refused,
  };
}

async function applyPlanned(ports: ApplyPorts, request: ApplyRequest, planned: Planned): Promise<Outcome> {
  const isBound = request.reviewed !== undefined;
  const { deployments, diagnostics: seen } = unbound(planned.plan.deployments, isBound);
  const verdict = await request.gate?.({ ...planned, plan: { ...planned.plan, deployments } });
  const permission = { ...permissionOf(request), ...(verdict && { reviewed: verdict.reviewed }) };
  const refusals = [
    ...guard(deployments, strictest(limitsOf(planned.estate), verdict), permission),
    ...(verdict?.refusals ?? []),
  ];
  const held = new Set(refusals.map(({ plan }) => plan));
  const plans = deployments.filter((plan) => plan.paused === undefined && !held.has(plan));
  const executed = await carryOut({
    planned,
    plans,
    facts: () => factsOf(ports, request, planned),
    changeIdOf: (plan) => verdict?.changeIds.get(plan),
    holder: ports.holder,
    isStopped: ports.isStopped,
    progress: ports.progress,
  });
  const diagnostics = [...planned.diagnostics, ...seen, ...refusals.map((one) => one.diagnostic)];
  append(diagnostics, conflictTroubles(deployments));
  append(
    diagnostics,
    plans.flatMap((plan, index) => troublesOf(plan, executed[index])),
  );
  const plan = { ...planned.plan, deployments };
  return {
    ...outcomeOf({ plan, plans, executed, refusals, diagnostics }),
    diagnostics: sortDiagnostics(diagnostics),
    compiled: planned.estate.compiled,
    secrets: planned.secrets,
  };
}

/** Of several policies the smallest budget counts (design: 3.5). */
function strictest(limits: (plan: DeploymentPlan) => Limits, verdict: Verdict | undefined) {
  return (plan: DeploymentPlan): Limits => {
    const own = limits(plan);
    const all = [own.pruneMax, ...(verdict?.policies.get(plan) ?? []).map(({ pruneMax }) => pruneMax)];
    const [least = own.pruneMax] = all.toSorted((a, b) => budgetOf(a, plan.had) - budgetOf(b, plan.had));
    return { ...own, pruneMax: least };
  };
}

function permissionOf({ reviewed, yes, allowPrune, breakGlass }: ApplyRequest): Permission {
  return { allowPrune, isConfirmed: yes || reviewed !== undefined, breakGlass };
}

function factsOf(
  { tool, history }: ApplyPorts,
  { breakGlass, policyCommit }: ApplyRequest,
  { estate }: Planned,
): Facts {
  return { tool, commit: history.head(), isModified: isModified(estate, history), breakGlass, policyCommit };
}

function troublesOf(plan: DeploymentPlan, executed: Executed | undefined): readonly Diagnostic[] {
  if (!executed) return [];
  const { lockedBy, results, diagnostics } = executed;
  const changed = results
    .filter(({ outcome }) => outcome === "changed")
    .map(({ operation: { secret, namespace } }) => {
      const hint = "run it again: it looks anew, and writes what is left";
      return diagnostic("JF650", undefined, { secret, namespace }, { hint });
    });
  const { deployment } = plan;
  const locked =
    lockedBy === undefined ? [] : [diagnostic("JF651", undefined, { deployment, holder: lockedBy })];
  return [...diagnostics, ...changed, ...locked];
}

interface Applied {
  readonly plan: Plan;
  readonly plans: readonly DeploymentPlan[];
  readonly executed: readonly Executed[];
  readonly refusals: readonly Refusal[];
  readonly diagnostics: readonly Diagnostic[];
}

function outcomeOf(done: Applied): Pick<Outcome, "result" | "text" | "exit"> {
  const { plan, plans, executed } = done;
  const applied = plans.map(({ workspace, deployment }, index) => ({
    workspace,
    deployment,
    results: executed[index]?.results ?? [],
  }));
  const results = applied.flatMap((one) => one.results);
  const written = results.filter(({ outcome }) => outcome === "done").length;
  const reason = railOf(done);
  const isWhole = results.every(({ outcome }) => outcome === "done") && !hasBlindSpot(done);
  const exit = exitOf({ isWhole, isRefused: reason !== undefined, isSome: written > 0 });
  return {
    result: { ...(reason && { reason }), plan: planJson(plan), applied: resultsJson(applied) },
    text: results.length > 0 ? `${planText(plan)}\n${resultsText(applied)}` : planText(plan),
    ...(exit !== undefined && { exit }),
  };
}

/** The first rail that held anything. */
function railOf({ plan, executed, refusals, diagnostics }: Applied): Rail | undefined {
  const [first] = refusals;
  if (first) return first.rail;
  if (executed.some(({ lockedBy }) => lockedBy !== undefined)) return "locked";
  const hasConflict = plan.deployments.some(({ operations }) =>
    operations.some((one) => one.action === "conflict"),
  );
  if (hasConflict) return "conflict";
  return diagnostics.some(({ code }) => code === "JF615") ? "wrong-cluster" : undefined;
}

/** True if there is a place where nobody could look, and something of ours may be. */
function hasBlindSpot({ plan, diagnostics }: Applied): boolean {
  const isUnknown = plan.deployments.some(({ operations }) =>
    operations.some(({ action }) => action === "unknown"),
  );
  return isUnknown || diagnostics.some(({ code }) => code === "JF616");
}

/** Undefined: as diagnostics say. */
function exitOf(run: { isWhole: boolean; isRefused: boolean; isSome: boolean }): number | undefined {
  if (run.isRefused) return run.isSome ? EXIT.partly : EXIT.refused;
  if (run.isWhole) return undefined;
  return run.isSome ? EXIT.partly : EXIT.environment;
}
