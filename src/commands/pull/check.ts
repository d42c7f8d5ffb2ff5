import { approvalsOf, approvers } from "../../approval/approvals.ts";
import { diagnostic, sortDiagnostics } from "../../core/diagnostic.ts";
import type { GitHub } from "../../github-ports.ts";
import { type Approval, missing } from "../../model/approval.ts";
import { EXIT } from "../../outcome.ts";
import { changeMarkdown } from "../../render/change-markdown.ts";
import type { PullOutcome } from "./plan.ts";

/** The approvals that a planned pull request has and lacks, by the policy of the default branch. Throws PortFailure. */
export async function approvalsOfPull(
  github: GitHub,
  number: number,
  { planned }: PullOutcome,
): Promise<readonly Approval[]> {
  if (!planned || planned.policy.every(({ approvals }) => approvals.length === 0)) return [];
  const pull = await github.pull(number);
  if (!pull) return [];
  const [reviews, pushers] = await Promise.all([github.reviews(number), github.lastPushers(pull)]);
  const voices = approvers({ head: pull.head.sha, author: pull.author, pushers, reviews });
  return approvalsOf(planned.change.touches, "default branch", planned.policy, voices, github.isMember);
}

/** The same outcome with approvals: red until they are there (design: 3.5). */
export function withApprovals(outcome: PullOutcome, approvals: readonly Approval[]): PullOutcome {
  const { planned } = outcome;
  if (!planned || approvals.length === 0) return outcome;
  const lacking = approvals.filter((one) => missing(one) > 0);
  const told = lacking.map((one) => {
    const hint = `an approving review of the last commit, by ${one.of.join(" or ")}, who did not write or push it`;
    const { workspace, environment } = one;
    return diagnostic("JF745", undefined, { workspace, environment, count: missing(one) }, { hint });
  });
  const markdown = changeMarkdown(planned.change, { approvals });
  if (lacking.length === 0) return { ...outcome, markdown };
  return {
    ...outcome,
    diagnostics: sortDiagnostics([...outcome.diagnostics, ...told]),
    markdown,
    outputs: new Map([...outcome.outputs, ["risk", "block"], ["failure-reason", "not-approved"]]),
    exit: EXIT.refused,
  };
}
