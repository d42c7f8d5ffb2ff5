import type { Item } from "../../approval/coverage.ts";
import type { Workspace } from "../../model/declaration.ts";
import type { DeploymentPlan, Operation } from "../../model/plan.ts";
import { nameOf, RECORD, readRecord, type SecretRecord } from "../../plan/record.ts";
import type { History } from "../../ports.ts";
import type { Planned } from "../live/planned.ts";
import { identityOf } from "../live/wanted.ts";
import type { Applied, Past } from "./history-views.ts";
import { itemsOf, type Present } from "./items.ts";

/** A plan, and what of it has to be found in approved changes. */
export interface Judged {
  readonly plan: DeploymentPlan;
  /** Of its Workspace. */
  readonly identity: string;
  /** Its environment, and those that it was in when it was applied. */
  readonly environments: readonly string[];
  /** Policies that have a say: the one of now, and those that were applied. */
  readonly policies: readonly Workspace[];
  /** The oldest commit that something of it came from; undefined: of some of it nobody knows. */
  readonly since: string | undefined;
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

/** A Secret that is new is judged by what its Deployment had last. */
export function judgedOf(
  plan: DeploymentPlan,
  planned: Planned,
  appliedOf: AppliedOf,
  { past, history }: { readonly past: Past; readonly history: History },
): Judged {
  const workspace = planned.estate.workspaces.find(
    ({ declarations }) => declarations.workspace.name.value === plan.workspace,
  );
  const wanted = workspace ? identityOf(workspace) : plan.workspace;
  const known = plan.operations.flatMap((one) => appliedOf(one) ?? []);
  const [newest, oldest] = ends(known, history);
  const before = (operation: Operation) => {
    const applied = appliedOf(operation) ?? newest;
    return applied && past.deployment(applied, wanted, plan.deployment);
  };
  const pasts = [...new Set(plan.operations.flatMap((one) => before(one) ?? []))];
  const now = workspace ? [workspace.declarations.workspace] : [];
  const environments = [plan.environment ?? [], pasts.map((one) => one.deployment.environment.value)].flat();
  return {
    plan,
    identity: workspace ? wanted : (pasts[0]?.identity ?? wanted),
    environments: [...new Set(environments)],
    policies: [...new Set([...now, ...pasts.map((one) => one.workspace)])],
    since: oldest?.commit,
    items: itemsOf(plan, presentOf(planned, plan), before),
  };
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

function presentOf({ targets }: Planned, { workspace, deployment }: DeploymentPlan): Present | undefined {
  const target = targets.find(
    ({ wanted }) => wanted.workspace === workspace && wanted.deployment.name.value === deployment,
  );
  if (!target) return undefined;
  const objects = target.wanted.secrets.flatMap(({ keys }) =>
    [...keys.values()].flatMap((key) => key.objects),
  );
  return { deployment: target.wanted.deployment, objects: new Map(objects.map((one) => [nameOf(one), one])) };
}
