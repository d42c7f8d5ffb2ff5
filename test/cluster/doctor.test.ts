import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { must, startCluster, type TestCluster, type User } from "../support/kube.ts";
import {
  connections,
  type LiveEstate,
  makeLiveEstate,
  type Shape,
  workspaceText,
} from "../support/live-estate.ts";
import type { Ran } from "../support/repo.ts";

// A real API server: what doctor says of it, and that what it says to do is enough.

let cluster: TestCluster;
let uid = "";
let namespace = "";
let count = 0;
const estates: LiveEstate[] = [];

beforeAll(async () => {
  cluster = await startCluster({ name: "test" });
  uid = await cluster.uid();
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  namespace = `doctor-${count++}`;
  await cluster.namespace(namespace);
});
afterEach(() => {
  for (const estate of estates.splice(0)) estate.remove();
});

interface Check {
  readonly about?: string;
  readonly area: string;
  readonly level: string;
  readonly code?: string;
  readonly message: string;
  readonly hint?: string;
}

interface Role {
  readonly cluster: string;
  readonly manifest: {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string };
    readonly rules: readonly object[];
  };
}

interface Told {
  readonly ran: Ran;
  readonly checks: readonly Check[];
  readonly roles: readonly Role[];
}

function estate(shape: Partial<Shape> = {}, files: Readonly<Record<string, string>> = {}): LiveEstate {
  const text = workspaceText({ cluster: `{context: test, uid: ${uid}}`, namespace, ...shape });
  const made = makeLiveEstate(
    { "jackfield.yaml": text, ...connections("a"), ...files },
    { KUBECONFIG: cluster.kubeconfig() },
  );
  estates.push(made);
  return made;
}

function doctor(repo: LiveEstate, ...args: readonly string[]): Told {
  const ran = repo.jackfield("doctor", "--format", "json", ...args);
  expect(ran.out, ran.err).not.toBe("");
  const { result } = JSON.parse(ran.out) as { result: Omit<Told, "ran"> };
  return { ran, ...result };
}

/** Codes of what is wrong, and levels of the rest, in an area. */
function inArea({ checks }: Told, area: string): readonly string[] {
  return checks.filter((one) => one.area === area).map(({ code, level }) => code ?? level);
}

function as(repo: LiveEstate, user: User): void {
  repo.env.KUBECONFIG = cluster.kubeconfig(user);
}

test("all is well for who may do everything", () => {
  const repo = estate();
  repo.apply();
  const told = doctor(repo);
  expect(told.checks.filter(({ level }) => level === "warning" || level === "error")).toEqual([]);
  expect(told.roles).toEqual([]);
  expect(told.ran.status).toBe(0);
  expect(inArea(told, "server")).toEqual(["ok", "ok"]);
  expect(inArea(told, "namespace")).toEqual(["ok"]);
  expect(told.checks.find(({ area }) => area === "size")?.message).toContain("`jackfield-prod` uses 0 %");
  expect(told.ran.out + repo.jackfield("doctor").out).not.toContain("canary");
});

test("each of several faults is told, and none keeps the others back", async () => {
  const repo = estate({ cluster: "{context: test}", namespace: "not-there" });
  delete repo.env.SOPS_AGE_KEY;
  repo.write("jackfield.yaml", `${repo.read("jackfield.yaml")}# more\n`);
  repo.must("branch", "-m", "odd");
  as(repo, "nobody");
  const told = doctor(repo);
  expect(inArea(told, "keys")).toEqual(["skipped", "JF670"]);
  expect(inArea(told, "git")).toEqual(["ok", "JF672", "JF673"]);
  expect(inArea(told, "server")).toEqual(["ok", "JF706"]);
  expect(inArea(told, "rights")).toEqual(["JF676", "JF676", "JF676"]);
  expect(inArea(told, "namespace")).toEqual(["skipped"]);
  expect(inArea(told, "size")).toEqual(["skipped"]);
  expect(inArea(told, "pods")).toEqual(["skipped"]);
  expect(told.ran.status).toBe(1);
});

test("a namespace that is not there is told to who may know", () => {
  const told = doctor(estate({ namespace: "not-there" }));
  expect(inArea(told, "namespace")).toEqual(["JF707"]);
  expect(told.ran.status).toBe(1);
});

test("a namespace that is being deleted is told", async () => {
  must(await cluster.ask("DELETE", `/api/v1/namespaces/${namespace}`));
  expect(inArea(doctor(estate()), "namespace")).toEqual(["JF708"]);
});

test("a cluster without a uid is told which to write, one with another is left alone", () => {
  const none = doctor(estate({ cluster: "{context: test}" }));
  expect(inArea(none, "server")).toEqual(["ok", "JF674"]);
  expect(none.checks.find(({ code }) => code === "JF674")?.hint).toContain(`uid: ${uid}`);
  expect(none.ran.status).toBe(0);
  const other = doctor(estate({ cluster: "{context: test, uid: 0b6f2d0e-8f1c-4a0b-9a57-5b8d1f3f6a11}" }));
  expect(inArea(other, "server")).toEqual(["ok", "JF615"]);
  expect(inArea(other, "rights")).toEqual([]);
  expect(other.ran.status).toBe(1);
});

test("a cluster that cannot be asked ends with 3, and the others are looked at", () => {
  const unknown = doctor(estate({ cluster: "{context: other}" }));
  expect(inArea(unknown, "server")).toEqual(["JF700"]);
  expect(inArea(unknown, "git")).toEqual(["ok", "ok", "ok"]);
  expect(unknown.ran.status).toBe(3);
  const repo = estate();
  repo.write("kubeconfig", JSON.stringify({ ...JSON.parse(kubeconfigOf("wrong-token")) }));
  repo.env.KUBECONFIG = join(repo.root, "kubeconfig");
  const refused = doctor(repo);
  expect(inArea(refused, "server")).toEqual(["JF704"]);
  expect(refused.ran.status).toBe(3);
});

function kubeconfigOf(token: string): string {
  const server = {
    server: cluster.url,
    "certificate-authority-data": Buffer.from(cluster.ca).toString("base64"),
  };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: server }],
    users: [{ name: "me", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "me" } }],
  });
}

/** Makes what doctor printed, and binds it to a user. */
async function grant(user: User, roles: readonly Role[]): Promise<void> {
  for (const { manifest } of roles) {
    const { name, namespace: own } = manifest.metadata;
    const base = `/apis/rbac.authorization.k8s.io/v1${own === undefined ? "" : `/namespaces/${own}`}`;
    const kind = manifest.kind.toLowerCase();
    must(
      await cluster.ask("POST", `${base}/${kind}s`, {
        ...manifest,
        metadata: { ...manifest.metadata, name },
      }),
    );
    must(
      await cluster.ask("POST", `${base}/${kind}bindings`, {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: `${manifest.kind}Binding`,
        metadata: { name },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: manifest.kind, name },
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
      }),
    );
  }
}

const VARIABLE = `apiVersion: jackfield.dev/v1
kind: EnvironmentVariable
metadata: {name: REGION}
spec: {value: eu}
`;

const DELIVERIES: readonly (readonly [delivery: string, user: User])[] = [
  ["file", "deployer"],
  ["env", "reader"],
  ["kubernetes", "limited"],
];

test.each(DELIVERIES)(
  "the Roles that are printed are enough for delivery %s, and no more",
  async (delivery, user) => {
    const repo = estate({ delivery, prune: "100%" }, { ...connections("b"), "region.yaml": VARIABLE });
    as(repo, user);
    const before = doctor(repo);
    expect(before.ran.status).toBe(1);
    await grant(
      user,
      before.roles.filter(({ manifest }) => manifest.kind === "Role"),
    );
    // There is but one for all Deployments of a cluster, and so one for all of these users.
    await cluster.allow(user, undefined, IDENTITY);
    expect(before.roles.map(({ manifest }) => manifest.kind)).toEqual(["ClusterRole", "Role"]);
    expect(before.roles[0]?.manifest.rules).toEqual([{ apiGroups: [""], ...IDENTITY[0] }]);
    const after = doctor(repo);
    expect(inArea(after, "rights")).toEqual(["ok"]);
    expect([after.roles, after.ran.status]).toEqual([[], 0]);
    const yes = (ran: Ran) => expect(ran.status, ran.out + ran.err).toBe(0);
    yes(repo.plan());
    yes(repo.apply());
    repo.change(connections("c"));
    yes(repo.apply());
    repo.change({
      "connections/b.yaml": undefined,
      "connections/b.production.sops.yaml": undefined,
      "region.yaml": undefined,
    });
    yes(repo.apply());
    yes(repo.jackfield("drift"));
    const other = { apiVersion: "v1", kind: "Secret", metadata: { name: "foreign" } };
    must(await cluster.ask("POST", `/api/v1/namespaces/${namespace}/secrets`, other));
    const read = await cluster.ask("GET", `/api/v1/namespaces/${namespace}/secrets/foreign`, undefined, {
      user,
    });
    expect(read.status).toBe(delivery === "kubernetes" ? 200 : 403);
  },
);

const IDENTITY = [{ resources: ["namespaces"], resourceNames: ["kube-system"], verbs: ["get"] }];

test("a delivery of another kind before can be cleared away with the printed Role", async () => {
  const repo = estate({ delivery: "file" }, { "region.yaml": VARIABLE });
  repo.apply();
  as(repo, "deployer");
  await cluster.allow("deployer", undefined, IDENTITY);
  await grant(
    "deployer",
    doctor(repo).roles.filter(({ manifest }) => manifest.kind === "Role"),
  );
  repo.change({
    "jackfield.yaml": workspaceText({ cluster: `{context: test, uid: ${uid}}`, namespace, delivery: "env" }),
  });
  const ran = repo.apply();
  expect(ran.status, ran.out + ran.err).toBe(0);
  const left = await cluster.ask("GET", `/api/v1/namespaces/${namespace}/secrets/jackfield-prod`);
  expect(left.status).toBe(404);
});

/** A pod that nobody schedules, with one container. */
async function pod(name: string, container: object, startedAt?: string): Promise<void> {
  const spec = {
    containers: [{ name: "scheduler", image: "none", ...container }],
    volumes: [{ name: "jackfield", secret: { secretName: "jackfield-prod" } }],
  };
  const path = `/api/v1/namespaces/${namespace}/pods`;
  must(await cluster.ask("POST", path, { apiVersion: "v1", kind: "Pod", metadata: { name }, spec }));
  if (startedAt === undefined) return;
  const running = {
    name: "scheduler",
    state: { running: { startedAt } },
    image: "none",
    imageID: "",
    ready: true,
    restartCount: 0,
  };
  const status = { phase: "Running", containerStatuses: [running] };
  const type = "application/merge-patch+json";
  must(await cluster.ask("PATCH", `${path}/${name}/status`, { status }, { type }));
}

/** As the Helm values of `build` set it. */
const BACKEND = [
  {
    name: "AIRFLOW__SECRETS__BACKEND",
    value: "airflow.secrets.local_filesystem.LocalFilesystemBackend",
  },
  {
    name: "AIRFLOW__SECRETS__BACKEND_KWARGS",
    value: JSON.stringify({
      connections_file_path: "/etc/airflow/jackfield/connections.json",
      variables_file_path: "/etc/airflow/jackfield/variables.json",
    }),
  },
];
const MOUNT = { name: "jackfield", mountPath: "/etc/airflow/jackfield" };

test("pods of a real server: those that read, and those in a trap", async () => {
  const repo = estate();
  expect(inArea(doctor(repo), "pods")).toEqual(["skipped"]);
  await pod("good", { volumeMounts: [MOUNT], env: BACKEND });
  expect(inArea(doctor(repo), "pods")).toEqual(["ok"]);
  await pod("part", { volumeMounts: [{ ...MOUNT, subPath: "connections.json" }], env: BACKEND });
  await pod("plain", { volumeMounts: [MOUNT], env: [{ name: "AIRFLOW__CORE__X", value: "canary-of-pods" }] });
  await pod("taken", { envFrom: [{ secretRef: { name: "jackfield-prod" } }] });
  const told = doctor(repo);
  expect(inArea(told, "pods")).toEqual(["JF678", "JF679", "ok", "JF681"]);
  expect(told.checks.find(({ code }) => code === "JF678")?.message).toContain("pod `part`");
  expect(told.ran.out).not.toContain("canary");
  expect(told.ran.status).toBe(0);
  expect(repo.jackfield("doctor", "--strict").status).toBe(1);
});

test("pods that took their environment before it was written have to start again", async () => {
  const repo = estate({ delivery: "env" });
  repo.apply();
  const from = { envFrom: [{ secretRef: { name: "jackfield-prod-env" } }] };
  await pod("late", from, "2100-01-01T00:00:00Z");
  expect(inArea(doctor(repo), "pods")).toEqual(["ok"]);
  await pod("early", from, "2020-01-01T00:00:00Z");
  const told = doctor(repo);
  expect(inArea(told, "pods")).toEqual(["JF683"]);
  expect(told.checks.find(({ code }) => code === "JF683")?.message).toContain("pod `early`");
});

test("without keys the live Secrets are measured", () => {
  const repo = estate();
  repo.apply();
  delete repo.env.SOPS_AGE_KEY;
  expect(inArea(doctor(repo), "size")).toEqual(["ok"]);
});

test("files with errors keep nothing else from being told", () => {
  const repo = estate({}, { "broken.yaml": "apiVersion: jackfield.dev/v1\nkind: Nonsense\n" });
  const told = doctor(repo);
  expect(inArea(told, "files")).toEqual(["error"]);
  expect(inArea(told, "server")).toEqual(["ok", "ok"]);
  expect(inArea(told, "rights")).toEqual(["ok"]);
  expect(told.ran.status).toBe(1);
});

test("a directory cluster: its folder, git, and its mode", () => {
  const repo = estate({ cluster: "{directory: .jackfield/cluster}" });
  const told = doctor(repo);
  expect(inArea(told, "directory")).toEqual(["ok", "ok"]);
  expect(told.ran.status).toBe(0);
  expect(repo.apply().status).toBe(0);
  expect(inArea(doctor(repo), "directory")).toEqual(["ok", "ok"]);
  chmodSync(join(repo.root, ".jackfield/cluster"), 0o755);
  expect(inArea(doctor(repo), "directory")).toEqual(["ok", "ok", "JF684"]);
  const seen = estate({ cluster: "{directory: seen}" });
  mkdirSync(join(seen.root, "seen"), { mode: 0o700 });
  const exposed = doctor(seen);
  expect(inArea(exposed, "directory")).toEqual(["ok", "JF005"]);
  expect(exposed.ran.status).toBe(1);
});
