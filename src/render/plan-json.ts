import type { DeploymentPlan, Operation, Plan } from "../model/plan.ts";
import { countActions } from "./plan-words.ts";

/** A plan as the result of `--format json`. */
export function planJson({ id, tool, commit, deployments }: Plan): unknown {
  return {
    id,
    tool,
    ...(commit !== undefined && { commit }),
    summary: Object.fromEntries(countActions(deployments)),
    deployments: deployments.map(({ operations, ...plan }) => ({
      ...plan,
      operations: operations.map(operationJson),
    })),
  };
}

function operationJson({ clusterKey: _, ...operation }: Operation): unknown {
  return operation;
}

/** The same plan without anything that may be part of a value. */
export function withoutValues(plans: readonly DeploymentPlan[]): readonly DeploymentPlan[] {
  return plans.map((plan) => ({
    ...plan,
    operations: plan.operations.map(({ withKey: _, ...operation }) => ({
      ...operation,
      objects: operation.objects.map((object) => ({
        ...object,
        fields: object.fields.map(({ shown: __, ...field }) => field),
      })),
    })),
  }));
}
