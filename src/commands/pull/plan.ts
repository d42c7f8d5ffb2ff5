import { type Diagnostic, diagnostic, hasErrors, sortDiagnostics } from "../../core/diagnostic.ts";
import type { Change } from "../../model/change.ts";
import type { Workspace } from "../../model/declaration.ts";
import type { Outcome } from "../../outcome.ts";
import type { History } from "../../ports.ts";
import { changeJson } from "../../render/change-json.ts";
import { changeMarkdown } from "../../render/change-markdown.ts";
import { changeText } from "../../render/change-text.ts";
import { countObjects } from "../../render/change-words.ts";
import { diagnosticsMarkdown } from "../../render/diagnostics-markdown.ts";
import { type Compared, compareTrees } from "../change/compare.ts";
import { mergedEnds, readPolicy } from "../change/ends.ts";

export interface PlanPullPorts {
  readonly history: History;
  readonly tool: string;
}

/** Commits of the clone. */
export interface PlanPullRequest {
  /** The tip of the branch that it is to be merged into. */
  readonly base: string;
  readonly head: string;
  /** The tip of the default branch, if that is another one: its policy counts (design: 3.5). */
  readonly policy: string | undefined;
  readonly workspace?: string | undefined;
}

/** An outcome, and what it comes to on GitHub. */
export interface PullOutcome extends Outcome {
  readonly markdown: string;
  readonly outputs: ReadonlyMap<string, string>;
  /** Undefined: there are errors. */
  readonly planned?: { readonly change: Change; readonly policy: readonly Workspace[] };
}

/** The plan of a pull request: its merge result, against the branch that it goes into; no key, and no cluster. */
export function planPull({ history, tool }: PlanPullPorts, request: PlanPullRequest): PullOutcome {
  const ends = mergedEnds(history, request.base, request.head);
  if ("code" in ends) return broken([ends]);
  const policy = request.policy === undefined ? undefined : readPolicy(history, request.policy);
  const { base, head } = ends;
  const compared = compareTrees({ tool, base, head, policy, workspace: request.workspace, history });
  const diagnostics = sortDiagnostics([...ends.diagnostics, ...compared.diagnostics]);
  if (compared.change.compared === 0 && !hasErrors(diagnostics))
    return broken([diagnostic("JF001", undefined, {})]);
  if (hasErrors(diagnostics)) return { ...broken(diagnostics), compiled: compared.compiled };
  return { ...told(compared), diagnostics };
}

/** No plan: nothing is told of what would change. */
function broken(diagnostics: readonly Diagnostic[]): PullOutcome {
  return {
    diagnostics,
    result: null,
    text: "",
    markdown: diagnosticsMarkdown(diagnostics),
    outputs: new Map([["failure-reason", "invalid"]]),
  };
}

function told({ change, base, compiled }: Compared): Omit<PullOutcome, "diagnostics"> {
  return {
    result: changeJson(change),
    text: changeText(change),
    markdown: changeMarkdown(change),
    risks: change.risks,
    compiled,
    planned: { change, policy: base.workspaces.map(({ declarations }) => declarations.workspace) },
    outputs: outputsOf(change),
  };
}

function outputsOf(change: Change): ReadonlyMap<string, string> {
  const { add, change: changed, remove } = countObjects(change.deployments);
  const targets = change.deployments.map(({ workspace, deployment }) => `${workspace}/${deployment}`);
  return new Map([
    ["change-id", change.id],
    ["changed", String(change.deployments.length > 0 || change.policy.length > 0)],
    ["destructive", String(remove > 0 || change.deployments.some(({ action }) => action === "remove"))],
    ["create", String(add)],
    ["update", String(changed)],
    ["delete", String(remove)],
    ["risk", change.risks.length === 0 ? "none" : "review"],
    ["targets", JSON.stringify(targets)],
  ]);
}
