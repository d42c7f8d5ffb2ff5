import { join, resolve as resolvePath } from "node:path";
import { diagnostic } from "../core/diagnostic.ts";
import { type MergedTree, PortFailure } from "../ports.ts";
import { git, run, SHA, sha } from "./git-process.ts";

/** The commit that a name a user typed means: a branch, one of the remote's, a tag, an id; undefined: none. */
export function resolve(root: string, name: string): string | undefined {
  // A remote's branch need not be spelled out, as in a clone of GitHub's there is no other.
  for (const one of [name, `refs/remotes/origin/${name}`]) {
    const { status, stdout } = run(root, [
      "rev-parse",
      "--verify",
      "--quiet",
      "--end-of-options",
      `${one}^{commit}`,
    ]);
    const commit = stdout.toString("utf8").trim();
    if (status === 0 && SHA.test(commit)) return commit;
  }
  return undefined;
}

/** The tree of a commit. Throws PortFailure if there is no such commit here. */
export function treeOf(root: string, commit: string): string {
  const tree = (git(root, ["rev-parse", "--verify", "--quiet", `${sha(commit)}^{tree}`]) ?? "").trim();
  if (!SHA.test(tree)) throw unreadable(root, "rev-parse");
  return tree;
}

/** The parents of a commit, the first one first. Throws PortFailure if there is no such commit here. */
export function parentsOf(root: string, commit: string): readonly string[] {
  const listed = git(root, ["rev-list", "--max-count=1", "--parents", sha(commit)]);
  if (listed === undefined) throw unreadable(root, "rev-list");
  return listed.trim().split(" ").slice(1);
}

/**
 * The first-parent commits of a commit, newest first: those that `until` does not have, or all of them. Of merges, what they bring
 * counts. Only commits that change YAML. Throws PortFailure.
 */
export function firstParents(root: string, from: string, until: string | undefined): readonly string[] {
  const range = until === undefined ? [sha(from)] : [sha(from), `^${sha(until)}`];
  const globs = ["--", ":(icase)*.yaml", ":(icase)*.yml"];
  // `--diff-merges` and `-m` do not bear on which commits are listed: a merge is compared with its first parent.
  const args = ["rev-list", "--first-parent", ...range, ...globs];
  const { status, error, stdout } = run(root, args, "", { GIT_LITERAL_PATHSPECS: undefined });
  if (error || status !== 0) throw unreadable(root, "rev-list");
  return stdout
    .toString("utf8")
    .split("\n")
    .filter((line) => SHA.test(line));
}

/** How many commits one has that another lacks. */
export function countCommits(root: string, from: string, until: string): number {
  const counted = git(root, ["rev-list", "--count", sha(from), `^${sha(until)}`]);
  if (counted === undefined) throw unreadable(root, "rev-list");
  return Number.parseInt(counted, 10);
}

/**
 * What comes of merging one commit into another, as a tree; nothing but objects is written. No merge driver runs, whatever attributes
 * the clone and the commits have. Throws PortFailure.
 */
export function mergeTrees(root: string, base: string, head: string): MergedTree {
  const common = (git(root, ["rev-parse", "--git-common-dir"]) ?? "").trim();
  const objects = resolvePath(root, common, "objects");
  // Attributes that name a driver are looked for where it runs, in the work tree and in the index: none of them is the repo's.
  const elsewhere = {
    GIT_WORK_TREE: objects,
    GIT_DIR: join(root, ".git"),
    GIT_INDEX_FILE: join(objects, "no-index"),
    GIT_ATTR_NOSYSTEM: "1",
  };
  const options = ["-C", objects, "-c", "core.attributesFile="];
  const args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", sha(base), sha(head)];
  const { status, error, stdout } = run(root, [...options, ...args], "", elsewhere);
  const [tree = "", ...conflicts] = stdout.toString("utf8").split("\0");
  if (error || !SHA.test(tree) || (status !== 0 && status !== 1)) throw unreadable(root, "merge-tree");
  if (status === 0) return { tree };
  return { conflicts: [...new Set(conflicts.filter((path) => path !== ""))].sort() };
}

function unreadable(root: string, command: string): PortFailure {
  const reason = `\`git ${command}\` cannot read the history`;
  return new PortFailure(diagnostic("JF008", undefined, { path: root, reason }));
}
