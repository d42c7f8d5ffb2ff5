import type { ServerResponse } from "node:http";
import { afterEach, expect, test } from "vitest";
import type { LiveCluster } from "../../src/cluster-ports.ts";
import { PortFailure } from "../../src/ports.ts";
import { type Fake, fake, type Handler, json, open, secret, status, wanted } from "../support/kube-fake.ts";

// What a cluster makes of answers that are late, broken, or none of Kubernetes'.

let opened: readonly { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened) await one.close();
  opened = [];
});

async function cluster(handler: Handler, user?: object): Promise<{ live: LiveCluster; server: Fake }> {
  const server = await fake(handler);
  const live = open(server.url, user);
  opened = [live, server];
  return { live, server };
}

/** The code that a reader throws. */
async function codeOf(reading: Promise<unknown>): Promise<string> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof PortFailure) {
      expect(JSON.stringify(error.diagnostic)).not.toContain("canary");
      return error.diagnostic.code;
    }
    throw error;
  }
  return "none";
}

const html = (code: number) => (_: unknown, response: ServerResponse) => {
  response.writeHead(code, { "content-type": "text/html" });
  response.end("<html>canary: log in</html>");
};
const gives =
  (body: unknown, code = 200) =>
  (_: unknown, response: ServerResponse) =>
    json(response, code, body);
const LIST = { kind: "SecretList", apiVersion: "v1", metadata: {} };
const ABSENT = status(404, "NotFound", { details: { kind: "secrets", name: "one" } });

const GARBAGE: readonly (readonly [string, Handler])[] = [
  ["an empty object", gives({})],
  ["null", gives(null)],
  ["a list without items", gives(LIST)],
  ["a list whose items are null", gives({ ...LIST, items: null })],
  ["a list of another version", gives({ ...LIST, apiVersion: "v2", items: [] })],
  ["a list of something else", gives({ ...LIST, kind: "ConfigMapList", items: [] })],
  ["a list of half a Secret", gives({ ...LIST, items: [{ metadata: { name: "one" } }] })],
  ["a list of another namespace", gives({ ...LIST, items: [secret("other", "one")] })],
  ["data that is no map", gives({ ...LIST, items: [secret("airflow", "one", { data: [] })] })],
  [
    "data that is no base64",
    gives({ ...LIST, items: [secret("airflow", "one", { data: { a: "canary!" } })] }),
  ],
  ["data that is a number", gives({ ...LIST, items: [secret("airflow", "one", { data: { a: 1 } })] })],
  [
    "labels that are no map",
    gives({ ...LIST, items: [{ ...secret("airflow", "one"), metadata: { labels: 1 } }] }),
  ],
  ["a success that is a Status", gives(status(200, ""))],
  ["HTML", html(200)],
  ["HTML as a 403", html(403)],
  ["HTML as a 404", html(404)],
  [
    "JSON under another type",
    (_, response) => {
      response.writeHead(200, { "content-type": "text/plain" });
      response.end(JSON.stringify({ ...LIST, items: [] }));
    },
  ],
  [
    "JSON that breaks off",
    (_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ ...LIST, items: [] }).slice(0, -1));
    },
  ],
  [
    "a redirect",
    (_, response) => {
      response.writeHead(302, { location: "/" });
      response.end();
    },
  ],
];

test.each(GARBAGE)("%s is no answer of a cluster", async (_, handler) => {
  const { live } = await cluster(handler);
  expect(await codeOf(live.list("airflow"))).toBe("JF712");
  expect(await codeOf(live.get("airflow", "one"))).toBe("JF712");
  expect(await codeOf(live.identity())).toBe("JF712");
  for (const answer of [
    await live.create(wanted("one")),
    await live.remove("airflow", "one", { uid: "u", resourceVersion: "1" }),
  ]) {
    expect(answer.kind).not.toBe("done");
    expect(answer).toMatchObject({ diagnostic: { code: "JF712" } });
    expect(JSON.stringify(answer)).not.toContain("canary");
  }
  expect(await live.lock("airflow", "jackfield-prod", "me")).toMatchObject({ kind: "refused" });
});

test("another Secret than the one asked for is no answer", async () => {
  const { live } = await cluster(gives(secret("airflow", "two")));
  expect(await codeOf(live.get("airflow", "one"))).toBe("JF712");
});

const ABSENCES: readonly (readonly [string, object, string])[] = [
  ["the Secret", ABSENT, "none"],
  ["another Secret", status(404, "NotFound", { details: { kind: "secrets", name: "two" } }), "JF713"],
  ["the path", status(404, "NotFound", { details: {} }), "JF713"],
  ["something without a name", { kind: "Status", apiVersion: "v1" }, "JF713"],
];

test.each(ABSENCES)("a 404 for %s", async (_, body, code) => {
  const { live } = await cluster(gives(body, 404));
  expect(await codeOf(live.get("airflow", "one"))).toBe(code);
});

test("an answer that has no end is given up", async () => {
  const chunk = Buffer.alloc(1 << 20, " ");
  const { live } = await cluster((_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const more = () => {
      while (!response.destroyed && response.write(chunk));
      response.once("drain", more);
    };
    more();
  });
  expect(await codeOf(live.list("airflow"))).toBe("JF712");
});

/** First some trouble, then an answer. */
function after(times: number, trouble: Handler, then: Handler): Handler {
  return (came, response, index) => (index < times ? trouble : then)(came, response, index);
}

const busy: Handler = (_, response) => {
  response.writeHead(429, { "content-type": "text/plain", "retry-after": "0" });
  response.end("Too many requests, please try again later.");
};
const reset: Handler = (_, response) => void response.socket?.destroy();
const ignore: Handler = () => undefined;

const PASSING: readonly (readonly [string, Handler])[] = [
  ["429 as plain text", busy],
  ["503", gives(status(503, "ServiceUnavailable"), 503)],
  ["502 of a proxy", html(502)],
  ["504", gives(status(504, "Timeout"), 504)],
  ["a connection that breaks", reset],
  ["silence", ignore],
];

test.each(PASSING)("%s passes", async (_, trouble) => {
  const first = after(1, gives(ABSENT, 404), after(3, trouble, gives(secret("airflow", "one"))));
  const { live, server } = await cluster(first);
  expect(await live.get("airflow", "one")).toBeUndefined();
  expect((await live.get("airflow", "one"))?.name).toBe("one");
  expect(server.came.length).toBe(4);
});

test("silence from the first is told after one try", async () => {
  const { live, server } = await cluster(ignore);
  expect(await codeOf(live.get("airflow", "one"))).toBe("JF705");
  expect(server.came.length).toBe(1);
});

test.each(PASSING)(
  "%s that lasts is told, and nothing is taken for absent",
  async (_, trouble) => {
    const { live, server } = await cluster(after(1, gives(ABSENT, 404), trouble));
    expect(await live.get("airflow", "one")).toBeUndefined();
    expect(await codeOf(live.list("airflow"))).toMatch(/^JF7(?:05|13|15)$/);
    const tried = server.came.length;
    expect(tried).toBe(8);
    // For some seconds nobody waits for it again.
    const answer = await live.create(wanted("one"));
    expect(answer).toMatchObject({ kind: "unreachable" });
    expect(JSON.stringify(answer)).not.toContain("canary");
    expect(server.came.length).toBe(tried);
  },
  20_000,
);

const REFUSALS: readonly (readonly [string, object, number, string])[] = [
  [
    "a value that is no text",
    status(500, "", { message: "failed to create typed patch object: canary" }),
    500,
    "JF713",
  ],
  ["bad base64", status(500, "", { message: "illegal base64 data at input byte 7" }), 500, "JF713"],
  ["a request of more than 3 MiB", status(413, "RequestEntityTooLarge"), 413, "JF710"],
  [
    "values of more than 1 MiB",
    status(422, "Invalid", { details: { causes: [{ reason: "FieldValueTooLong", field: "data" }] } }),
    422,
    "JF710",
  ],
  ["etcd's own limit", status(500, "", { message: "etcdserver: request is too large" }), 500, "JF710"],
  ["a field", status(422, "Invalid", { details: { causes: [{ field: "data[a/b]" }] } }), 422, "JF711"],
  [
    "a field that is a text",
    status(422, "Invalid", { details: { causes: [{ field: "the canary: {}" }] } }),
    422,
    "JF711",
  ],
  ["a policy", status(403, "Forbidden", { message: "canary says no" }), 403, "JF714"],
  ["a quota", status(403, "Forbidden", { message: "exceeded quota: canary" }), 403, "JF709"],
  ["a Role", status(403, "Forbidden", { message: 'canary cannot patch resource "secrets"' }), 403, "JF706"],
  [
    "the namespace",
    status(404, "NotFound", { details: { kind: "namespaces", name: "airflow" } }),
    404,
    "JF707",
  ],
  [
    "a namespace that ends",
    status(403, "Forbidden", { details: { causes: [{ reason: "NamespaceTerminating" }] } }),
    403,
    "JF708",
  ],
];

test.each(REFUSALS)("what %s refuses is told once, without its words", async (_, body, code, wantedCode) => {
  const { live, server } = await cluster(gives(body, code));
  const answer = await live.create(wanted("one"));
  expect(answer).toMatchObject({ kind: "refused", diagnostic: { code: wantedCode } });
  expect(JSON.stringify(answer)).not.toContain("canary");
  expect(server.came.length).toBe(1);
});

test("a 500 of etcd that chooses a leader is tried again", async () => {
  const leader = gives(status(500, "", { message: "etcdserver: leader changed" }), 500);
  const { live, server } = await cluster(after(2, leader, gives(secret("airflow", "one"), 201)));
  expect(await live.create(wanted("one"))).toEqual({ kind: "done" });
  expect(server.came.length).toBe(3);
});

test("a quota that is being counted is waited for", async () => {
  const counting = gives(status(409, "Conflict", { details: { kind: "resourcequotas", name: "q" } }), 409);
  const { live } = await cluster(after(3, counting, gives(secret("airflow", "one"), 201)));
  expect(await live.create(wanted("one"))).toEqual({ kind: "done" });
});

test("a quota that is counted for ever is not taken for a change", async () => {
  const counting = gives(status(409, "Conflict", { details: { kind: "resourcequotas", name: "q" } }), 409);
  const { live } = await cluster(counting);
  expect(await live.create(wanted("one"))).toMatchObject({ kind: "unreachable" });
});

test("Retry-After is waited for, within reason", async () => {
  const wait: Handler = (_, response) => json(response, 429, {}, { "retry-after": "3600" });
  const { live } = await cluster(after(1, wait, gives(secret("airflow", "one"))));
  const start = performance.now();
  await live.get("airflow", "one");
  expect(performance.now() - start).toBeGreaterThanOrEqual(25);
});

/** A list in pages of one. */
function paged(names: readonly string[], expire: (page: number, index: number) => boolean): Handler {
  return ({ query }, response, index) => {
    const page = Number(query.get("continue") ?? 0);
    if (expire(page, index)) return json(response, 410, status(410, "Expired"));
    const next = page + 1 < names.length ? { continue: String(page + 1) } : {};
    const { kind: _, apiVersion: __, ...item } = secret("airflow", names[page] ?? "");
    return json(response, 200, { ...LIST, metadata: next, items: [item] });
  };
}

test("a list is read to its end, and sorted", async () => {
  const { live, server } = await cluster(paged(["c", "a", "b"], () => false));
  expect((await live.list("airflow")).map(({ name }) => name)).toEqual(["a", "b", "c"]);
  expect(server.came.map(({ query }) => query.get("limit"))).toEqual(["500", "500", "500"]);
  expect(server.came[0]?.query.get("fieldSelector")).toContain("type!=helm.sh/release.v1");
});

test("a list that the server forgot half-way is begun anew", async () => {
  const { live, server } = await cluster(paged(["a", "b", "c"], (page, index) => page === 2 && index < 6));
  expect((await live.list("airflow")).map(({ name }) => name)).toEqual(["a", "b", "c"]);
  expect(server.came.length).toBe(9);
});

test("a list that is forgotten again and again is no empty one", async () => {
  const { live } = await cluster(paged(["a", "b"], (page) => page === 1));
  expect(await codeOf(live.list("airflow"))).toBe("JF713");
});

test("a list without an end is none", async () => {
  const endless: Handler = (_, response) =>
    json(response, 200, { ...LIST, metadata: { continue: "1" }, items: [] });
  const { live } = await cluster(endless);
  expect(await codeOf(live.list("airflow"))).toBe("JF712");
});

test("no more than 16 requests are under way at once", async () => {
  let now = 0;
  let most = 0;
  const { live } = await cluster((came, response) => {
    now += 1;
    most = Math.max(most, now);
    setTimeout(() => {
      now -= 1;
      json(response, 200, secret("airflow", came.path.split("/").at(-1) ?? ""));
    }, 5);
  });
  await Promise.all(Array.from({ length: 100 }, (_, i) => live.get("airflow", `s${i}`)));
  expect(most).toBe(16);
});

test("all goes over connections that are kept, below the path of the server", async () => {
  const server = await fake((came, response) =>
    json(response, 200, secret("airflow", came.path.split("/").at(-1) ?? "")),
  );
  const live = open(`${server.url}/k8s/clusters/c-1/`);
  opened = [live, server];
  for (let i = 0; i < 5; i++) await live.get("airflow", "one");
  expect(server.came[0]).toMatchObject({ path: "/k8s/clusters/c-1/api/v1/namespaces/airflow/secrets/one" });
});

test("where nobody listens is told within moments, with the context", async () => {
  const server = await fake(() => undefined);
  await server.close();
  const live = open(server.url);
  opened = [live];
  await expect(live.list("airflow")).rejects.toMatchObject({
    diagnostic: {
      code: "JF705",
      message: "cluster `eu` cannot be reached: nothing listens at its address",
      hint: `context \`test\`, server \`${new URL(server.url).host}\``,
    },
  });
});

test.each(["../one", "..", ".", "a/b", "", "One", "a b", "a?b", "x".repeat(254)])(
  "%j is asked of nobody",
  async (name) => {
    const { live, server } = await cluster(gives({}));
    const seen = { uid: "u", resourceVersion: "1" };
    expect(await live.create(wanted(name))).toMatchObject({ kind: "refused", diagnostic: { code: "JF711" } });
    expect(await live.remove("airflow", name, seen)).toMatchObject({ kind: "refused" });
    expect(await live.lock("airflow", name, "me")).toMatchObject({ kind: "refused" });
    expect(await codeOf(live.get("airflow", name))).toBe("JF711");
    expect(await codeOf(live.get(name, "one"))).toBe("JF711");
    expect(await codeOf(live.list(name))).toBe("JF711");
    expect(server.came).toEqual([]);
  },
);
