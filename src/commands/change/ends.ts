import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { Files, History } from "../../ports.ts";
import { wholeTree } from "../estate.ts";
import { filesDigest } from "../live/digests.ts";
import type { ReadTree } from "./compare.ts";

/** What a change leads from and to. */
export interface Ends {
  readonly base: ReadTree;
  readonly head: ReadTree;
  /** Of reading the head. */
  readonly diagnostics: readonly Diagnostic[];
}

/** From where a work tree left the base, to the work tree as it stands. */
export function workTreeEnds(files: Files, history: History, head: string, base: string): Ends {
  const { value, diagnostics } = files.scan();
  return {
    base: readCommit(history, history.mergeBase(head, base) ?? base),
    head: { tree: `files ${filesDigest(value).slice(0, TREE_DIGITS)}`, files: value },
    diagnostics,
  };
}

/** From a base to what comes of merging a head into it, as GitHub does; a diagnostic if they conflict. */
export function mergedEnds(history: History, base: string, head: string): Ends | Diagnostic {
  const tree = mergedTree(history, base, head);
  if (typeof tree !== "string") return tree;
  const { value, diagnostics } = history.filesAt(tree).scan();
  return { base: readCommit(history, base), head: { commit: head, tree, files: value }, diagnostics };
}

/** A commit, read; what cannot be read of it is told where it is the head of something. */
export function readCommit(history: History, commit: string): ReadTree {
  const tree = history.treeOf(commit);
  return { commit, tree, files: history.filesAt(tree).scan().value };
}

/** A commit whose policy counts. Throws PortFailure: what of it cannot be read is never taken for absent. */
export function readPolicy(history: History, commit: string): ReadTree {
  const tree = history.treeOf(commit);
  return { commit, tree, files: wholeTree(history.filesAt(tree)) };
}

const TREE_DIGITS = 40;
const NAMED = 5;

function mergedTree(history: History, base: string, head: string): string | Diagnostic {
  if (history.isAncestor(base, head)) return history.treeOf(head);
  const merge = history.mergeTrees(base, head);
  if ("tree" in merge) return merge.tree;
  const { conflicts } = merge;
  const more = conflicts.length > NAMED ? ` and ${conflicts.length - NAMED} more` : "";
  const paths = `${conflicts.slice(0, NAMED).join(", ")}${more}`;
  return diagnostic("JF742", undefined, { paths }, { hint: "merge the base into it, and settle them there" });
}
