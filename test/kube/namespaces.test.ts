import { afterEach, expect, test } from "vitest";
import type { LiveCluster } from "../../src/cluster-ports.ts";
import { type Fake, fake, type Handler, json, open, status } from "../support/kube-fake.ts";

// What the namespaces of previews make of answers that are broken, late, or none of Kubernetes'.

let opened: readonly { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened) await one.close();
  opened = [];
});

async function cluster(handler: Handler): Promise<{ live: LiveCluster; server: Fake }> {
  const server = await fake(handler);
  const live = open(server.url);
  opened = [live, server];
  return { live, server };
}

const SEEN = { uid: "uid-of-pr-1", resourceVersion: "7" };
const WANTED = { name: "pr-1", labels: new Map([["of", "us"]]), annotations: new Map([["note", "1"]]) };
const NOTE = new Map([["note", "2"]]);

/** A namespace as servers give it. */
function namespace(name: string, metadata: object = {}, phase = "Active"): Record<string, unknown> {
  const full = { name, uid: `uid-of-${name}`, resourceVersion: "7", labels: { of: "us" }, ...metadata };
  return { kind: "Namespace", apiVersion: "v1", metadata: full, status: { phase } };
}

const gives =
  (body: unknown, code = 200): Handler =>
  (_, response) =>
    json(response, code, body);
const listOf = (...items: readonly unknown[]) => ({
  kind: "NamespaceList",
  apiVersion: "v1",
  metadata: {},
  items,
});

const GARBAGE: readonly (readonly [string, unknown])[] = [
  ["an empty object", {}],
  ["null", null],
  ["a list without items", { ...listOf(), items: undefined }],
  ["a list of something else", { ...listOf(), kind: "SecretList" }],
  ["a list of half a namespace", listOf({ metadata: { name: "pr-1" } })],
  [
    "a list of what has another label",
    listOf(namespace("pr-1"), namespace("prod", { labels: { of: "them" } })),
  ],
  ["a list of what has no label", listOf(namespace("prod", { labels: undefined }))],
  ["a namespace of another name", namespace("prod")],
  ["a namespace without a uid", namespace("pr-1", { uid: undefined })],
  ["annotations that are no map", namespace("pr-1", { annotations: [] })],
];

test.each(GARBAGE)("%s is no answer about namespaces", async (_, body) => {
  const { live } = await cluster(gives(body));
  const { previews } = live;
  for (const reading of [() => previews.get("pr-1"), () => previews.list("of", "us")])
    await expect(reading()).rejects.toMatchObject({ diagnostic: { code: "JF712" } });
  for (const answer of [await previews.create(WANTED), await previews.annotate("pr-1", NOTE, SEEN)])
    expect(answer).toMatchObject({ kind: "unreachable", diagnostic: { code: "JF712" } });
});

test("a removal that nothing of Kubernetes confirms is not done", async () => {
  for (const body of [{}, listOf(), status(200, "")]) {
    const { live } = await cluster(gives(body));
    expect((await live.previews.remove("pr-1", SEEN)).kind).toBe("unreachable");
  }
});

test("a 404 is an absence only if the server names the namespace", async () => {
  for (const details of [{}, { kind: "namespaces", name: "pr-2" }, { kind: "secrets", name: "pr-1" }]) {
    const { live } = await cluster(gives(status(404, "NotFound", { details }), 404));
    await expect(live.previews.get("pr-1")).rejects.toMatchObject({ diagnostic: {} });
    expect((await live.previews.remove("pr-1", SEEN)).kind).not.toBe("done");
  }
});

test("each write is sent with what guards it, and by our name", async () => {
  const { live, server } = await cluster(gives(namespace("pr-1")));
  await live.previews.create(WANTED);
  await live.previews.annotate("pr-1", NOTE, SEEN);
  await live.previews.remove("pr-1", SEEN);
  const sent = server.came.map(({ method, path, query, body }) => [
    `${method} ${path} ${query.get("fieldManager") ?? "-"}`,
    JSON.parse(body),
  ]);
  const base = "/api/v1/namespaces";
  expect(sent).toEqual([
    [
      `POST ${base} jackfield`,
      {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "pr-1", labels: { of: "us" }, annotations: { note: "1" } },
      },
    ],
    [`PATCH ${base}/pr-1 jackfield`, { metadata: { ...SEEN, annotations: { note: "2" } } }],
    [`DELETE ${base}/pr-1 -`, { apiVersion: "v1", kind: "DeleteOptions", preconditions: SEEN }],
  ]);
});

const PHASES: readonly (readonly [string, Record<string, unknown>, boolean])[] = [
  ["one that is there, just like ours", namespace("pr-1", { annotations: { note: "1" } }), false],
  ["one with a time of its deletion", namespace("pr-1", { deletionTimestamp: "2026-01-01T00:00:00Z" }), true],
  ["one that is Terminating", namespace("pr-1", {}, "Terminating"), true],
];

test.each(PHASES)("%s, after a refused removal", async (_, body, isLeaving) => {
  const conflict = status(409, "Conflict", { details: { kind: "namespaces", name: "pr-1" } });
  const { live } = await cluster(({ method }, response) =>
    method === "GET" ? json(response, 200, body) : json(response, 409, conflict),
  );
  expect((await live.previews.get("pr-1"))?.isLeaving).toBe(isLeaving);
  expect((await live.previews.remove("pr-1", SEEN)).kind).toBe(isLeaving ? "done" : "changed");
  const another = { ...SEEN, uid: "another" };
  expect((await live.previews.remove("pr-1", another)).kind).toBe("changed");
  // Nothing was ever sent twice, so what is there is not ours.
  expect((await live.previews.create(WANTED)).kind).toBe("changed");
});

const AFTERWARDS: readonly (readonly [string, Record<string, unknown>, string, string])[] = [
  ["what we sent", namespace("pr-1", { annotations: { note: "1" } }), "done", "changed"],
  ["what we sent next", namespace("pr-1", { annotations: { note: "2" } }), "changed", "done"],
  ["what others sent", namespace("pr-1", { annotations: { note: "3" } }), "changed", "changed"],
  ["other labels", namespace("pr-1", { annotations: { note: "1" }, labels: {} }), "changed", "changed"],
  ["another of its name", namespace("pr-1", { uid: "u", annotations: { note: "2" } }), "changed", "changed"],
  ["one that leaves", namespace("pr-1", { annotations: { note: "1" } }, "Terminating"), "changed", "changed"],
];

test.each(AFTERWARDS)(
  "an unclear answer is settled by looking: %s is there",
  async (_, body, made, noted) => {
    let writes = 0;
    const { live } = await cluster(({ method }, response) => {
      if (method === "GET") return json(response, 200, body);
      return writes++ % 2 === 0
        ? json(response, 504, status(504, "Timeout"))
        : json(response, 409, status(409, "AlreadyExists"));
    });
    expect((await live.previews.create(WANTED)).kind).toBe(made);
    expect((await live.previews.annotate("pr-1", NOTE, SEEN)).kind).toBe(noted);
  },
);

test("a list is read over all pages, of the label alone, and begun anew when it is forgotten", async () => {
  const names = ["pr-3", "pr-1", "pr-2"];
  const { live, server } = await cluster(({ query }, response, index) => {
    const page = Number(query.get("continue") ?? 0);
    if (index === 2) return json(response, 410, status(410, "Expired"));
    const next = page + 1 < names.length ? { continue: String(page + 1) } : {};
    return json(response, 200, { ...listOf(namespace(names[page] ?? "")), metadata: next });
  });
  await expect(live.previews.list("jackfield.dev/of", "us")).rejects.toMatchObject({
    diagnostic: { code: "JF712" },
  });
  expect((await live.previews.list("of", "us")).map(({ name }) => name)).toEqual([...names].sort());
  expect(server.came.map(({ query }) => query.get("labelSelector")).slice(0, 2)).toEqual([
    "jackfield.dev/of=us",
    "of=us",
  ]);
  expect(new Set(server.came.map(({ query }) => query.get("limit")))).toEqual(new Set(["500"]));
});
