import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createHistory } from "../../src/node/git.ts";

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

test("a repo that git does not trust is no repo without history", () => {
  git("init", "-q", "-b", "main");
  writeFileSync(join(root, ".git", "HEAD"), "nonsense\n");
  expect(() => createHistory(root)).toThrow(/git/);
});
