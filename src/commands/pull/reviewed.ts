import { approvers } from "../../approval/approvals.ts";
import type { Side } from "../../change/side.ts";
import { diagnostic } from "../../core/diagnostic.ts";
import type { GitHub, Pull } from "../../github-ports.ts";
import type { Change } from "../../model/change.ts";
import { type History, PortFailure } from "../../ports.ts";
import { type Compared, compareTrees, sideOf } from "../change/compare.ts";
import { type Ends, mergedEnds, readPolicy } from "../change/ends.ts";

/** A change that was merged, as it was reviewed, and who approved it. */
export interface ReviewedChange {
  readonly pull: number;
  readonly change: Change;
  readonly voices: readonly string[];
  /** The Workspaces before it: they have a say in it. */
  readonly before: readonly Side[];
  readonly after: readonly Side[];
}

export interface ReviewedPorts {
  readonly history: History;
  readonly github: GitHub;
  readonly tool: string;
  /** Brings the head of a pull request into the clone. Throws PortFailure. */
  readonly fetchPull: (number: number) => void;
}

export interface Line {
  /** The branch that is applied, and its commit. */
  readonly branch: string;
  readonly head: string;
  /** The commit whose policy counts, if that is not the branch's own. */
  readonly policy: string | undefined;
}

/**
 * The changes that pull requests brought to a branch since a commit, newest first; computed anew from Git and GitHub's API, never read from a
 * comment (design: 3.4). What was pushed without a pull request is none of them.
 */
export async function* reviewedChanges(
  ports: ReviewedPorts,
  line: Line,
  until: string | undefined,
): AsyncGenerator<ReviewedChange> {
  const told = new Set<number>();
  for (const commit of ports.history.firstParents(line.head, until)) {
    for (const pull of await ports.github.pullsOf(commit)) {
      if (told.has(pull.number) || !isMergedInto(ports.history, pull, line, commit)) continue;
      told.add(pull.number);
      const compared = comparedTrees(ports, pull, line);
      if (!compared) continue;
      const { change, base, compiled } = compared;
      const sides = { before: base.workspaces.map(sideOf), after: compiled.workspaces.map(sideOf) };
      yield { pull: pull.number, change, voices: await voicesOf(ports.github, pull), ...sides };
    }
  }
}

/** The pull requests whose merges a push brought: it moved the branch from a commit; undefined: look at its last commit alone. */
export async function pullsBrought(
  { history, github }: Pick<ReviewedPorts, "history" | "github">,
  line: Line,
  before: string | undefined,
): Promise<readonly number[]> {
  const isKnown = before !== undefined && history.isAncestor(before, line.head);
  const brought = isKnown ? history.firstParents(line.head, before) : [line.head];
  const found = new Set<number>();
  for (const commit of [...brought].slice(0, MAX_BROUGHT)) {
    for (const pull of await github.pullsOf(commit)) {
      if (isMergedInto(history, pull, line, commit)) found.add(pull.number);
    }
  }
  return [...found];
}

/** More come of a branch that was made anew, and are told by nobody. */
const MAX_BROUGHT = 50;

function isMergedInto(history: History, pull: Pull, { branch, head }: Line, commit: string): boolean {
  const { isMerged, base, mergeCommit } = pull;
  if (!isMerged || base.branch !== branch || mergeCommit === undefined) return false;
  return history.isAncestor(commit, mergeCommit) && history.isAncestor(mergeCommit, head);
}

async function voicesOf(github: GitHub, pull: Pull): Promise<readonly string[]> {
  const [reviews, pushers] = await Promise.all([github.reviews(pull.number), github.lastPushers(pull)]);
  return approvers({ head: pull.head.sha, author: pull.author, pushers, reviews });
}

/** Undefined: what was reviewed cannot be made out, so that nothing of it counts as reviewed. */
function comparedTrees(
  { history, tool, fetchPull }: ReviewedPorts,
  pull: Pull,
  line: Line,
): Compared | undefined {
  const { sha } = pull.head;
  if (history.resolve(sha) === undefined) fetchPull(pull.number);
  if (history.resolve(sha) === undefined) {
    throw new PortFailure(diagnostic("JF766", undefined, { number: pull.number }));
  }
  const ends = endsOf(history, pull.mergeCommit ?? "", sha);
  if (!ends) return undefined;
  const policy = line.policy === undefined ? undefined : readPolicy(history, line.policy);
  return compareTrees({ tool, base: ends.base, head: ends.head, policy });
}

/**
 * From the branch before the pull request to what comes of merging its last commit: not to what the merge commit holds, which whoever merges
 * may have made up. After a rebase the branch before it is as many commits back as the pull request has.
 */
function endsOf(history: History, merge: string, head: string): Ends | undefined {
  const [first, second] = history.parents(merge);
  if (first === undefined) return undefined;
  const single = mergedOnto(history, first, head);
  if (second !== undefined) return single;
  const before = beforeRebase(history, merge, head, first);
  const rebased = before === undefined ? undefined : mergedOnto(history, before, head);
  return rebased && rebased.head.tree === history.treeOf(merge) ? rebased : single;
}

function mergedOnto(history: History, base: string, head: string): Ends | undefined {
  const ends = mergedEnds(history, base, head);
  return "code" in ends ? undefined : ends;
}

function beforeRebase(history: History, merge: string, head: string, first: string): string | undefined {
  const fork = history.mergeBase(first, head);
  if (fork === undefined) return undefined;
  let at: string | undefined = merge;
  for (let left = history.countCommits(head, fork); left > 0 && at !== undefined; left--) {
    const parents: readonly string[] = history.parents(at);
    at = parents.length === 1 ? parents[0] : undefined;
  }
  return at;
}
