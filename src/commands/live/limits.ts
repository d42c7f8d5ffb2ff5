import type { Limits } from "../../guard/guard.ts";
import type { DeploymentPlan, ObjectName } from "../../model/plan.ts";
import type { Estate } from "../estate.ts";

/** What the policy of each Deployment's Workspace, and the objects declared in it, allow to be lost. */
export function limitsOf({ workspaces }: Estate): (plan: DeploymentPlan) => Limits {
  const limits = new Map(
    workspaces.map(({ declarations: { workspace, objects } }) => {
      const kept = objects.filter(({ protect }) => protect);
      // A Deployment-level object is protected in its Deployment alone.
      const isProtected = (deployment: string) => (object: ObjectName) =>
        kept.some(
          ({ kind, id, deployment: own }) =>
            kind === object.kind && id.value === object.id && (own?.value ?? deployment) === deployment,
        );
      return [workspace.name.value, { pruneMax: workspace.pruneMax, isProtected }] as const;
    }),
  );
  return ({ workspace, deployment }) => {
    const found = limits.get(workspace);
    // A Workspace that is gone protects nothing any more; that all of it goes is for the budget to stop.
    if (!found) return { pruneMax: "0", isProtected: () => false };
    return { pruneMax: found.pruneMax, isProtected: found.isProtected(deployment) };
  };
}
