import { type Executed, type Execution, execute } from "../../apply/apply.ts";
import { inPool } from "../../apply/pool.ts";
import { baseName } from "../../emit/names.ts";
import type { WantedSecret } from "../../model/live.ts";
import { type DeploymentPlan, isWrite, type Operation } from "../../model/plan.ts";
import { digestsOf } from "../../plan/compare.ts";
import { OWNER, ownerOf } from "../../plan/ownership.ts";
import { RECORD, recordText } from "../../plan/record.ts";
import type { LiveCluster, Progress } from "../../ports.ts";
import type { Planned } from "./planned.ts";
import type { Target } from "./wanted.ts";

/** Deployments that are written at a time. */
const DEPLOYMENTS = 8;

/** What every record of a run says. */
export interface Facts {
  readonly tool: string;
  readonly commit: string | undefined;
  /** The files are not as that commit has them. */
  readonly isModified: boolean;
  readonly breakGlass: string | undefined;
  /** The commit of the policy, if that is another one. */
  readonly policyCommit?: string | undefined;
}

export interface CarryingOut {
  readonly planned: Planned;
  /** Those that no rail holds. */
  readonly plans: readonly DeploymentPlan[];
  /** Asked only if something is written. */
  readonly facts: () => Facts;
  /** The change that was approved for a Deployment. */
  readonly changeIdOf?: ((plan: DeploymentPlan) => string | undefined) | undefined;
  readonly holder: string;
  readonly isStopped: () => boolean;
  readonly progress: Progress;
}

/** Carries out the plans of several Deployments, some at a time; results in their order. */
export async function carryOut({ planned, plans, ...run }: CarryingOut): Promise<readonly Executed[]> {
  const live = new Map(
    planned.observed.observation.found.map((one) => [
      keyOf(one.site.key, one.site.namespace, one.live.name),
      one.live,
    ]),
  );
  let known: Facts | undefined;
  const facts = (): Facts => {
    known ??= run.facts();
    return known;
  };
  const total = plans.flatMap(({ operations }) => operations.filter(isWrite)).length;
  let done = 0;
  const execution = (plan: DeploymentPlan): Execution => {
    const target = targetOf(planned, plan);
    return {
      plan,
      clusterOf: ({ clusterKey }) => clusterAt(planned, clusterKey),
      wantedOf: (operation) => wantedSecret(operation, target, facts(), run.changeIdOf?.(plan)),
      liveOf: ({ clusterKey, namespace, secret }) => found(live.get(keyOf(clusterKey, namespace, secret))),
      lock: target && lockOf(planned, target),
      holder: run.holder,
      isStopped: run.isStopped,
      onResult: ({ operation }) => {
        done += 1;
        run.progress.report(done, total, operation.secret);
      },
    };
  };
  return inPool(plans, DEPLOYMENTS, (plan) => execute(execution(plan)));
}

function targetOf({ targets }: Planned, { workspace, deployment }: DeploymentPlan): Target | undefined {
  return targets.find(
    ({ wanted }) => wanted.workspace === workspace && wanted.deployment.name.value === deployment,
  );
}

function lockOf(planned: Planned, { wanted }: Target): Execution["lock"] {
  const { site, deployment } = wanted;
  const cluster = planned.observed.clusters.get(site.key);
  return cluster && { cluster, namespace: site.namespace, name: baseName(deployment) };
}

function clusterAt({ observed }: Planned, key: string): LiveCluster {
  return found(observed.clusters.get(key));
}

/** What a Secret is to become, its record included. */
export function wantedSecret(
  { secret }: Operation,
  target: Target | undefined,
  facts: Facts,
  changeId?: string,
): WantedSecret {
  const { wanted } = found(target);
  const { labels, namespace, data } = found(wanted.manifests?.get(secret));
  const view = found(wanted.secrets.find(({ name }) => name === secret));
  const { commit, isModified, breakGlass, tool, policyCommit } = facts;
  const record = recordText({
    tool,
    policyDigest: wanted.policyDigest,
    objects: digestsOf(view),
    ...(commit !== undefined && { commit, ...(isModified && { modified: true }) }),
    ...(policyCommit !== undefined && { policyCommit }),
    ...(changeId !== undefined && { changeId }),
    ...(breakGlass !== undefined && { breakGlass }),
  });
  return {
    name: secret,
    namespace,
    labels: new Map([...labels, [OWNER, ownerOf(wanted.identity, wanted.deployment.name.value)]]),
    annotations: new Map([[RECORD, record]]),
    data,
  };
}

function keyOf(...parts: readonly string[]): string {
  return parts.join("\0");
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a plan speaks only of what it was made from");
  return value;
}
