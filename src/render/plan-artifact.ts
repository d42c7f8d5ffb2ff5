import { isJsonObject, parseJson } from "../core/json.ts";
import type { DeploymentPlan, Plan } from "../model/plan.ts";
import { withoutValues } from "./plan-json.ts";

const VERSION = 1;

/** The file of `plan --out`: a plan without any value. */
export function planArtifact({ id, tool, commit, deployments }: Plan): string {
  const plan = { version: VERSION, id, tool, commit, deployments: withoutValues(deployments) };
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/**
 * The plan in such a file, or why it is none. Only its id decides anything: the rest is for telling what differs.
 */
export function readArtifact(text: string): { readonly plan: Plan } | { readonly reason: string } {
  const value = parseJson(text);
  if (!isJsonObject(value)) return { reason: "it is not JSON" };
  if (value.version !== VERSION) return { reason: "it is of another version" };
  const { id, tool, deployments } = value;
  const isPlan = typeof id === "string" && /^[0-9a-f]{32}$/.test(id) && typeof tool === "string";
  if (!isPlan || !Array.isArray(deployments) || !deployments.every(isDeployment))
    return { reason: "parts of it are missing" };
  return { plan: { id, tool, deployments } };
}

function isDeployment(value: unknown): value is DeploymentPlan {
  return isJsonObject(value) && Array.isArray(value.operations) && value.operations.every(isOperation);
}

function isOperation(value: unknown): boolean {
  if (!isJsonObject(value) || !Array.isArray(value.objects)) return false;
  return ["action", "cluster", "namespace", "secret"].every((key) => typeof value[key] === "string");
}
