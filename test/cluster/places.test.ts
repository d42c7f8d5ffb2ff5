import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { must, startCluster, type TestCluster, type User } from "../support/kube.ts";
import { connections, deploymentText, makeLiveEstate, workspaceText } from "../support/live-estate.ts";

// Several real clusters, who may do what in them, and one that is not what it is taken for.

let [first, second]: readonly TestCluster[] = [];
let one: TestCluster;
let other: TestCluster;

beforeAll(async () => {
  [first, second] = await Promise.all([startCluster({ name: "one" }), startCluster({ name: "two" })]);
  one = first as TestCluster;
  other = second as TestCluster;
});

afterAll(() => Promise.all([one.stop(), other.stop()]));

/** A kubeconfig with a context for each cluster. */
function kubeconfig(users: Readonly<Record<"one" | "two", User>> = { one: "admin", two: "admin" }): string {
  const [a, b] = [one.kubeconfig(users.one), other.kubeconfig(users.two)].map((path) =>
    JSON.parse(readFileSync(path, "utf8")),
  );
  for (const config of [a, b]) {
    const [{ name }] = config.contexts;
    config.users[0].name = `${name}-user`;
    config.contexts[0].context.user = `${name}-user`;
  }
  const path = join(one.folder, "both.kubeconfig");
  const lists = ["clusters", "users", "contexts"].map((list) => [list, [...a[list], ...b[list]]]);
  writeFileSync(path, JSON.stringify({ ...a, ...Object.fromEntries(lists) }));
  return path;
}

async function policy(name: string): Promise<string> {
  const clusters = `{context: one, uid: ${await one.uid()}}\n    spare: {context: two, uid: ${await other.uid()}}`;
  return workspaceText({ cluster: clusters, namespace: name });
}

const secretIn = async ({ ask }: TestCluster, namespace: string) =>
  (await ask("GET", `/api/v1/namespaces/${namespace}/secrets/jackfield-prod`)).status;

async function inBoth(name: string): Promise<void> {
  await Promise.all([one, other].map((cluster) => cluster.namespace(name)));
}

test("one run reaches several clusters, and a Deployment moves from one to the other", async () => {
  await inBoth("moving");
  const text = await policy("moving");
  const dev = `---\n${deploymentText("dev", { namespace: "moving" }).replace("cluster: main", "cluster: spare")}`;
  const estate = makeLiveEstate(
    { "jackfield.yaml": text + dev, ...connections("a") },
    { KUBECONFIG: kubeconfig() },
  );
  expect(estate.apply().status).toBe(0);
  expect(await Promise.all([secretIn(one, "moving"), secretIn(other, "moving")])).toEqual([200, 404]);
  estate.change({ "jackfield.yaml": text.replace("cluster: main", "cluster: spare") + dev });
  const { status, out } = estate.apply();
  expect([status, out.includes("delete jackfield-prod in main/moving")]).toEqual([0, true]);
  expect(await Promise.all([secretIn(one, "moving"), secretIn(other, "moving")])).toEqual([404, 200]);
  expect(estate.plan("--exit-code").status).toBe(0);
  estate.remove();
});

test("the wrong cluster behind the right context is not written to", async () => {
  await inBoth("wrong");
  const text = (await policy("wrong")).replace(await one.uid(), "5d1e6a52-3f0e-4b7e-9a35-0a4f8f3c1b77");
  const estate = makeLiveEstate(
    { "jackfield.yaml": text, ...connections("a") },
    { KUBECONFIG: kubeconfig() },
  );
  const plan = estate.plan();
  expect([plan.status, plan.err.includes("JF615")]).toEqual([1, true]);
  const { status, out } = estate.apply("--format", "json");
  expect([status, JSON.parse(out).result.reason]).toEqual([5, "wrong-cluster"]);
  expect(await secretIn(one, "wrong")).toBe(404);
  estate.remove();
});

test("a context with another name for the same cluster loses nothing", async () => {
  await inBoth("renamed");
  const bare = workspaceText({ cluster: "{context: one}", namespace: "renamed" });
  const path = kubeconfig();
  const estate = makeLiveEstate({ "jackfield.yaml": bare, ...connections("a") }, { KUBECONFIG: path });
  expect(estate.apply().status).toBe(0);
  const config = JSON.parse(readFileSync(path, "utf8"));
  config.contexts.push({ ...config.contexts[0], name: "uno" });
  writeFileSync(path, JSON.stringify(config));
  estate.change({ "jackfield.yaml": bare.replace("context: one", "context: uno") });
  const { status, out } = estate.apply();
  expect([status, out.includes("delete")]).toEqual([0, false]);
  expect(await secretIn(one, "renamed")).toBe(200);
  estate.remove();
});

test("a cluster that is gone is an error in the run that dropped it, and a warning later", async () => {
  await inBoth("orphaned");
  const text = await policy("orphaned");
  const away = text.replace("cluster: main", "cluster: spare");
  const estate = makeLiveEstate(
    { "jackfield.yaml": away, ...connections("a") },
    { KUBECONFIG: kubeconfig() },
  );
  expect(estate.apply().status).toBe(0);
  const nowhere = join(one.folder, "nowhere.kubeconfig");
  writeFileSync(nowhere, readFileSync(one.kubeconfig(), "utf8"));
  estate.env.KUBECONFIG = nowhere;
  estate.change({ "jackfield.yaml": text });
  const declared = estate.apply();
  expect([declared.status, declared.err.includes("error JF616")]).toEqual([6, true]);
  expect(await secretIn(one, "orphaned")).toBe(200);
  estate.change({ "jackfield.yaml": text.replace(/\n {4}spare:.*/, "") });
  expect(estate.plan().err).toContain("JF617");
  estate.change({ "notes.md": "later" });
  const { status, err } = estate.plan();
  expect([status, err.includes("warning JF617")]).toEqual([0, true]);
  estate.remove();
});

test("a Role that names the Secrets and the Lease, as the docs have it, is enough", async () => {
  await inBoth("least");
  const docs = readFileSync(new URL("../../docs/plan-and-apply.md", import.meta.url), "utf8");
  expect(docs).toContain("verbs: [get, create, patch, delete]");
  await one.allow("deployer", "least", [
    {
      resources: ["secrets"],
      resourceNames: ["jackfield-prod", "jackfield-prod-env"],
      verbs: ["get", "create", "patch", "delete"],
    },
    {
      apiGroups: ["coordination.k8s.io"],
      resources: ["leases"],
      resourceNames: ["jackfield-prod"],
      verbs: ["get", "create", "patch"],
    },
  ]);
  await one.allow("deployer", undefined, [
    { resources: ["namespaces"], resourceNames: ["kube-system"], verbs: ["get"] },
  ]);
  const files = { "jackfield.yaml": await policy("least"), ...connections("a") };
  const env = { KUBECONFIG: kubeconfig({ one: "deployer", two: "admin" }) };
  const estate = makeLiveEstate(files, env);
  expect(estate.apply()).toMatchObject({ status: 0, err: "" });
  estate.change(connections("b"));
  expect(estate.apply()).toMatchObject({ status: 0, err: "" });
  estate.change({ "jackfield.yaml": (await policy("least")).replace("delivery: file", "delivery: env") });
  expect(estate.apply()).toMatchObject({ status: 0, err: "" });
  expect(await secretIn(one, "least")).toBe(404);
  // Who may only read can plan.
  await one.allow("reader", "least", [{ resources: ["secrets"], verbs: ["get"] }]);
  await one.allow("reader", undefined, [
    { resources: ["namespaces"], resourceNames: ["kube-system"], verbs: ["get"] },
  ]);
  estate.env.KUBECONFIG = kubeconfig({ one: "reader", two: "admin" });
  expect(estate.plan("--exit-code").status).toBe(0);
  estate.change(connections("c"));
  const refused = estate.apply();
  expect([refused.status, refused.err.includes("JF706")]).toEqual([3, true]);
  must(await one.ask("GET", "/api/v1/namespaces/least/secrets/jackfield-prod-env"));
  estate.remove();
});
