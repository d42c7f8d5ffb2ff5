import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { DeploymentPlan, Operation } from "../../model/plan.ts";

/**
 * What is really to be done by a run that has the key. Under a reviewed plan (`isBound`) that is never more than the plan says: an
 * edit in the cluster that only the key shows is told, and left.
 */
export function unbound(
  plans: readonly DeploymentPlan[],
  isBound: boolean,
): { readonly deployments: readonly DeploymentPlan[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const deployments = plans.map((plan) => ({
    ...plan,
    operations: plan.operations.map((operation) => {
      if (!isEdited(operation))
        return isNeedless(operation) ? { ...operation, action: "keep" as const } : operation;
      if (!isBound)
        return { ...operation, action: "update" as const, objects: operation.withKey?.objects ?? [] };
      const { secret, namespace } = operation;
      const hint = "`jackfield drift --repair` puts it right";
      diagnostics.push(diagnostic("JF620", undefined, { secret, namespace }, { hint }));
      return operation;
    }),
  }));
  return { deployments, diagnostics };
}

/** Somebody edited a value behind the same ciphertext. */
function isEdited({ action, withKey }: Operation): boolean {
  return (action === "keep" || action === "record") && withKey?.values === "differ";
}

/** Somebody wrote the Secret, and it is what it is to be all the same. */
function isNeedless({ action, withKey, objects, strayKeys, residue, labels }: Operation): boolean {
  return (
    action === "update" &&
    withKey?.values === "same" &&
    strayKeys.length + residue.length + labels.length === 0 &&
    objects.every(({ fields }) => fields.every(({ word }) => word === "written by another"))
  );
}
