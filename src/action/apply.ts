import { drift } from "../commands/drift.ts";
import { wholeTree } from "../commands/estate.ts";
import { applyMerge } from "../commands/pull/apply.ts";
import type { Line } from "../commands/pull/reviewed.ts";
import type { Place } from "../node/files.ts";
import { fetchPull } from "../node/git-fetch.ts";
import { watchInterrupts } from "../node/interrupt.ts";
import type { Context } from "../node/runner/context.ts";
import { readInput } from "../node/runner/inputs.ts";
import type { Outcome } from "../outcome.ts";
import type { History } from "../ports.ts";
import { neededGitHub, type Step, takeTokens } from "./io.ts";
import { livePorts } from "./live-ports.ts";
import { noteApplied } from "./note.ts";
import { remoteBranch, wrongEvent } from "./plan.ts";

const BRANCH = /^refs\/heads\/(.+)$/;

/** `apply` of a branch: nothing of the work tree counts, only the commit that the event is about. */
export async function applyStep(
  step: Step,
  context: Context,
  { root }: Place,
  history: History,
): Promise<Outcome & { readonly outputs: ReadonlyMap<string, string> }> {
  const line = lineOf(context, history);
  const tokens = takeTokens(step);
  const github = neededGitHub(tokens, context);
  const wanted = narrowing(step);
  const outcome = await applyMerge(
    {
      ...portsOf(step, root, atCommit(history, line, context)),
      github,
      fetchPull: (number) => fetchPull(root, number, tokens.own),
    },
    { line, isDefault: line.branch === context.defaultBranch, ...wanted },
  );
  const told = await noteApplied(step, { context, line, history, github }, outcome, wanted);
  return {
    ...outcome,
    diagnostics: [...outcome.diagnostics, ...told],
    markdown: `\`\`\`text\n${outcome.text.replaceAll("```", "'''")}\`\`\`\n`,
    outputs: outputsOf(outcome),
  };
}

/** `drift`: is what lives still what the branch says? Writes nothing; exit code 4 if not. */
export async function driftStep(
  step: Step,
  context: Context,
  { root }: Place,
  history: History,
): Promise<Outcome & { readonly outputs: ReadonlyMap<string, string> }> {
  const line = lineOf(context, history, "drift");
  takeTokens(step);
  const branch = { name: line.branch, isDefault: line.branch === context.defaultBranch };
  const request = { ...narrowing(step), branch, needsKeys: false, yes: false, allowPrune: 0 };
  const outcome = await drift(portsOf(step, root, atCommit(history, line, context)), request, false);
  return { ...outcome, outputs: outputsOf({ ...outcome, result: { plan: outcome.result } }) };
}

function lineOf(context: Context, history: History, command = "apply"): Line {
  const branch = BRANCH.exec(context.ref)?.[1];
  if (context.pull || branch === undefined) throw wrongEvent(command, context);
  const policy = branch === context.defaultBranch ? undefined : remoteBranch(history, context.defaultBranch);
  return { branch, head: context.sha, policy };
}

/** The commit of the event is HEAD, whatever is checked out. */
function atCommit(history: History, { head, policy }: Line, { defaultBranch }: Context): History {
  const reviewed = { name: defaultBranch, commit: policy ?? head };
  return { ...history, head: () => head, defaultBranch: () => reviewed };
}

function portsOf(step: Step, root: string, history: History) {
  const head = history.head() ?? "";
  const policy = history.defaultBranch()?.commit ?? head;
  return {
    ...livePorts(step, root),
    files: history.filesAt(head),
    policy: policy === head ? undefined : wholeTree(history.filesAt(policy)),
    history,
    progress: { report: () => undefined },
    isStopped: watchInterrupts(),
  };
}

function narrowing({ env }: Step) {
  return {
    workspace: readInput(env, "workspace"),
    deployment: readInput(env, "deployment"),
    environment: readInput(env, "environment"),
    cluster: readInput(env, "cluster"),
  };
}

/** What of the result programs ask for. */
function outputsOf({ result, exit, diagnostics }: Outcome): ReadonlyMap<string, string> {
  const { plan, reason } = (result ?? {}) as {
    plan?: { id?: string; deployments?: readonly PlanJson[] };
    reason?: string;
  };
  const actions = (plan?.deployments ?? []).flatMap(({ operations }) =>
    operations.map(({ action }) => action),
  );
  const count = (...wanted: readonly string[]) =>
    String(actions.filter((one) => wanted.includes(one)).length);
  const failed =
    reason ?? (diagnostics.some(({ severity }) => severity === "error") || exit ? "failed" : undefined);
  return new Map([
    ["plan-id", plan?.id ?? ""],
    ["changed", String(actions.some((one) => one !== "keep"))],
    ["create", count("create")],
    ["update", count("update", "record")],
    ["delete", count("delete")],
    ...(failed === undefined ? [] : [["failure-reason", failed] as const]),
  ]);
}

interface PlanJson {
  readonly operations: readonly { readonly action: string }[];
}
