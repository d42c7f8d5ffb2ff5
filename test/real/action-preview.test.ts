import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { Pull } from "../../src/github-ports.ts";
import { connectionYaml, OWN_SCHEMA, PREVIEW_KEY, previewEstate } from "../support/preview-estate.ts";
import { makePullRepo, type PullRepo, payloadOf } from "../support/pull-repo.ts";
import type { Done, Job } from "../support/runner.ts";

// The built Action's `preview` and `gc`, through the life of pull requests.

let made: PullRepo;

afterEach(async () => {
  const { troubles } = made.github;
  await made.close();
  expect(troubles).toEqual([]);
});

async function start(): Promise<void> {
  made = await makePullRepo(previewEstate({ cluster: "{directory: .jackfield/cluster}" }));
}

const CHANGE = { "warehouse.yaml": connectionYaml("warehouse", "pr.dev.example.com", OWN_SCHEMA) };

function pullOf(number: number): Pull {
  const pull = made.github.state.pulls.get(number);
  if (!pull) throw new Error("no such pull request");
  return pull;
}

function set(number: number, more: Partial<Pull>): void {
  made.github.state.pulls.set(number, { ...pullOf(number), ...more });
}

function preview(number: number, action = "synchronize", more: Partial<Job> = {}): Promise<Done> {
  const { inputs, ...job } = more;
  return made.run(number, {
    payload: payloadOf(pullOf(number), action),
    inputs: { command: "preview", "age-key": PREVIEW_KEY, ...inputs },
    ...job,
  });
}

function gc(inputs: Readonly<Record<string, string>> = {}): Promise<Done> {
  return made.apply({ event: "schedule", inputs: { command: "gc", ...inputs } });
}

function hostIn(number: number): string | undefined {
  const path = join(made.repo.root, `.jackfield/cluster/airflow-pr-${number}/jackfield-dev/connections.json`);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).warehouse?.host : undefined;
}

test("opened, synchronize, closed: made, brought up to date, gone", async () => {
  await start();
  const number = made.open(CHANGE);
  const opened = await preview(number, "opened");
  expect(opened.outputs).toMatchObject({
    "preview-name": "dev-pr-1",
    "preview-namespace": "airflow-pr-1",
    "preview-operation": "created",
  });
  expect([opened.exit, hostIn(number)]).toEqual([0, "pr.dev.example.com"]);
  expect(opened.log + opened.summary).not.toContain("canary-of");
  made.push(number, { "warehouse.yaml": connectionYaml("warehouse", "pr2.dev.example.com", OWN_SCHEMA) });
  expect((await preview(number)).outputs["preview-operation"]).toBe("updated");
  expect(hostIn(number)).toBe("pr2.dev.example.com");
  set(number, { isOpen: false });
  expect((await preview(number, "closed")).outputs["preview-operation"]).toBe("deleted");
  expect(hostIn(number)).toBeUndefined();
  expect((await preview(number, "closed")).outputs["preview-operation"]).toBe("absent");
  set(number, { isOpen: true });
  expect((await preview(number, "reopened")).outputs["preview-operation"]).toBe("created");
});

test("reopened: it is there again; closed by a merge: gone", async () => {
  await start();
  const number = made.open(CHANGE);
  await preview(number, "opened");
  set(number, { isOpen: false });
  await preview(number, "closed");
  set(number, { isOpen: true });
  expect((await preview(number, "reopened")).outputs["preview-operation"]).toBe("created");
  expect(hostIn(number)).toBe("pr.dev.example.com");
  made.merge(number);
  expect((await preview(number, "closed")).outputs["preview-operation"]).toBe("deleted");
  expect(hostIn(number)).toBeUndefined();
});

test("force-push, and a rerun: what the head has now, once", async () => {
  await start();
  const number = made.open(CHANGE);
  await preview(number, "opened");
  const { repo } = made;
  repo.must("switch", "-q", `feature-${number}`);
  repo.must("reset", "-q", "--hard", "main");
  repo.must("switch", "-q", "main");
  const text = connectionYaml("warehouse", "other.dev.example.com", OWN_SCHEMA);
  made.push(number, { "warehouse.yaml": text });
  const late = payloadOf(pullOf(number), "synchronize");
  expect((await preview(number)).outputs["preview-operation"]).toBe("updated");
  const again = await preview(number, "synchronize", { payload: late });
  expect([again.exit, again.outputs["preview-operation"]]).toEqual([0, "updated"]);
  expect(hostIn(number)).toBe("other.dev.example.com");
});

test("two runs at once: one preview, whole", async () => {
  await start();
  const number = made.open(CHANGE);
  const both = await Promise.all([preview(number, "opened"), preview(number, "synchronize")]);
  expect(both.some(({ exit }) => exit === 0)).toBe(true);
  // Whoever came second and found it changed meanwhile says so; run again, nothing is left to do.
  expect((await preview(number)).exit).toBe(0);
  expect(hostIn(number)).toBe("pr.dev.example.com");
});

test("a late synchronize after the close makes nothing", async () => {
  await start();
  const number = made.open(CHANGE);
  set(number, { isOpen: false });
  expect((await preview(number)).outputs["preview-operation"]).toBe("absent");
  expect(hostIn(number)).toBeUndefined();
});

test("closed while it is written: what was made is taken away again", async () => {
  await start();
  const number = made.open(CHANGE);
  // Asked at the start, for its branch, before and after writing.
  made.github.meanwhile.push((id, nth) => {
    if (id === "pulls/get" && nth === 4) set(number, { isOpen: false });
  });
  const done = await preview(number);
  expect(done.outputs["preview-operation"]).toBe("deleted");
  expect(hostIn(number)).toBeUndefined();
});

test("a run for an older commit leaves it to the newer one", async () => {
  await start();
  const number = made.open(CHANGE);
  const late = payloadOf(pullOf(number), "opened");
  made.push(number, { "warehouse.yaml": connectionYaml("warehouse", "pr2.dev.example.com", OWN_SCHEMA) });
  expect((await preview(number, "opened", { payload: late })).outputs["preview-operation"]).toBe("skipped");
  expect(hostIn(number)).toBeUndefined();
});

test("F2: never of a fork's pull request, whatever keys are there", async () => {
  await start();
  for (const repo of [9999, undefined]) {
    const number = made.open(CHANGE, {
      head: { repo, branch: `feature-${made.github.state.pulls.size + 1}`, sha: "" },
    });
    const done = await preview(number, "opened");
    expect([done.exit, done.outputs["preview-operation"]]).toEqual([0, "skipped"]);
    expect(hostIn(number)).toBeUndefined();
  }
});

test("drafts, and labels: taken off, it goes", async () => {
  await start();
  const draft = made.open(CHANGE, { isDraft: true });
  expect((await preview(draft, "opened")).outputs["preview-operation"]).toBe("skipped");
  expect(
    (await preview(draft, "opened", { inputs: { command: "preview", drafts: "true" } })).outputs[
      "preview-operation"
    ],
  ).toBe("created");
  const labelled = { inputs: { command: "preview", label: "preview" } };
  const number = made.open({ "other.txt": "x" });
  expect((await preview(number, "opened", labelled)).outputs["preview-operation"]).toBe("absent");
  set(number, { labels: ["preview"] });
  expect((await preview(number, "labeled", labelled)).outputs["preview-operation"]).toBe("created");
  set(number, { labels: [] });
  expect((await preview(number, "unlabeled", labelled)).outputs["preview-operation"]).toBe("deleted");
});

test("W6: a credential that would go elsewhere is left out, and the run says so", async () => {
  await start();
  const number = made.open({ "warehouse.yaml": connectionYaml("warehouse", "evil.example.net", OWN_SCHEMA) });
  const done = await preview(number, "opened");
  expect(done.annotations.map(({ properties }) => properties.title)).toContain("JF785");
  expect(hostIn(number)).toBeUndefined();
});

test("gc: what was closed without a word goes; what is open stays; of other repos nothing is touched", async () => {
  await start();
  const [one, two] = [made.open(CHANGE), made.open({ "other.txt": "x" })];
  await preview(one, "opened");
  await preview(two, "opened");
  expect((await gc()).log).toContain("nothing to take away");
  // Closed by a conflict, or while nothing ran: no event came.
  set(one, { isOpen: false });
  expect((await gc({ "dry-run": "true" })).log).toMatch(/dev-pr-1 +would go +its pull request is closed/);
  expect(hostIn(one)).toBe("pr.dev.example.com");
  expect((await gc()).log).toMatch(/dev-pr-1 +deleted/);
  expect([hostIn(one), hostIn(two)]).toEqual([undefined, "db.dev.example.com"]);
});

const FAULTS = [
  ["a server that fails", { id: "pulls/get", times: 99, status: 400 }],
  ["a connection that ends", { id: "pulls/get", times: 99, status: 0, drops: true }],
  ["a repo that is not seen", { id: "repos/get", times: 99, status: 404 }],
] as const;

test.each(FAULTS)("G1: gc fails closed: %s", async (_, fault) => {
  await start();
  const number = made.open(CHANGE);
  await preview(number, "opened");
  made.github.state.pulls.delete(number);
  made.github.faults.push({ ...fault });
  const done = await gc();
  expect(done.exit).not.toBe(0);
  expect(hostIn(number)).toBe("pr.dev.example.com");
  made.github.faults.splice(0);
  // It is known now that there is no such pull request.
  expect((await gc()).exit).toBe(0);
  expect(hostIn(number)).toBeUndefined();
});

test("gc runs on the default branch only, and preview on pull requests", async () => {
  await start();
  const number = made.open(CHANGE);
  expect((await made.run(number, { inputs: { command: "gc" } })).exit).toBe(2);
  expect((await made.apply({ inputs: { command: "preview" } })).exit).toBe(2);
});
