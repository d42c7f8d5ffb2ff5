import { diagnostic, hasErrors, sortDiagnostics } from "../core/diagnostic.ts";
import type { Change } from "../model/change.ts";
import { type Outcome, usage } from "../outcome.ts";
import type { Files, History } from "../ports.ts";
import { changeJson } from "../render/change-json.ts";
import { changeMarkdown } from "../render/change-markdown.ts";
import { changeText } from "../render/change-text.ts";
import { compareTrees } from "./change/compare.ts";
import { mergedEnds, workTreeEnds } from "./change/ends.ts";
import { isOutcome, openEstate } from "./estate.ts";

export interface ChangePorts {
  /** Of the head. */
  readonly files: Files;
  readonly history: History;
  readonly tool: string;
}

export interface ChangeRequest {
  readonly workspace?: string | undefined;
  /** Set: the head is this commit, merged into the base; else it is the work tree, against where it left the base. */
  readonly ref?: string | undefined;
}

/** `jackfield change`: what a branch changes in each Deployment, tree against tree (design: 3.4). */
export function change(ports: ChangePorts, request: ChangeRequest): Outcome {
  const { files, history, tool } = ports;
  const head = history.head();
  const base = history.defaultBranch()?.commit;
  if (head === undefined || base === undefined) return usage(diagnostic("JF741", undefined, {}));
  const estate = openEstate(files, request);
  if (isOutcome(estate)) return estate;
  const ends =
    request.ref === undefined ? workTreeEnds(files, history, head, base) : mergedEnds(history, base, head);
  if ("code" in ends) return { diagnostics: [ends], result: null, text: "" };
  const compared = compareTrees({ tool, ...ends, workspace: request.workspace, history });
  const { change: told, compiled, diagnostics } = compared;
  return {
    diagnostics: sortDiagnostics([...ends.diagnostics, ...diagnostics]),
    ...(hasErrors([...ends.diagnostics, ...diagnostics]) ? { result: null, text: "" } : toldOutcome(told)),
    risks: told.risks,
    compiled,
  };
}

function toldOutcome(change: Change): Pick<Outcome, "result" | "text" | "markdown"> {
  return { result: changeJson(change), text: changeText(change), markdown: changeMarkdown(change) };
}
