import { noteInComment } from "../commands/pull/comment.ts";
import { type Line, pullsBrought } from "../commands/pull/reviewed.ts";
import { type Diagnostic, diagnostic, hasErrors } from "../core/diagnostic.ts";
import type { GitHub } from "../github-ports.ts";
import type { Context } from "../node/runner/context.ts";
import { readBoolean } from "../node/runner/inputs.ts";
import { EXIT, type Outcome } from "../outcome.ts";
import { type History, PortFailure } from "../ports.ts";
import { appliedNote } from "../render/applied-note.ts";
import { type Step, targetOf } from "./io.ts";

/**
 * Tells the pull requests that a push brought what the apply came to, in their comments: who reviewed sees whether it is live. What fails here
 * is a warning: what was applied stays applied.
 */
export async function noteApplied(
  step: Step,
  { context, line, history, github }: NotePorts,
  outcome: Outcome,
  narrowing: Readonly<Record<string, string | undefined>>,
): Promise<readonly Diagnostic[]> {
  if (!readBoolean(step.env, "comment", true)) return [];
  const { repositoryId: repo, runUrl, before } = context;
  const { reason } = (outcome.result ?? {}) as { reason?: string };
  const scope = Object.entries(narrowing).flatMap(([name, value]) => (value ? [`${name} ${value}`] : []));
  const note = appliedNote({ commit: line.head, exit: exitOf(outcome), reason, runUrl, scope });
  try {
    for (const pull of await pullsBrought({ history, github }, line, before)) {
      await noteInComment(github, { repo, pull, target: targetOf(step) }, note);
    }
    return [];
  } catch (error) {
    if (!(error instanceof PortFailure)) throw error;
    const { message, hint } = error.diagnostic;
    return [diagnostic("JF763", undefined, { reason: message }, { hint })];
  }
}

export interface NotePorts {
  readonly context: Context;
  readonly line: Line;
  readonly history: History;
  readonly github: GitHub;
}

function exitOf({ exit, diagnostics }: Outcome): number {
  return exit ?? (hasErrors(diagnostics) ? EXIT.problems : EXIT.ok);
}
