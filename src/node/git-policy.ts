import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { blobId } from "../core/blob-id.ts";
import { diagnostic } from "../core/diagnostic.ts";
import type { PolicyChange, PolicyPast } from "../model/policy-past.ts";
import { PortFailure } from "../ports.ts";
import { isHidden, run, SHA, sha, textsOf } from "./git-process.ts";

/** What a commit did to YAML files: ids of their contents by path; undefined: no regular file any more. */
interface Change {
  readonly commit: string;
  readonly parent: string | undefined;
  readonly blobs: ReadonlyMap<string, string | undefined>;
}

/** Larger files are not read from the disk either. */
const MAX_FILE = 5 * 1024 * 1024;
/** So that what git answers at once stays small, whatever the history holds. */
const MAX_AT_ONCE = 64 * 1024 * 1024;
const WORKSPACE_FILE = /(?:^|\/)jackfield\.yaml$/;
const MENTIONS_POLICY = /\b(?:Workspace|Deployment)\b/;

/**
 * Reads `History.policyPast`: the commits by one process, their differences by another, and every content once, of files below a
 * folder that ever was a Workspace's. What is read for one commit serves the next.
 */
export function createPolicyPast(root: string): (from: string) => PolicyPast {
  /** Texts that may hold policy; undefined: one that does not; absent: never read, or not there to be read. */
  const known = new Map<string, string | undefined>();
  return (from) => {
    const changes = changesOf(root, from);
    const isOurs = insideWorkspaces(changes);
    readWorkTree(root, changes, isOurs, known);
    const wanted = changes.flatMap(({ blobs }) =>
      [...blobs].flatMap(([path, blob]) => (blob !== undefined && isOurs(path) ? [blob] : [])),
    );
    readInto(
      root,
      [...new Set(wanted)].filter((blob) => !known.has(blob)),
      known,
    );
    const isWhole = wanted.every((blob) => known.has(blob));
    return { changes: policyOnly(changes, isOurs, known), isWhole };
  };
}

/** Oldest first. */
function changesOf(root: string, from: string): readonly Change[] {
  const listed = must(root, ["rev-list", "--first-parent", "--parents", sha(from)]);
  const parents = new Map<string, string | undefined>();
  for (const line of listed.split("\n").reverse()) {
    const [commit = "", parent] = line.split(" ");
    if (SHA.test(commit)) parents.set(commit, parent);
  }
  // A commit with one parent beside it is compared with that one alone.
  const pairs = [...parents].map(([commit, parent]) => (parent ? `${commit} ${parent}` : commit));
  const args = [
    "diff-tree",
    "--stdin",
    "--root",
    "-r",
    "-z",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
  ];
  const globs = ["--", ":(icase)*.yaml", ":(icase)*.yml"];
  return readChanges(must(root, [...args, ...globs], `${pairs.join("\n")}\n`), parents);
}

/** The words of `diff-tree -z`: a commit, then for each file its modes, ids and kind of change, and its path. */
function readChanges(output: string, parents: ReadonlyMap<string, string | undefined>): readonly Change[] {
  const words = output.split("\0");
  const changes: Change[] = [];
  let blobs = new Map<string, string | undefined>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (SHA.test(word)) {
      blobs = new Map();
      changes.push({ commit: word, parent: parents.get(word), blobs });
    } else if (word.startsWith(":")) {
      const [, mode = "", , blob] = word.split(" ");
      const path = words[++at] ?? "";
      if (!isHidden(path)) blobs.set(path, mode.startsWith("100") ? blob : undefined);
    }
  }
  return changes;
}

/** Tells files below a folder in which a `jackfield.yaml` ever was. */
function insideWorkspaces(changes: readonly Change[]): (path: string) => boolean {
  const folders = new Set<string>();
  for (const { blobs } of changes) {
    for (const path of blobs.keys()) if (WORKSPACE_FILE.test(path)) folders.add(folderOf(path));
  }
  const judged = new Map<string, boolean>([["", folders.has("")]]);
  const isInside = (folder: string): boolean => {
    const before = judged.get(folder);
    if (before !== undefined) return before;
    const is = folders.has(folder) || isInside(folderOf(folder));
    judged.set(folder, is);
    return is;
  };
  return (path) => isInside(folderOf(path));
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/**
 * Takes contents from the work tree where they are still what a commit made them: most are, and a file is read much faster than git
 * gives an object.
 */
function readWorkTree(
  root: string,
  changes: readonly Change[],
  isOurs: (path: string) => boolean,
  known: Map<string, string | undefined>,
): void {
  const newest = new Map(changes.flatMap(({ blobs }) => [...blobs]));
  for (const [path, blob] of newest) {
    if (blob === undefined || known.has(blob) || !isOurs(path)) continue;
    const content = contentOf(join(root, path));
    if (content && blobId(content, blob.length) === blob) known.set(blob, policyIn(content.toString("utf8")));
  }
}

/** Of a regular file that is not too large. */
function contentOf(path: string): Buffer | undefined {
  try {
    const stat = lstatSync(path);
    return stat.isFile() && stat.size <= MAX_FILE ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** A text that may hold policy. */
function policyIn(text: string): string | undefined {
  return text.includes("jackfield.dev/") && MENTIONS_POLICY.test(text) ? text : undefined;
}

/** By size first: a history may hold more than fits into one answer. */
function readInto(root: string, blobs: readonly string[], known: Map<string, string | undefined>): void {
  if (blobs.length === 0) return;
  let batch: string[] = [];
  let bytes = 0;
  const flush = () => {
    for (const [blob, text] of textsOf(root, batch)) {
      known.set(blob, policyIn(text));
    }
    batch = [];
    bytes = 0;
  };
  const sizes = run(root, ["cat-file", "--batch-check", "--buffer"], `${blobs.join("\n")}\n`).stdout.toString(
    "latin1",
  );
  for (const line of sizes.split("\n")) {
    const [blob = "", kind, size] = line.split(" ");
    if (kind !== "blob") continue;
    if (Number(size) > MAX_FILE) {
      known.set(blob, undefined);
      continue;
    }
    if (bytes + Number(size) > MAX_AT_ONCE) flush();
    batch.push(blob);
    bytes += Number(size);
  }
  if (batch.length > 0) flush();
}

function policyOnly(
  changes: readonly Change[],
  isOurs: (path: string) => boolean,
  known: ReadonlyMap<string, string | undefined>,
): readonly PolicyChange[] {
  const holders = new Set<string>();
  return changes.flatMap(({ commit, parent, blobs }) => {
    const changed = new Map<string, string | undefined>();
    for (const [path, blob] of blobs) {
      const text = blob !== undefined && isOurs(path) ? known.get(blob) : undefined;
      if (text !== undefined) holders.add(path);
      else if (!holders.delete(path)) continue;
      changed.set(path, text);
    }
    return changed.size > 0 ? [{ commit, parent, changed }] : [];
  });
}

function must(root: string, args: readonly string[], input = ""): string {
  const { status, error, stdout } = run(root, args, input, { GIT_LITERAL_PATHSPECS: undefined });
  if (!error && status === 0) return stdout.toString("utf8");
  const reason = `\`git ${args[0]}\` cannot read the history`;
  throw new PortFailure(diagnostic("JF008", undefined, { path: root, reason }));
}
