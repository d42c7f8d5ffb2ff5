import { afterAll, beforeAll, expect, test } from "vitest";
import { must, startCluster, type TestCluster, waitFor } from "../support/kube.ts";

// The clusters of tests are what they seem to be.

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster({ controllers: true });
});
afterAll(() => cluster.stop());

const secret = (name: string) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name },
  data: { a: "YQ==" },
});

test("a namespace that is deleted ends", async () => {
  await cluster.namespace("four");
  must(await cluster.ask("DELETE", "/api/v1/namespaces/four"));
  await waitFor(async () => (await cluster.ask("GET", "/api/v1/namespaces/four")).status === 404);
});

test("it keeps Secrets, through the death of its server too", async () => {
  await cluster.namespace("one");
  must(await cluster.ask("POST", "/api/v1/namespaces/one/secrets", secret("a")));
  cluster.killServer();
  await cluster.startServer();
  expect((await cluster.ask("GET", "/api/v1/namespaces/one/secrets/a")).body.data).toEqual({ a: "YQ==" });
  expect(await cluster.uid()).toMatch(/^[0-9a-f-]{36}$/);
});

test("users may do what a Role says, and nothing else", async () => {
  await cluster.namespace("two");
  const get = () => cluster.ask("GET", "/api/v1/namespaces/two/secrets", undefined, { user: "reader" });
  expect((await get()).status).toBe(403);
  await cluster.allow("reader", "two", [{ resources: ["secrets"], verbs: ["list"] }]);
  await waitFor(async () => (await get()).status === 200);
});

test("a frozen etcd gives no answer, and then the old ones", async () => {
  await cluster.namespace("three");
  cluster.freezeEtcd();
  const write = cluster.ask("POST", "/api/v1/namespaces/three/secrets", secret("a"));
  expect((await write).status).toBe(504);
  cluster.thawEtcd();
  must(await cluster.ask("GET", "/api/v1/namespaces/three/secrets"));
});
