import { comparePolicy } from "../../change/policy.ts";
import { identityOf, type Side } from "../../change/side.ts";
import { type CompiledWorkspace, compile } from "../../compile.ts";
import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { PolicyHistory } from "../../ports.ts";
import { sideOf } from "../change/compare.ts";

/**
 * On a laptop the work tree is taken as it stands (design: 3.5): a warning for each Workspace whose policy is not the default branch's, which is
 * what others have reviewed. Throws PortFailure.
 */
export function policyNotes(
  history: PolicyHistory,
  workspaces: readonly CompiledWorkspace[],
): readonly Diagnostic[] {
  const base = history.head() === undefined ? undefined : history.defaultBranch();
  if (!base) return [];
  const { changes, isWhole } = history.policyPast(base.commit);
  if (!isWhole) return [];
  const texts = new Map(changes.flatMap(({ changed }) => [...changed]));
  const files = [...texts].flatMap(([path, text]) => (text === undefined ? [] : [{ path, text }]));
  const reviewed = compile(files).workspaces.map(sideOf);
  return workspaces.map(sideOf).flatMap((side) => noteOf(side, reviewed, base.name));
}

function noteOf(head: Side, reviewed: readonly Side[], branch: string): readonly Diagnostic[] {
  const { name } = head.declarations.workspace;
  const base = reviewed.find((one) => identityOf(one) === identityOf(head));
  if (!base) return [diagnostic("JF749", name.at, { workspace: name.value, branch })];
  const differences = comparePolicy({ base, head });
  const [first] = differences;
  if (!first) return [];
  const what = `${first.subject}${first.path === undefined ? "" : ` ${first.path}`}`;
  const others = differences.length - 1;
  const more = others === 0 ? "" : ` and ${others} more`;
  return [diagnostic("JF748", first.at, { workspace: name.value, branch, what: `\`${what}\`${more}` })];
}
