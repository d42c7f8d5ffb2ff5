import { approvalsOf } from "../../approval/approvals.ts";
import { type Coverage, createCoverage, type Item } from "../../approval/coverage.ts";
import { diagnostic } from "../../core/diagnostic.ts";
import type { Refusal } from "../../guard/guard.ts";
import { missing } from "../../model/approval.ts";
import type { DeploymentPlan } from "../../model/plan.ts";
import type { Verdict } from "../apply.ts";
import type { Planned } from "../live/planned.ts";
import { createPast } from "./history-views.ts";
import { type AppliedOf, createAppliedOf, type Judged, judgedOf } from "./judged.ts";
import { type Line, type ReviewedChange, type ReviewedPorts, reviewedChanges } from "./reviewed.ts";

interface Covering extends Judged {
  readonly coverage: Coverage;
  /** Ids of the changes that were approved for it; the newest comes first. */
  readonly approved: string[];
}

/**
 * Holds Deployments whose environment has approvals, if an operation comes from no approved change; the others proceed (design: 3.4). By the
 * policy of the default branch and by that of the commit that was applied, both (3.5).
 */
export async function judgeMerge(ports: ReviewedPorts, line: Line, planned: Planned): Promise<Verdict> {
  const { history } = ports;
  const appliedOf = createAppliedOf(planned);
  const active = planned.plan.deployments.filter(({ paused }) => paused === undefined);
  const behind = active.flatMap((plan) => notAhead(plan, appliedOf, ports, line));
  const held = new Set(behind.map(({ plan }) => plan));
  const past = createPast(history);
  const covering = active
    .filter((plan) => !held.has(plan))
    .map((plan) => judgedOf(plan, planned, appliedOf, { past, history }))
    .filter(hasDemands)
    .map((one): Covering => ({ ...one, coverage: createCoverage(one.items), approved: [] }));
  await cover(covering, ports, line);
  const refusals = covering.flatMap(refusalOf);
  const refused = new Set(refusals.map(({ plan }) => plan));
  return {
    refusals: [...behind, ...refusals],
    reviewed: new Set(covering.map(({ plan }) => plan).filter((plan) => !refused.has(plan))),
    changeIds: new Map(
      covering.flatMap(({ plan, approved }) => approved.slice(0, 1).map((id) => [plan, id])),
    ),
    policies: new Map(covering.map(({ plan, policies }) => [plan, policies])),
  };
}

/** A commit that this one does not come after was applied: an old run, or a branch that was pushed anew. */
function notAhead(
  plan: DeploymentPlan,
  appliedOf: AppliedOf,
  { history }: ReviewedPorts,
  { head }: Line,
): readonly Refusal[] {
  const applied = plan.operations.flatMap((one) => appliedOf(one) ?? []);
  const other = applied.find(({ commit }) => !history.isAncestor(commit, head));
  if (!other) return [];
  const params = { deployment: plan.deployment, commit: other.commit.slice(0, SHORT) };
  const hint =
    "run it on the tip of the branch; `jackfield apply --break-glass` is for a branch whose past was rewritten";
  return [{ plan, rail: "not-ahead", diagnostic: diagnostic("JF747", undefined, params, { hint }) }];
}

const SHORT = 12;

function hasDemands({ policies, environments }: Judged): boolean {
  return policies.some(({ approvals }) =>
    approvals.some(({ environment }) => environments.includes(environment.value)),
  );
}

/** Looks through what was merged, newest first, for as long as something is to be found. */
async function cover(covering: readonly Covering[], ports: ReviewedPorts, line: Line): Promise<void> {
  const isSettled = () => covering.every(({ coverage }) => coverage.isSettled());
  if (isSettled()) return;
  for await (const change of reviewedChanges(ports, line, oldest(covering, ports))) {
    for (const one of covering) await offer(one, change, ports);
    if (isSettled()) return;
  }
}

/** How far back changes are asked for; undefined: to the beginning. */
function oldest(covering: readonly Covering[], { history }: ReviewedPorts): string | undefined {
  const open = covering.filter(({ coverage }) => !coverage.isSettled()).map(({ since }) => since);
  return open.reduce((one, other) => {
    if (one === undefined || other === undefined) return undefined;
    return history.isAncestor(one, other) ? one : other;
  });
}

/** A change counts for a Deployment if it was approved by all who have a say there. */
async function offer(
  one: Covering,
  { change, voices }: ReviewedChange,
  { github }: ReviewedPorts,
): Promise<void> {
  const { plan, identity, environments, policies, coverage, approved } = one;
  const difference = change.deployments.find(
    (other) => other.identity === identity && other.deployment === plan.deployment,
  );
  if (!difference || coverage.isSettled()) return;
  const touches = environments.map((environment) => ({ identity, environment }));
  const approvals = await approvalsOf(touches, "default branch", policies, voices, github.isMember);
  if (approvals.some((approval) => missing(approval) > 0)) return;
  coverage.offer(difference);
  approved.push(change.id);
}

const NAMED = 3;

function refusalOf({ plan, environments, coverage }: Covering): readonly Refusal[] {
  const items = coverage.uncovered();
  if (items.length === 0) return [];
  const more = items.length > NAMED ? ` and ${items.length - NAMED} more` : "";
  const what = `${items.slice(0, NAMED).map(wordsOf).join(", ")}${more} ${items.length === 1 ? "comes" : "come"}`;
  const params = { deployment: plan.deployment, environment: environments.join(", "), what };
  const hint =
    "let the pull request that set it be approved and run this again, revert it, or use `jackfield apply --break-glass`";
  return [{ plan, rail: "not-approved", diagnostic: diagnostic("JF746", undefined, params, { hint }) }];
}

function wordsOf({ object, path, token }: Item): string {
  if (object) return `${object.kind} ${object.id}${path === undefined ? "" : ` ${path}`}`;
  return token === undefined ? "its removal" : `its ${path}`;
}
