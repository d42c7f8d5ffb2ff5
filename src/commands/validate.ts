import { hasErrors, sortDiagnostics } from "../core/diagnostic.ts";
import type { Outcome } from "../outcome.ts";
import type { Files, History } from "../ports.ts";
import { count, isOutcome, type Narrowing, openEstate } from "./estate.ts";
import { lintHistory } from "./history-lint.ts";

/** `jackfield validate`: everything that can be checked without keys and without a cluster. */
export function validate(files: Files, history: () => History, narrowing: Narrowing): Outcome {
  const estate = openEstate(files, narrowing);
  if (isOutcome(estate)) return estate;
  const { compiled } = estate;
  const diagnostics = sortDiagnostics([...estate.diagnostics, ...lintHistory(compiled, history)]);
  const workspaces = estate.workspaces.map(({ declarations, effective }) => ({
    name: declarations.workspace.name.value,
    deployments: effective.deployments.length,
    objects: declarations.objects.length,
    links: declarations.links.length + declarations.objects.reduce((sum, o) => sum + o.links.length, 0),
    credentials: declarations.credentials.length,
  }));
  const total = (key: "deployments" | "objects" | "links" | "credentials") =>
    workspaces.reduce((sum, workspace) => sum + workspace[key], 0);
  const summary = [
    count(workspaces.length, "Workspace"),
    count(total("deployments"), "Deployment"),
    count(total("objects"), "object"),
    count(total("links"), "Link"),
    count(total("credentials"), "Credential"),
  ].join(", ");
  const text = hasErrors(diagnostics) ? "" : `valid: ${summary}\n`;
  return { diagnostics, result: { workspaces }, text, compiled };
}
