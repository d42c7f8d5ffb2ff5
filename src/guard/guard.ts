import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { DeploymentPlan, ObjectName } from "../model/plan.ts";

/** Why a rail holds a Deployment, as exit code 5 tells it. */
export type Rail =
  | "prune-budget"
  | "nothing-left"
  | "protected-object"
  | "protected-environment"
  | "conflict"
  | "not-approved"
  | "not-ahead"
  | "locked"
  | "wrong-cluster"
  | "plan-differs";

/** What a Workspace's policy says of what may be lost. */
export interface Limits {
  /** A count ("5"), or a share of a Deployment's effective objects ("20%"). */
  readonly pruneMax: string;
  /** Objects that must not be taken from any Deployment. */
  readonly isProtected: (object: ObjectName) => boolean;
}

/** What whoever runs it allows. */
export interface Permission {
  /** Effective objects that may be lost in this run, beyond all budgets. */
  readonly allowPrune: number;
  /** A protected environment may be written to: the run was confirmed, or a reviewed plan is applied. */
  readonly isConfirmed: boolean;
  /** Plans whose every operation was reviewed: no budget holds them. */
  readonly reviewed?: ReadonlySet<DeploymentPlan>;
  /** Set: why budgets and protection of environments are set aside. */
  readonly breakGlass: string | undefined;
}

/** A Deployment that must not be touched in this run. */
export interface Refusal {
  readonly plan: DeploymentPlan;
  readonly rail: Rail;
  readonly diagnostic: Diagnostic;
}

const LEAST = 3;

/**
 * The rails of design 3.4, over a whole run. What may be lost beyond the budget is allowed for the run as a whole, so that a number
 * read off one plan never covers a second surprise.
 */
export function guard(
  plans: readonly DeploymentPlan[],
  limitsOf: (plan: DeploymentPlan) => Limits,
  permission: Permission,
): readonly Refusal[] {
  const active = plans.filter(
    ({ paused, operations }) => paused === undefined && operations.some(isTouching),
  );
  const beyond = active.filter((plan) => !permission.reviewed?.has(plan) && isBeyond(plan, limitsOf(plan)));
  const lost = beyond.reduce((sum, { loses }) => sum + loses.length, 0);
  const isAllowed = permission.breakGlass !== undefined || lost <= permission.allowPrune;
  return active.flatMap((plan) => {
    const limits = limitsOf(plan);
    const kept = plan.loses.filter(limits.isProtected);
    if (kept.length > 0) return [protectedObject(plan, kept)];
    if (beyond.includes(plan) && !isAllowed) return [tooMany(plan, limits, lost)];
    if (plan.protected && !permission.isConfirmed && permission.breakGlass === undefined) {
      return [protectedEnvironment(plan)];
    }
    return [];
  });
}

function isTouching({ action, withKey }: DeploymentPlan["operations"][number]): boolean {
  return !["keep", "conflict", "orphan", "unknown"].includes(action) || withKey?.values === "differ";
}

function isBeyond(plan: DeploymentPlan, { pruneMax }: Limits): boolean {
  return isEmptied(plan) || plan.loses.length > budgetOf(pruneMax, plan.had);
}

/** From something to nothing: no share of a few objects may allow that. */
function isEmptied({ had, gets, loses }: DeploymentPlan): boolean {
  return had > 0 && gets === 0 && loses.length > 0;
}

/** How many of so many objects may be lost. */
export function budgetOf(pruneMax: string, had: number): number {
  const number = Number.parseInt(pruneMax, 10);
  return pruneMax.endsWith("%") ? Math.max(LEAST, Math.floor((had * number) / 100)) : number;
}

function tooMany(plan: DeploymentPlan, { pruneMax }: Limits, lost: number): Refusal {
  const { deployment, loses, had } = plan;
  const count = loses.length;
  const hint = `if that is meant: \`--allow-prune ${lost}\``;
  if (isEmptied(plan)) {
    const told = diagnostic("JF611", undefined, { deployment, count }, { hint });
    return { plan, rail: "nothing-left", diagnostic: told };
  }
  const params = { deployment, count, had, budget: budgetOf(pruneMax, had), max: pruneMax };
  return { plan, rail: "prune-budget", diagnostic: diagnostic("JF610", undefined, params, { hint }) };
}

function protectedObject(plan: DeploymentPlan, kept: readonly ObjectName[]): Refusal {
  const [first] = kept;
  const object = `${first?.kind} \`${first?.id}\``;
  const params = { deployment: plan.deployment, object };
  const hint = "take `protect` out of its document first, in a change of its own";
  return { plan, rail: "protected-object", diagnostic: diagnostic("JF612", undefined, params, { hint }) };
}

function protectedEnvironment(plan: DeploymentPlan): Refusal {
  const params = { deployment: plan.deployment, environment: plan.environment ?? "" };
  const hint = "apply the plan that was reviewed (`--plan-id`, `--plan`), or confirm with `--yes`";
  return {
    plan,
    rail: "protected-environment",
    diagnostic: diagnostic("JF613", undefined, params, { hint }),
  };
}
