import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lintHistory } from "../../src/commands/history-lint.ts";
import { compile } from "../../src/compile.ts";
import { createFiles, findPlace } from "../../src/node/files.ts";
import { createHistory } from "../../src/node/git.ts";
import { credentialYaml, estate, ONE, sealedFor, TWO } from "../support/secrets-ports.ts";

// What the real git remembers, and that nothing in a repo has a say in how it is read.

let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "jackfield-history-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: string): void {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
}

function git(...args: readonly string[]): string {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
  const done = spawnSync("git", ["-C", root, ...identity, ...args], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(done.stderr);
  return done.stdout.trim();
}

function commit(): string {
  git("add", "--all");
  git("commit", "-q", "--allow-empty", "-m", "x");
  return git("rev-parse", "HEAD");
}

test("without a repo, and in one without commits, nothing is remembered", () => {
  expect(createHistory(root).defaultBranch()).toBeUndefined();
  git("init", "-q", "-b", "main");
  const history = createHistory(root);
  expect([history.head(), history.defaultBranch()]).toEqual([undefined, undefined]);
});

test("files and versions of commits, with odd names, but no links", () => {
  git("init", "-q", "-b", "main");
  write("a b/ä\n*.yaml", "one\n");
  write(".github/x.yaml", "hidden\n");
  write("other.txt", "text\n");
  symlinkSync("other.txt", join(root, "link.yaml"));
  const first = commit();
  write("a b/ä\n*.yaml", "two\r\n");
  const second = commit();
  rmSync(join(root, "a b"), { recursive: true });
  const third = commit();
  const history = createHistory(root);
  expect(history.head()).toBe(third);
  expect(history.fileAt(first, "a b/ä\n*.yaml")).toBe("one\n");
  expect(history.fileAt(third, "a b/ä\n*.yaml")).toBeUndefined();
  expect(history.yamlAt(second)).toEqual([{ path: "a b/ä\n*.yaml", text: "two\r\n" }]);
  expect([...history.blobs(first).keys()].sort()).toEqual([".github/x.yaml", "a b/ä\n*.yaml", "other.txt"]);
  const versions = history.versionsOf("a b/ä\n*.yaml", third);
  expect(versions.map(({ commit: id, text }) => [id, text()])).toEqual([
    [third, undefined],
    [second, "two\r\n"],
    [first, "one\n"],
  ]);
  expect(() => history.fileAt("--help", "x")).toThrow();
  expect(() => history.fileAt("main", "x")).toThrow();
});

test("the default branch is the remote's, else its main or master, else the local one", () => {
  git("init", "-q", "-b", "work");
  const first = commit();
  expect(createHistory(root).defaultBranch()).toBeUndefined();
  git("branch", "master");
  expect(createHistory(root).defaultBranch()).toEqual({ name: "master", commit: first });
  const second = commit();
  git("branch", "main");
  expect(createHistory(root).defaultBranch()).toEqual({ name: "main", commit: second });
  git("update-ref", "refs/remotes/origin/master", first);
  expect(createHistory(root).defaultBranch()).toEqual({ name: "origin/master", commit: first });
  git("update-ref", "refs/remotes/origin/trunk", second);
  git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk");
  const history = createHistory(root);
  expect(history.defaultBranch()).toEqual({ name: "origin/trunk", commit: second });
  expect(history.mergeBase(first, second)).toBe(first);
});

test("attributes, filters, drivers, hooks and replaced objects change nothing", () => {
  git("init", "-q", "-b", "main");
  write("x.yaml", "true\n");
  write(".gitattributes", "*.yaml filter=evil diff=evil text eol=crlf\n");
  const first = commit();
  for (const key of ["filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv", "core.fsmonitor"]) {
    git("config", key, `touch ${join(root, "evil")}; cat`);
  }
  write("x.yaml", "false\n");
  git("-c", "core.fsmonitor=", "-c", "filter.evil.clean=cat", "add", "x.yaml");
  const blob = git("hash-object", "-w", "--no-filters", "x.yaml");
  git("replace", git("rev-parse", `${first}:x.yaml`), blob);
  const history = createHistory(root);
  expect(history.fileAt(first, "x.yaml")).toBe("true\n");
  expect(history.yamlAt(first).length).toBe(1);
  expect(spawnSync("ls", [join(root, "evil")]).status).not.toBe(0);
});

test("a repo that git cannot read is none without history", () => {
  git("init", "-q", "-b", "main");
  writeFileSync(join(root, ".git", "HEAD"), "nonsense\n");
  expect(() => createHistory(root).defaultBranch()).toThrow(/git/);
});

// The lint by history, over real branches.

const SEALED = "warehouse.production.sops.yaml";

function begin(): void {
  git("init", "-q", "-b", "main");
  git("config", "user.name", "t");
  git("config", "user.email", "t@example.com");
  for (const [path, text] of Object.entries(estate())) write(path, text);
  commit();
}

function lint(): readonly string[] {
  const files = createFiles(findPlace(root)).scan().value;
  return lintHistory(compile(files), () => createHistory(root)).map(
    ({ code, at }) => `${code} ${at?.file.path}`,
  );
}

function editByHand(): void {
  write(
    SEALED,
    readFileSync(join(root, SEALED), "utf8").replace("environment: production", "cluster: production"),
  );
}

function sealAnew(password: string, at: string): void {
  const text = credentialYaml("{environment: production}", password);
  write(SEALED, sealedFor(text, [ONE, TWO]).replace(/lastmodified: .*/, `lastmodified: "${at}"`));
}

test("on the default branch what is not committed is judged, on another all since it left", () => {
  begin();
  expect(lint()).toEqual([]);
  editByHand();
  expect(lint()).toEqual([`JF385 ${SEALED}`]);
  git("checkout", "-q", "-b", "work");
  commit();
  expect(lint()).toEqual([`JF385 ${SEALED}`]);
  // Main goes on meanwhile; the branch is judged by where it left.
  git("stash", "-q", "--include-untracked", "--keep-index");
  git("checkout", "-q", "main");
  sealAnew("other", "2026-03-01T00:00:00Z");
  commit();
  expect(lint()).toEqual([]);
  git("checkout", "-q", "work");
  expect(lint()).toEqual([`JF385 ${SEALED}`]);
});

test("a revert is a rollback: told, and no error", () => {
  begin();
  sealAnew("newer", "2026-03-01T00:00:00Z");
  commit();
  git("checkout", "-q", "-b", "back");
  git("revert", "--no-edit", "HEAD");
  expect(lint()).toEqual([`JF386 ${SEALED}`]);
  git("checkout", "-q", "main");
  git("merge", "-q", "--ff-only", "back");
  expect(lint()).toEqual([]);
});

test("line ends that git changes, a merge that goes on, and files that are new or gone are nothing", () => {
  begin();
  write(".gitattributes", "*.yaml text eol=crlf\n");
  write(SEALED, readFileSync(join(root, SEALED), "utf8").replaceAll("\n", "\r\n"));
  expect(lint()).toEqual([]);
  rmSync(join(root, ".gitattributes"));
  git("checkout", "-q", "--", ".");
  git("checkout", "-q", "-b", "one");
  sealAnew("one", "2026-03-01T00:00:00Z");
  commit();
  git("checkout", "-q", "-b", "two", "main");
  write("note.txt", "x");
  commit();
  git("merge", "-q", "--no-commit", "--no-ff", "one");
  expect(lint()).toEqual([]);
  rmSync(join(root, SEALED));
  write(`new/${SEALED}`, sealedFor(credentialYaml("{deployments: [prod]}", "x"), [ONE, TWO]));
  expect(lint()).toEqual([]);
});

test("a file that was renamed is judged by what it was", () => {
  begin();
  git("checkout", "-q", "-b", "work");
  git("mv", SEALED, "moved.sops.yaml");
  expect(lint()).toEqual([]);
  const text = readFileSync(join(root, "moved.sops.yaml"), "utf8");
  write("moved.sops.yaml", text.replace("  secrets:\n", '  secrets:\n    login: ""\n'));
  expect(lint()).toEqual(["JF385 moved.sops.yaml"]);
});

test("a clone without its past says so, and one without a default branch too", () => {
  begin();
  const clone = mkdtempSync(join(tmpdir(), "jackfield-history-"));
  spawnSync("git", ["clone", "-q", "--depth", "1", `file://${root}`, clone]);
  const told = (at: string) => {
    const files = createFiles(findPlace(at)).scan().value;
    return lintHistory(compile(files), () => createHistory(at)).map(
      ({ code, message }) => `${code} ${message}`,
    );
  };
  expect(told(clone)).toEqual([
    "JF389 changes of sealed files cannot be judged in full: this clone lacks its past",
  ]);
  rmSync(clone, { recursive: true });
  git("branch", "-m", "develop");
  expect(told(root)).toEqual([
    "JF389 changes of sealed files cannot be judged in full: nobody says which branch is the default one",
  ]);
});
