import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { LiveCluster, WriteAnswer } from "../../src/cluster-ports.ts";
import type { WantedSecret } from "../../src/model/live.ts";
import { openKube } from "../../src/node/kube/open.ts";
import { startCluster, type TestCluster, type User } from "../support/kube.ts";
import { CLUSTER, wanted as wantedIn } from "../support/kube-fake.ts";

// A real API server that dies, freezes, or is too busy: what is done is done once, and what is not is known.

const MANY = 300;
let server: TestCluster;
let live: LiveCluster;
let namespace = "";
let count = 0;

beforeAll(async () => {
  // One write at a time, and genuine refusals for those who are not admins.
  server = await startCluster({
    flags: ["--max-mutating-requests-inflight=1", "--enable-priority-and-fairness=false"],
  });
});
afterAll(() => server.stop());
beforeEach(async () => {
  namespace = `faults-${count++}`;
  await server.namespace(namespace);
  live = as("admin");
});
afterEach(() => live.close());

function as(user: User): LiveCluster {
  return openKube(CLUSTER, "test", { KUBECONFIG: server.kubeconfig(user) });
}

const nameOf = (index: number) => `s-${String(index).padStart(3, "0")}`;
const wanted = (index: number, value = "1"): WantedSecret => ({
  ...wantedIn(nameOf(index), { value, index: `${index}` }),
  namespace,
});

/** Something for each of many Secrets, a few at a time, as `apply` does it. */
async function each(write: (index: number) => Promise<WriteAnswer>): Promise<readonly string[]> {
  const kinds: string[] = [];
  let next = 0;
  const worker = async () => {
    while (next < MANY) {
      const index = next++;
      kinds[index] = (await write(index)).kind;
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return kinds;
}

const ALL_DONE = Array.from({ length: MANY }, () => "done");

async function values(): Promise<readonly (string | undefined)[]> {
  return (await live.list(namespace)).map(({ data }) => data.get("value")?.reveal());
}

test("the server is killed in the midst of writing, and starts again", async () => {
  const restart = async () => {
    await sleep(60);
    server.killServer();
    await sleep(500);
    await server.startServer();
  };
  const [created] = await Promise.all([each((index) => live.create(wanted(index))), restart()]);
  expect(created).toEqual(ALL_DONE);
  expect(await values()).toEqual(Array.from({ length: MANY }, () => "1"));
  const seen = await live.list(namespace);
  const update = async (index: number) => {
    const one = seen[index];
    if (!one) throw new Error("it is gone");
    return live.update(wanted(index, "2"), one);
  };
  const [updated] = await Promise.all([each(update), restart()]);
  expect(updated).toEqual(ALL_DONE);
  expect(await values()).toEqual(Array.from({ length: MANY }, () => "2"));
  const last = await live.list(namespace);
  const remove = async (index: number) => {
    const { seen: state } = last[index] ?? { seen: { uid: "", resourceVersion: "" } };
    return live.remove(namespace, nameOf(index), state);
  };
  const [removed] = await Promise.all([each(remove), restart()]);
  expect(removed).toEqual(ALL_DONE);
  expect(await live.list(namespace)).toEqual([]);
});

test("the server dies and does not come back: what is unknown is soon known to be", async () => {
  await live.list(namespace);
  server.killServer();
  const start = performance.now();
  const answers = await each((index) => live.create(wanted(index)));
  expect(new Set(answers)).toEqual(new Set(["unreachable"]));
  // Not 300 times as long as one is tried.
  expect(performance.now() - start).toBeLessThan(60_000);
  await expect(live.list(namespace)).rejects.toMatchObject({ diagnostic: { code: "JF705" } });
  await server.startServer();
  const other = as("admin");
  expect(await other.list(namespace)).toEqual([]);
  other.close();
});

test("etcd freezes for some seconds", async () => {
  await live.list(namespace);
  const thaw = async () => {
    server.freezeEtcd();
    await sleep(4000);
    server.thawEtcd();
  };
  const [created] = await Promise.all([each((index) => live.create(wanted(index))), thaw()]);
  expect(created).toEqual(ALL_DONE);
  expect(await values()).toEqual(Array.from({ length: MANY }, () => "1"));
});

test("the server refuses most writes for want of time", async () => {
  await server.allow("deployer", undefined, [{ resources: ["secrets"], verbs: ["*"] }]);
  const deployer = as("deployer");
  await sleep(1000);
  const created = await each((index) => deployer.create(wanted(index)));
  expect(created.filter((kind) => kind === "done").length).toBe(MANY);
  expect(await values()).toEqual(Array.from({ length: MANY }, () => "1"));
  deployer.close();
});

test("a lock is lost while the server is away for longer than it lasts, and nothing breaks", async () => {
  const answer = await live.lock(namespace, "jackfield-prod", "me");
  if (answer.kind !== "locked") throw new Error(answer.kind);
  await sleep(6000);
  expect(answer.lock.isHeld()).toBe(true);
  server.killServer();
  await sleep(16_000);
  expect(answer.lock.isHeld()).toBe(false);
  await server.startServer();
  await answer.lock.release();
  const other = as("admin");
  const again = await other.lock(namespace, "jackfield-prod", "other");
  expect(again.kind).toBe("locked");
  if (again.kind === "locked") await again.lock.release();
  other.close();
});
