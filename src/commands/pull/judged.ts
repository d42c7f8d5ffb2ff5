import type { Item } from "../../approval/coverage.ts";
import type { Side } from "../../change/side.ts";
import type { Touched } from "../../model/change.ts";
import type { Workspace } from "../../model/declaration.ts";
import { type DeploymentPlan, isWrite, type Operation } from "../../model/plan.ts";
import { nameOf, RECORD, readRecord, type SecretRecord } from "../../plan/record.ts";
import type { History } from "../../ports.ts";
import { sideOf } from "../change/compare.ts";
import type { Planned } from "../live/planned.ts";
import { identityOf } from "../live/wanted.ts";
import type { Applied, Past, PastDeployment } from "./history-views.ts";
import { type Objects, objectItems } from "./items.ts";
import { policyItems } from "./policy-items.ts";
import { redirected, type Uses, usersIn, usesOf } from "./redirects.ts";

/** A plan, and what of it has to be found in approved changes. */
export interface Judged {
  readonly plan: DeploymentPlan;
  /** Of its Workspace. */
  readonly identity: string;
  /** Its environment, and those that it was in when it was applied. */
  readonly environments: readonly string[];
  /** Those, and whose credentials it is to send elsewhere. */
  readonly touches: readonly Touched[];
  /** Workspaces whose approvals count, those whose credentials it is to send elsewhere included. */
  readonly judges: readonly Workspace[];
  /** Policies of its own Workspace that have a say: the one of now, and those that were applied, to it, or, if it is new, to others of its Workspace. */
  readonly policies: readonly Workspace[];
  /** Nothing of its Workspace was applied, as far as this run sees: then Git alone tells what had a say earlier. */
  readonly isFirst: boolean;
  /** The oldest that something of it came from; undefined: of some of it nobody knows. */
  readonly since: Applied | undefined;
  readonly items: readonly Item[];
}

/** What the Secret of an operation came from, by its record. */
export type AppliedOf = (operation: Operation) => Applied | undefined;

export function createAppliedOf({ observed }: Planned): AppliedOf {
  const keyOf = (...parts: readonly string[]) => parts.join("\0");
  const applied = new Map(
    observed.observation.found.map(({ site, live }) => {
      const record = readRecord(live.annotations.get(RECORD)?.reveal());
      return [keyOf(site.key, site.namespace, live.name), appliedBy(record)] as const;
    }),
  );
  return ({ clusterKey, namespace, secret }) => applied.get(keyOf(clusterKey, namespace, secret));
}

/** Undefined: nobody knows; files that were as no commit has them came from none. */
function appliedBy(record: SecretRecord | undefined): Applied | undefined {
  if (record?.commit === undefined || record.modified) return undefined;
  return { commit: record.commit, policy: record.policyCommit };
}

export interface Judging {
  readonly planned: Planned;
  readonly appliedOf: AppliedOf;
  readonly past: Past;
  readonly history: History;
}

/** What was applied of one plan. */
interface Known {
  readonly workspace: Planned["estate"]["workspaces"][number] | undefined;
  readonly identity: string;
  /** Of each operation; of a Secret that is new, what its Deployment had last. */
  readonly before: (operation: Operation) => PastDeployment | undefined;
  readonly pasts: readonly PastDeployment[];
  readonly since: Applied | undefined;
}

/** All plans of a run: those that are new are held to what was applied to the others of their Workspace. */
export function judge(plans: readonly DeploymentPlan[], judging: Judging): readonly Judged[] {
  const known = new Map(plans.map((plan) => [plan, knownOf(plan, judging)]));
  const all = [...known.values()];
  const { workspaces } = judging.planned.estate.compiled;
  const pasts = all.flatMap((one) => one.pasts);
  const common = {
    ...judging,
    uses: usesOf([...usersIn(workspaces), ...pasts]),
    judges: unique([...workspaces.map(workspaceOf), ...pasts.map(({ side }) => workspaceOf(side))]),
  };
  return plans.map((plan) => {
    const own = known.get(plan) as Known;
    const others = all.filter(({ identity }) => identity === own.identity).flatMap((one) => one.pasts);
    return judgedOf(plan, own, own.pasts.length > 0 ? own.pasts : others, common);
  });
}

function workspaceOf({ declarations }: Pick<Side, "declarations">): Workspace {
  return declarations.workspace;
}

function unique<T>(all: readonly T[]): readonly T[] {
  return [...new Set(all)];
}

/** What all plans of a run are judged by. */
interface Common extends Judging {
  readonly uses: Uses;
  readonly judges: readonly Workspace[];
}

function knownOf(plan: DeploymentPlan, { planned, appliedOf, past, history }: Judging): Known {
  const workspace = planned.estate.workspaces.find(
    ({ declarations }) => declarations.workspace.name.value === plan.workspace,
  );
  const identity = workspace ? identityOf(workspace) : plan.workspace;
  const [newest, oldest] = ends(
    plan.operations.flatMap((one) => appliedOf(one) ?? []),
    history,
  );
  const before = (operation: Operation) => {
    const applied = appliedOf(operation) ?? newest;
    return applied && past.deployment(applied, identity, plan.deployment);
  };
  const pasts = unique(plan.operations.flatMap((one) => before(one) ?? []));
  return {
    workspace,
    identity: workspace ? identity : (pasts[0]?.identity ?? identity),
    before,
    pasts,
    since: oldest,
  };
}

function judgedOf(
  plan: DeploymentPlan,
  { workspace, identity, before, pasts, since }: Known,
  references: readonly PastDeployment[],
  { planned, uses, judges }: Common,
): Judged {
  const environments = unique(
    [plan.environment ?? [], pasts.map(({ effective }) => effective.deployment.environment.value)].flat(),
  );
  const now = workspace && sideOf(workspace);
  const effective = workspace?.effective.deployments.find(
    ({ deployment }) => deployment.name.value === plan.deployment,
  );
  const sides: readonly (Side | undefined)[] =
    references.length > 0 ? references.map(({ side }) => side) : [undefined];
  const ofPolicy = sides.flatMap((side) => policyItems(side, now, plan.deployment, environments));
  const ofObjects = objectItems(plan, objectsNow(planned, plan), (operation) => before(operation)?.objects);
  const policies = unique([...(now ? [now] : []), ...references.map(({ side }) => side)].map(workspaceOf));
  return {
    plan,
    identity,
    environments,
    touches: [
      ...environments.map((environment) => ({ identity, environment })),
      ...redirected(
        effective,
        pasts.map((one) => one.effective),
        uses,
      ),
    ],
    judges: [...policies, ...judges.filter((one) => (one.uid ?? one.name.value) !== identity)],
    policies,
    isFirst: references.length === 0,
    since,
    items: plan.operations.some(isWrite) ? [...distinct(ofPolicy), ...ofObjects] : [],
  };
}

function distinct<T extends { readonly subject: string; readonly path: string }>(
  items: readonly T[],
): readonly T[] {
  return [...new Map(items.map((item) => [`${item.subject}\0${item.path}`, item])).values()];
}

/** All of them are on one line of descent. */
function ends(applied: readonly Applied[], history: History): readonly [newest?: Applied, oldest?: Applied] {
  const sorted = applied.toSorted((one, other) => {
    if (one.commit === other.commit) return 0;
    return history.isAncestor(one.commit, other.commit) ? 1 : -1;
  });
  const [newest] = sorted;
  const oldest = sorted.at(-1);
  return newest && oldest ? [newest, oldest] : [];
}

function objectsNow({ targets }: Planned, { workspace, deployment }: DeploymentPlan): Objects | undefined {
  const target = targets.find(
    ({ wanted }) => wanted.workspace === workspace && wanted.deployment.name.value === deployment,
  );
  if (!target) return undefined;
  const objects = target.wanted.secrets.flatMap(({ keys }) =>
    [...keys.values()].flatMap((key) => key.objects),
  );
  return new Map(objects.map((one) => [nameOf(one), one]));
}
