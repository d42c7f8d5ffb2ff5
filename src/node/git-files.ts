import { posix, relative, sep } from "node:path";
import { type Checked, type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { compareText, type SourceFile } from "../core/source.ts";
import { type Files, PortFailure } from "../ports.ts";
import { contentsOf, run, sha } from "./git-process.ts";

/** As files of the work tree are: larger ones are not read. */
const MAX_FILE = 5 * 1024 * 1024;
/** What a tree may hold that may be ours: whoever opens a pull request chooses it. */
const MAX_FILES = 20_000;
const MAX_TOTAL = 128 * 1024 * 1024;
/** Beyond that nobody looks whether a file is ours. */
const MAX_LOOK = 32 * 1024 * 1024;
const GROUP = "jackfield.dev/";
const WORKSPACE_FILE = "jackfield.yaml";

interface Entry {
  readonly path: string;
  readonly blob: string;
  readonly isLink: boolean;
  readonly size: number;
}

/**
 * The files of trees, as they would be read had they been checked out clean; nothing is checked out. What git tracks counts, whatever
 * it ignores. Files that two trees share are one and the same. Throws PortFailure: what cannot be read is never taken for absent.
 */
export function createTreeFiles(root: string, start: string): (tree: string) => Files {
  const known = new Map<string, SourceFile | Diagnostic | undefined>();
  const from = toSlashes(relative(root, start));
  return (tree) => ({ scan: () => scan(root, from, tree, known) });
}

function scan(
  root: string,
  from: string,
  tree: string,
  known: Map<string, SourceFile | Diagnostic | undefined>,
): Checked<readonly SourceFile[]> {
  const entries = candidates(listTree(root, tree), from);
  const fits = entries.filter(({ size }) => size <= MAX_FILE);
  checkBounds(root, fits);
  const unread = fits.filter((one) => !known.has(keyOf(one)));
  const contents = contentsOf(root, [...new Set(unread.map(({ blob }) => blob))]);
  for (const entry of unread) known.set(keyOf(entry), readEntry(entry, contents.get(entry.blob), root));
  const read = entries.map((entry) =>
    entry.size > MAX_FILE ? tooLarge(root, entry) : known.get(keyOf(entry)),
  );
  const value = read.filter((one): one is SourceFile => one !== undefined && "text" in one);
  const diagnostics = read.filter((one): one is Diagnostic => one !== undefined && "code" in one);
  return { value: value.sort((a, b) => compareText(a.path, b.path)), diagnostics };
}

function keyOf({ path, blob, isLink }: Entry): string {
  return `${isLink ? "link" : "file"} ${blob} ${path}`;
}

function listTree(root: string, tree: string): readonly Entry[] {
  const { status, error, stdout } = run(root, ["ls-tree", "-r", "-l", "-z", "--full-tree", sha(tree)]);
  if (error || status !== 0) throw unreadable(root);
  return stdout
    .toString("utf8")
    .split("\0")
    .flatMap((line) => {
      const match = /^(100644|100755|120000) blob ([0-9a-f]+) +(\S+)\t(.+)$/s.exec(line);
      if (!match) return [];
      const [, mode, blob = "", size = "", path = ""] = match;
      // Git tells `BAD` of what it does not have.
      if (!/^\d+$/.test(size)) throw unreadable(root);
      return [{ path, blob, isLink: mode === "120000", size: Number(size) }];
    });
}

/** YAML below the outermost Workspace around the start folder, or else below that folder; not in dot-folders below it. */
function candidates(entries: readonly Entry[], from: string): readonly Entry[] {
  const regular = new Set(entries.filter(({ isLink }) => !isLink).map(({ path }) => path));
  const parts = from === "" ? [] : from.split("/");
  const folders = [...parts.keys(), parts.length].map((depth) => parts.slice(0, depth).join("/"));
  const base = folders.find((folder) => regular.has(posix.join(folder, WORKSPACE_FILE))) ?? from;
  const prefix = base === "" ? "" : `${base}/`;
  return entries.filter(({ path }) => {
    if (!path.startsWith(prefix) || !/\.ya?ml$/i.test(path)) return false;
    const above = path.slice(prefix.length).split("/").slice(0, -1);
    return !above.some((folder) => folder.startsWith("."));
  });
}

function checkBounds(root: string, entries: readonly Entry[]): void {
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (entries.length <= MAX_FILES && total <= MAX_TOTAL) return;
  const reason = `more than ${MAX_FILES} YAML files, or ${MAX_TOTAL >> 20} MiB of them`;
  throw new PortFailure(diagnostic("JF008", undefined, { path: root, reason }));
}

/** Undefined: not ours to judge. */
function readEntry(
  entry: Entry,
  content: Buffer | undefined,
  root: string,
): SourceFile | Diagnostic | undefined {
  if (!content) throw unreadable(root);
  const { path, isLink } = entry;
  if (isLink)
    return leadsOut(path, content.toString("utf8")) ? diagnostic("JF116", placeOf(path), {}) : undefined;
  try {
    return { path, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content) };
  } catch {
    return content.includes(GROUP) ? diagnostic("JF103", placeOf(path), {}) : undefined;
  }
}

function leadsOut(path: string, target: string): boolean {
  return posix.isAbsolute(target) || posix.join(posix.dirname(path), target).startsWith("..");
}

/** Undefined: not one of ours. */
function tooLarge(root: string, { path, blob, isLink, size }: Entry): Diagnostic | undefined {
  const isOurs = !isLink && size <= MAX_LOOK && contentsOf(root, [blob]).get(blob)?.includes(GROUP);
  return isOurs ? diagnostic("JF104", placeOf(path), { limit: "5 MiB" }) : undefined;
}

function placeOf(path: string) {
  return { file: { path, text: "" }, start: 0, end: 0 };
}

function unreadable(root: string): PortFailure {
  const reason = "this clone lacks files of a commit that is needed";
  const hint = "`fetch-depth: 0` for `actions/checkout`, and no `--filter` for `git clone`";
  return new PortFailure(diagnostic("JF008", undefined, { path: root, reason }, { hint }));
}

function toSlashes(path: string): string {
  return sep === "/" ? path : path.split(sep).join("/");
}
