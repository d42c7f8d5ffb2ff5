import { type Compiled, type CompiledWorkspace, compile } from "../compile.ts";
import { type Diagnostic, diagnostic, hasErrors, sortDiagnostics } from "../core/diagnostic.ts";
import { nameHint } from "../core/nearest.ts";
import type { SourceFile, Span } from "../core/source.ts";
import type { EffectiveDeployment } from "../model/effective.ts";
import { type Outcome, usage } from "../outcome.ts";
import { type Files, PortFailure, type SopsProgram } from "../ports.ts";
import type { Fallback } from "../sops/by-program.ts";

/** What a command works on: all Workspaces in sight, narrowed to the wanted one. */
export interface Estate {
  readonly compiled: Compiled;
  readonly workspaces: readonly CompiledWorkspace[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface Narrowing {
  readonly workspace?: string | undefined;
  readonly deployment?: string | undefined;
  readonly environment?: string | undefined;
  readonly cluster?: string | undefined;
}

/**
 * Reads and compiles the Workspaces at, around or below the start folder, with the policy of other files if there are any. An `Outcome` is
 * a wrong call.
 */
export function openEstate(
  files: Files,
  { workspace: wanted }: Narrowing,
  policy?: readonly SourceFile[],
): Estate | Outcome {
  const scanned = files.scan();
  const compiled = compile(scanned.value, { policy });
  const diagnostics = sortDiagnostics([...scanned.diagnostics, ...compiled.diagnostics]);
  if (compiled.workspaces.length === 0 && !hasErrors(diagnostics)) {
    const hint = "`jackfield init` writes a first one here";
    return usage(diagnostic("JF001", undefined, {}, { hint }));
  }
  const names = compiled.workspaces.map(({ declarations }) => declarations.workspace.name.value);
  if (wanted === undefined) return { compiled, workspaces: compiled.workspaces, diagnostics };
  const workspaces = compiled.workspaces.filter((_, index) => names[index] === wanted);
  const [only] = workspaces;
  if (only) return { compiled, workspaces, diagnostics: diagnostics.filter(concerns(only)) };
  // Its own document may be among those that were refused.
  if (hasErrors(diagnostics)) return { compiled, workspaces, diagnostics };
  return usage(unknownName("Workspace", wanted, names));
}

/** The files of a tree whose policy counts. Throws PortFailure: what of it cannot be read is never taken for absent. */
export function wholeTree(files: Files): readonly SourceFile[] {
  const { value, diagnostics } = files.scan();
  const [first] = diagnostics;
  if (first) throw new PortFailure(first, "user");
  return value;
}

/** True for what points into a Workspace's folder, or nowhere. */
function concerns({ declarations }: CompiledWorkspace): (trouble: Diagnostic) => boolean {
  const { directory } = declarations.workspace;
  const inside = (at: Span | undefined) =>
    at === undefined || directory === "" || at.file.path.startsWith(`${directory}/`);
  return ({ at, related }) => inside(at) || related.some((one) => inside(one.at));
}

export function isOutcome(value: Estate | Outcome): value is Outcome {
  return "result" in value;
}

/** What opens the files that no key at hand opens, if the user opted into it. */
export function fallbackOf({ workspaces }: Estate, program: SopsProgram | undefined): Fallback | undefined {
  const environments = workspaces.flatMap(({ declarations }) => [
    ...declarations.workspace.environments.values(),
  ]);
  const listed = environments.flatMap(({ recipients }) => recipients.map(({ value }) => value));
  return program && { program, listed };
}

/** A Deployment with the Workspace it belongs to. */
export interface Placed {
  readonly workspace: CompiledWorkspace;
  readonly effective: EffectiveDeployment;
}

/** All Deployments, or those named (`prod`, or `analytics/prod` as we print it); an `Outcome` if there is none. */
export function placedDeployments(
  { workspaces }: Estate,
  wanted: string | undefined,
): readonly Placed[] | Outcome {
  const all = workspaces.flatMap((workspace) =>
    workspace.effective.deployments.map((effective) => ({ workspace, effective })),
  );
  if (wanted === undefined) return all;
  const isWanted = ({ workspace, effective }: Placed) => {
    const { value: name } = effective.deployment.name;
    return wanted === name || wanted === `${workspace.declarations.workspace.name.value}/${name}`;
  };
  const found = all.filter(isWanted);
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
  return diagnostic("JF002", undefined, { what, name }, { hint: nameHint(name, known) });
}

/** "1 Workspace", "2 Workspaces". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
