import { computeChange } from "../../change/change.ts";
import type { Lookup, Side } from "../../change/side.ts";
import { type Compiled, type CompiledWorkspace, compile } from "../../compile.ts";
import { type Diagnostic, diagnostic, hasErrors, sortDiagnostics } from "../../core/diagnostic.ts";
import { once } from "../../core/once.ts";
import type { SourceFile } from "../../core/source.ts";
import { nameOf } from "../../declare/policy.ts";
import { objectView } from "../../emit/view.ts";
import type { Change, Risk, TreeName } from "../../model/change.ts";
import type { ParsedFile } from "../../model/tree.ts";
import type { History } from "../../ports.ts";
import { recipientsOf } from "../../sops/lint.ts";
import { lintHistory } from "../history-lint.ts";
import { filesDigest } from "../live/digests.ts";

/** A tree of Git's, read. */
export interface ReadTree extends TreeName {
  readonly files: readonly SourceFile[];
}

export interface Comparing {
  readonly tool: string;
  readonly base: ReadTree;
  readonly head: ReadTree;
  /** Whose policy both are compiled with; undefined: each has its own. */
  readonly policy?: ReadTree | undefined;
  /** Only this Workspace. */
  readonly workspace?: string | undefined;
  /** Set: sealed files are judged against their earlier versions, up to the commit of the base. */
  readonly history?: History | undefined;
}

export interface Compared {
  readonly change: Change;
  readonly base: Compiled;
  /** The head. */
  readonly compiled: Compiled;
  /** Of the head, sorted. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The change from one tree to another, without keys and clusters. Where the head has errors, it is what can be told in spite of them. */
export function compareTrees(comparing: Comparing): Compared {
  const { tool, base, head, policy, workspace } = comparing;
  const options = { policy: policy?.files };
  const [before, now] = [compile(base.files, options), compile(head.files, options)];
  const judged = judgedHistory(comparing, now);
  const change = computeChange(
    {
      tool,
      base: namedOnly(base),
      head: namedOnly(head),
      before: sidesOf(before, workspace),
      now: sidesOf(now, workspace),
      risks: judged.filter(({ code }) => code === ROLLED_BACK).map(rolledBack),
      policy: policy && filesDigest(policy.files),
    },
    LOOKUP,
  );
  const broken = hasErrors(before.diagnostics) ? [diagnostic("JF740", undefined, {})] : [];
  return {
    change,
    base: before,
    compiled: now,
    diagnostics: sortDiagnostics([...now.diagnostics, ...judged, ...broken]),
  };
}

const LOOKUP: Lookup = {
  viewOf: objectView,
  recipientsOf: once((file: ParsedFile) => recipientsOf(file).map(({ value }) => value)),
};

const ROLLED_BACK = "JF386";

function namedOnly({ commit, tree }: ReadTree): TreeName {
  return { tree, ...(commit !== undefined && { commit }) };
}

/** The base stands for the last commit: what it has is what others have reviewed. */
function judgedHistory({ history, base }: Comparing, compiled: Compiled): readonly Diagnostic[] {
  const { commit } = base;
  if (!history || commit === undefined) return [];
  const upToBase = { ...history, head: () => commit, defaultBranch: () => ({ name: "base", commit }) };
  return lintHistory(compiled, () => upToBase);
}

function rolledBack({ message, at }: Diagnostic): Risk {
  const file = at?.file.path ?? "";
  return {
    kind: "rolled-back",
    workspace: "",
    environments: [],
    deployments: [],
    protected: true,
    message: `\`${file}\`: ${message}`,
    ...(at && { at }),
  };
}

function sidesOf({ workspaces }: Compiled, wanted: string | undefined): readonly Side[] {
  const named = workspaces.filter(
    ({ declarations }) => (wanted ?? declarations.workspace.name.value) === declarations.workspace.name.value,
  );
  return named.map(sideOf);
}

export function sideOf({ declarations, effective, policy }: CompiledWorkspace): Side {
  const documents = policy.map(({ kind, document: { root } }) => {
    const subject = kind === "Workspace" ? kind : `${kind} ${nameOf(root).value}`;
    return [subject, root] as const;
  });
  return { declarations, effective, policy: new Map(documents) };
}
