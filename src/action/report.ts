import type { Diagnostic } from "../core/diagnostic.ts";
import { hasErrors } from "../core/diagnostic.ts";
import { createScrubber } from "../core/scrub.ts";
import { logText, maskCommands } from "../node/runner/commands.ts";
import { writeOutputs, writeSummary } from "../node/runner/files.ts";
import { EXIT, type Outcome } from "../outcome.ts";
import { annotations } from "../render/annotations.ts";
import { renderOutcome } from "../render/outcome.ts";
import { VERSION } from "../version.ts";
import type { Step } from "./io.ts";

/** What a step comes to. */
export interface StepOutcome extends Outcome {
  readonly outputs?: ReadonlyMap<string, string>;
  /** Warnings are errors. */
  readonly isStrict: boolean;
}

/** Tells an outcome in the log, as annotations, in the summary and as outputs, secrets scrubbed; gives the exit code. */
export function report({ out, env }: Step, command: string, outcome: StepOutcome): number {
  const scrubber = createScrubber();
  for (const secret of outcome.secrets ?? []) {
    scrubber.learn(secret);
    // A second belt: nothing of ours prints it, and the runner would mask it.
    for (const line of maskCommands(secret.reveal())) out(`${line}\n`);
  }
  const { scrub } = scrubber;
  const rendering = { command: "validate", version: VERSION, format: "text", color: false, scrub } as const;
  const { out: text, err } = renderOutcome(outcome, rendering);
  for (const part of [text, err]) if (part !== "") out(`${logText(part).replace(/\n?$/, "\n")}`);
  for (const line of annotations(outcome.diagnostics, outcome.risks ?? [])) out(`${scrub(line)}\n`);
  const failed = exitOf(outcome);
  writeSummary(env, scrub(`### Jackfield: ${command}\n\n${outcome.markdown ?? ""}\n`));
  const outputs = [...(outcome.outputs ?? [])].map(([name, value]) => [name, scrub(value)] as const);
  writeOutputs(env, new Map(outputs));
  return failed;
}

function exitOf({ exit, diagnostics, isStrict }: StepOutcome): number {
  if (exit !== undefined) return exit;
  return hasErrors(diagnostics) || (isStrict && diagnostics.some(isWarning)) ? EXIT.problems : EXIT.ok;
}

function isWarning({ severity }: Diagnostic): boolean {
  return severity === "warning";
}
