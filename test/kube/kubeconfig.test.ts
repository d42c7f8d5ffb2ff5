import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { endpointOf } from "../../src/node/kube/endpoint.ts";
import { inCluster } from "../../src/node/kube/in-cluster.ts";
import { PortFailure } from "../../src/ports.ts";
import { kubeconfig, scratch } from "../support/kube-fake.ts";

const folders: { remove: () => void }[] = [];
afterEach(() => {
  for (const one of folders.splice(0)) one.remove();
});

function folderOf(files: Readonly<Record<string, string>>): string {
  const one = scratch(files);
  folders.push(one);
  return one.path;
}

function envOf(files: Readonly<Record<string, string>>, listed = Object.keys(files)) {
  const path = folderOf(files);
  return { HOME: path, KUBECONFIG: listed.map((name) => join(path, name)).join(delimiter) };
}

/** What is thrown, as it is told. */
function trouble(action: () => unknown): {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
} {
  try {
    action();
  } catch (error) {
    if (!(error instanceof PortFailure)) throw error;
    expect(JSON.stringify(error.diagnostic)).not.toContain("canary");
    return error.diagnostic;
  }
  throw new Error("nothing was thrown");
}

const signature = (user: object, more: object = {}) =>
  endpointOf("test", envOf({ config: kubeconfig("https://cluster:6443", user, more) })).credentials.current();

test("a context, its cluster and its user may be in three files, in YAML or JSON", async () => {
  const env = envOf({
    a: "apiVersion: v1\nkind: Config\ncontexts:\n- context: {cluster: c, user: u}\n  name: eu\n",
    b: 'clusters:\n- name: c\n  cluster:\n    server: "https://one:1/path"\n    tls-server-name: other\n',
    c: '{"users": [{"name": "u", "user": {"token": "t"}}]}',
    d: "clusters:\n- name: c\n  cluster:\n    server: https://two\n",
    missing: "",
    flow: "{apiVersion: v1}",
  });
  const { base, trust, credentials } = endpointOf("eu", env);
  expect(base.href).toBe("https://one:1/path");
  expect(trust).toEqual({ rejectUnauthorized: true, servername: "other" });
  expect(await credentials.current()).toEqual({ headers: { authorization: "Bearer t" } });
});

const KUBECTL = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: Y2E=
    server: https://one:6443
  name: c
contexts:
- context:
    cluster: c
    user: u
  name: test
current-context: test
kind: Config
preferences: {}
users:
- name: u
  user:
    token: t
`;

// The second is beyond the reader of plain files.
test.each([KUBECTL, `# by hand\n${KUBECTL.replace("token: t", "token: &t t")}`])(
  "a kubeconfig as kubectl writes it",
  async (config) => {
    const { base, trust, credentials } = endpointOf("test", envOf({ config }));
    expect([base.host, String(trust.ca)]).toEqual(["one:6443", "ca"]);
    expect((await credentials.current()).headers).toEqual({ authorization: "Bearer t" });
  },
);

test("a file that is not there is passed over, and the one at home is for want of others", () => {
  const home = folderOf({});
  mkdirSync(join(home, ".kube"));
  writeFileSync(join(home, ".kube", "config"), kubeconfig("https://home"));
  expect(endpointOf("test", { HOME: home }).base.hostname).toBe("home");
  expect(endpointOf("test", { HOME: home, KUBECONFIG: "" }).base.hostname).toBe("home");
  const env = envOf({ one: kubeconfig("https://one") }, ["none", "one"]);
  expect(endpointOf("test", env).base.hostname).toBe("one");
  const away = { HOME: home, KUBECONFIG: join(home, "none") };
  expect(trouble(() => endpointOf("test", away))).toMatchObject({
    code: "JF700",
    message: `the kubeconfig has no context \`test\`: ${join(home, "none")} (not there)`,
  });
});

test("a context that is absent is never another one", () => {
  const env = envOf({ config: kubeconfig("https://one") });
  const found = trouble(() => endpointOf("tset", env));
  expect(found).toMatchObject({ code: "JF700", hint: "did you mean `test`?" });
  expect(trouble(() => endpointOf("", env)).code).toBe("JF700");
});

const BAD_FILES: readonly (readonly [string, string, string])[] = [
  ["no YAML", "users: [{token: canary", "JF701"],
  ["a list", "- canary", "JF701"],
  ["a text", "canary", "JF701"],
  ["empty", "", "JF700"],
  [
    "a context without a cluster",
    JSON.stringify({ contexts: [{ name: "test", context: { user: "u" } }] }),
    "JF702",
  ],
  [
    "a cluster that is not there",
    JSON.stringify({ contexts: [{ name: "test", context: { cluster: "c", user: "u" } }] }),
    "JF702",
  ],
];

test.each(BAD_FILES)("a kubeconfig that is %s", (_, text, code) => {
  expect(trouble(() => endpointOf("test", envOf({ config: text }))).code).toBe(code);
});

test("a kubeconfig that nobody may read, or that is a folder", () => {
  const home = folderOf({ config: kubeconfig("https://one") });
  expect(trouble(() => endpointOf("test", { KUBECONFIG: home })).code).toBe("JF701");
  chmodSync(join(home, "config"), 0);
  if (process.getuid?.() === 0) return;
  expect(trouble(() => endpointOf("test", { KUBECONFIG: join(home, "config") })).code).toBe("JF701");
});

const BAD_CLUSTERS: readonly (readonly [string, string, object, RegExp])[] = [
  ["no server", "", {}, /without a `server`/],
  ["a server that is no URL", "canary", {}, /no URL/],
  ["a server of another protocol", "ftp://canary", {}, /no URL/],
  ["plain HTTP over the wire", "http://canary.example:8080", {}, /plain HTTP/],
  ["a proxy", "https://one", { "proxy-url": "socks5://canary" }, /proxy/],
  [
    "an authority that is not there",
    "https://one",
    { "certificate-authority": "canary.crt" },
    /cannot be read: ENOENT/,
  ],
  ["a name that is no text", "https://one", { "tls-server-name": 1 }, /no text/],
];

test.each(BAD_CLUSTERS)("a cluster with %s", (_, server, more, message) => {
  const env = envOf({ config: kubeconfig(server, {}, more) });
  const found = trouble(() => endpointOf("test", env));
  expect(found.code).toBe("JF702");
  expect(found.message).toMatch(message);
});

test("plain HTTP is for this machine", () => {
  for (const host of ["localhost:8001", "127.0.0.1:8001", "[::1]:8001"]) {
    expect(endpointOf("test", envOf({ config: kubeconfig(`http://${host}`) })).base.host).toBe(host);
  }
});

test("certificates are told from the folder of their file, and data comes first", async () => {
  const pem = (text: string) => Buffer.from(text).toString("base64");
  const path = folderOf({ "ca.crt": "authority", "me.crt": "certificate", "me.key": "key" });
  writeFileSync(
    join(path, "config"),
    kubeconfig(
      "https://one",
      { "client-certificate": "me.crt", "client-key": "me.key", "client-certificate-data": pem("data") },
      { "certificate-authority": "ca.crt" },
    ),
  );
  const { trust, credentials } = endpointOf("test", { KUBECONFIG: join(path, "config") });
  expect(String(trust.ca)).toBe("authority");
  const { cert, key } = await credentials.current();
  expect([String(cert), String(key)]).toEqual(["data", "key"]);
});

const USERS: readonly (readonly [string, object, object])[] = [
  ["nothing", {}, {}],
  ["a token", { token: "t" }, { authorization: "Bearer t" }],
  ["a password", { username: "me", password: "ö:" }, { authorization: `Basic ${btoa("me:\xc3\xb6:")}` }],
  ["a token before a program", { token: "t", exec: { command: "false" } }, { authorization: "Bearer t" }],
  [
    "another to stand in for",
    { token: "t", as: "eve", "as-uid": "7", "as-groups": ["a", "b"], "as-user-extra": { "x/y": ["z"] } },
    {
      authorization: "Bearer t",
      "impersonate-user": "eve",
      "impersonate-uid": "7",
      "impersonate-group": ["a", "b"],
      "impersonate-extra-x%2Fy": ["z"],
    },
  ],
];

test.each(USERS)("a user with %s", async (_, user, headers) => {
  expect((await signature(user)).headers).toEqual(headers);
});

test("who stands in for groups but nobody is refused, and a token that is no text", async () => {
  expect(
    trouble(() => endpointOf("test", envOf({ config: kubeconfig("https://one", { "as-groups": ["a"] }) }))),
  ).toMatchObject({
    code: "JF702",
  });
  const numeric = envOf({ config: kubeconfig("https://one", { token: 12345 }) });
  expect(trouble(() => endpointOf("test", numeric)).code).toBe("JF702");
});

test("a token from a file is read again when it was refused, and comes before one that stands there", async () => {
  const path = folderOf({ token: " first\n" });
  writeFileSync(join(path, "config"), kubeconfig("https://one", { tokenFile: "token", token: "old" }));
  const { credentials } = endpointOf("test", { KUBECONFIG: join(path, "config") });
  const first = await credentials.current();
  expect(first.headers.authorization).toBe("Bearer first");
  writeFileSync(join(path, "token"), "second");
  expect((await credentials.current()).headers.authorization).toBe("Bearer first");
  expect((await credentials.renewed(first)).headers.authorization).toBe("Bearer second");
  expect((await credentials.current()).headers.authorization).toBe("Bearer second");
});

test("a token file that is not there is told", async () => {
  await expect(signature({ tokenFile: "canary" })).rejects.toMatchObject({ diagnostic: { code: "JF702" } });
});

test("a pod signs with the token of its service account, whichever is there now", async () => {
  const path = folderOf({ "ca.crt": "authority", token: "first" });
  const env = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" };
  const { base, trust, credentials } = inCluster(env, path);
  expect(base.href).toBe("https://10.0.0.1/");
  expect(trust).toEqual({ ca: "authority", rejectUnauthorized: true });
  const first = await credentials.current();
  writeFileSync(join(path, "token"), "second\n");
  expect((await credentials.renewed(first)).headers).toEqual({ authorization: "Bearer second" });
  expect(inCluster({ ...env, KUBERNETES_SERVICE_HOST: "fd00::1" }, path).base.host).toBe("[fd00::1]");
});

test("outside of a pod there is no service account", () => {
  const env = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" };
  expect(trouble(() => endpointOf("in-cluster", {})).code).toBe("JF703");
  expect(trouble(() => inCluster(env, folderOf({}))).message).toContain("ca.crt: ENOENT");
  expect(trouble(() => inCluster({ ...env, KUBERNETES_SERVICE_PORT: "x" }, folderOf({}))).code).toBe("JF703");
});
