import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { makePullRepo, type PullRepo } from "../support/pull-repo.ts";
import { identitiesOf, keyText } from "../support/sealed-files.ts";
import { sealedFor } from "../support/secrets-ports.ts";

// The built Action's `apply`, as a job runs it after a merge: what was approved is applied, what was not is held and named.

let made: PullRepo;

afterEach(async () => {
  const { troubles } = made.github;
  await made.close();
  expect(troubles).toEqual([]);
});

const [ONE = ""] = identitiesOf("one").map(({ recipient }) => recipient);

const policy = (more = "", approvals = "users: [ada, bob]") => `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: analytics, uid: 0b6f2d0e-8f1c-4a0b-9a57-5b8d1f3f6a11}
spec:
  environments:
    production: {protected: true, recipients: [${ONE}]}
    development: {recipients: [${ONE}]}
  clusters: {folder: {directory: .jackfield/clusters}}
  approvals:
    - {environment: production, ${approvals}}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: prod}
spec: {environment: production, cluster: folder, namespace: prod}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: dev}
spec: {environment: development, cluster: folder, namespace: dev}
${more}`;

const connection = (id: string, host: string, more = "") => `apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: ${id}}
spec: {type: postgres, auth: password, sharing: all, host: ${host}, login: etl, schema: main${more}}
`;

const credential = (id: string, password: string, who = "all: true") =>
  sealedFor(
    `apiVersion: jackfield.dev/v1\nkind: Credential\nspec:\n  connection: ${id}\n  for: {${who}}\n  secrets: {password: ${password}}\n`,
    [ONE],
  );

const FILES = {
  ".gitignore": ".jackfield/\n",
  "README.md": "an estate\n",
};

const ESTATE = {
  "jackfield.yaml": policy(),
  "warehouse.yaml": connection("warehouse", "db.example.com"),
  "warehouse.production.sops.yaml": credential("warehouse", "canary-of-warehouse", "environment: production"),
  "warehouse.development.sops.yaml": credential("warehouse", "canary-of-dev", "environment: development"),
};

/** A repo whose estate came by an approved pull request, and was applied. */
async function start(): Promise<void> {
  made = await makePullRepo(FILES);
  const number = made.open(ESTATE);
  made.merge(number);
  // Nobody could have approved it: there was no policy yet.
  const done = await made.apply();
  expect(done.outputs["failure-reason"]).toBe("not-approved");
  made.approve(number, "ada");
  expect((await made.apply()).exit).toBe(0);
}

function hostIn(deployment: string, id = "warehouse"): string | undefined {
  const path = join(
    made.repo.root,
    ".jackfield/clusters",
    deployment,
    `jackfield-${deployment}`,
    "connections.json",
  );
  if (!existsSync(path)) return undefined;
  return JSON.parse(readFileSync(path, "utf8"))[id]?.host;
}

const variable = (id: string) => `apiVersion: jackfield.dev/v1
kind: Variable
metadata: {name: ${id}}
spec: {sharing: all, value: one}
`;

function recordIn(deployment: string): { readonly changeId?: string } {
  const path = join(
    made.repo.root,
    ".jackfield/clusters",
    deployment,
    `jackfield-${deployment}`,
    "..data/..jackfield.json",
  );
  return JSON.parse(JSON.parse(readFileSync(path, "utf8")).annotations["jackfield.dev/record"]);
}

const moved = { "warehouse.yaml": connection("warehouse", "db2.example.com") };

test.each(["merge", "squash", "rebase"] as const)("approved and merged by %s: applied", async (how) => {
  await start();
  const number = made.open(moved);
  made.push(number, {
    "more.yaml": connection("more", "more.example.com"),
    "more.all.sops.yaml": credential("more", "canary-of-more"),
  });
  made.approve(number, "ada");
  made.pushMain({ "README.md": "other words\n" });
  made.merge(number, how);
  const done = await made.apply();
  expect(done.exit).toBe(0);
  expect([hostIn("prod"), hostIn("dev"), hostIn("prod", "more")]).toEqual([
    "db2.example.com",
    "db2.example.com",
    "more.example.com",
  ]);
  expect(done.log).not.toContain("canary-of");
  expect(done.summary).not.toContain("canary-of");
  expect(done.masks).toContain("canary-of-warehouse");
});

test("not approved: held and named, while the others proceed; a review clears it", async () => {
  await start();
  const number = made.open(moved);
  made.merge(number);
  const done = await made.apply();
  expect([done.exit, done.outputs["failure-reason"]]).toEqual([6, "not-approved"]);
  expect([hostIn("prod"), hostIn("dev")]).toEqual(["db.example.com", "db2.example.com"]);
  expect(done.annotations.map(({ message }) => message).join()).toMatch(
    /`prod` is held: Connection warehouse host comes from no change/,
  );
  made.approve(number, "bob");
  expect((await made.apply()).exit).toBe(0);
  expect(hostIn("prod")).toBe("db2.example.com");
});

test("a revert clears it, too", async () => {
  await start();
  made.merge(made.open(moved));
  expect((await made.apply()).exit).toBe(6);
  made.merge(made.open({ "warehouse.yaml": connection("warehouse", "db.example.com") }));
  expect((await made.apply()).exit).toBe(0);
  expect(hostIn("prod")).toBe("db.example.com");
});

test("pushed without a pull request: held", async () => {
  await start();
  made.pushMain(moved);
  const done = await made.apply();
  expect(done.outputs["failure-reason"]).toBe("not-approved");
  expect(hostIn("prod")).toBe("db.example.com");
});

test("what an unapproved change set is not covered by an approved one that sets something else", async () => {
  await start();
  made.merge(made.open(moved));
  const other = made.open({ "warehouse.yaml": connection("warehouse", "db2.example.com", ", port: 5433") });
  made.approve(other, "ada");
  made.merge(other);
  const done = await made.apply();
  expect(done.exit).toBe(6);
  expect(done.annotations.map(({ message }) => message).join()).toMatch(
    /held: Connection warehouse host comes/,
  );
});

test("what was approved and then changed by nobody's leave is not covered", async () => {
  await start();
  const number = made.open(moved);
  made.approve(number, "ada");
  made.merge(number);
  made.pushMain({ "warehouse.yaml": connection("warehouse", "evil.example.net") });
  expect((await made.apply()).outputs["failure-reason"]).toBe("not-approved");
  expect(hostIn("prod")).toBe("db.example.com");
});

test("W8: a merge commit that holds what nobody reviewed is not what was reviewed", async () => {
  await start();
  const number = made.open({
    "other.yaml": connection("other", "other.example.com"),
    "other.all.sops.yaml": credential("other", "canary-of-other"),
  });
  made.approve(number, "ada");
  made.merge(number);
  // Whoever merges makes up more.
  made.repo.write("warehouse.yaml", connection("warehouse", "evil.example.net"));
  made.repo.must("add", "-A");
  made.repo.must("commit", "-q", "--amend", "--no-edit");
  const evil = made.repo.must("rev-parse", "main").trim();
  made.repo.must("update-ref", "refs/remotes/origin/main", evil);
  const pull = made.github.state.pulls.get(number);
  if (pull) made.github.state.pulls.set(number, { ...pull, mergeCommit: evil });
  made.github.state.commitPulls.set(evil, [number]);
  const done = await made.apply();
  expect(done.outputs["failure-reason"]).toBe("not-approved");
  expect(hostIn("prod")).toBe("db.example.com");
});

test("a change that was pushed after the approval is not approved", async () => {
  await start();
  const number = made.open({ "README.md": "harmless\n" });
  made.approve(number, "ada");
  made.push(number, moved, "mallory");
  made.merge(number);
  const done = await made.apply();
  expect(done.outputs["failure-reason"]).toBe("not-approved");
});

test("W3: whoever may approve is told by the policy that was applied, and by the new one", async () => {
  await start();
  const number = made.open({ "jackfield.yaml": policy("", "users: [eve]"), ...moved });
  made.approve(number, "eve");
  made.merge(number);
  expect((await made.apply()).outputs["failure-reason"]).toBe("not-approved");
  made.approve(number, "ada");
  expect((await made.apply()).exit).toBe(0);
});

const commentOf = (number: number) => made.github.state.comments.get(number)?.[0]?.body.split("\n") ?? [];

test("the comment tells what became of the change, and each Secret which change it was", async () => {
  await start();
  const number = made.open({ "warehouse.yaml": connection("warehouse", "db2.example.com") });
  const planned = await made.run(number);
  const [marker = "", ...plan] = commentOf(number);
  const merged = made.merge(number).slice(0, 12);
  await made.apply();
  const url = "https://github.example/octo/repo/actions/runs/42";
  const held = `**Applied in part** as of \`${merged}\`, held by \`not-approved\` ([the run](${url}))`;
  expect(commentOf(number)).toEqual([marker, held, "", ...plan]);
  made.approve(number, "ada");
  // The same job again.
  const done = await made.apply();
  expect(done.exit).toBe(0);
  const applied = `**Applied** as of \`${merged}\` ([the run](${url}))`;
  expect(commentOf(number)).toEqual([marker, applied, "", held, "", ...plan]);
  await made.apply();
  expect(commentOf(number)).toHaveLength(plan.length + 5);
  expect(recordIn("prod").changeId).toBe(planned.outputs["change-id"]);
  expect(recordIn("dev")).not.toHaveProperty("changeId");
});

test("two pull requests in one push: each is told; of part of the estate: of which part", async () => {
  await start();
  const numbers = ["one", "two"].map((id) => made.open({ [`${id}.yaml`]: variable(id) }));
  for (const number of numbers) await made.run(number);
  for (const number of numbers) made.merge(number);
  const inputs = { command: "apply", "age-key": keyText("one"), environment: "development" };
  await made.apply({ inputs });
  for (const number of numbers)
    expect(commentOf(number)[1]).toContain("**Applied** to `environment development` as of");
});

test("a token that may not write comments, and `comment: false`: applied all the same", async () => {
  await start();
  const number = made.open({ "warehouse.yaml": connection("warehouse", "db2.example.com") });
  await made.run(number);
  const before = commentOf(number);
  made.approve(number, "ada");
  made.merge(number);
  made.github.state.isReadOnly = true;
  const done = await made.apply();
  expect(done.exit).toBe(0);
  expect(done.annotations.map(({ properties }) => properties.title)).toEqual(["JF763"]);
  const inputs = { command: "apply", "age-key": keyText("one"), comment: "false" };
  expect((await made.apply({ inputs })).annotations).toEqual([]);
  expect(commentOf(number)).toEqual(before);
  expect(hostIn("prod")).toBe("db2.example.com");
});

test("drift is put right without anybody's approval", async () => {
  await start();
  const path = join(made.repo.root, ".jackfield/clusters/prod/jackfield-prod/connections.json");
  const before = readFileSync(path, "utf8");
  made.repo.jackfield("status");
  const { writeFileSync, realpathSync } = await import("node:fs");
  writeFileSync(realpathSync(path), before.replace("db.example.com", "edited.example.com"));
  const inputs = { command: "drift", "age-key": keyText("one") };
  const told = await made.apply({ event: "schedule", inputs });
  expect([told.exit, told.outputs.changed]).toEqual([4, "true"]);
  expect(told.summary).toContain("prod");
  const done = await made.apply();
  expect(done.exit).toBe(0);
  expect(hostIn("prod")).toBe("db.example.com");
  expect((await made.apply({ event: "schedule", inputs })).exit).toBe(0);
});

test("a Deployment that is taken away is held, and goes with an approval, whatever the budget", async () => {
  await start();
  const without = policy().replace(
    /---\napiVersion: jackfield\.dev\/v1\nkind: Deployment\nmetadata: \{name: prod\}\n.*\n/,
    "",
  );
  const number = made.open({ "jackfield.yaml": without });
  made.merge(number);
  const held = await made.apply();
  expect(held.exit).not.toBe(0);
  expect(hostIn("prod")).toBe("db.example.com");
  made.approve(number, "ada");
  expect((await made.apply()).exit).toBe(0);
  expect(hostIn("prod")).toBeUndefined();
});

test("an older run after a newer one is refused", async () => {
  await start();
  const old = made.repo.must("rev-parse", "main").trim();
  const number = made.open(moved);
  made.approve(number, "ada");
  made.merge(number);
  expect((await made.apply()).exit).toBe(0);
  const late = await made.apply({ sha: old });
  expect([late.exit, late.outputs["failure-reason"]]).toEqual([5, "not-ahead"]);
  expect(hostIn("prod")).toBe("db2.example.com");
});

test("the work tree and the clone's other branches do not count: only the commit of the event", async () => {
  await start();
  made.repo.write("warehouse.yaml", connection("warehouse", "edited.example.com"));
  expect((await made.apply()).exit).toBe(0);
  expect(hostIn("prod")).toBe("db.example.com");
  made.repo.must("checkout", "-q", ".");
});

test("a branch of its own: its objects, the default branch's policy, and only Deployments that follow it", async () => {
  made = await makePullRepo(FILES);
  const follower = `---\napiVersion: jackfield.dev/v1\nkind: Deployment\nmetadata: {name: stage}\nspec: {environment: development, cluster: folder, namespace: stage, branch: next}\n`;
  const number = made.open({ ...ESTATE, "jackfield.yaml": policy(follower) });
  made.merge(number);
  made.approve(number, "ada");
  made.repo.must("switch", "-q", "-c", "next");
  made.repo.write("warehouse.yaml", connection("warehouse", "next.example.com"));
  made.repo.write("jackfield.yaml", policy(follower.replace("namespace: stage", "namespace: elsewhere")));
  made.repo.commit("next");
  made.repo.must("update-ref", "refs/remotes/origin/next", "next");
  made.repo.must("switch", "-q", "main");
  expect((await made.apply({}, "next")).exit).toBe(0);
  expect([hostIn("stage"), hostIn("dev"), hostIn("prod")]).toEqual([
    "next.example.com",
    undefined,
    undefined,
  ]);
  expect((await made.apply()).exit).toBe(0);
  expect([hostIn("stage"), hostIn("dev"), hostIn("prod")]).toEqual([
    "next.example.com",
    "db.example.com",
    "db.example.com",
  ]);
});

test("G1: where GitHub does not answer, nothing that wants approval is written", async () => {
  await start();
  const number = made.open(moved);
  made.approve(number, "ada");
  made.merge(number);
  made.github.faults.push({ id: "repos/list-pull-requests-associated-with-commit", times: 99, status: 404 });
  const done = await made.apply();
  expect(done.exit).toBe(3);
  expect(hostIn("prod")).toBe("db.example.com");
});

test("a squashed pull request whose branch is gone is fetched", async () => {
  await start();
  const number = made.open(moved);
  made.approve(number, "ada");
  const { sha } = made.github.state.pulls.get(number)?.head ?? { sha: "" };
  // What GitHub keeps, and a clone lacks.
  const origin = join(made.repo.root, "..", "origin.git");
  made.repo.must("clone", "-q", "--bare", made.repo.root, origin);
  made.repo.must("--git-dir", origin, "update-ref", `refs/pull/${number}/head`, sha);
  made.repo.must("remote", "add", "origin", origin);
  made.merge(number, "squash");
  made.repo.must("branch", "-q", "-D", `feature-${number}`);
  made.repo.must("update-ref", "-d", `refs/remotes/origin/feature-${number}`);
  made.repo.must("reflog", "expire", "--expire=now", "--all");
  made.repo.must("gc", "-q", "--prune=now");
  expect(made.repo.git("cat-file", "-e", sha).status).not.toBe(0);
  expect((await made.apply()).exit).toBe(0);
  expect(hostIn("prod")).toBe("db2.example.com");
});

test("a pull request whose commits cannot be fetched is not taken for reviewed", async () => {
  await start();
  const number = made.open(moved);
  made.approve(number, "ada");
  made.merge(number, "squash");
  made.repo.must("branch", "-q", "-D", `feature-${number}`);
  made.repo.must("update-ref", "-d", `refs/remotes/origin/feature-${number}`);
  made.repo.must("reflog", "expire", "--expire=now", "--all");
  made.repo.must("gc", "-q", "--prune=now");
  const done = await made.apply();
  expect([done.exit, done.annotations[0]?.properties.title]).toEqual([3, "JF766"]);
  expect(hostIn("prod")).toBe("db.example.com");
});

test("a key is taken from the input alone", async () => {
  await start();
  const done = await made.apply({
    inputs: { command: "apply" },
    env: { SOPS_AGE_KEY: "AGE-SECRET-KEY-1CANARY" },
  });
  expect(done.exit).toBe(1);
  expect(done.annotations.map(({ properties }) => properties.title)).toContain("JF340");
  expect(done.log).not.toContain("CANARY");
});

test("a pull request is nothing to apply", async () => {
  await start();
  const number = made.open(moved);
  const done = await made.run(number, { inputs: { command: "apply" } });
  expect([done.exit, done.annotations[0]?.properties.title]).toEqual([2, "JF764"]);
});

/** Merges what nobody approved, and applies. */
async function force(files: Readonly<Record<string, string | undefined>>, inputs: object = {}) {
  const number = made.open(files);
  made.merge(number);
  const own = { command: "apply", "age-key": keyText("one"), ...inputs };
  return { number, done: await made.apply({ inputs: own }) };
}

const NO_APPROVALS = policy().replace(/ {2}approvals:\n.*\n/, "");

test("W3: approvals that nobody approved to be gone are not gone with the next change", async () => {
  await start();
  const { number, done } = await force({ "jackfield.yaml": NO_APPROVALS });
  expect(done.log).toContain("Workspace approvals");
  expect(done.outputs["failure-reason"]).toBe("not-approved");
  const next = await force(moved);
  expect([next.done.outputs["failure-reason"], hostIn("prod")]).toEqual(["not-approved", "db.example.com"]);
  // By the old policy, both of them.
  made.approve(next.number, "ada");
  expect((await made.apply()).outputs["failure-reason"]).toBe("not-approved");
  made.approve(number, "ada");
  expect([(await made.apply()).exit, hostIn("prod")]).toEqual([0, "db2.example.com"]);
});

test("W3: who may approve is not who says so himself", async () => {
  await start();
  const own = await force({ "jackfield.yaml": policy("", "users: [eve]") });
  made.approve(own.number, "eve");
  const next = await force(moved);
  made.approve(next.number, "eve");
  expect((await made.apply()).outputs["failure-reason"]).toBe("not-approved");
  expect(hostIn("prod")).toBe("db.example.com");
});

test("W6: a cluster of the same name that is another one", async () => {
  await start();
  const elsewhere = policy().replace("directory: .jackfield/clusters", "directory: .jackfield/elsewhere");
  const { done, number } = await force({ "jackfield.yaml": elsewhere });
  expect(done.log).toContain("Workspace clusters.folder.directory");
  const stolen = join(made.repo.root, ".jackfield/elsewhere/prod");
  expect([done.outputs["failure-reason"], existsSync(stolen)]).toEqual(["not-approved", false]);
  made.approve(number, "ada");
  expect([(await made.apply()).exit, existsSync(stolen)]).toEqual([0, true]);
});

const SECOND = (environment = "production", cluster = "folder") => `---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: second}
spec: {environment: ${environment}, cluster: ${cluster}, namespace: second}
`;

test("W6: a new Deployment of an environment whose approvals went with it, in one push or in two", async () => {
  await start();
  const both = await force({ "jackfield.yaml": NO_APPROVALS + SECOND() });
  expect([both.done.outputs["failure-reason"], hostIn("second")]).toEqual(["not-approved", undefined]);
  await force({ "jackfield.yaml": NO_APPROVALS });
  const second = await force({ "jackfield.yaml": NO_APPROVALS + SECOND() });
  expect([second.done.outputs["failure-reason"], hostIn("second")]).toEqual(["not-approved", undefined]);
});

test("W6: the same, by a run that sees nothing else of the Workspace", async () => {
  await start();
  const more = "    other: {directory: .jackfield/clusters}\n";
  const policyWith = (text: string) =>
    text
      .replace("  clusters: {folder:", "  clusters:\n    folder: {")
      .replace("{ {directory", "{directory")
      .replace(/(folder: \{directory: \S+?\})\}\n/, `$1\n${more}`);
  await force({ "jackfield.yaml": policyWith(NO_APPROVALS) });
  const text = policyWith(NO_APPROVALS) + SECOND("production", "other");
  const { done } = await force({ "jackfield.yaml": text }, { cluster: "other" });
  expect([done.outputs["failure-reason"], hostIn("second")]).toEqual(["not-approved", undefined]);
});

test("W6: a shared password in a Deployment that wants no approvals itself", async () => {
  await start();
  const shared = made.open({
    "shared.yaml": connection("shared", "db.example.com"),
    "shared.all.sops.yaml": credential("shared", "canary-of-shared"),
  });
  made.approve(shared, "ada");
  made.merge(shared);
  expect([(await made.apply()).exit, hostIn("dev", "shared")]).toEqual([0, "db.example.com"]);
  // Production has it, too: who may approve there is asked where else it goes.
  const links = ", links: [{to: {deployments: [dev]}, overrides: {host: evil.example.com}}]";
  const { number, done } = await force({ "shared.yaml": connection("shared", "db.example.com", links) });
  expect([done.outputs["failure-reason"], hostIn("dev", "shared")]).toEqual([
    "not-approved",
    "db.example.com",
  ]);
  made.approve(number, "ada");
  expect([(await made.apply()).exit, hostIn("dev", "shared")]).toEqual([0, "evil.example.com"]);
  const own = policy(SECOND("mine")).replace(
    "environments:",
    `environments:\n    mine: {recipients: [${ONE}]}`,
  );
  const mine = await force({
    "jackfield.yaml": own,
    "warehouse.yaml": connection("warehouse", "db.example.com", ", exclude: [second]"),
  });
  expect([mine.done.outputs["failure-reason"], hostIn("second", "shared")]).toEqual([
    "not-approved",
    undefined,
  ]);
});

test("policy that does not touch an environment with approvals wants none", async () => {
  await start();
  const text = policy().replace("name: dev}", "name: dev, labels: {team: bi}}");
  const { done } = await force({ "jackfield.yaml": text });
  expect([done.exit, done.outputs["failure-reason"]]).toEqual([0, undefined]);
});
