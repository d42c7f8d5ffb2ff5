import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { LiveCluster } from "../../src/cluster-ports.ts";
import { Secret } from "../../src/core/secret.ts";
import type { LiveSecret, WantedSecret } from "../../src/model/live.ts";
import { startCluster, type TestCluster } from "../support/kube.ts";
import { type Came, type Fake, open, wanted as wantedIn } from "../support/kube-fake.ts";
import { type Fate, proxy } from "../support/kube-proxy.ts";

// Answers that are lost on the way: what was done is known as done, and nothing is done twice.

let server: TestCluster;
let between: Fake;
let live: LiveCluster;
let namespace = "";
let count = 0;
/** What happens to the next requests that write; those after them pass. */
let fates: Fate[] = [];
let meanwhile: (came: Came) => void = () => undefined;

const LIMITS = {
  times: { connect: 5000, whole: 30_000 },
  patience: { tries: 4, pause: 10, longest: 100, total: 30_000 },
};

beforeAll(async () => {
  server = await startCluster();
  between = await proxy(server, (came) => {
    if (came.method === "GET") return "pass";
    meanwhile(came);
    return fates.shift() ?? "pass";
  });
});
afterAll(async () => {
  await between.close();
  await server.stop();
});
beforeEach(async () => {
  live = open(between.url, { token: server.token("admin") }, LIMITS);
  namespace = `doubt-${count++}`;
  fates = [];
  meanwhile = () => undefined;
  await server.namespace(namespace);
});

const wanted = (data: Readonly<Record<string, string>>): WantedSecret => ({
  ...wantedIn("one", data),
  namespace,
});

async function made(data: Readonly<Record<string, string>>): Promise<LiveSecret> {
  expect(await live.create(wanted(data))).toEqual({ kind: "done" });
  return got();
}

async function got(): Promise<LiveSecret> {
  const one = await live.get(namespace, "one");
  if (!one) throw new Error("it is gone");
  return one;
}

const plain = ({ data }: LiveSecret) =>
  Object.fromEntries([...data].map(([key, value]) => [key, value.reveal()]));

const LOSSES: readonly (readonly [string, readonly Fate[]])[] = [
  ["one answer is lost", ["lose"]],
  ["one answer is a 504", ["hide"]],
  ["several answers are lost", ["lose", "hide", "lose"]],
  ["a request is lost, then an answer", ["drop", "lose"]],
  ["a request is lost", ["drop", "drop"]],
];

test.each(LOSSES)("a Secret is created once where %s", async (_, losses) => {
  fates = [...losses];
  const { seen } = await made({ a: "1" });
  expect(await live.create(wanted({ a: "1" }))).toEqual({ kind: "changed" });
  expect((await got()).seen).toEqual(seen);
});

test.each(LOSSES)("a Secret is updated once where %s", async (_, losses) => {
  const seen = await made({ a: "1", b: "1" });
  fates = [...losses];
  expect(await live.update(wanted({ a: "2" }), seen)).toEqual({ kind: "done" });
  expect(plain(await got())).toEqual({ a: "2" });
});

test.each(LOSSES)("a Secret of somebody else is adopted once where %s", async (_, losses) => {
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  const body = { apiVersion: "v1", kind: "Secret", metadata: { name: "one" }, data: { theirs: "dGhlaXJz" } };
  await server.ask("POST", path, body);
  fates = [...losses];
  expect(await live.update(wanted({ a: "2" }), await got())).toEqual({ kind: "done" });
  expect(plain(await got())).toEqual({ a: "2" });
});

test.each(LOSSES)("a Secret is removed where %s", async (_, losses) => {
  const { seen } = await made({ a: "1" });
  fates = [...losses];
  expect(await live.remove(namespace, "one", seen)).toEqual({ kind: "done" });
  expect(await live.get(namespace, "one")).toBeUndefined();
});

test.each(LOSSES)("an immutable Secret is made anew where %s", async (_, losses) => {
  await made({ a: "1" });
  const path = `/api/v1/namespaces/${namespace}/secrets/one`;
  await server.ask("PATCH", path, { immutable: true }, { type: "application/merge-patch+json" });
  fates = [...losses, "pass", ...losses];
  expect(await live.update(wanted({ a: "2" }), await got())).toEqual({ kind: "done" });
  expect(plain(await got())).toEqual({ a: "2" });
});

test.each(LOSSES)("a namespace is created, annotated and removed once where %s", async (_, losses) => {
  const { previews } = live;
  const name = `${namespace}-pr-1`;
  const labels = new Map([["jackfield.dev/preview-of", namespace]]);
  const wanted = { name, labels, annotations: new Map([["a", "1"]]) };
  fates = [...losses];
  expect(await previews.create(wanted)).toEqual({ kind: "done" });
  const made = await previews.get(name);
  expect(made?.annotations.get("a")).toBe("1");
  expect(await previews.create(wanted)).toEqual({ kind: "changed" });
  fates = [...losses];
  expect(await previews.annotate(name, new Map([["a", "2"]]), made?.seen ?? NOTHING)).toEqual({
    kind: "done",
  });
  const noted = await previews.get(name);
  expect([noted?.annotations.get("a"), noted?.seen.uid]).toEqual(["2", made?.seen.uid]);
  fates = [...losses];
  expect(await previews.remove(name, noted?.seen ?? NOTHING)).toEqual({ kind: "done" });
  expect((await previews.get(name))?.isLeaving).toBe(true);
});

test("a namespace that somebody else made after a request was lost is not taken for ours", async () => {
  const name = `${namespace}-pr-1`;
  let made: Promise<unknown> | undefined;
  meanwhile = () => {
    made ??= server.namespace(name);
  };
  fates = ["drop", "drop"];
  const answer = await live.previews.create({ name, labels: new Map([["a", "b"]]), annotations: new Map() });
  await made;
  expect(answer).toEqual({ kind: "changed" });
  expect((await live.previews.get(name))?.labels.get("a")).toBeUndefined();
});

const NOTHING = { uid: "none", resourceVersion: "none" };

test("what somebody else wrote after a lost answer is not written over, nor taken for ours", async () => {
  const seen = await made({ a: "1" });
  fates = ["lose"];
  let edited: Promise<unknown> | undefined;
  let writes = 0;
  meanwhile = () => {
    writes += 1;
    const path = `/api/v1/namespaces/${namespace}/secrets/one`;
    const body = { data: { b: Buffer.from("theirs").toString("base64") } };
    // Once the answer is lost, and before the second try.
    if (writes === 2) edited = server.ask("PATCH", path, body, { type: "application/merge-patch+json" });
  };
  const answer = await live.update(wanted({ a: "2" }), seen);
  await edited;
  expect(["changed", "done"]).toContain(answer.kind);
  expect(plain(await got())).toEqual({ a: "2", b: "theirs" });
});

test("a lock that was taken without our knowing is ours", async () => {
  fates = ["lose", "hide"];
  const answer = await live.lock(namespace, "jackfield-prod", "me");
  expect(answer.kind).toBe("locked");
  if (answer.kind === "locked") await answer.lock.release();
});

afterEach(() => live.close());

test("what never arrives is told as unknown", async () => {
  const seen = await made({ a: "1" });
  fates = Array.from({ length: 5 }, () => "drop" as const);
  expect(await live.update(wanted({ a: "2" }), seen)).toMatchObject({
    kind: "unreachable",
    diagnostic: { code: "JF705" },
  });
});

test("values that are no text are told from all that is", async () => {
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  const bytes = Buffer.from([0xff, 0xfe, 0x00]).toString("base64");
  await server.ask("POST", path, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "one" },
    data: { a: bytes },
  });
  const value = (await got()).data.get("a");
  expect(value).toBeInstanceOf(Secret);
  expect(value?.reveal().isWellFormed()).toBe(false);
});
