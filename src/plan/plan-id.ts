import { createHash } from "node:crypto";
import type { DeploymentPlan, Plan } from "../model/plan.ts";

/** What a plan's id binds besides its operations. */
export interface Basis {
  readonly tool: string;
  readonly commit: string | undefined;
  /** Of all files that the plan was made from, policy among them. */
  readonly filesDigest: string;
}

/** A plan with its id. What only a key shows, and what is shown of values, is no part of the id. */
export function identify(deployments: readonly DeploymentPlan[], basis: Basis): Plan {
  const bound = deployments.map(({ keyed: _, ...plan }) => ({
    ...plan,
    operations: plan.operations.map(({ withKey: __, objects, ...operation }) => ({
      ...operation,
      objects: objects.map(({ fields, ...object }) => ({
        ...object,
        fields: fields.map(({ shown: ___, ...field }) => field),
      })),
    })),
  }));
  const text = JSON.stringify([basis.tool, basis.filesDigest, bound]);
  const id = createHash("sha256").update(text).digest("hex").slice(0, ID_DIGITS);
  return { id, tool: basis.tool, ...(basis.commit && { commit: basis.commit }), deployments };
}

const ID_DIGITS = 32;
