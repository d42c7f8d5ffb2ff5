import { createHash } from "node:crypto";
import type { LiveSecret } from "../model/live.ts";

/** The label that says whose a Secret is. */
export const OWNER = "jackfield.dev/owner";
export const WORKSPACE = "jackfield.dev/workspace";
export const DEPLOYMENT = "jackfield.dev/deployment";

const DIGITS = 40;

/**
 * The value of the label `OWNER` for the Secrets of a Deployment. A Workspace is told by its uid, one without a uid (directory clusters
 * only) by its name.
 */
export function ownerOf(workspace: string, deployment: string): string {
  return createHash("sha256").update(`${workspace}\0${deployment}`).digest("hex").slice(0, DIGITS);
}

/** The Deployment of this Workspace whose Secret it is; undefined: it is none of this Workspace's. */
export function ownDeployment(workspace: string, { labels }: LiveSecret): string | undefined {
  const deployment = labels.get(DEPLOYMENT);
  if (deployment === undefined) return undefined;
  return labels.get(OWNER) === ownerOf(workspace, deployment) ? deployment : undefined;
}
