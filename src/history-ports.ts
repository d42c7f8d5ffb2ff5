import type { SourceFile } from "./core/source.ts";
import type { PolicyPast } from "./model/policy-past.ts";
import type { Files } from "./ports.ts";

// What Git remembers, as the pipeline sees it. Paths are those of `SourceFile`; commits are full ids.

/** A commit, and the branch that names it. */
export interface Commit {
  readonly name: string;
  readonly commit: string;
}

/** A file as a commit has it. */
export interface Version {
  readonly commit: string;
  /** Undefined: that commit removed it. */
  text(): string | undefined;
}

/** What of Git tells where Deployments were. */
export type PolicyHistory = Pick<
  History,
  "head" | "isShallow" | "defaultBranch" | "isAncestor" | "policyPast"
>;

/** What comes of a merge: a tree, or the paths that conflict. */
export type MergedTree = { readonly tree: string } | { readonly conflicts: readonly string[] };

/** One repo. */
export interface History {
  /** Undefined: no commit yet. */
  head(): string | undefined;
  /** True for a clone that lacks its past. */
  isShallow(): boolean;
  /** The branch that others have reviewed: the remote's, else `main` or `master`; undefined if there is none. */
  defaultBranch(): Commit | undefined;
  mergeBase(one: string, other: string): string | undefined;
  /** The commit that a branch, a tag or an id means; undefined: none. */
  resolve(name: string): string | undefined;
  /** Throws PortFailure: there is no such commit here. */
  treeOf(commit: string): string;
  /** The first one first. Throws PortFailure: there is no such commit here. */
  parents(commit: string): readonly string[];
  /**
   * First-parent commits that change YAML, newest first: those that `until` does not have, or all. Throws PortFailure.
   */
  firstParents(from: string, until: string | undefined): readonly string[];
  /** How many commits one has that another lacks. Throws PortFailure. */
  countCommits(from: string, until: string): number;
  /** What comes of merging `head` into `base`. Throws PortFailure. */
  mergeTrees(base: string, head: string): MergedTree;
  /** True if `one` is `other`, or came before it on any line of descent. */
  isAncestor(one: string, other: string): boolean;
  /** When a commit was made, in seconds since 1970; undefined: there is no such commit here. */
  committedAt(commit: string): number | undefined;
  fileAt(commit: string, path: string): string | undefined;
  /**
   * The files of a commit or a tree, as they would be read had it been checked out clean. Those that two trees share are one and the
   * same. Throws PortFailure: what cannot be read is never taken for absent.
   */
  filesAt(tree: string): Files;
  /** The YAML files of a commit, wherever they are; sorted by path. */
  yamlAt(commit: string): readonly SourceFile[];
  /** Git's ids of the contents of a commit's files, all or these, by path. */
  blobs(commit: string, paths?: readonly string[]): ReadonlyMap<string, string>;
  /** The commits up to one that changed a file, newest first; no more than some hundred. */
  versionsOf(path: string, from: string): readonly Version[];
  /**
   * The first-parent history of a commit, as far as files that may hold a Workspace or a Deployment go: what a merged branch
   * did on its own way does not count. Throws PortFailure: what cannot be read is never taken for absent.
   */
  policyPast(from: string): PolicyPast;
}
