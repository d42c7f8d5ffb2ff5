import { compile } from "../../compile.ts";
import type { Workspace } from "../../model/declaration.ts";
import type { PolicyHistory } from "../../ports.ts";

/** True if they are one Workspace, or may be: a change can give it another uid, name or folder, each by itself. */
export function isRelated(one: Workspace, other: Workspace): boolean {
  if (one.uid !== undefined && one.uid === other.uid) return true;
  return one.name.value === other.name.value || one.directory === other.directory;
}

/** True if a Workspace demands approvals for one of these environments. */
export function demands({ approvals }: Workspace, environments: readonly string[]): boolean {
  return approvals.some(({ environment }) => environments.includes(environment.value));
}

/**
 * True if a Workspace demanded approvals for one of these environments at any time, by the first-parent history of a commit. Where nothing was
 * applied yet, no record tells which policy had a say.
 */
export function everDemanded(
  history: Pick<PolicyHistory, "policyPast">,
  tip: string,
  workspace: Workspace,
  environments: readonly string[],
): boolean {
  const texts = new Map<string, string | undefined>();
  return history.policyPast(tip).changes.some(({ changed }) => {
    for (const [path, text] of changed) texts.set(path, text);
    const files = [...texts].flatMap(([path, text]) => (text === undefined ? [] : [{ path, text }]));
    return compile(files)
      .workspaces.map(({ declarations }) => declarations.workspace)
      .some((one) => isRelated(one, workspace) && demands(one, environments));
  });
}
