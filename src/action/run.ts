import { join } from "node:path";
import { diagnostic } from "../core/diagnostic.ts";
import { findPlace, type Place, settlePlace } from "../node/files.ts";
import { createHistory } from "../node/git.ts";
import { type Context, readContext } from "../node/runner/context.ts";
import { readBoolean, readInput } from "../node/runner/inputs.ts";
import { EXIT, type Outcome } from "../outcome.ts";
import { type History, PortFailure } from "../ports.ts";
import type { Step } from "./io.ts";
import { planStep } from "./plan.ts";
import { report, type StepOutcome } from "./report.ts";

/** Runs the step that the inputs ask for, and gives its exit code. */
export async function runAction(step: Step): Promise<number> {
  const command = readInput(step.env, "command") ?? "";
  const outcome = await guarded(() => runCommand(step, command));
  return report(step, command, outcome);
}

async function runCommand(step: Step, command: string): Promise<StepOutcome> {
  const isStrict = readBoolean(step.env, "strict", false);
  if (!Object.hasOwn(steps, command)) {
    const wanted = Object.keys(steps)
      .map((one) => `\`${one}\``)
      .join(", ");
    throw new PortFailure(diagnostic("JF765", undefined, { input: "command", wanted }), "user");
  }
  const context = readContext(step.env);
  const folder = join(context.workspace, readInput(step.env, "working-directory") ?? ".");
  const place = settlePlace(findPlace(folder));
  const history = createHistory(place.root, place.start);
  return { ...(await steps[command as Command](step, context, place, history)), isStrict };
}

type Command = "plan" | "apply" | "drift" | "preview" | "gc";

type Run = (
  step: Step,
  context: Context,
  place: Place,
  history: History,
) => Promise<Omit<StepOutcome, "isStrict">>;

/** Loaded when it is asked for: a plan starts without what opens secrets and talks to clusters. */
const steps: Readonly<Record<Command, Run>> = {
  plan: async (step, context, _, history) => planStep(step, context, history),
  apply: async (...all) => (await import("./apply.ts")).applyStep(...all),
  drift: async (...all) => (await import("./apply.ts")).driftStep(...all),
  preview: async (...all) => (await import("./preview.ts")).previewStep(...all),
  gc: async (...all) => (await import("./preview.ts")).gcStep(...all),
};

/** What fails in the outside world becomes a diagnostic here, and nowhere else. */
async function guarded(run: () => Promise<StepOutcome>): Promise<StepOutcome> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof PortFailure)) throw error;
    return failed(error);
  }
}

function failed({ diagnostic: told, fault }: PortFailure): Outcome & StepOutcome {
  const exit = fault === "user" ? EXIT.usage : EXIT.environment;
  const outputs = new Map([["failure-reason", "environment"]]);
  const markdown = "**This failed:** see the log. What would change is not known.\n";
  return { diagnostics: [told], result: null, text: "", markdown, outputs, exit, isStrict: false };
}
