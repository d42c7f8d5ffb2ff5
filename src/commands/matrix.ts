import { compareText } from "../core/source.ts";
import type { Outcome } from "../outcome.ts";
import type { Files } from "../ports.ts";
import { isOutcome, type Narrowing, openEstate } from "./estate.ts";
import { scopeOf } from "./live/scope.ts";

/** One job: what `plan` and `apply` take as `--environment` and `--cluster`. */
interface Row {
  readonly environment: string;
  readonly cluster: string;
  readonly deployments: readonly string[];
}

/**
 * `jackfield matrix`: rows of environment and cluster that have Deployments, as GitHub takes them for the matrix of a job. Paused
 * Deployments count: a row that comes and goes would change the names of required checks.
 */
export function matrix(files: Files, narrowing: Narrowing): Outcome {
  const estate = openEstate(files, narrowing);
  if (isOutcome(estate)) return estate;
  const scope = scopeOf(estate, narrowing);
  if ("result" in scope) return scope;
  const rows = new Map<string, Row>();
  for (const { workspace, effective } of scope) {
    const { name, environment, cluster } = effective.deployment;
    const key = `${environment.value}\0${cluster.value}`;
    const full = `${workspace.declarations.workspace.name.value}/${name.value}`;
    const deployments = [...(rows.get(key)?.deployments ?? []), full].sort(compareText);
    rows.set(key, { environment: environment.value, cluster: cluster.value, deployments });
  }
  const include = [...rows].sort(([a], [b]) => compareText(a, b)).map(([, row]) => row);
  return {
    diagnostics: estate.diagnostics,
    result: { include },
    text: `${JSON.stringify({ include })}\n`,
    compiled: estate.compiled,
  };
}
