import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { makePullRepo } from "../support/pull-repo.ts";

// A release of this repository, in a clone of it.

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CHANGELOG = "CHANGELOG.md";
const TAG = `v${packageJson.version}`;
const MOVING = [
  `v${packageJson.version.split(".").slice(0, 2).join(".")}`,
  `v${packageJson.version.split(".")[0]}`,
];
const clone = join(mkdtempSync(join(tmpdir(), "jackfield-release-")), "clone");

const git = (...args: readonly string[]) =>
  spawnSync("git", args, { cwd: clone, encoding: "utf8" }).stdout.trim();
const release = (...args: readonly string[]) =>
  spawnSync("npm", ["run", "--silent", "release", "--", ...args], { cwd: clone, encoding: "utf8" });

function commitChangelog(change: (text: string) => string): void {
  writeFileSync(join(clone, CHANGELOG), change(readFileSync(join(clone, CHANGELOG), "utf8")));
  git(
    "-c",
    "user.name=T",
    "-c",
    "user.email=t@example.com",
    "commit",
    "--quiet",
    "--all",
    "--message",
    "Date it",
  );
}

beforeAll(() => {
  spawnSync("git", ["clone", "--quiet", "--no-tags", ROOT, clone]);
  symlinkSync(join(ROOT, "node_modules"), join(clone, "node_modules"));
  writeFileSync(join(clone, ".git/info/exclude"), "node_modules\n");
});
afterAll(() => rmSync(join(clone, ".."), { recursive: true, force: true }));

test("a rehearsal makes and tries everything, and leaves nothing but a folder that git ignores", {
  timeout: 120_000,
}, () => {
  const { status, stdout, stderr } = release("--dry-run");
  expect([stderr, status]).toEqual(["", 0]);
  expect(stdout).toContain("byte for byte");
  expect(git("tag")).toBe("");
  expect(git("status", "--porcelain")).toBe("");
  const sums = spawnSync("sha256sum", ["--check", "SHA256SUMS"], { cwd: join(clone, ".jackfield/release") });
  expect(sums.status).toBe(0);
});

test("nothing is released from a changed work tree, without a date, or without a word on it", () => {
  const start = git("rev-parse", "HEAD");
  writeFileSync(join(clone, "new-file"), "");
  expect(release()).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("the work tree has changes"),
  });
  rmSync(join(clone, "new-file"));
  commitChangelog((text) => text.replace(/^(## [\d.]+), .*/m, "$1, unreleased"));
  expect(release()).toMatchObject({ status: 1, stderr: expect.stringContaining('dates 0.1.0 "unreleased"') });
  commitChangelog((text) => text.replace(/^## [\d.]+, .*/m, "## 9.9.9, unreleased"));
  expect(release("--dry-run")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("CHANGELOG.md says nothing of"),
  });
  git("reset", "--quiet", "--hard", start);
});

test("a release is a commit on its source, with three tags, once", { timeout: 120_000 }, () => {
  commitChangelog((text) => text.replace(/^(## [\d.]+), .*/m, "$1, 2026-12-01"));
  expect(release()).toMatchObject({
    stderr: "",
    status: 0,
    stdout: expect.stringContaining("git push origin"),
  });
  expect(git("tag").split("\n").sort()).toEqual([TAG, ...MOVING].sort());
  expect(new Set([TAG, ...MOVING].map((tag) => git("rev-parse", tag))).size).toBe(1);
  expect(git("rev-parse", `${TAG}^`)).toBe(git("rev-parse", "HEAD"));
  // All in it is the source's, but for what was built.
  const added = git("diff", "--name-status", "--diff-filter=d", "HEAD", TAG).split("\n");
  expect(added).toEqual(["A\tdist/action.cjs", "A\tdist/client-node.cjs"]);
  expect(release()).toMatchObject({ status: 1, stderr: expect.stringContaining("is there already") });
});

test("a job that uses the tag plans a pull request", async () => {
  const uses = join(clone, "../uses");
  git("clone", "--quiet", "--depth", "1", "--branch", MOVING[1] ?? "", `file://${clone}`, uses);
  const made = await makePullRepo({
    "jackfield.yaml": `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: main}
spec:
  environments: {development: {}}
  clusters: {local: {directory: .jackfield/local}}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: dev}
spec: {environment: development, cluster: local, namespace: dev}
`,
  });
  const number = made.open({
    "api.yaml": `apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: api}
spec: {type: http, sharing: all, host: https://api.example.com}
`,
  });
  const done = await made.run(number, { action: join(uses, "action.yml") });
  expect([done.exit, done.outputs.changed]).toEqual([0, "true"]);
  expect(made.github.state.comments.get(number)?.[0]?.body).toContain("api");
  await made.close();
});
