import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { diagnostic } from "../core/diagnostic.ts";
import { compareText, type SourceFile } from "../core/source.ts";
import { type Commit, type History, PortFailure, type Version } from "../ports.ts";

const SHA = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const MAX_BYTES = 1 << 28;
/** Versions of one file that are looked at. */
const MAX_VERSIONS = 200;

/**
 * The history of the repo at a root, which must be its work tree's: plumbing reads only, so that nothing in the repo
 * (hooks, filters, drivers, replaced objects) has a say. Where there is no repo, nothing is remembered. Throws PortFailure.
 */
export function createHistory(root: string): History {
  if (!existsSync(join(root, ".git"))) return NO_HISTORY;
  const memo = new Map<string, unknown>();
  const once = <T>(key: string, find: () => T): T => {
    if (!memo.has(key)) memo.set(key, find());
    return memo.get(key) as T;
  };
  const repo = () => once("repo", () => findRepo(root));
  const fileAt = (commit: string, path: string) =>
    once(`file ${commit} ${path}`, () => git(root, ["cat-file", "blob", `${sha(commit)}:${path}`]));
  return {
    head: () => repo().head,
    isShallow: () => repo().isShallow,
    // Whether git works here at all is asked with the head.
    defaultBranch: () => once("default", () => (repo().head === undefined ? undefined : findDefault(root))),
    mergeBase: (one, other) =>
      once(`base ${one} ${other}`, () => shaOf(git(root, ["merge-base", sha(one), sha(other)]))),
    fileAt,
    yamlAt: (commit) => once(`yaml ${commit}`, () => yamlAt(root, commit)),
    blobs: (commit, paths) => blobsAt(root, commit, paths),
    versionsOf: (path, from) => once(`versions ${from} ${path}`, () => versionsOf(root, path, from, fileAt)),
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
  fileAt: () => undefined,
  yamlAt: () => [],
  blobs: () => new Map(),
  versionsOf: () => [],
};

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

function shaOf(output: string | undefined): string | undefined {
  const text = output?.trim() ?? "";
  return SHA.test(text) ? text : undefined;
}

/** What is put where git expects a commit must be one. */
function sha(text: string): string {
  if (!SHA.test(text)) throw new Error("no commit");
  return text;
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

/** All of them from one process, which tells for each its id, its kind, its length, and then its bytes. */
function textsOf(root: string, blobs: readonly string[]): ReadonlyMap<string, string> {
  const { stdout } = run(root, ["cat-file", "--batch"], `${blobs.join("\n")}\n`);
  const texts = new Map<string, string>();
  for (let at = 0; at < stdout.length; ) {
    const end = stdout.indexOf(NEWLINE, at);
    const [blob = "", kind, size] = stdout.toString("latin1", at, end).split(" ");
    const length = kind === "blob" ? Number(size) : -1;
    if (length >= 0) texts.set(blob, stdout.toString("utf8", end + 1, end + 1 + length));
    at = end + 1 + (length >= 0 ? length + 1 : 0);
  }
  return texts;
}

const NEWLINE = 10;

/** In a dot-folder, which the scan does not read either. */
function isHidden(path: string): boolean {
  return path
    .split("/")
    .slice(0, -1)
    .some((folder) => folder.startsWith("."));
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

/** Standard output; undefined if git is not there, or says no. */
function git(root: string, args: readonly string[]): string | undefined {
  const { status, stdout, error } = run(root, args);
  return error || status !== 0 ? undefined : stdout.toString("utf8");
}

function run(root: string, args: readonly string[], input = "") {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    LC_ALL: "C",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_NO_LAZY_FETCH: "1",
  };
  const { status, stdout, error } = spawnSync("git", ["--no-pager", ...args], {
    cwd: root,
    env,
    input,
    maxBuffer: MAX_BYTES,
  });
  // Null where git is not there at all.
  return { status, error, stdout: (stdout as Buffer | null) ?? Buffer.alloc(0) };
}
