import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { must, startCluster, type TestCluster, waitFor } from "../support/kube.ts";
import { type LiveEstate, makeLiveEstate, workspaceText } from "../support/live-estate.ts";
import { PROGRAM } from "../support/repo.ts";

// Whatever happens while many Secrets are written: nothing is lost, nothing of others is touched, and the next run ends the work.

const COUNT = 300;
let server: TestCluster;
let uid = "";
let namespaces = 0;

beforeAll(async () => {
  server = await startCluster({ controllers: true });
  uid = await server.uid();
});

afterAll(() => server.stop());

/** Variables of a Deployment: a Secret each under delivery `kubernetes`. */
function variables(value: string): Record<string, string> {
  const texts = Array.from(
    { length: COUNT },
    (_, index) =>
      `apiVersion: jackfield.dev/v1\nkind: Variable\nmetadata: {name: v${index}}\nspec: {value: ${value}}\n`,
  );
  return { "variables.yaml": texts.join("---\n") };
}

interface Scene {
  readonly estate: LiveEstate;
  readonly namespace: string;
  /** What lives: values by the names of Secrets. */
  values(): Promise<readonly string[]>;
  /** Somebody else's Secret, which must stay as it is. */
  readonly theirs: () => Promise<unknown>;
}

async function scene(): Promise<Scene> {
  const namespace = `faults-${namespaces++}`;
  await server.namespace(namespace);
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  const body = { apiVersion: "v1", kind: "Secret", metadata: { name: "theirs" }, data: { a: "MQ==" } };
  const { metadata } = must(await server.ask("POST", path, body)).body;
  const policy = workspaceText({
    cluster: `{context: test, uid: ${uid}}`,
    namespace,
    delivery: "kubernetes",
  });
  const estate = makeLiveEstate(
    { "jackfield.yaml": policy, ...variables("one") },
    { KUBECONFIG: server.kubeconfig() },
  );
  const ours = async () => {
    const { items } = must(await server.ask("GET", `${path}?labelSelector=jackfield.dev/owner`)).body;
    return items as readonly { data: Record<string, string> }[];
  };
  const theirs = async () => (await server.ask("GET", `${path}/theirs`)).body.metadata;
  expect(await theirs()).toEqual(metadata);
  const values = async () =>
    (await ours()).map(({ data }) => Buffer.from(data.value ?? "", "base64").toString("utf8"));
  return { estate, namespace, values, theirs };
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly status: number | null; readonly out: string; readonly err: string }>;
}

function start({ root, env }: LiveEstate, ...args: readonly string[]): Running {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: root, env });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const ended = once(child, "close").then(([status]) => ({ status: status as number | null, out, err }));
  return { child, ended };
}

/** Until so many Secrets live. */
async function untilWritten({ values }: Scene, count: number): Promise<void> {
  await waitFor(async () => (await values().catch(() => [])).length >= count);
}

async function converges(one: Scene, value = "one"): Promise<void> {
  const before = await one.theirs();
  const { status, err } = one.estate.apply();
  expect([status, err]).toEqual([0, ""]);
  expect(await one.values()).toEqual(Array.from({ length: COUNT }, () => value));
  expect(await one.theirs()).toEqual(before);
  const again = one.estate.apply();
  expect([again.status, again.out.includes("written")]).toEqual([0, false]);
  one.estate.remove();
}

test("our own process is killed half-way", async () => {
  const one = await scene();
  const { child, ended } = start(one.estate, "apply");
  await untilWritten(one, 20);
  child.kill("SIGKILL");
  await ended;
  expect((await one.values()).length).toBeLessThan(COUNT);
  // The dead process holds the lock for as long as it lasts.
  await converges(one);
});

test("whoever asks for the end gets it, with what is left", async () => {
  const one = await scene();
  const { child, ended } = start(one.estate, "apply");
  await untilWritten(one, 20);
  child.kill("SIGINT");
  const { status, out, err } = await ended;
  const written = (await one.values()).length;
  expect([status, written < COUNT]).toEqual([6, true]);
  expect(out).toContain(`applied: ${written} written, ${COUNT - written} left; run it again for the rest`);
  expect(err).toContain("stopping");
  await converges(one);
});

test("two applies at once", async () => {
  const one = await scene();
  const runs = [start(one.estate, "apply"), start(one.estate, "apply")];
  const statuses = (await Promise.all(runs.map(({ ended }) => ended))).map(({ status }) => status);
  expect(statuses).toContain(0);
  expect(statuses.every((status) => [0, 3, 5, 6].includes(status ?? -1))).toBe(true);
  await converges(one);
});

test("the API server is killed half-way, and comes back", async () => {
  const one = await scene();
  const { ended } = start(one.estate, "apply");
  await untilWritten(one, 20);
  server.killServer();
  await sleep(500);
  await server.startServer();
  const { status } = await ended;
  expect([0, 6]).toContain(status);
  await converges(one);
});

test("etcd hangs half-way for a while", async () => {
  const one = await scene();
  one.estate.apply();
  one.estate.change(variables("two"));
  const { ended } = start(one.estate, "apply");
  await sleep(400);
  server.freezeEtcd();
  await sleep(3000);
  server.thawEtcd();
  const { status } = await ended;
  expect([0, 6]).toContain(status);
  await converges(one, "two");
});

test("what is removed is removed once, though the process dies over it", async () => {
  const one = await scene();
  one.estate.apply();
  one.estate.change({
    "variables.yaml": `${variables("one")["variables.yaml"]?.split("---\n").slice(0, 1).join("")}`,
  });
  const { child, ended } = start(one.estate, "apply", "--allow-prune", String(COUNT));
  await waitFor(async () => (await one.values()).length < COUNT - 20);
  child.kill("SIGKILL");
  await ended;
  const { status } = one.estate.apply("--allow-prune", String(COUNT));
  expect([status, await one.values()]).toEqual([0, ["one"]]);
  one.estate.remove();
});

test("a namespace that is not there, and one that ends, are told, and nothing else is harmed", async () => {
  const one = await scene();
  const path = `/api/v1/namespaces/${one.namespace}`;
  const finalizer = { metadata: { finalizers: ["example.com/stay"] } };
  must(
    await server.ask("PATCH", `${path}/secrets/theirs`, finalizer, { type: "application/merge-patch+json" }),
  );
  must(await server.ask("DELETE", path));
  const ending = one.estate.apply();
  expect([ending.status, /JF708/.test(ending.err)]).toEqual([3, true]);
  const none = { metadata: { finalizers: null } };
  must(await server.ask("PATCH", `${path}/secrets/theirs`, none, { type: "application/merge-patch+json" }));
  await waitFor(async () => (await server.ask("GET", path)).status === 404);
  const gone = one.estate.apply();
  expect([gone.status, /JF707/.test(gone.err)]).toEqual([3, true]);
  one.estate.remove();
});

test("a quota that is used up stops what does not fit, and the rest is written", async () => {
  const one = await scene();
  const path = `/api/v1/namespaces/${one.namespace}/resourcequotas`;
  const spec = { hard: { "count/secrets": "100" } };
  const quota = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "few" }, spec };
  must(await server.ask("POST", path, quota));
  await waitFor(async () => {
    const { status } = (await server.ask("GET", `${path}/few`)).body;
    return (status as { used?: unknown }).used !== undefined;
  });
  const { status, err } = one.estate.apply();
  expect([status, err.includes("JF709")]).toEqual([6, true]);
  expect((await one.values()).length).toBeGreaterThan(90);
  must(await server.ask("DELETE", `${path}/few`));
  await converges(one);
});

test("no value is in any output, log or record", async () => {
  const one = await scene();
  one.estate.change(variables("canary-value"));
  const runs = [
    one.estate.plan("--out", "plan.json"),
    one.estate.plan("--format", "json"),
    one.estate.plan("--format", "markdown"),
    one.estate.apply(),
    one.estate.jackfield("drift"),
    one.estate.jackfield("status", "--format", "json"),
  ];
  const texts = runs.flatMap(({ out, err }) => [out, err]);
  texts.push(one.estate.read("plan.json"), readFileSync(server.auditLog, "utf8"));
  const { items } = must(await server.ask("GET", `/api/v1/namespaces/${one.namespace}/secrets`)).body;
  for (const { metadata } of items as { metadata: unknown }[]) texts.push(JSON.stringify(metadata));
  const forms = ["canary-value", Buffer.from("canary-value").toString("base64").replace(/=+$/, "")];
  for (const form of forms) expect(texts.filter((text) => text.includes(form))).toEqual([]);
  one.estate.remove();
});
