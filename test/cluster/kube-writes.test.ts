import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { LiveCluster } from "../../src/cluster-ports.ts";
import type { LiveSecret, WantedSecret } from "../../src/model/live.ts";
import { openKube } from "../../src/node/kube/open.ts";
import { PortFailure } from "../../src/ports.ts";
import { startCluster, type TestCluster, type User, waitFor } from "../support/kube.ts";
import { CLUSTER, HURRY, kubeconfig, scratch, wanted as wantedIn } from "../support/kube-fake.ts";

// What a real API server keeps of Secrets, and what it refuses.

const MERGE = { type: "application/merge-patch+json" };
const CANARY = "canary-7f3a";
let server: TestCluster;
let live: LiveCluster;
let namespace = "";
let count = 0;

beforeAll(async () => {
  server = await startCluster({ controllers: true });
  live = as("admin");
});
afterAll(async () => {
  live.close();
  await server.stop();
});
beforeEach(async () => {
  namespace = `writes-${count++}`;
  await server.namespace(namespace);
});

function as(user: User): LiveCluster {
  const env = { KUBECONFIG: server.kubeconfig(user) };
  return openKube(CLUSTER, "test", env);
}

const wanted = (data: Readonly<Record<string, string>>, name = "one"): WantedSecret => ({
  ...wantedIn(name, data),
  namespace,
});
const pathOf = (name = "one") => `/api/v1/namespaces/${namespace}/secrets/${name}`;

async function got(name = "one"): Promise<LiveSecret> {
  const one = await live.get(namespace, name);
  if (!one) throw new Error("it is gone");
  return one;
}

async function made(data: Readonly<Record<string, string>>): Promise<LiveSecret> {
  expect(await live.create(wanted(data))).toEqual({ kind: "done" });
  return got();
}

async function post(body: object): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  const answer = await server.ask("POST", path, { apiVersion: "v1", kind: "Secret", ...body });
  expect(answer.status).toBe(201);
}

/** Applied by another manager. */
async function applied(data: Readonly<Record<string, string>>): Promise<void> {
  const body = { apiVersion: "v1", kind: "Secret", metadata: { name: "one" }, data };
  const path = `${pathOf()}?fieldManager=other&force=true`;
  const answer = await server.ask("PATCH", path, body, { type: "application/apply-patch+yaml" });
  expect(answer.status).toBeLessThan(300);
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
const plain = ({ data }: LiveSecret) =>
  Object.fromEntries([...data].map(([key, value]) => [key, value.reveal()]));

test("a key that another manager shares is not foreign, and goes when it is not wanted", async () => {
  await made({ a: "1", b: "1" });
  await applied({ a: base64("1") });
  const shared = await got();
  expect([...shared.foreignKeys]).toEqual([]);
  expect(await live.update(wanted({ b: "1" }), shared)).toEqual({ kind: "done" });
  expect(plain(await got())).toEqual({ b: "1" });
});

test("a Secret that is adopted as it is becomes ours", async () => {
  await applied({ a: base64("1") });
  const theirs = await got();
  expect([...theirs.foreignKeys]).toEqual(["a"]);
  expect(await live.update(wanted({ a: "1" }), theirs)).toEqual({ kind: "done" });
  expect([...(await got()).foreignKeys]).toEqual([]);
});

test("what the cluster lost track of goes all the same", async () => {
  await made({ a: "1", b: "1" });
  await server.ask("PATCH", pathOf(), { metadata: { managedFields: [{}] } }, MERGE);
  const lost = await got();
  expect([...lost.foreignKeys]).toEqual([]);
  expect(await live.update(wanted({ a: "2" }), lost)).toEqual({ kind: "done" });
  expect(plain(await got())).toEqual({ a: "2" });
});

test("copies of values in annotations go, labels and annotations of others stay", async () => {
  await made({ a: "1" });
  const annotations = {
    "kubectl.kubernetes.io/last-applied-configuration": CANARY,
    "kapp.k14s.io/original": CANARY,
    "kapp.k14s.io/original-diff-md5": CANARY,
    "reloader.example/match": "true",
    "jackfield.dev/unknown": "x",
  };
  const labels = { team: "data", "jackfield.dev/unknown": "x" };
  await server.ask("PATCH", pathOf(), { metadata: { annotations, labels } }, MERGE);
  expect(await live.update(wanted({ a: "2" }), await got())).toEqual({ kind: "done" });
  const now = await got();
  expect([...now.annotations.keys()].sort()).toEqual(["jackfield.dev/record", "reloader.example/match"]);
  expect(Object.fromEntries(now.labels)).toEqual({ "jackfield.dev/owner": "0", team: "data" });
});

test("an update that changes nothing leaves the Secret as it is", async () => {
  const before = await made({ a: "1" });
  expect(await live.update(wanted({ a: "1" }), before)).toEqual({ kind: "done" });
  expect((await got()).seen).toEqual(before.seen);
});

test("an immutable Secret is made anew if its data differ, and only then", async () => {
  await made({ a: "1" });
  await server.ask("PATCH", pathOf(), { immutable: true }, MERGE);
  const frozen = await got();
  expect(frozen.immutable).toBe(true);
  const relabelled = { ...wanted({ a: "1" }), annotations: new Map([["jackfield.dev/record", "{}2"]]) };
  expect(await live.update(relabelled, frozen)).toEqual({ kind: "done" });
  const labelled = await got();
  expect(labelled.seen.uid).toBe(frozen.seen.uid);
  expect(await live.update(wanted({ a: "2" }), labelled, true)).toEqual({ kind: "done" });
  expect(await live.update(wanted({ a: "2" }), frozen)).toEqual({ kind: "changed" });
  expect((await got()).seen).toEqual(labelled.seen);
  expect(await live.update(wanted({ a: "2" }), labelled)).toEqual({ kind: "done" });
  const anew = await got();
  expect(plain(anew)).toEqual({ a: "2" });
  expect(anew.seen.uid).not.toBe(frozen.seen.uid);
  expect(anew.immutable).toBe(false);
});

test("a Secret that a finalizer keeps is seen to leave, and nothing brings it back", async () => {
  await made({ a: "1" });
  await server.ask("PATCH", pathOf(), { metadata: { finalizers: ["example.com/keep"] } }, MERGE);
  const kept = await got();
  expect(await live.remove(namespace, "one", kept.seen)).toEqual({ kind: "done" });
  const leaving = await got();
  expect(leaving.isLeaving).toBe(true);
  expect(await live.create(wanted({ a: "2" }))).toEqual({ kind: "changed" });
  await server.ask("PATCH", pathOf(), { metadata: { finalizers: null } }, MERGE);
  expect(await live.update(wanted({ a: "2" }), leaving)).toEqual({ kind: "changed" });
  expect(await live.get(namespace, "one")).toBeUndefined();
});

test("what is only asked about writes nothing, strays or not", async () => {
  await post({ metadata: { name: "one" }, data: { theirs: base64("x") } });
  const before = await got();
  expect(await live.update(wanted({ a: "1" }), before, true)).toEqual({ kind: "done" });
  expect(await got()).toEqual(before);
  const bad = await live.update(wanted({ "a/b": CANARY }), before, true);
  expect(bad).toMatchObject({ kind: "refused", diagnostic: { code: "JF711" } });
});

test("Secrets of Helm and of service accounts are not listed", async () => {
  await post({ metadata: { name: "release" }, type: "helm.sh/release.v1", data: { release: base64("x") } });
  await post({
    metadata: { name: "tls" },
    type: "kubernetes.io/tls",
    data: { "tls.crt": "", "tls.key": "" },
  });
  await made({ a: "1" });
  const all = await live.list(namespace);
  expect(all.map(({ name, type }) => [name, type])).toEqual([
    ["one", "Opaque"],
    ["tls", "kubernetes.io/tls"],
  ]);
});

test("more Secrets than a page holds are listed", async () => {
  const names = Array.from({ length: 501 }, (_, i) => `s-${String(i).padStart(3, "0")}`);
  const answers = await Promise.all(names.map((name) => live.create(wanted({ name }, name))));
  expect(answers.every(({ kind }) => kind === "done")).toBe(true);
  expect((await live.list(namespace)).map(({ name }) => name)).toEqual(names);
  expect((await live.list(`${namespace}-none`)).length).toBe(0);
});

const MIB = 1 << 20;
const SIZES: readonly (readonly [string, () => Readonly<Record<string, string>>, string])[] = [
  ["1 MiB", () => ({ a: "x".repeat(MIB) }), "done"],
  ["1 MiB and a byte", () => ({ a: "x".repeat(MIB + 1) }), "JF710"],
  ["more than a request may have", () => ({ a: "x".repeat(3 * MIB) }), "JF710"],
  [
    "more keys than etcd takes",
    () =>
      Object.fromEntries(Array.from({ length: 16_000 }, (_, i) => [`${"k".repeat(56)}${i}`, "x".repeat(60)])),
    "JF710",
  ],
];

test.each(SIZES)("values of %s", async (_, data, code) => {
  const answer = await live.create(wanted(data()));
  if (code === "done") expect(answer).toEqual({ kind: "done" });
  else expect(answer).toMatchObject({ kind: "refused", diagnostic: { code } });
  expect((await live.get(namespace, "one")) !== undefined).toBe(code === "done");
});

test("a namespace that is not there is told", async () => {
  const answer = await live.create({ ...wanted({ a: CANARY }), namespace: `${namespace}-none` });
  expect(answer).toMatchObject({ kind: "refused", diagnostic: { code: "JF707" } });
  expect(await live.get(`${namespace}-none`, "one")).toBeUndefined();
  const seen = { uid: "00000000-0000-0000-0000-000000000000", resourceVersion: "1" };
  expect(await live.remove(`${namespace}-none`, "one", seen)).toEqual({ kind: "done" });
});

test("a namespace that is being deleted is told", async () => {
  await post({ metadata: { name: "kept", finalizers: ["example.com/keep"] } });
  await server.ask("DELETE", `/api/v1/namespaces/${namespace}`);
  expect(await live.create(wanted({ a: CANARY }))).toMatchObject({
    kind: "refused",
    diagnostic: { code: "JF708" },
  });
  await server.ask("PATCH", pathOf("kept"), { metadata: { finalizers: null } }, MERGE);
});

test("a quota that is used up is told, and one that many writes share is waited for", async () => {
  const quota = {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "q" },
    spec: { hard: { secrets: "20" } },
  };
  const path = `/api/v1/namespaces/${namespace}/resourcequotas`;
  await server.ask("POST", path, quota);
  await waitFor(async () => {
    const { body } = await server.ask("GET", `${path}/q`);
    return (body.status as { used?: { secrets?: string } } | undefined)?.used?.secrets !== undefined;
  });
  const names = Array.from({ length: 20 }, (_, i) => `s-${i}`);
  const answers = await Promise.all(names.map((name) => live.create(wanted({ name }, name))));
  expect(answers.filter(({ kind }) => kind === "done").length).toBe(20);
  expect(await live.create(wanted({ a: CANARY }))).toMatchObject({
    kind: "refused",
    diagnostic: { code: "JF709" },
  });
});

test("what a Role does not allow is told with the rule that it lacks", async () => {
  const nobody = as("nobody");
  const seen = await made({ a: "1" });
  const answers = [
    await nobody.create(wanted({ a: CANARY }, "two")),
    await nobody.update(wanted({ a: CANARY }), seen),
    await nobody.remove(namespace, "one", seen.seen),
    await nobody.lock(namespace, "jackfield-prod", "me"),
  ];
  const hints = answers.map((answer) => {
    expect(answer).toMatchObject({ kind: "refused", diagnostic: { code: "JF706" } });
    return "diagnostic" in answer ? answer.diagnostic.hint : "";
  });
  expect(hints[0]).toContain(`resources: ["secrets"], resourceNames: ["two"], verbs: ["create", "patch"]`);
  expect(hints[2]).toContain(`verbs: ["delete"] in namespace \`${namespace}\``);
  expect(hints[3]).toContain(`apiGroups: ["coordination.k8s.io"], resources: ["leases"]`);
  await expect(nobody.list(namespace)).rejects.toMatchObject({
    diagnostic: { message: `cluster \`eu\` does not let us list Secrets in \`${namespace}\`` },
  });
  await expect(nobody.identity()).rejects.toThrow(PortFailure);
  nobody.close();
});

test("a Role that names one Secret and the Lease is enough", async () => {
  const names = {
    resourceNames: ["one"],
    resources: ["secrets"],
    verbs: ["get", "create", "patch", "delete"],
  };
  const lease = {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    resourceNames: ["jackfield-prod"],
    verbs: ["get", "create", "patch"],
  };
  await server.allow("deployer", namespace, [names, lease]);
  const deployer = as("deployer");
  await waitFor(async () => (await deployer.create(wanted({ a: "1" }))).kind !== "refused");
  const lock = await deployer.lock(namespace, "jackfield-prod", "me");
  expect(lock.kind).toBe("locked");
  const seen = await got();
  expect(await deployer.get(namespace, "one")).toEqual(seen);
  expect(await deployer.update(wanted({ b: "2" }), seen)).toEqual({ kind: "done" });
  expect((await deployer.create(wanted({ a: "1" }, "two"))).kind).toBe("refused");
  expect(await deployer.remove(namespace, "one", (await got()).seen)).toEqual({ kind: "done" });
  if (lock.kind === "locked") await lock.lock.release();
  deployer.close();
});

test("a namespace goes with all that it holds, and is seen to leave until then", async () => {
  const name = `${namespace}-pr-1`;
  const { previews } = live;
  await previews.create({ name, labels: new Map(), annotations: new Map() });
  const seen = (await previews.get(name))?.seen ?? NOTHING;
  await server.ask("POST", `/api/v1/namespaces/${name}/secrets`, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "kept", finalizers: ["example.com/keep"] },
  });
  expect(await live.create({ ...wanted({ a: "1" }), namespace: name })).toEqual({ kind: "done" });
  expect(await previews.remove(name, seen)).toEqual({ kind: "done" });
  // What it was seen as changes while it goes.
  const statusOf = async () =>
    JSON.stringify((await server.ask("GET", `/api/v1/namespaces/${name}`)).body.status);
  await waitFor(async () => (await statusOf()).includes("SomeFinalizersRemain"));
  const left = await previews.get(name);
  expect([left?.isLeaving, left?.seen.uid]).toEqual([true, seen.uid]);
  expect(left?.seen.resourceVersion).not.toBe(seen.resourceVersion);
  expect(await previews.remove(name, seen)).toEqual({ kind: "done" });
  expect(await live.create({ ...wanted({ a: "1" }, "late"), namespace: name })).toMatchObject({
    kind: "refused",
    diagnostic: { code: "JF708" },
  });
  const kept = `/api/v1/namespaces/${name}/secrets/kept`;
  await server.ask("PATCH", kept, { metadata: { finalizers: null } }, MERGE);
  await waitFor(async () => (await previews.get(name)) === undefined);
  expect(await previews.remove(name, seen)).toEqual({ kind: "done" });
});

test("a right over namespaces that is missing is told, and the ClusterRole of the docs is enough", async () => {
  const name = `${namespace}-pr-1`;
  const wantedOne = { name, labels: new Map([["of", namespace]]), annotations: new Map() };
  const nobody = as("nobody");
  const answers = [
    await nobody.previews.create(wantedOne),
    await nobody.previews.annotate(name, new Map([["a", "1"]]), NOTHING),
    await nobody.previews.remove(name, NOTHING),
  ];
  for (const [index, verb] of ["create", "patch", "delete"].entries()) {
    const hint = `a ClusterRole must allow apiGroups: [""], resources: ["namespaces"], verbs: ["${verb}"]`;
    expect(answers[index]).toMatchObject({ kind: "refused", diagnostic: { code: "JF706", hint } });
  }
  for (const reading of [nobody.previews.get(name), nobody.previews.list("of", namespace)])
    await expect(reading).rejects.toMatchObject({ diagnostic: { code: "JF706" } });
  nobody.close();
  const verbs = ["get", "list", "create", "patch", "delete"];
  await server.allow("limited", undefined, [
    { resources: ["namespaces"], verbs },
    { resources: ["secrets"], verbs: ["get", "create", "patch", "delete"] },
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "patch"] },
  ]);
  const limited = as("limited");
  const { previews } = limited;
  await waitFor(async () => (await previews.create(wantedOne)).kind !== "refused");
  expect((await previews.list("of", namespace)).map((one) => one.name)).toEqual([name]);
  expect(await limited.create({ ...wanted({ a: "1" }), namespace: name })).toEqual({ kind: "done" });
  const secret = await limited.get(name, "one");
  expect(await limited.remove(name, "one", secret?.seen ?? NOTHING)).toEqual({ kind: "done" });
  const lock = await limited.lock(name, "jackfield-prod", "me");
  expect(lock.kind).toBe("locked");
  if (lock.kind === "locked") await lock.lock.release();
  const made = (await previews.get(name))?.seen ?? NOTHING;
  expect(await previews.annotate(name, new Map([["a", "1"]]), made)).toEqual({ kind: "done" });
  expect(await previews.remove(name, (await previews.get(name))?.seen ?? NOTHING)).toEqual({ kind: "done" });
  limited.close();
});

test("namespaces are not selected by what is no label", async () => {
  for (const [label, value] of [
    ["a,b", "c"],
    ["", "c"],
    ["a", "b,c"],
    ["!a", ""],
    ["a in (b)", ""],
  ] as const)
    await expect(live.previews.list(label, value)).rejects.toMatchObject({ diagnostic: { code: "JF711" } });
});

const NOTHING = { uid: "00000000-0000-0000-0000-000000000000", resourceVersion: "1" };

test("the identity of a cluster is that of kube-system", async () => {
  expect(await live.identity()).toBe(await server.uid());
});

test("credentials and certificates that are not right are told", async () => {
  const { path, remove } = scratch({
    config: kubeconfig(server.url, { token: CANARY }, { "certificate-authority-data": base64(server.ca) }),
    strange: kubeconfig(server.url, { token: CANARY }),
  });
  const wrong = openKube(CLUSTER, "test", { KUBECONFIG: `${path}/config` }, HURRY);
  await expect(wrong.list(namespace)).rejects.toMatchObject({ diagnostic: { code: "JF704" } });
  const strange = openKube(CLUSTER, "test", { KUBECONFIG: `${path}/strange` }, HURRY);
  await expect(strange.list(namespace)).rejects.toMatchObject({
    diagnostic: { code: "JF705", message: expect.stringContaining("certificate") },
  });
  remove();
});

const TRUST: readonly (readonly [string, object, boolean])[] = [
  ["another name that the certificate bears", { "tls-server-name": "kubernetes.default.svc" }, true],
  ["a name that it does not bear", { "tls-server-name": "other.example" }, false],
  ["no authority, by the user's will", { "insecure-skip-tls-verify": true }, true],
];

test.each(TRUST)("a certificate with %s", async (_, more, isTrusted) => {
  const authority =
    "insecure-skip-tls-verify" in more ? {} : { "certificate-authority-data": base64(server.ca) };
  const config = kubeconfig(server.url, { token: server.token("admin") }, { ...authority, ...more });
  const { path, remove } = scratch({ config });
  const one = openKube(CLUSTER, "test", { KUBECONFIG: `${path}/config` }, HURRY);
  const listing = one.list(namespace);
  if (isTrusted) expect(await listing).toEqual([]);
  else await expect(listing).rejects.toMatchObject({ diagnostic: { code: "JF705" } });
  one.close();
  remove();
});

test("no value is in what the server noted of all this", async () => {
  const answer = await live.create(wanted({ "a/b": CANARY }));
  expect(JSON.stringify(answer)).not.toContain(CANARY);
  const log = readFileSync(server.auditLog, "utf8");
  expect(log.length).toBeGreaterThan(1000);
  expect(log.includes(CANARY) || log.includes(base64(CANARY))).toBe(false);
});
