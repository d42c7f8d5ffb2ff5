import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createFiles, findPlace } from "../../src/node/files.ts";
import { createHistory } from "../../src/node/git.ts";
import { PortFailure } from "../../src/ports.ts";
import { makeRepo, type Repo } from "../support/repo.ts";

// Trees are read from git's objects, as if they had been checked out; nothing in a repo has a say in that.

const repos: Repo[] = [];

afterEach(() => {
  for (const repo of repos.splice(0)) repo.remove();
});

function repoOf(files: Readonly<Record<string, string>>): Repo {
  const repo = makeRepo();
  repos.push(repo);
  for (const [path, text] of Object.entries(files)) repo.write(path, text);
  repo.commit("files");
  return repo;
}

const DOCUMENT = "apiVersion: jackfield.dev/v1\nkind: Workspace\n";

const LAYOUTS: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  ["a Workspace at the root", { "jackfield.yaml": DOCUMENT, "a/b.yml": "a: 1\n", "c.txt": "c" }, "."],
  ["from inside of it", { "jackfield.yaml": DOCUMENT, "a/b.yml": "a: 1\n", "x/y.yaml": "y\n" }, "a"],
  [
    "below a folder",
    { "one/jackfield.yaml": DOCUMENT, "two/jackfield.yaml": DOCUMENT, "three.yaml": "3\n" },
    "one",
  ],
  ["around and below", { "one/jackfield.yaml": DOCUMENT, "two/a.yaml": "2\n" }, "."],
  [
    "the outermost one",
    { "w/jackfield.yaml": DOCUMENT, "w/in/jackfield.yaml": DOCUMENT, "w/in/x.yaml": "x\n" },
    "w/in",
  ],
  [
    "dot-folders",
    { ".github/a.yaml": "a\n", "b/.c/d.yaml": "d\n", ".e.yaml": "e\n", "jackfield.yaml": DOCUMENT },
    ".",
  ],
  [
    "from inside a dot-folder",
    { ".github/a.yaml": "a\n", ".github/b/c.yaml": "c\n", ".github/.d/e.yaml": "e\n" },
    ".github",
  ],
  [
    "odd names",
    { "ä ö.yaml": "a\n", "tab\there.yaml": "b\n", "-x.yaml": "c\n", 'q"uote.yaml': "d\n", "UP.YAML": "e\n" },
    ".",
  ],
  ["a byte order mark, and no end of line", { "a.yaml": "\ufeffa: 1", "b.yaml": "" }, "."],
];

test.each(LAYOUTS)("a commit is read as its checkout is: %s", (_, files, start) => {
  const { root } = repoOf(files);
  const place = findPlace(join(root, start));
  const history = createHistory(place.root, place.start);
  const head = history.head() ?? "";
  expect(history.filesAt(head).scan()).toEqual(createFiles(place).scan());
  expect(history.filesAt(history.treeOf(head)).scan()).toEqual(createFiles(place).scan());
});

test("links, bytes that are no text, and large files are as in a checkout", () => {
  const repo = repoOf({ "jackfield.yaml": DOCUMENT, "big-foreign.yaml": `${"# x\n".repeat(1_500_000)}` });
  repo.write("big-ours.yaml", `${"# x\n".repeat(1_500_000)}${DOCUMENT}`);
  symlinkSync("/etc/hosts", join(repo.root, "out.yaml"));
  symlinkSync("jackfield.yaml", join(repo.root, "in.yaml"));
  symlinkSync("../../..", join(repo.root, "up.yml"));
  writeFileSync(join(repo.root, "bytes.yaml"), Buffer.from([0x61, 0xff, 0xfe]));
  writeFileSync(
    join(repo.root, "bytes-ours.yaml"),
    Buffer.concat([Buffer.from(DOCUMENT), Buffer.from([0xff])]),
  );
  repo.commit("odd ones");
  const place = findPlace(repo.root);
  const read = createHistory(place.root)
    .filesAt(createHistory(place.root).head() ?? "")
    .scan();
  const own = createFiles(place).scan();
  expect(read.value.map(({ path }) => path)).toEqual(own.value.map(({ path }) => path));
  const told = (one: typeof own) => one.diagnostics.map(({ code, at }) => `${at?.file.path} ${code}`).sort();
  expect(told(read)).toEqual(told(own));
  expect(told(read)).toEqual([
    "big-ours.yaml JF104",
    "bytes-ours.yaml JF103",
    "out.yaml JF116",
    "up.yml JF116",
  ]);
});

test("files that two trees share are one and the same", () => {
  const repo = repoOf({ "jackfield.yaml": DOCUMENT, "a.yaml": "a: 1\n" });
  const first = repo.must("rev-parse", "HEAD").trim();
  repo.write("a.yaml", "a: 2\n");
  repo.commit("another");
  const history = createHistory(repo.root);
  const [one, two] = [first, history.head() ?? ""].map((commit) => history.filesAt(commit).scan().value);
  expect(one?.[1]).toBe(two?.[1]);
  expect([one?.[0]?.text, two?.[0]?.text]).toEqual(["a: 1\n", "a: 2\n"]);
});

test("a merge is what git makes of it, and leaves branches and work tree alone", () => {
  const repo = repoOf({ "jackfield.yaml": DOCUMENT, "a.yaml": "a: 1\n", "b.yaml": "b: 1\n" });
  repo.must("checkout", "-q", "-b", "other");
  repo.write("a.yaml", "a: 2\n");
  repo.commit("a");
  const other = repo.must("rev-parse", "HEAD").trim();
  repo.must("checkout", "-q", "main");
  repo.write("b.yaml", "b: 2\n");
  repo.commit("b");
  const history = createHistory(repo.root);
  const main = history.head() ?? "";
  const merged = history.mergeTrees(main, other);
  if (!("tree" in merged)) throw new Error("a conflict");
  const texts = new Map(
    history
      .filesAt(merged.tree)
      .scan()
      .value.map(({ path, text }) => [path, text]),
  );
  expect([texts.get("a.yaml"), texts.get("b.yaml")]).toEqual(["a: 2\n", "b: 2\n"]);
  expect(repo.must("status", "--porcelain")).toBe("");
  repo.must("merge", "-q", "--no-edit", "other");
  expect(history.treeOf(repo.must("rev-parse", "HEAD").trim())).toBe(merged.tree);
});

test("what conflicts is told by path", () => {
  const repo = repoOf({ "jackfield.yaml": DOCUMENT, "ä.yaml": "a: 1\n" });
  repo.must("checkout", "-q", "-b", "other");
  repo.write("ä.yaml", "a: 2\n");
  repo.commit("a");
  const other = repo.must("rev-parse", "HEAD").trim();
  repo.must("checkout", "-q", "main");
  repo.write("ä.yaml", "a: 3\n");
  repo.commit("b");
  const history = createHistory(repo.root);
  expect(history.mergeTrees(history.head() ?? "", other)).toEqual({ conflicts: ["ä.yaml"] });
});

test("F3: no program of the repo runs: drivers, filters, hooks, and what its settings name", () => {
  const repo = repoOf({
    "jackfield.yaml": DOCUMENT,
    "a.yaml": "a: 1\n",
    ".gitattributes": "*.yaml merge=evil filter=evil diff=evil\n",
  });
  const touched = join(repo.root, "..", "touched");
  const script = join(repo.root, "..", "evil.sh");
  writeFileSync(script, `#!/bin/sh\ntouch '${touched}'\nexit 0\n`);
  chmodSync(script, 0o755);
  repo.must("checkout", "-q", "-b", "other");
  repo.write("a.yaml", "a: 2\n");
  repo.commit("a");
  const other = repo.must("rev-parse", "HEAD").trim();
  repo.must("checkout", "-q", "main");
  repo.write("a.yaml", "a: 3\n");
  repo.commit("b");
  for (const key of [
    "merge.evil.driver",
    "filter.evil.smudge",
    "filter.evil.clean",
    "diff.evil.textconv",
    "core.fsmonitor",
  ]) {
    repo.must("config", key, script);
  }
  mkdirSync(join(repo.root, ".git", "hooks"), { recursive: true });
  for (const hook of ["post-checkout", "reference-transaction", "post-index-change"]) {
    writeFileSync(join(repo.root, ".git", "hooks", hook), `#!/bin/sh\ntouch '${touched}'\n`, { mode: 0o755 });
  }
  const history = createHistory(repo.root);
  const head = history.head() ?? "";
  expect(history.mergeTrees(head, other)).toEqual({ conflicts: ["a.yaml"] });
  history.filesAt(other).scan();
  history.firstParents(head, undefined);
  expect(existsSync(touched)).toBe(false);
  // It would run where attributes count.
  repo.git("merge", "-q", "--no-edit", "other");
  expect(existsSync(touched)).toBe(true);
});

test("names that users type", () => {
  const repo = repoOf({ "jackfield.yaml": DOCUMENT });
  const history = createHistory(repo.root);
  const head = history.head() ?? "";
  repo.must("tag", "v1");
  repo.must("update-ref", "refs/remotes/origin/feature/x", head);
  expect(
    ["main", "v1", head, head.slice(0, 12), "feature/x", "HEAD"].map((one) => history.resolve(one)),
  ).toEqual(Array(6).fill(head));
  expect(
    ["no", "--all", "-h", "main:jackfield.yaml", "", "main^^", "HEAD^{tree}"].map((one) =>
      history.resolve(one),
    ),
  ).toEqual(Array(7).fill(undefined));
});

test("first parents, parents, counts", () => {
  const repo = repoOf({ "jackfield.yaml": DOCUMENT });
  const first = repo.must("rev-parse", "HEAD").trim();
  repo.must("checkout", "-q", "-b", "other");
  repo.write("a.yaml", "a\n");
  repo.commit("a");
  repo.write("a.yaml", "aa\n");
  repo.commit("aa");
  const other = repo.must("rev-parse", "HEAD").trim();
  repo.must("checkout", "-q", "main");
  repo.write("readme.txt", "no YAML\n");
  repo.commit("text");
  const text = repo.must("rev-parse", "HEAD").trim();
  repo.must("merge", "-q", "--no-ff", "--no-edit", "other");
  const history = createHistory(repo.root);
  const merge = history.head() ?? "";
  expect(history.parents(merge)).toEqual([text, other]);
  expect(history.parents(first)).toEqual([]);
  expect(history.firstParents(merge, undefined)).toEqual([merge, first]);
  expect(history.firstParents(merge, first)).toEqual([merge]);
  expect(history.countCommits(other, first)).toBe(2);
  expect(() => history.treeOf("0".repeat(40))).toThrow(PortFailure);
});

test("a clone that lacks files does not read them as absent", () => {
  const repo = repoOf({ "jackfield.yaml": DOCUMENT });
  const blob = repo.must("rev-parse", "HEAD:jackfield.yaml").trim();
  repo.must("update-ref", "refs/heads/keep", "HEAD");
  const object = join(repo.root, ".git", "objects", blob.slice(0, 2), blob.slice(2));
  chmodSync(object, 0o644);
  writeFileSync(object, "");
  const history = createHistory(repo.root);
  expect(() => history.filesAt(history.head() ?? "").scan()).toThrow(PortFailure);
});
