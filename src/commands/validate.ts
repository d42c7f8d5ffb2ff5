import type { Compiled } from "../compile.ts";
import { type Checked, type Diagnostic, hasErrors, sortDiagnostics } from "../core/diagnostic.ts";
import type { SourceFile } from "../core/source.ts";
import { privateKeysIn } from "../lint/private-keys.ts";
import type { Outcome } from "../outcome.ts";
import type { Files, History } from "../ports.ts";
import { count, isOutcome, type Narrowing, openEstate } from "./estate.ts";
import { lintHistory } from "./history-lint.ts";

export interface ValidatePorts {
  readonly files: Files;
  /** Asked only where there are sealed files. */
  readonly history: () => History;
  /** Files of the tree that may hold private keys. */
  readonly suspects: Promise<Checked<readonly SourceFile[]>>;
}

/** `jackfield validate`: everything that can be checked without keys and without a cluster. */
export async function validate(
  { files, history, suspects }: ValidatePorts,
  narrowing: Narrowing,
): Promise<Outcome> {
  const estate = openEstate(files, narrowing);
  if (isOutcome(estate)) return estate;
  const { compiled } = estate;
  const keys = privateKeys(compiled, await suspects);
  const diagnostics = sortDiagnostics([...estate.diagnostics, ...lintHistory(compiled, history), ...keys]);
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

/** In files of ours they have been told. */
function privateKeys(
  { parsed, unread }: Compiled,
  { value, diagnostics }: Checked<readonly SourceFile[]>,
): readonly Diagnostic[] {
  const ours = new Set([...parsed.keys(), ...unread.map(({ path }) => path)]);
  return [
    ...diagnostics,
    ...value.filter(({ path }) => !ours.has(path)).flatMap((file) => [...privateKeysIn(file)]),
  ];
}
