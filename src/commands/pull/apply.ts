import type { GitHub } from "../../github-ports.ts";
import { type ApplyPorts, type ApplyRequest, apply } from "../apply.ts";
import { judgeMerge } from "./gate.ts";
import type { Line } from "./reviewed.ts";

export interface ApplyMergePorts extends ApplyPorts {
  readonly github: GitHub;
  /** Brings the head of a pull request into the clone. Throws PortFailure. */
  readonly fetchPull: (number: number) => void;
}

export interface ApplyMergeRequest
  extends Pick<ApplyRequest, "workspace" | "deployment" | "environment" | "cluster"> {
  readonly line: Line;
  readonly isDefault: boolean;
}

/**
 * Applies a commit of a branch to the Deployments that follow it: what was reviewed, and drift. Merging is the word that a protected environment
 * wants; where it has approvals, the gate holds what lacks them.
 */
export async function applyMerge(
  ports: ApplyMergePorts,
  { line, isDefault, ...narrowing }: ApplyMergeRequest,
) {
  const { history, github, tool, fetchPull } = ports;
  const reviewing = { history, github, tool, fetchPull };
  return apply(ports, {
    ...narrowing,
    needsKeys: true,
    yes: true,
    allowPrune: 0,
    branch: { name: line.branch, isDefault },
    policyCommit: line.policy,
    gate: (planned) => judgeMerge(reviewing, line, planned),
  });
}
