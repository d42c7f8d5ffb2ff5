import { spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  type Dirent,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
} from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { type Checked, type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { compareText, type SourceFile } from "../core/source.ts";
import { type Files, PortFailure } from "../ports.ts";
import { environment, QUIET } from "./git-process.ts";

export const WORKSPACE_FILE = "jackfield.yaml";
const MAX_BYTES = 5 * 1024 * 1024;
const GROUP = Buffer.from("jackfield.dev/");

/** Where a start folder lies: absolute paths, without links. */
export interface Place {
  /** The git work tree's root, or, without git, the outermost Workspace's folder, or the start. */
  readonly root: string;
  readonly start: string;
  readonly git: boolean;
}

/** Finds the root that paths are told from. Throws PortFailure if there is no such folder. */
export function findPlace(start: string): Place {
  if (!existsSync(start)) {
    throw new PortFailure(diagnostic("JF003", undefined, { path: start, reason: "there is no such folder" }));
  }
  const from = realpathSync(resolve(start));
  const gitRoot = ancestors(from).find((folder) => existsSync(join(folder, ".git")));
  if (gitRoot !== undefined) return { root: gitRoot, start: from, git: true };
  const workspace = ancestors(from).findLast((folder) => existsSync(join(folder, WORKSPACE_FILE)));
  return { root: workspace ?? from, start: from, git: false };
}

/** The files port on the local disk. Dot-folders, what git ignores, and symbolic links are not read. */
export function createFiles(place: Place): Files {
  return { scan: () => scan(place) };
}

/**
 * The place that paths are told from, once for all ports of a command: where git ignores the start folder, and tracks nothing of
 * ours in it, that folder is a place without git.
 */
export function settlePlace(place: Place): Place {
  if (!place.git) return place;
  const base = scanBase(place);
  return isIgnored(base) && candidatesIn(place, base).length === 0 ? scratch(place, base) : place;
}

/** Whoever names a folder that git ignores (a scratch estate, say) means what is in it. */
function scratch(place: Place, base: string): Place {
  return { root: base, start: place.start, git: false };
}

function scan(place: Place): Checked<readonly SourceFile[]> {
  const base = scanBase(place);
  const candidates = candidatesIn(place, base);
  if (candidates.length === 0 && place.git && isIgnored(base)) return scan(scratch(place, base));
  const files: SourceFile[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const path of [...candidates].sort(compareText)) {
    const read = readSource(place.root, path);
    if (read && "code" in read) diagnostics.push(read);
    else if (read) files.push(read);
  }
  return { value: files, diagnostics };
}

/** Paths of what may be ours, told from the root. */
function candidatesIn({ root, git }: Place, base: string): readonly string[] {
  const listed = git ? listByGit(root, base) : listByWalk(root, base);
  return listed.filter((path) => isCandidate(toSlashes(relative(base, join(root, path)))));
}

/** The outermost Workspace around the start, or the start itself. */
export function scanBase({ root, start }: Place): string {
  const inside = ancestors(start).filter((folder) => folder === root || folder.startsWith(root + sep));
  return inside.findLast((folder) => existsSync(join(folder, WORKSPACE_FILE))) ?? start;
}

/**
 * Tracked files and untracked ones that git does not ignore; where no git is installed, every file. Throws
 * PortFailure if git is there but refuses: files that it ignores must not be read in passing.
 */
function listByGit(root: string, base: string): readonly string[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "--"];
  // A literal `.` would match nothing: the whole tree is meant by no path at all.
  const below = base === root ? [] : [`:(top,literal)${toSlashes(relative(root, base))}`];
  const git = spawnSync("git", [...QUIET, ...args, ...below], {
    cwd: root,
    env: environment(root),
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  if (git.error) return listByWalk(root, base);
  if (git.status !== 0) throw new PortFailure(gitFailed(root, git.stderr, git.status));
  return git.stdout.split("\0").filter((path) => path !== "");
}

function gitFailed(path: string, stderr: string, status: number | null): Diagnostic {
  if (!stderr.includes("dubious ownership")) {
    return diagnostic("JF008", undefined, { path, reason: `it ended with ${status}` });
  }
  const hint = `if you trust it: \`git config --global --add safe.directory ${path}\``;
  return diagnostic("JF008", undefined, { path, reason: "it belongs to another user" }, { hint });
}

function isIgnored(folder: string): boolean {
  // Of the repo around it: where the folder is a work tree itself, the next one.
  const root = ancestors(dirname(folder)).find((above) => existsSync(join(above, ".git")));
  if (root === undefined) return false;
  const args = [...QUIET, "check-ignore", "--quiet", "--", folder];
  return spawnSync("git", args, { cwd: root, env: environment(root) }).status === 0;
}

/** Every file but those in dot-folders and in installed packages, where nobody says what git ignores. */
export function listByWalk(root: string, base: string): readonly string[] {
  const found: string[] = [];
  const pending = [base];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const entry of readFolder(root, folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        // No git, so nobody says what to ignore: installed packages are nobody's documents.
        if (!entry.name.startsWith(".") && entry.name !== "node_modules") pending.push(path);
      } else {
        found.push(toSlashes(relative(root, path)));
      }
    }
  }
  return found;
}

function readFolder(root: string, folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const path = toSlashes(relative(root, folder)) || ".";
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new PortFailure(diagnostic("JF003", undefined, { path, reason }));
  }
}

function isCandidate(path: string): boolean {
  if (!/\.ya?ml$/i.test(path)) return false;
  return !path
    .split("/")
    .slice(0, -1)
    .some((folder) => folder.startsWith("."));
}

/** The file's text, a diagnostic, or undefined if it is gone or not ours to judge. */
function readSource(root: string, path: string): SourceFile | Diagnostic | undefined {
  const absolute = join(root, path);
  const at = { file: { path, text: "" }, start: 0, end: 0 };
  try {
    if (lstatSync(absolute).isSymbolicLink())
      return leadsOut(root, absolute) ? diagnostic("JF116", at, {}) : undefined;
    const bytes = readCapped(absolute);
    if (bytes === "too large") return diagnostic("JF104", at, { limit: "5 MiB" });
    if (!bytes) return undefined;
    return { path, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code === "ENOENT") return undefined;
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") {
      return readFileSync(absolute).includes(GROUP) ? diagnostic("JF103", at, {}) : undefined;
    }
    return diagnostic("JF003", at, { path, reason: code || "unknown" });
  }
}

/** Undefined: larger than we read, and not one of ours. */
function readCapped(absolute: string): Buffer | "too large" | undefined {
  // A pipe without a writer would be waited for.
  const file = openSync(absolute, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return undefined;
    if (stat.size <= MAX_BYTES) return readFileSync(file);
    return mentionsUs(file) ? "too large" : undefined;
  } finally {
    closeSync(file);
  }
}

function mentionsUs(file: number): boolean {
  const chunk = Buffer.alloc(1 << 20);
  let kept = 0;
  for (let read = readSync(file, chunk, 0, chunk.length, null); read > 0; ) {
    const length = kept + read;
    if (chunk.subarray(0, length).includes(GROUP)) return true;
    // A match may lie across two reads.
    kept = Math.min(GROUP.length, length);
    chunk.copyWithin(0, length - kept, length);
    read = readSync(file, chunk, kept, chunk.length - kept, null);
  }
  return false;
}

function leadsOut(root: string, link: string): boolean {
  try {
    return !realpathSync(link).startsWith(root + sep);
  } catch {
    return true;
  }
}

/** The folder and all above it, innermost first. */
export function ancestors(folder: string): readonly string[] {
  const all = [folder];
  for (let at = folder; dirname(at) !== at; at = dirname(at)) all.push(dirname(at));
  return all;
}

function toSlashes(path: string): string {
  return sep === "/" ? path : path.split(sep).join("/");
}
