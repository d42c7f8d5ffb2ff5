import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { endpointOf } from "../../src/node/kube/endpoint.ts";
import { runPlugin } from "../../src/node/kube/exec.ts";
import { readContext } from "../../src/node/kube/kubeconfig.ts";
import { type Fake, fake, json, kubeconfig, open, scratch, secret, status } from "../support/kube-fake.ts";

// Programs and servers that give tokens.

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

const API = "client.authentication.k8s.io/v1";
const credential = (status_: object, more: object = {}) =>
  JSON.stringify({ apiVersion: API, kind: "ExecCredential", status: status_, ...more });

/** A folder with a program `plugin` that is this shell script, and a kubeconfig whose user is its output. */
function plugin(script: string, exec: object = {}, server = "https://one", cluster: object = {}) {
  const folder = scratch({ plugin: `#!/bin/sh\n${script}\n` });
  opened.push(folder.remove);
  chmodSync(join(folder.path, "plugin"), 0o700);
  const user = { exec: { apiVersion: API, command: "./plugin", interactiveMode: "IfAvailable", ...exec } };
  writeFileSync(join(folder.path, "config"), kubeconfig(server, user, cluster));
  const env = { PATH: process.env.PATH, KUBECONFIG: join(folder.path, "config"), FROM_US: "1" };
  return { path: folder.path, env };
}

const signatureOf = ({ env }: ReturnType<typeof plugin>) => endpointOf("test", env).credentials.current();

test("a program gives a token, a certificate, and when they end", async () => {
  const token = plugin(`echo '${credential({ token: "t", expirationTimestamp: "2100-01-01T00:00:00Z" })}'`);
  expect(await signatureOf(token)).toEqual({ headers: { authorization: "Bearer t" }, until: 4102444800000 });
  const cert = plugin(`echo '${credential({ clientCertificateData: "c", clientKeyData: "k" })}'`);
  expect(await signatureOf(cert)).toEqual({ headers: {}, cert: "c", key: "k" });
});

test("a program gets its arguments, its variables, ours, and what it is for", async () => {
  const script = `echo "$1 $2 $EXTRA $FROM_US" > seen; echo "$KUBERNETES_EXEC_INFO" > info; echo '${credential({ token: "t" })}'`;
  const exec = { args: ["a b", "c"], env: [{ name: "EXTRA", value: "x" }], provideClusterInfo: true };
  const extension = { name: "client.authentication.k8s.io/exec", extension: { audience: "a" } };
  const ca = Buffer.from("ca").toString("base64");
  const one = plugin(`cd "$(dirname "$0")"; ${script}`, exec, "https://one", {
    extensions: [extension],
    "certificate-authority-data": ca,
  });
  await signatureOf(one);
  expect(readFileSync(join(one.path, "seen"), "utf8")).toBe("a b c x 1\n");
  expect(JSON.parse(readFileSync(join(one.path, "info"), "utf8"))).toEqual({
    apiVersion: API,
    kind: "ExecCredential",
    spec: {
      interactive: false,
      cluster: { server: "https://one", "certificate-authority-data": ca, config: { audience: "a" } },
    },
  });
});

const FAILURES: readonly (readonly [string, string, object, RegExp])[] = [
  ["fails", "echo canary >&2; exit 3", {}, /`plugin` ended with exit code 3$/],
  ["says nothing", "true", {}, /gives no ExecCredential/],
  ["says something else", "echo canary", {}, /gives no ExecCredential/],
  [
    "speaks another version",
    `echo '${credential({ token: "canary" }, { apiVersion: `${API}beta1` })}'`,
    {},
    /gives no/,
  ],
  ["gives nothing", `echo '${credential({})}'`, {}, /neither a token nor a certificate/],
  ["gives half a certificate", `echo '${credential({ clientKeyData: "canary" })}'`, {}, /neither a token/],
  ["is not there", "true", { command: "jackfield-no-such-program" }, /is not there$/],
  ["must not run", "true", { command: "./config" }, /cannot be run: EACCES$/],
  ["takes too long", "sleep 5", {}, /took longer than 0.3 s$/],
  ["says too much", "head -c 5000 /dev/zero", {}, /printed more/],
  [
    "is of a version that is gone",
    "true",
    { apiVersion: "client.authentication.k8s.io/v1alpha1" },
    /not known/,
  ],
  ["wants a terminal", "true", { interactiveMode: "Always" }, /at a terminal/],
  ["has no name", "true", { command: "" }, /no `command`/],
];

test.each(FAILURES)("a program that %s", async (_, script, exec, message) => {
  const { env } = plugin(script, exec);
  const run = runPlugin(readContext("test", env), env, { time: 300, bytes: 1000 });
  await expect(run).rejects.toMatchObject({
    diagnostic: { code: "JF703", message: expect.stringMatching(message) },
  });
  await expect(run).rejects.not.toThrow(/canary/);
});

/** A server that takes one token, and a program that counts its runs. */
async function counted(takes: (run: number) => boolean, until?: string) {
  const server: Fake = await fake(({ headers, path }, response) => {
    const run = Number(headers.authorization?.split(" t").at(-1));
    if (takes(run)) json(response, 200, secret("airflow", path.split("/").at(-1) ?? ""));
    else json(response, 401, status(401, "Unauthorized"));
  });
  const output = credential({ token: "tN", ...(until !== undefined && { expirationTimestamp: until }) });
  const script = `cd "$(dirname "$0")"; echo x >> runs; N=$(wc -l < runs | tr -d ' '); echo '${output}' | sed "s/tN/t$N/"`;
  const { path } = plugin(script);
  const live = open(server.url, { exec: { apiVersion: API, command: join(path, "plugin") } });
  opened.push(live.close, server.close);
  const runs = () => readFileSync(join(path, "runs"), "utf8").length / 2;
  return { live, server, runs };
}

const many = Array.from({ length: 40 }, (_, i) => `s${i}`);

test("a program runs once, however many requests wait for it", async () => {
  const { live, runs } = await counted(() => true);
  await Promise.all(many.map((name) => live.get("airflow", name)));
  await live.get("airflow", "one");
  expect(runs()).toBe(1);
});

test("it runs once more when what it gave is refused, however many are", async () => {
  const { live, runs } = await counted((run) => run >= 2);
  await Promise.all(many.map((name) => live.get("airflow", name)));
  expect(runs()).toBe(2);
});

test("it runs again for what has ended, once for all that wait", async () => {
  const { live, runs } = await counted(() => true, "2020-01-01T00:00:00Z");
  await Promise.all(many.map((name) => live.get("airflow", name)));
  expect(runs()).toBe(2);
});

test("what is refused twice is told", async () => {
  const { live, runs } = await counted(() => false);
  await expect(live.get("airflow", "one")).rejects.toMatchObject({ diagnostic: { code: "JF704" } });
  expect(runs()).toBe(2);
  const answer = await live.remove("airflow", "one", { uid: "u", resourceVersion: "1" });
  expect(answer).toMatchObject({ kind: "refused", diagnostic: { code: "JF704" } });
});

test("a program that failed is not asked again", async () => {
  const { path } = plugin('cd "$(dirname "$0")"; echo x >> runs; exit 1');
  const live = open("http://127.0.0.1:1", { exec: { apiVersion: API, command: join(path, "plugin") } });
  for (let i = 0; i < 3; i++) {
    await expect(live.get("airflow", "one")).rejects.toMatchObject({ diagnostic: { code: "JF703" } });
  }
  expect(readFileSync(join(path, "runs"), "utf8")).toBe("x\n");
});

const jwt = (exp: number) =>
  ["{}", JSON.stringify({ exp }), "s"].map((part) => Buffer.from(part).toString("base64url")).join(".");

test("an identity token is used as long as it lasts", async () => {
  const token = jwt(4102444800);
  const provider = { "auth-provider": { name: "oidc", config: { "id-token": token } } };
  const folder = scratch({ config: kubeconfig("https://one", provider) });
  opened.push(folder.remove);
  const { credentials } = endpointOf("test", { KUBECONFIG: join(folder.path, "config") });
  expect((await credentials.current()).headers).toEqual({ authorization: `Bearer ${token}` });
});

test.each([
  ["a token that has ended, and nobody to renew it", { name: "oidc", config: { "id-token": jwt(1) } }],
  [
    "an identity provider that is not there",
    {
      name: "oidc",
      config: {
        "id-token": jwt(1),
        "client-id": "c",
        "refresh-token": "canary",
        "idp-issuer-url": "https://127.0.0.1:1",
      },
    },
  ],
  ["a provider nobody knows", { name: "canary", config: {} }],
])("%s", async (_, provider) => {
  const folder = scratch({ config: kubeconfig("https://one", { "auth-provider": provider }) });
  opened.push(folder.remove);
  const { credentials } = endpointOf("test", { KUBECONFIG: join(folder.path, "config") });
  await expect(credentials.current()).rejects.toMatchObject({ diagnostic: { code: "JF703" } });
  await expect(credentials.current()).rejects.not.toThrow(/canary/);
});

test("a certificate that is none is told", async () => {
  const pem = Buffer.from("canary").toString("base64");
  const live = open("https://127.0.0.1:1", { "client-certificate-data": pem, "client-key-data": pem });
  await expect(live.get("airflow", "one")).rejects.toMatchObject({ diagnostic: { code: "JF702" } });
});
