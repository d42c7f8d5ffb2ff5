import type { Deployment } from "../../model/declaration.ts";
import { type Outcome, usage } from "../../outcome.ts";
import { type Estate, type Narrowing, type Placed, placedDeployments, unknownName } from "../estate.ts";
import type { Branch } from "./planned.ts";

/** The Deployments that a run is about; an `Outcome` if a name is unknown. */
export function scopeOf(
  estate: Estate,
  narrowing: Narrowing & { readonly branch?: Branch | undefined },
): readonly Placed[] | Outcome {
  const placed = placedDeployments(estate, narrowing.deployment);
  if ("result" in placed) return placed;
  const { environment, cluster, branch } = narrowing;
  const workspaces = estate.workspaces.map(({ declarations }) => declarations.workspace);
  const environments = workspaces.flatMap((one) => [...one.environments.keys()]);
  const clusters = workspaces.flatMap((one) => [...one.clusters.keys()]);
  for (const [what, wanted, known] of [
    ["environment", environment, environments],
    ["cluster", cluster, clusters],
  ] as const) {
    if (wanted !== undefined && !known.includes(wanted))
      return usage(unknownName(what, wanted, [...new Set(known)]));
  }
  return placed.filter(
    ({ effective: { deployment } }) =>
      follows(deployment, branch) &&
      (environment ?? deployment.environment.value) === deployment.environment.value &&
      (cluster ?? deployment.cluster.value) === deployment.cluster.value,
  );
}

/** A Deployment that names no branch follows the default one (design: 3). */
function follows({ branch: own }: Deployment, branch: Branch | undefined): boolean {
  if (!branch) return true;
  return own === undefined ? branch.isDefault : own === branch.name;
}
