import { type Compiled, type CompiledWorkspace, compile } from "../../compile.ts";
import { hasErrors } from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import type { Cluster, Deployment } from "../../model/declaration.ts";
import { type Outcome, usage } from "../../outcome.ts";
import { unknownName } from "../estate.ts";
import type { Which } from "./ports.ts";

/** A base Deployment, as the default branch has it. */
export interface Base {
  readonly workspace: CompiledWorkspace;
  readonly deployment: Deployment;
}

/** The base that is meant; an `Outcome` if there is none of this name, or several. */
export function baseOf(
  reviewed: readonly SourceFile[],
  { workspace: wanted, base }: Omit<Which, "source" | "repo">,
): Base | Outcome {
  const compiled = compile(reviewed);
  const all = allBases(compiled).filter(
    ({ workspace }) => (wanted ?? nameOf(workspace)) === nameOf(workspace),
  );
  const found = all.filter(({ deployment }) => deployment.name.value === base);
  const [only, other] = found;
  if (only && !other) return only;
  // It may be what could not be read.
  if (!only && hasErrors(compiled.diagnostics))
    return { diagnostics: compiled.diagnostics, result: null, text: "", compiled };
  const names = all.map(({ deployment }) => deployment.name.value);
  return usage(
    unknownName(other ? "single Deployment (`--workspace` tells which)" : "Deployment", base, names),
  );
}

export function allBases({ workspaces }: Compiled): readonly Base[] {
  return workspaces.flatMap((workspace) =>
    workspace.declarations.deployments.map((deployment) => ({ workspace, deployment })),
  );
}

export function nameOf({ declarations }: CompiledWorkspace): string {
  return declarations.workspace.name.value;
}

/** The cluster that a Deployment is in. */
export function clusterOf({ declarations }: CompiledWorkspace, { cluster }: Deployment): Cluster {
  const found = declarations.workspace.clusters.get(cluster.value);
  if (!found) throw new Error("an unknown cluster does not come as far as a preview");
  return found;
}
