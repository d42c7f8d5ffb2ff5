import { spawnSync } from "node:child_process";

export const SHA = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const MAX_BYTES = 1 << 28;
const NEWLINE = 10;

/** Before the command: reading the index would start the program that a repo's settings name here. */
export const QUIET: readonly string[] = ["-c", "core.fsmonitor="];

// Where programs and settings of the user's are. Not: a repo that a git around us means, which runs a hook perhaps.
const PASSED =
  /^(?:PATH|HOME|XDG_CONFIG_HOME|USERPROFILE|SYSTEMROOT|TEMP|TMP|TMPDIR|LD_LIBRARY_PATH|SUDO_UID|GIT_EXEC_PATH|GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|PARAMETERS|COUNT|KEY_\d+|VALUE_\d+))$/i;

/** For a git that reads the repo of this work tree, whatever its `core.worktree` says; it takes no lock, and asks nobody. */
export function environment(workTree: string): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED.test(name))),
    LC_ALL: "C",
    GIT_WORK_TREE: workTree,
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_LAZY_FETCH: "1",
    // The same for an older git, which does not know that: no protocol has this name.
    GIT_ALLOW_PROTOCOL: "none",
  };
}

/** What is put where git expects a commit must be one. */
export function sha(text: string): string {
  if (!SHA.test(text)) throw new Error("no commit");
  return text;
}

/** In a dot-folder, which the scan does not read either. */
export function isHidden(path: string): boolean {
  return path
    .split("/")
    .slice(0, -1)
    .some((folder) => folder.startsWith("."));
}

/** All of them from one process, as text. */
export function textsOf(root: string, blobs: readonly string[]): ReadonlyMap<string, string> {
  return new Map([...contentsOf(root, blobs)].map(([blob, content]) => [blob, content.toString("utf8")]));
}

/** All of them from one process, which tells for each its id, its kind, its length, and then its bytes. */
export function contentsOf(root: string, blobs: readonly string[]): ReadonlyMap<string, Buffer> {
  const contents = new Map<string, Buffer>();
  if (blobs.length === 0) return contents;
  const { stdout } = run(root, ["cat-file", "--batch", "--buffer"], `${blobs.join("\n")}\n`);
  for (let at = 0; at < stdout.length; ) {
    const end = stdout.indexOf(NEWLINE, at);
    const [blob = "", kind, size] = stdout.toString("latin1", at, end).split(" ");
    const length = kind === "blob" ? Number(size) : -1;
    if (length >= 0) contents.set(blob, stdout.subarray(end + 1, end + 1 + length));
    at = end + 1 + (length >= 0 ? length + 1 : 0);
  }
  return contents;
}

/** Standard output; undefined if git is not there, or says no. */
export function git(root: string, args: readonly string[]): string | undefined {
  const { status, stdout, error } = run(root, args);
  return error || status !== 0 ? undefined : stdout.toString("utf8");
}

/** `extra`: more variables of the environment; undefined takes one away. */
export function run(root: string, args: readonly string[], input = "", extra: NodeJS.ProcessEnv = {}) {
  const env = {
    ...environment(root),
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_LITERAL_PATHSPECS: "1",
    // Parents that a file of the clone makes up.
    GIT_GRAFT_FILE: "/dev/null",
    ...extra,
  };
  const options = ["--no-pager", ...QUIET];
  const { status, stdout, error } = spawnSync("git", [...options, ...args], {
    cwd: root,
    env,
    input,
    maxBuffer: MAX_BYTES,
  });
  // Null where git is not there at all.
  return { status, error, stdout: (stdout as Buffer | null) ?? Buffer.alloc(0) };
}
