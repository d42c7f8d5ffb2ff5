import { approvalsOf } from "../../approval/approvals.ts";
import { type Coverage, createCoverage, type Item, type PolicyAt } from "../../approval/coverage.ts";
import { policyValues } from "../../change/policy.ts";
import { identityOf, type Side } from "../../change/side.ts";
import { diagnostic } from "../../core/diagnostic.ts";
import type { Refusal } from "../../guard/guard.ts";
import { missing } from "../../model/approval.ts";
import type { Touched } from "../../model/change.ts";
import type { Workspace } from "../../model/declaration.ts";
import type { DeploymentPlan } from "../../model/plan.ts";
import type { History } from "../../ports.ts";
import type { Verdict } from "../apply.ts";
import type { Planned } from "../live/planned.ts";
import { demands, everDemanded, isRelated } from "./demanded.ts";
import { createPast } from "./history-views.ts";
import { type AppliedOf, createAppliedOf, type Judged, judge } from "./judged.ts";
import { type Line, type ReviewedChange, type ReviewedPorts, reviewedChanges } from "./reviewed.ts";

interface Covering extends Judged {
  readonly coverage: Coverage;
  /** Ids of the changes that were approved for it; the newest comes first. */
  readonly approved: string[];
}

/**
 * Holds Deployments whose environment has approvals, if an operation, or the policy that it is done by, comes from no approved change; the
 * others proceed (design: 3.4). By the policy of the default branch, by that of the commit that was applied, and by that before each change
 * (3.5).
 */
export async function judgeMerge(ports: ReviewedPorts, line: Line, planned: Planned): Promise<Verdict> {
  const { history } = ports;
  const appliedOf = createAppliedOf(planned);
  const active = planned.plan.deployments.filter(({ paused }) => paused === undefined);
  const behind = active.flatMap((plan) => notAhead(plan, appliedOf, ports, line));
  const held = new Set(behind.map(({ plan }) => plan));
  const judging = { planned, appliedOf, past: createPast(history), history };
  const covering = judge(
    active.filter((plan) => !held.has(plan)),
    judging,
  )
    .filter((one) => hasDemands(one, history, line.policy ?? line.head))
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

function hasDemands(
  { touches, judges, policies, environments, isFirst }: Judged,
  history: History,
  tip: string,
): boolean {
  const isDemanded = touches.some(({ identity, environment }) =>
    judges.some((one) => (one.uid ?? one.name.value) === identity && demands(one, [environment])),
  );
  const [now] = policies;
  return isDemanded || (isFirst && now !== undefined && everDemanded(history, tip, now, environments));
}

/** Looks through what was merged, newest first, for as long as something is to be found. */
async function cover(covering: readonly Covering[], ports: ReviewedPorts, line: Line): Promise<void> {
  await coverBy(covering, ports, line, line.policy === undefined);
  const { name } = ports.history.defaultBranch() ?? {};
  if (line.policy === undefined || name === undefined) return;
  await coverBy(covering, ports, { branch: name, head: line.policy, policy: undefined }, true);
}

async function coverBy(
  covering: readonly Covering[],
  ports: ReviewedPorts,
  line: Line,
  hasPolicy: boolean,
): Promise<void> {
  const isSettled = () => covering.every(({ coverage }) => coverage.isSettled());
  if (isSettled()) return;
  for await (const change of reviewedChanges(ports, line, oldest(covering, ports, line))) {
    for (const one of covering) await offer(one, change, ports, hasPolicy);
    if (isSettled()) return;
  }
}

/** How far back changes are asked for; undefined: to the beginning. */
function oldest(covering: readonly Covering[], { history }: ReviewedPorts, line: Line): string | undefined {
  const open = covering
    .filter(({ coverage }) => !coverage.isSettled())
    .map(({ since }) => [since?.commit, since?.policy].find((one) => isOn(history, one, line)));
  return open.reduce((one, other) => {
    if (one === undefined || other === undefined) return undefined;
    return history.isAncestor(one, other) ? one : other;
  });
}

function isOn({ isAncestor }: History, commit: string | undefined, { head }: Line): boolean {
  return commit !== undefined && isAncestor(commit, head);
}

/** A change counts for a Deployment if it was approved by all who have a say there, by the policy before it, too. */
async function offer(
  one: Covering,
  { change, voices, before, after }: ReviewedChange,
  { github }: ReviewedPorts,
  hasPolicy: boolean,
): Promise<void> {
  const { plan, identity, coverage, approved } = one;
  if (coverage.isSettled()) return;
  const difference = change.deployments.find(
    (other) => other.identity === identity && other.deployment === plan.deployment,
  );
  const earlier = before.map(({ declarations }) => declarations.workspace);
  const touches = [...one.touches, ...touchedBefore(one, earlier)];
  const policies = [...new Set([...one.judges, ...earlier])];
  const approvals = await approvalsOf(touches, "default branch", policies, voices, github.isMember);
  if (approvals.some((approval) => missing(approval) > 0)) return;
  const policy = hasPolicy ? { before: policyAt(before, one), after: policyAt(after, one) } : undefined;
  coverage.offer({ difference, policy });
  if (difference) approved.push(change.id);
}

/** What may be its Workspace under another identity has a say in its environments. */
function touchedBefore(
  { policies, environments }: Judged,
  earlier: readonly Workspace[],
): readonly Touched[] {
  return earlier
    .filter((one) => policies.some((own) => isRelated(one, own)))
    .flatMap((one) =>
      environments.map((environment) => ({ identity: one.uid ?? one.name.value, environment })),
    );
}

function policyAt(sides: readonly Side[], { identity }: Judged): PolicyAt {
  const side = sides.find((one) => identityOf(one) === identity);
  return (subject, path) => {
    const values = side && policyValues(side, subject);
    // Whether there is such a document.
    return path === "" ? values && "" : values?.get(path);
  };
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

function wordsOf(item: Item): string {
  if ("object" in item) {
    const { object, path } = item;
    return `${object.kind} ${object.id}${path === undefined ? "" : ` ${path}`}`;
  }
  return item.path === "" ? "its removal" : `${item.subject} ${item.path}`;
}
