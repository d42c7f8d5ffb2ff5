import { approvalsOfPull, withApprovals } from "../commands/pull/check.ts";
import { keepComment } from "../commands/pull/comment.ts";
import { type PlanPullRequest, type PullOutcome, planPull } from "../commands/pull/plan.ts";
import { diagnostic } from "../core/diagnostic.ts";
import type { GitHub } from "../github-ports.ts";
import type { Context } from "../node/runner/context.ts";
import { readBoolean, readInput } from "../node/runner/inputs.ts";
import { type History, PortFailure } from "../ports.ts";
import { VERSION } from "../version.ts";
import { githubOf, type Step, takeTokens, targetOf } from "./io.ts";

/** `plan` of a pull request, or of a group in the merge queue: no key, no cluster, nothing of the head is checked out or run. */
export async function planStep(step: Step, context: Context, history: History): Promise<PullOutcome> {
  const request = requestOf(step, context, history);
  const planned = planPull({ history, tool: VERSION }, request);
  const { pull } = context;
  const github = githubOf(takeTokens(step), context);
  if (!pull || !github) return planned;
  const outcome = withApprovals(planned, await approvalsOfPull(github, pull.number, planned));
  // The token of a fork's pull request may not write.
  if (pull.headRepo !== context.repositoryId || !readBoolean(step.env, "comment", true)) return outcome;
  return commented(step, context, outcome, github);
}

function requestOf(step: Step, context: Context, history: History): PlanPullRequest {
  const { pull, group, defaultBranch } = context;
  const baseBranch = pull?.baseBranch ?? group?.baseBranch;
  if (baseBranch === undefined) throw wrongEvent("plan", context);
  const commitOf = (branch: string) => remoteBranch(history, branch);
  return {
    base: group?.base ?? commitOf(baseBranch),
    head: known(history, pull?.headSha ?? group?.head ?? ""),
    policy: baseBranch === defaultBranch ? undefined : commitOf(defaultBranch),
    workspace: readInput(step.env, "workspace"),
  };
}

/** The tip of a branch, as the checkout fetched it. */
export function remoteBranch(history: History, branch: string): string {
  const ref = `refs/remotes/origin/${branch}`;
  return history.resolve(ref) ?? lacking(ref);
}

function known(history: History, commit: string): string {
  return history.resolve(commit) ?? lacking(commit);
}

function lacking(ref: string): never {
  const hint = "`fetch-depth: 0` for `actions/checkout`";
  throw new PortFailure(diagnostic("JF762", undefined, { ref }, { hint }));
}

export function wrongEvent(command: string, { event }: Context): PortFailure {
  const hint = "`docs/github.md` has the workflows";
  return new PortFailure(diagnostic("JF764", undefined, { command, event }, { hint }), "user");
}

/** Most pull requests of a repo change nothing of ours. */
function isSilent({ outputs, risks = [] }: PullOutcome): boolean {
  return outputs.get("changed") === "false" && risks.length === 0;
}

/** Without the comment there are still the summary and the annotations: that it fails is a warning. */
async function commented(
  step: Step,
  context: Context,
  outcome: PullOutcome,
  github: GitHub,
): Promise<PullOutcome> {
  const { pull, repositoryId, runUrl } = context;
  if (!pull) return outcome;
  const subject = { repo: repositoryId, pull: pull.number, target: targetOf(step) };
  const markdown = `${outcome.markdown}\n<sub>[the run](${runUrl}), with all there is to tell</sub>\n`;
  try {
    const kept = await keepComment(github, subject, {
      markdown,
      head: pull.headSha,
      isSilent: isSilent(outcome),
    });
    return kept
      ? { ...outcome, outputs: new Map([...outcome.outputs, ["comment-id", String(kept.id)]]) }
      : outcome;
  } catch (error) {
    if (!(error instanceof PortFailure)) throw error;
    const told = diagnostic(
      "JF763",
      undefined,
      { reason: error.diagnostic.message },
      { hint: error.diagnostic.hint },
    );
    return { ...outcome, diagnostics: [...outcome.diagnostics, told] };
  }
}
