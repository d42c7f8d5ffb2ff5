import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Lock } from "../../src/cluster-ports.ts";
import { endpointOf } from "../../src/node/kube/endpoint.ts";
import { type LockTimes, takeLock } from "../../src/node/kube/lock.ts";
import type { Session } from "../../src/node/kube/session.ts";
import { createTransport } from "../../src/node/kube/transport.ts";
import { must, startCluster, type TestCluster } from "../support/kube.ts";

// Leases on a real server, with times that a test can wait for.

const NAME = "jackfield-prod";
const TIMES: LockTimes = { duration: 2000, renewal: 300, wait: 3000, poll: 50 };
let server: TestCluster;
let sessions: readonly [Session, Session];
let namespace = "";
let count = 0;

beforeAll(async () => {
  server = await startCluster();
  const session = (): Session => {
    const endpoint = endpointOf("test", { KUBECONFIG: server.kubeconfig() });
    return { cluster: "eu", transport: createTransport(endpoint, "test") };
  };
  sessions = [session(), session()];
});
afterAll(async () => {
  for (const { transport } of sessions) transport.close();
  await server.stop();
});
beforeEach(async () => {
  namespace = `lock-${count++}`;
  await server.namespace(namespace);
});

const path = () => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${NAME}`;

async function lease(): Promise<Record<string, unknown>> {
  const { body } = await server.ask("GET", path());
  return body.spec as Record<string, unknown>;
}

async function locked(which: 0 | 1, holder: string): Promise<Lock> {
  const answer = await takeLock(sessions[which], namespace, NAME, holder, TIMES);
  if (answer.kind !== "locked") throw new Error(answer.kind);
  return answer.lock;
}

test("a lock is renewed for as long as it is held", async () => {
  const lock = await locked(0, "me");
  const first = await lease();
  expect(first).toMatchObject({ holderIdentity: "me", leaseDurationSeconds: 2 });
  const waiting = takeLock(sessions[1], namespace, NAME, "other", TIMES);
  await sleep(2600);
  expect(lock.isHeld()).toBe(true);
  expect((await lease()).renewTime).not.toBe(first.renewTime);
  expect(await waiting).toEqual({ kind: "taken", by: "me" });
  await lock.release();
  expect(lock.isHeld()).toBe(false);
  expect((await lease()).holderIdentity ?? "").toBe("");
});

test("of many that want it at once, one has it at a time", async () => {
  let inside = 0;
  let most = 0;
  const run = async (index: number) => {
    const lock = await locked((index % 2) as 0 | 1, `run-${index}`);
    inside += 1;
    most = Math.max(most, inside);
    await sleep(20);
    inside -= 1;
    await lock.release();
  };
  await Promise.all(Array.from({ length: 8 }, (_, index) => run(index)));
  expect(most).toBe(1);
});

const TAKEN: readonly (readonly [string, () => Promise<unknown>])[] = [
  [
    "takes it",
    () =>
      server.ask(
        "PATCH",
        path(),
        { spec: { holderIdentity: "thief" } },
        { type: "application/merge-patch+json" },
      ),
  ],
  ["deletes it", () => server.ask("DELETE", path())],
];

test.each(TAKEN)("a lock is lost once somebody %s, and is left to him", async (_, take) => {
  const lock = await locked(0, "me");
  await take();
  await sleep(TIMES.renewal * 3);
  expect(lock.isHeld()).toBe(false);
  await lock.release();
  expect((await lease())?.holderIdentity).not.toBe("");
});

test("an edit that leaves the holder loses nothing", async () => {
  const lock = await locked(0, "me");
  const labels = { metadata: { labels: { team: "data" } } };
  await server.ask("PATCH", path(), labels, { type: "application/merge-patch+json" });
  await sleep(TIMES.renewal * 4);
  expect(lock.isHeld()).toBe(true);
  await lock.release();
});

/** A Lease as one leaves it who was killed. */
async function abandoned(renewTime: string): Promise<void> {
  const spec = { holderIdentity: "dead", leaseDurationSeconds: 2, renewTime };
  const body = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: NAME }, spec };
  must(await server.ask("POST", path().replace(/\/[^/]*$/, ""), body));
}

const microTime = (at: number) => new Date(at).toISOString().replace("Z", "000Z");

test("the lock of one who died is taken once it has lasted", async () => {
  await abandoned(microTime(Date.now()));
  const start = performance.now();
  const lock = await locked(0, "me");
  expect(performance.now() - start).toBeGreaterThan(1000);
  expect(await lease()).toMatchObject({ holderIdentity: "me" });
  await lock.release();
});

test("the lock of one who died long ago is taken at once", async () => {
  await abandoned(microTime(Date.now() - 60_000));
  const start = performance.now();
  const lock = await locked(0, "me");
  expect(performance.now() - start).toBeLessThan(1000);
  await lock.release();
});

test("a clock that is far ahead holds nobody up for longer than a Lease lasts", async () => {
  await abandoned("2100-01-01T00:00:00.000000Z");
  const lock = await locked(0, "me");
  expect(lock.isHeld()).toBe(true);
  await lock.release();
});

test("no lock is had where there is no namespace", async () => {
  const answer = await takeLock(sessions[0], `${namespace}-none`, NAME, "me", TIMES);
  expect(answer).toMatchObject({ kind: "refused", diagnostic: { code: "JF707" } });
});
