import { compareText } from "../core/source.ts";
import type { DeploymentDifference, ObjectDifference, PlaceDifference } from "../model/change.ts";
import type { Deployment } from "../model/declaration.ts";
import type { EffectiveDeployment, EffectiveObject } from "../model/effective.ts";
import type { CompareObjects } from "./objects.ts";
import { identityOf, nameOf, type Pair, type Side } from "./side.ts";
import { placeOf } from "./tokens.ts";

/** One Deployment before and now; one that was renamed is the same. */
export interface DeploymentPair {
  readonly base: EffectiveDeployment | undefined;
  readonly head: EffectiveDeployment | undefined;
}

/** The Deployments of a Workspace in both trees, sorted by name. */
export function pairDeployments({ base, head }: Pair): readonly DeploymentPair[] {
  const before = new Map(base?.effective.deployments.map((one) => [one.deployment.name.value, one]));
  const pairs = (head?.effective.deployments ?? []).map((one): DeploymentPair => {
    const { name, renamedFrom } = one.deployment;
    const key = before.has(name.value) ? name.value : (renamedFrom ?? "");
    const old = before.get(key);
    before.delete(key);
    return { base: old, head: one };
  });
  const gone = [...before.values()].map((one): DeploymentPair => ({ base: one, head: undefined }));
  return [...pairs, ...gone].sort((a, b) =>
    compareText(deploymentOf(a).name.value, deploymentOf(b).name.value),
  );
}

/** As it is; of one that is gone, as it was. */
export function deploymentOf({ base, head }: DeploymentPair): Deployment {
  const { deployment } = head ?? (base as EffectiveDeployment);
  return deployment;
}

/** What becomes of one Deployment; undefined: nothing. */
export function compareDeployment(
  pair: Pair,
  { base, head }: DeploymentPair,
  compare: CompareObjects,
): DeploymentDifference | undefined {
  const deployment = deploymentOf({ base, head });
  const objects = compareAll(base?.objects ?? [], head?.objects ?? [], compare);
  const place = base && head ? comparePlace(base.deployment, head.deployment) : [];
  if (base && head && objects.length === 0 && place.length === 0) return undefined;
  const isProtected =
    protects(pair.base, base?.deployment.environment.value) ||
    protects(pair.head, head?.deployment.environment.value);
  return {
    workspace: nameOf(pair),
    identity: identityOf((pair.head ?? pair.base) as Side),
    deployment: deployment.name.value,
    environment: deployment.environment.value,
    protected: isProtected,
    action: !base ? "add" : head ? "change" : "remove",
    place,
    had: base?.objects.length ?? 0,
    gets: head?.objects.length ?? 0,
    objects,
  };
}

/** True if an environment is protected in a tree. */
export function protects(side: Side | undefined, environment: string | undefined): boolean {
  return side?.declarations.workspace.environments.get(environment ?? "")?.protected ?? false;
}

/** In the order that both lists have: by kind, then id. */
function compareAll(
  base: readonly EffectiveObject[],
  head: readonly EffectiveObject[],
  compare: CompareObjects,
): readonly ObjectDifference[] {
  const before = new Map(base.map((one) => [keyOf(one), one]));
  const now = new Set(head.map(keyOf));
  const gone = base.filter((one) => !now.has(keyOf(one))).map((one) => compare(one, undefined));
  const kept = head.map((one) => compare(before.get(keyOf(one)), one));
  const all = [...gone, ...kept].filter((one) => one !== undefined);
  return all.sort((a, b) => compareText(`${orderOf(a)}${a.id}`, `${orderOf(b)}${b.id}`));
}

function keyOf({ kind, id }: EffectiveObject): string {
  return `${kind}/${id}`;
}

function orderOf({ kind }: ObjectDifference): number {
  return ["Connection", "Variable", "EnvironmentVariable"].indexOf(kind);
}

function comparePlace(base: Deployment, head: Deployment): readonly PlaceDifference[] {
  const before = placeOf(base);
  return placeOf(head).flatMap(({ path, value: to }, index) => {
    const from = before[index]?.value;
    if (from === to) return [];
    return [{ path, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
  });
}
