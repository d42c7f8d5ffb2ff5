import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isExposed } from "../../src/node/exposure.ts";
import { createFiles, findPlace, settlePlace } from "../../src/node/files.ts";
import { createHistory } from "../../src/node/git.ts";
import { searchPrivateKeys } from "../../src/node/key-search.ts";
import { createOutput } from "../../src/node/output.ts";

// What needs the real git: which files are read, and where a build may go.

const OURS = "apiVersion: jackfield.dev/v1\n";
let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "jackfield-files-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: string | Buffer = OURS): void {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
}

function git(...args: readonly string[]): void {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"];
  const done = spawnSync("git", ["-C", root, ...identity, ...args], { encoding: "utf8" });
  expect(done.stderr === "" || done.status === 0, done.stderr).toBe(true);
}

/** What is found from a start folder: paths, then codes of troubles with their files. Commands that write find the same. */
function scan(start = ""): readonly string[] {
  const place = findPlace(join(root, start));
  const { value, diagnostics } = createFiles(place).scan();
  const settled = settlePlace(place);
  expect(createFiles(settled).scan()).toEqual({ value, diagnostics });
  for (const { path, text } of value) expect(readFileSync(join(settled.root, path), "utf8")).toBe(text);
  return [...value.map(({ path }) => path), ...diagnostics.map(({ code, at }) => `${code} ${at?.file.path}`)];
}

test("in git: a start inside a Workspace finds all of it and nothing beside it", () => {
  git("init", "-q");
  for (const path of ["ws/jackfield.yaml", "ws/a/b.yaml", "other/jackfield.yaml", "top.yaml"]) write(path);
  expect(scan("ws/a")).toEqual(["ws/a/b.yaml", "ws/jackfield.yaml"]);
  expect(scan()).toEqual(["other/jackfield.yaml", "top.yaml", "ws/a/b.yaml", "ws/jackfield.yaml"]);
  expect(scan("other")).toEqual(["other/jackfield.yaml"]);
});

test("in git: a start in a nested Workspace finds the outer one, so that the nesting is seen", () => {
  git("init", "-q");
  for (const path of ["jackfield.yaml", "inner/jackfield.yaml", "inner/a.yaml"]) write(path);
  expect(scan("inner")).toEqual(["inner/a.yaml", "inner/jackfield.yaml", "jackfield.yaml"]);
});

test("in git: ignored paths are not read, whatever ignores them; tracked ones are", () => {
  git("init", "-q");
  write(".gitignore", "ignored/\n*.local.yaml\n");
  write("sub/.gitignore", "private.yaml\n");
  write(".git/info/exclude", "excluded.yaml\n");
  const paths = [
    "jackfield.yaml",
    "ignored/a.yaml",
    "b.local.yaml",
    "sub/private.yaml",
    "excluded.yaml",
    "kept.local.yaml",
  ];
  for (const path of paths) write(path);
  git("add", "-f", "kept.local.yaml");
  expect(scan()).toEqual(["jackfield.yaml", "kept.local.yaml"]);
});

test("in git: untracked and staged files count, deleted ones do not", () => {
  git("init", "-q");
  for (const path of ["jackfield.yaml", "gone.yaml", "staged.yaml"]) write(path);
  git("add", ".");
  git("commit", "-qm", "x");
  rmSync(join(root, "gone.yaml"));
  write("new.yaml");
  expect(scan()).toEqual(["jackfield.yaml", "new.yaml", "staged.yaml"]);
});

test("in git: dot-folders are not read even if they are tracked", () => {
  git("init", "-q");
  for (const path of ["jackfield.yaml", ".github/workflows/x.yaml"]) write(path);
  git("add", ".");
  expect(scan()).toEqual(["jackfield.yaml"]);
});

test("in git: a Workspace in a folder that git ignores is read when it is asked for", () => {
  git("init", "-q");
  write(".gitignore", "scratch/\n");
  for (const path of ["jackfield.yaml", "scratch/jackfield.yaml", "scratch/.x/a.yaml", "scratch/a.yaml"])
    write(path);
  rmSync(join(root, "jackfield.yaml"));
  expect(scan("scratch")).toEqual(["a.yaml", "jackfield.yaml"]);
});

test("in git: Workspaces below a folder that git ignores are read when it is asked for", () => {
  git("init", "-q");
  write(".gitignore", ".scratch/\n");
  for (const path of [".scratch/demo/one/jackfield.yaml", ".scratch/demo/two/jackfield.yaml", "top.yaml"])
    write(path);
  expect(scan(".scratch/demo")).toEqual(["one/jackfield.yaml", "two/jackfield.yaml"]);
  expect(scan()).toEqual(["top.yaml"]);
});

test("in git: a nested repository is another repository", () => {
  git("init", "-q");
  write("jackfield.yaml");
  write("vendor/other/a.yaml");
  spawnSync("git", ["-C", join(root, "vendor/other"), "init", "-q"]);
  expect(scan()).toEqual(["jackfield.yaml"]);
  expect(findPlace(join(root, "vendor/other"))).toMatchObject({ git: true });
});

test("in git: names with spaces, quotes, stars and letters of the world", () => {
  git("init", "-q");
  const paths = ['a "b".yaml', "a b.yaml", "jackfield.yaml", "日本.yaml", "[x]*?/y.yaml", ":(top)/z.yaml"];
  for (const path of paths) write(path);
  write("[x]*?/jackfield.yaml");
  expect(scan()).toEqual([...paths, "[x]*?/jackfield.yaml"].sort());
  expect(scan("[x]*?")).toContain("[x]*?/y.yaml");
});

test("symbolic links are not followed; one that leads out of the tree is an error", () => {
  const outside = mkdtempSync(join(tmpdir(), "jackfield-outside-"));
  writeFileSync(join(outside, "secret.yaml"), OURS);
  for (const path of ["jackfield.yaml", "real/a.yaml"]) write(path);
  symlinkSync(join(outside, "secret.yaml"), join(root, "out.yaml"));
  symlinkSync(outside, join(root, "folder"));
  symlinkSync("real/a.yaml", join(root, "in.yaml"));
  symlinkSync("nowhere.yaml", join(root, "dangling.yaml"));
  symlinkSync("loop.yaml", join(root, "loop.yaml"));
  const expected = [
    "jackfield.yaml",
    "real/a.yaml",
    "JF116 dangling.yaml",
    "JF116 loop.yaml",
    "JF116 out.yaml",
  ];
  expect(scan()).toEqual(expected);
  git("init", "-q");
  expect(scan()).toEqual(expected);
  rmSync(outside, { recursive: true });
});

test("in git: a work tree that git refuses is not read behind its back", () => {
  git("init", "-q");
  write("jackfield.yaml");
  writeFileSync(join(root, ".git/config"), "[core\n");
  expect(() => scan()).toThrow("git cannot read");
});

test("a build refuses a place that git would commit", () => {
  git("init", "-q");
  write("jackfield.yaml");
  const build = () => createOutput(join(root, ".jackfield/build"), "out").begin(["main"]);
  expect(build().diagnostics.map(({ code }) => code)).toEqual(["JF005"]);
  expect(existsSync(join(root, ".jackfield"))).toBe(false);
  write(".gitignore", ".jackfield/\n");
  const begun = build();
  expect(begun.diagnostics).toEqual([]);
  begun.value?.discard();
});

test("a build refuses a work tree that git cannot judge", () => {
  git("init", "-q");
  write(".gitignore", ".jackfield/\n");
  writeFileSync(join(root, ".git/config"), "[core\n");
  const { diagnostics } = createOutput(join(root, ".jackfield/build"), "out").begin(["main"]);
  expect(diagnostics.map(({ code }) => code)).toEqual(["JF005"]);
});

test("private keys are found in what git has or would take, and only there", async () => {
  git("init", "-q");
  const key = ["AGE-SECRET-", "KEY-1", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L\n"].join("");
  write(".gitignore", "ignored.txt\n");
  // Neither attributes nor a setting of the user's hide them.
  write(".gitattributes", "k binary\n");
  git("config", "submodule.recurse", "true");
  for (const path of ["ws/jackfield.yaml", "ws/ä key.txt", "ws/ignored.txt", "other/key.txt", "ws/.hidden/k"])
    write(path, key);
  write("ws/binary", Buffer.concat([Buffer.from([0]), Buffer.from(key)]));
  git("add", "ws/.hidden");
  const found = async (start: string) =>
    (await searchPrivateKeys(findPlace(join(root, start)))).value.map(({ path }) => path);
  expect(await found("ws")).toEqual(["ws/.hidden/k", "ws/jackfield.yaml", "ws/ä key.txt"]);
  expect(await found("")).toEqual(["other/key.txt", "ws/.hidden/k", "ws/jackfield.yaml", "ws/ä key.txt"]);
});

test("where git cannot search for private keys, that is told; where it is not installed, small files are read", async () => {
  git("init", "-q");
  const key = ["AGE-SECRET-", "KEY-1", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L\n"].join("");
  write("jackfield.yaml");
  write("key.txt", key);
  write("venv/lib/site-packages/test.pem", key);
  write("large.txt", `${"x\n".repeat(40_000)}${key}`);
  const path = process.env.PATH;
  process.env.PATH = join(root, "nowhere");
  const walked = await searchPrivateKeys(findPlace(root)).finally(() => {
    process.env.PATH = path;
  });
  expect(walked.value.map((file) => file.path)).toEqual(["key.txt"]);
  expect((await searchPrivateKeys(findPlace(root))).value.map((file) => file.path)).toEqual([
    "key.txt",
    "large.txt",
    "venv/lib/site-packages/test.pem",
  ]);
  writeFileSync(join(root, ".git/config"), "[core\n");
  const { value, diagnostics } = await searchPrivateKeys(findPlace(root));
  expect([value, diagnostics.map(({ code }) => code)]).toEqual([[], ["JF008"]]);
});

test("no program that the repo's settings name is started", async () => {
  git("init", "-q");
  write("jackfield.yaml");
  write("spy.sh", '#!/bin/sh\ntouch "$(dirname "$0")/started"\n');
  chmodSync(join(root, "spy.sh"), 0o755);
  git("add", "jackfield.yaml");
  git("config", "core.fsmonitor", join(root, "spy.sh"));
  createFiles(findPlace(root)).scan();
  settlePlace(findPlace(root));
  await searchPrivateKeys(findPlace(root));
  createOutput(join(root, "out"), "out").begin([]);
  expect(existsSync(join(root, "started"))).toBe(false);
});

test("neither a git around us nor a setting of the repo means another repo", async () => {
  git("init", "-q");
  write("ws/jackfield.yaml");
  write(".gitignore", "tracked.yaml\nout\n");
  write("ws/tracked.yaml");
  git("add", "--force", "ws/tracked.yaml");
  write("ws/key.txt", ["AGE-SECRET-", "KEY-1", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L\n"].join(""));
  const other = mkdtempSync(join(tmpdir(), "jackfield-other-"));
  spawnSync("git", ["init", "-q", other]);
  git("config", "core.worktree", other);
  const hook = {
    GIT_DIR: join(other, ".git"),
    GIT_WORK_TREE: other,
    GIT_INDEX_FILE: join(other, ".git/index"),
    GIT_LITERAL_PATHSPECS: "1",
    GIT_CEILING_DIRECTORIES: root,
  };
  const seen = async () => [
    ...scan("ws"),
    ...(await searchPrivateKeys(findPlace(join(root, "ws")))).value.map(({ path }) => path),
    isExposed(join(root, "plain.txt")),
    isExposed(join(root, "out/plain.txt")),
    createHistory(root).head(),
  ];
  const right = ["ws/jackfield.yaml", "ws/tracked.yaml", "ws/key.txt", true, false, undefined];
  expect(await seen()).toEqual(right);
  Object.assign(process.env, hook);
  const meanwhile = await seen().finally(() => {
    for (const name of Object.keys(hook)) delete process.env[name];
    rmSync(other, { recursive: true });
  });
  expect(meanwhile).toEqual(right);
});

test("what a partial clone lacks is not fetched, by no program that it names", () => {
  git("init", "-q", "-b", "main");
  write("x.yaml", "text\n");
  git("add", "x.yaml");
  git("commit", "-q", "-m", "x");
  const blob = createHistory(root)
    .blobs(createHistory(root).head() ?? "")
    .get("x.yaml");
  rmSync(join(root, ".git/objects", blob?.slice(0, 2) ?? "", blob?.slice(2) ?? ""));
  write("spy.sh", '#!/bin/sh\ntouch "$(dirname "$0")/started"\n');
  chmodSync(join(root, "spy.sh"), 0o755);
  for (const [key = "", value = ""] of [
    ["core.repositoryFormatVersion", "1"],
    ["extensions.partialClone", "origin"],
    ["remote.origin.promisor", "true"],
    ["remote.origin.url", join(root, "other")],
    ["remote.origin.uploadpack", join(root, "spy.sh")],
    ["protocol.file.allow", "always"],
  ])
    git("config", key, value);
  const history = createHistory(root);
  expect(history.fileAt(history.head() ?? "", "x.yaml")).toBeUndefined();
  expect(existsSync(join(root, "started"))).toBe(false);
});
