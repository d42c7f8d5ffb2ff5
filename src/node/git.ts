import { existsSync } from "node:fs";
import { join } from "node:path";
import { diagnostic } from "../core/diagnostic.ts";
import { compareText, type SourceFile } from "../core/source.ts";
import { type Commit, type History, PortFailure, type Version } from "../ports.ts";
import { createTreeFiles } from "./git-files.ts";
import { createPolicyPast } from "./git-policy.ts";
import { git, isHidden, run, SHA, sha, textsOf } from "./git-process.ts";
import { countCommits, firstParents, mergeTrees, parentsOf, resolve, treeOf } from "./git-trees.ts";

/** Versions of one file that are looked at. */
const MAX_VERSIONS = 200;

/**
 * The history of the repo at a root, which must be its work tree's: plumbing reads only, so that nothing in the repo
 * (hooks, filters, drivers, replaced objects) has a say. `start`: the folder that commands work in. Where there is no repo, nothing
 * is remembered. Throws PortFailure.
 */
export function createHistory(root: string, start: string = root): History {
  if (!existsSync(join(root, ".git"))) return NO_HISTORY;
  const memo = new Map<string, unknown>();
  const once = <T>(key: string, find: () => T): T => {
    if (!memo.has(key)) memo.set(key, find());
    return memo.get(key) as T;
  };
  const repo = () => once("repo", () => findRepo(root));
  const fileAt = (commit: string, path: string) =>
    once(`file ${commit} ${path}`, () => git(root, ["cat-file", "blob", `${sha(commit)}:${path}`]));
  const policyPast = createPolicyPast(root);
  const filesAt = createTreeFiles(root, start);
  return {
    head: () => repo().head,
    isShallow: () => repo().isShallow,
    // Whether git works here at all is asked with the head.
    defaultBranch: () => once("default", () => (repo().head === undefined ? undefined : findDefault(root))),
    mergeBase: (one, other) =>
      once(`base ${one} ${other}`, () => shaOf(git(root, ["merge-base", sha(one), sha(other)]))),
    isAncestor: (one, other) =>
      once(`ancestor ${one} ${other}`, () => {
        return git(root, ["merge-base", "--is-ancestor", sha(one), sha(other)]) !== undefined;
      }),
    resolve: (name) => (repo().head === undefined ? undefined : resolve(root, name)),
    treeOf: (commit) => once(`tree ${commit}`, () => treeOf(root, commit)),
    parents: (commit) => once(`parents ${commit}`, () => parentsOf(root, commit)),
    firstParents: (from, until) => firstParents(root, from, until),
    countCommits: (from, until) => countCommits(root, from, until),
    mergeTrees: (base, head) => once(`merge ${base} ${head}`, () => mergeTrees(root, base, head)),
    committedAt: (commit) => committedAt(root, commit),
    fileAt,
    filesAt,
    yamlAt: (commit) => once(`yaml ${commit}`, () => yamlAt(root, commit)),
    blobs: (commit, paths) => blobsAt(root, commit, paths),
    versionsOf: (path, from) => once(`versions ${from} ${path}`, () => versionsOf(root, path, from, fileAt)),
    policyPast: (from) => once(`policy ${from}`, () => policyPast(from)),
  };
}

interface Repo {
  readonly head: string | undefined;
  readonly isShallow: boolean;
}

/** Throws where git cannot be asked: else "no commit" could mean that nobody knows. */
function findRepo(root: string): Repo {
  // It tells the folder, and then the commit if there is one.
  const { stdout } = run(root, ["rev-parse", "--git-dir", "--is-shallow-repository", "HEAD^{commit}"]);
  const [folder = "", shallow, commit] = stdout.toString("utf8").split("\n");
  if (folder !== "") return { head: shaOf(commit), isShallow: shallow === "true" };
  const reason = "the `git` program is missing, or does not trust this folder";
  throw new PortFailure(diagnostic("JF008", undefined, { path: root, reason }));
}

const NO_HISTORY: History = {
  head: () => undefined,
  isShallow: () => false,
  defaultBranch: () => undefined,
  mergeBase: () => undefined,
  resolve: () => undefined,
  treeOf: noCommit,
  parents: noCommit,
  firstParents: () => [],
  countCommits: noCommit,
  mergeTrees: noCommit,
  isAncestor: () => false,
  committedAt: () => undefined,
  fileAt: () => undefined,
  filesAt: noCommit,
  yamlAt: () => [],
  blobs: () => new Map(),
  versionsOf: () => [],
  policyPast: () => ({ changes: [], isWhole: true }),
};

function noCommit(): never {
  throw new Error("no repo has commits that nobody named");
}

const REMOTE_HEAD = "refs/remotes/origin/HEAD";
/** What is usual, where the remote does not say. */
const USUAL = [
  "refs/remotes/origin/main",
  "refs/remotes/origin/master",
  "refs/heads/main",
  "refs/heads/master",
];

function findDefault(root: string): Commit | undefined {
  const format = "--format=%(refname) %(objectname) %(symref)";
  const lines = (git(root, ["for-each-ref", format, REMOTE_HEAD, ...USUAL]) ?? "").split("\n");
  const refs = new Map(lines.map((line) => [line.split(" ")[0] ?? "", line.split(" ").slice(1)]));
  const ref = [REMOTE_HEAD, ...USUAL].find((one) => SHA.test(refs.get(one)?.[0] ?? ""));
  const [commit = "", target] = (ref && refs.get(ref)) || [];
  const name = (target || ref)?.replace(/^refs\/(?:remotes|heads)\//, "");
  return name === undefined ? undefined : { name, commit };
}

function committedAt(root: string, commit: string): number | undefined {
  const told = git(root, ["rev-list", "--max-count=1", "--timestamp", sha(commit)]) ?? "";
  return Number.parseInt(told, 10) || undefined;
}

function shaOf(output: string | undefined): string | undefined {
  const text = output?.trim() ?? "";
  return SHA.test(text) ? text : undefined;
}

function yamlAt(root: string, commit: string): readonly SourceFile[] {
  const wanted = [...blobsAt(root, commit)].filter(([path]) => /\.ya?ml$/i.test(path) && !isHidden(path));
  const texts = textsOf(
    root,
    wanted.map(([, blob]) => blob),
  );
  const files = wanted.flatMap(([path, blob]) => {
    const text = texts.get(blob);
    return text === undefined ? [] : [{ path, text }];
  });
  return files.sort((one, other) => compareText(one.path, other.path));
}

/** Ids of the regular files of a commit, by path. Links and submodules are none. */
function blobsAt(root: string, commit: string, paths: readonly string[] = []): ReadonlyMap<string, string> {
  const listed = git(root, ["ls-tree", "-r", "-z", "--full-tree", sha(commit), "--", ...paths]) ?? "";
  const entries = listed.split("\0").flatMap((line) => {
    const match = /^100(?:644|755) blob ([0-9a-f]+)\t(.+)$/s.exec(line);
    return match?.[1] && match[2] ? [[match[2], match[1]] as const] : [];
  });
  return new Map(entries);
}

function versionsOf(
  root: string,
  path: string,
  from: string,
  fileAt: (commit: string, path: string) => string | undefined,
): readonly Version[] {
  const args = ["rev-list", `--max-count=${MAX_VERSIONS}`, "--full-history", sha(from), "--", path];
  const commits = (git(root, args) ?? "").split("\n").filter((line) => SHA.test(line));
  return commits.map((commit) => ({ commit, text: () => fileAt(commit, path) }));
}
