import { type Compiled, type CompiledWorkspace, compile } from "../compile.ts";
import { type Diagnostic, diagnostic, hasErrors, sortDiagnostics } from "../core/diagnostic.ts";
import { didYouMean } from "../core/nearest.ts";
import type { EffectiveDeployment } from "../model/effective.ts";
import { type Outcome, usage } from "../outcome.ts";
import type { Files } from "../ports.ts";

/** What a command works on: all Workspaces in sight, narrowed to the wanted one. */
export interface Estate {
  readonly compiled: Compiled;
  readonly workspaces: readonly CompiledWorkspace[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface Narrowing {
  readonly workspace?: string | undefined;
  readonly deployment?: string | undefined;
}

/** Reads and compiles the Workspaces at, around or below the start folder. An `Outcome` is a wrong call. */
export function openEstate(files: Files, { workspace: wanted }: Narrowing): Estate | Outcome {
  const scanned = files.scan();
  const compiled = compile(scanned.value);
  const diagnostics = sortDiagnostics([...scanned.diagnostics, ...compiled.diagnostics]);
  if (compiled.workspaces.length === 0 && !hasErrors(diagnostics)) {
    const hint = "`jackfield init` writes a first one here";
    return usage(diagnostic("JF001", undefined, {}, { hint }));
  }
  const names = compiled.workspaces.map(({ declarations }) => declarations.workspace.name.value);
  if (wanted === undefined || hasErrors(diagnostics)) {
    return { compiled, workspaces: compiled.workspaces, diagnostics };
  }
  if (!names.includes(wanted)) return usage(unknownName("Workspace", wanted, names));
  const workspaces = compiled.workspaces.filter((_, index) => names[index] === wanted);
  return { compiled, workspaces, diagnostics };
}

export function isOutcome(value: Estate | Outcome): value is Outcome {
  return "result" in value;
}

/** A Deployment with the Workspace it belongs to. */
export interface Placed {
  readonly workspace: CompiledWorkspace;
  readonly effective: EffectiveDeployment;
}

/** All Deployments, or the ones of the wanted name; an `Outcome` if there is none. */
export function placedDeployments(
  { workspaces }: Estate,
  wanted: string | undefined,
): readonly Placed[] | Outcome {
  const all = workspaces.flatMap((workspace) =>
    workspace.effective.deployments.map((effective) => ({ workspace, effective })),
  );
  if (wanted === undefined) return all;
  const found = all.filter(({ effective }) => effective.deployment.name.value === wanted);
  if (found.length > 0) return found;
  return usage(
    unknownName(
      "Deployment",
      wanted,
      all.map(({ effective }) => effective.deployment.name.value),
    ),
  );
}

export function unknownName(what: string, name: string, known: readonly string[]): Diagnostic {
  const hint =
    didYouMean(name, known) ??
    (known.length > 0 && known.length <= 9 ? `there is ${known.join(", ")}` : undefined);
  return diagnostic("JF002", undefined, { what, name }, { hint });
}

/** "1 Workspace", "2 Workspaces". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
