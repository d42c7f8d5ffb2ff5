import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { DeploymentPlan, Operation } from "../../model/plan.ts";

/** What cannot be written because of what is there. */
export function conflictTroubles(plans: readonly DeploymentPlan[]): readonly Diagnostic[] {
  return plans.flatMap(({ operations }) =>
    operations.filter(({ action }) => action === "conflict").map(conflictTrouble),
  );
}

function conflictTrouble({ secret, namespace, reason, other }: Operation): Diagnostic {
  const [what, hint] = wordsOf(`${namespace}/${secret}`, reason, other);
  return diagnostic("JF618", undefined, { secret, namespace, reason: what }, { hint });
}

function wordsOf(
  name: string,
  reason: Operation["reason"],
  other: string | undefined,
): readonly [what: string, hint: string] {
  switch (reason) {
    case "unowned":
      return ["it is there, and not ours", `to take it over, with all it holds: \`jackfield adopt ${name}\``];
    case "owned-by-other":
      return [
        "it belongs to another Deployment or Workspace",
        "if this Deployment was renamed, give it `renamedFrom`; else choose another `secretName`",
      ];
    case "same-id":
      return [
        `Secret \`${other}\` of somebody else has the same id for Airflow`,
        "remove that Secret, or its label",
      ];
    case "wrong-type":
      return ["it is not of type `Opaque`, which nothing can change", "remove it, and apply again"];
    default:
      return ["it is being deleted, and a finalizer keeps it", "see to the finalizer, and apply again"];
  }
}
