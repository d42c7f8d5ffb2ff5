import { type Diagnostic, hasErrors, sortDiagnostics } from "../core/diagnostic.ts";
import { guard } from "../guard/guard.ts";
import type { Plan } from "../model/plan.ts";
import { EXIT, type Outcome } from "../outcome.ts";
import type { ArtifactFile } from "../ports.ts";
import { planArtifact } from "../render/plan-artifact.ts";
import { planJson } from "../render/plan-json.ts";
import { planMarkdown } from "../render/plan-markdown.ts";
import { planText } from "../render/plan-text.ts";
import { isQuiet } from "../render/plan-words.ts";
import { conflictTroubles } from "./live/conflicts.ts";
import { tryOut } from "./live/dry-run.ts";
import { limitsOf } from "./live/limits.ts";
import {
  closeAll,
  isPlanned,
  type LivePorts,
  type LiveRequest,
  makePlan,
  type Planned,
} from "./live/planned.ts";

export interface PlanPorts extends LivePorts {
  /** Where `--out` goes. */
  readonly artifact?: ArtifactFile | undefined;
}

export interface PlanRequest extends LiveRequest {
  /** Pending changes have an exit code of their own. */
  readonly exitCode: boolean;
}

/** `jackfield plan`: what apply would do, key by key and field by field; writes nothing. */
export async function plan(ports: PlanPorts, request: PlanRequest): Promise<Outcome> {
  const planned = await makePlan(ports, request);
  if (!isPlanned(planned)) return planned;
  try {
    return await planOutcome(ports, request, planned);
  } finally {
    closeAll(planned);
  }
}

async function planOutcome(
  { artifact }: PlanPorts,
  { exitCode }: PlanRequest,
  planned: Planned,
): Promise<Outcome> {
  const { plan: made, estate, secrets } = planned;
  const { deployments } = made;
  const rails = railWarnings(planned);
  const tried = await tryOut(planned);
  artifact?.write(planArtifact(made));
  const diagnostics = [...planned.diagnostics, ...conflictTroubles(deployments), ...rails, ...tried];
  const exit = exitOf(diagnostics, made, exitCode);
  return {
    diagnostics: sortDiagnostics(diagnostics),
    result: planJson(made),
    text: planText(made),
    markdown: planMarkdown(made),
    compiled: estate.compiled,
    secrets,
    ...(exit !== undefined && { exit }),
  };
}

/** Undefined: as diagnostics say. */
function exitOf(diagnostics: readonly Diagnostic[], plan: Plan, exitCode: boolean): number | undefined {
  const isBlind = plan.deployments.some(({ operations }) =>
    operations.some(({ action }) => action === "unknown"),
  );
  // A cluster that is not the one that is meant was reached.
  if (isBlind && !diagnostics.some(({ code }) => code === "JF615")) return EXIT.environment;
  if (hasErrors(diagnostics)) return undefined;
  return exitCode && hasChanges(plan) ? EXIT.pending : undefined;
}

/** What apply would refuse, as far as it does not depend on how it is called. */
function railWarnings({ plan: { deployments }, estate }: Planned): readonly Diagnostic[] {
  const permission = { allowPrune: 0, isConfirmed: true, breakGlass: undefined };
  const refusals = guard(deployments, limitsOf(estate), permission);
  return refusals.map(({ diagnostic: told }) => ({ ...told, severity: "warning" }));
}

/** True if there is something to write, or something in the way of it. */
function hasChanges({ deployments }: Plan): boolean {
  return deployments.some(
    ({ paused, operations }) => paused === undefined && operations.some((one) => !isQuiet(one)),
  );
}
