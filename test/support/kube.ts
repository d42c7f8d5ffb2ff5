import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes, randomInt } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Real clusters for tests: etcd and kube-apiserver on loopback, each in a folder of its own, and on demand the controllers that end
 * namespaces and count quotas. The programs are those on the PATH: `bash test/cluster/build.sh DIR` makes them.
 */
const PROGRAMS = ["etcd", "kube-apiserver", "kube-controller-manager"] as const;
const READY_MS = 60_000;
/** Users of every cluster; the first may do everything. */
export const USERS = ["admin", "deployer", "reader", "nobody", "limited"] as const;
export type User = (typeof USERS)[number];

export interface Options {
  /** The context's name in the kubeconfig. */
  readonly name?: string;
  readonly controllers?: boolean;
  /** More flags of the API server. */
  readonly flags?: readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

export interface TestCluster {
  readonly name: string;
  readonly url: string;
  readonly ca: string;
  readonly folder: string;
  /** At level Metadata. */
  readonly auditLog: string;
  token(user: User): string;
  /** The path of a kubeconfig with one context, named like the cluster. */
  kubeconfig(user?: User): string;
  uid(): Promise<string>;
  /** A request as admin, or as somebody else. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    options?: { type?: string; user?: User },
  ): Promise<Answer>;
  namespace(name: string): Promise<void>;
  /** Lets a user do something in a namespace; without one everywhere. */
  allow(user: User, namespace: string | undefined, rules: readonly Rule[]): Promise<void>;
  freezeEtcd(): void;
  thawEtcd(): void;
  killServer(): void;
  startServer(): Promise<void>;
  stop(): Promise<void>;
}

export interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Fails where a program is missing: a suite that cannot run must not pass. */
export function findPrograms(): Readonly<Record<(typeof PROGRAMS)[number], string>> {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = PROGRAMS.map((name) => {
    const path = folders.map((folder) => join(folder, name)).find((one) => existsSync(one));
    if (path === undefined) {
      throw new Error(
        `\`${name}\` is not on the PATH: \`bash test/cluster/build.sh DIR\` makes it, then put DIR there`,
      );
    }
    return [name, path];
  });
  return Object.fromEntries(found);
}

const children = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

export async function startCluster({
  name = "test",
  controllers = false,
  flags = [],
}: Options = {}): Promise<TestCluster> {
  const programs = findPrograms();
  const folder = mkdtempSync(join(tmpdir(), "jackfield-cluster-"));
  const [etcdPort, peerPort, port] = await freePorts(3);
  const url = `https://127.0.0.1:${port}`;
  const tokens = new Map(USERS.map((user) => [user, randomBytes(16).toString("hex")] as const));
  writeSetup(folder, tokens);
  const etcd = startEtcd(programs.etcd, folder, etcdPort, peerPort);
  const server = () => startApiServer(programs["kube-apiserver"], folder, etcdPort, port, flags);
  let api = server();
  const state = { agent: undefined as Agent | undefined };
  const ca = () => readFileSync(join(folder, "certs/apiserver.crt"), "utf8");
  const ask: TestCluster["ask"] = (
    method,
    path,
    body,
    { type = "application/json", user = "admin" } = {},
  ) => {
    state.agent ??= new Agent({ keepAlive: true, ca: ca() });
    return send(new URL(path, url), {
      method,
      body,
      type,
      token: tokens.get(user) ?? "",
      agent: state.agent,
    });
  };
  const ready = () =>
    waitReady(
      join(folder, "certs/apiserver.crt"),
      () => ask("GET", "/readyz"),
      join(folder, "apiserver.log"),
    );
  await ready();
  const cluster: TestCluster = {
    name,
    url,
    folder,
    get ca() {
      return ca();
    },
    auditLog: join(folder, "audit.log"),
    token: (user) => tokens.get(user) ?? "",
    kubeconfig: (user = "admin") =>
      writeKubeconfig(folder, { name, url, user, token: tokens.get(user) ?? "" }),
    uid: async () => {
      const { body } = await ask("GET", "/api/v1/namespaces/kube-system");
      return String((body.metadata as Record<string, unknown>).uid);
    },
    ask,
    namespace: async (one) => {
      const metadata = { name: one };
      must(await ask("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata }));
    },
    allow: (user, namespace, rules) => allow(ask, user, namespace, rules),
    freezeEtcd: () => void etcd.kill("SIGSTOP"),
    thawEtcd: () => void etcd.kill("SIGCONT"),
    killServer: () => {
      api.kill("SIGKILL");
      state.agent?.destroy();
      state.agent = undefined;
    },
    startServer: async () => {
      await ended(api);
      api = server();
      await ready();
    },
    stop: async () => {
      state.agent?.destroy();
      for (const child of [controller, api, etcd]) {
        child?.kill("SIGCONT");
        child?.kill("SIGKILL");
        if (child) children.delete(child);
      }
      await sleep(50);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  let controller: ChildProcess | undefined;
  await waitFor(async () => (await ask("GET", "/api/v1/namespaces/kube-system")).status === 200);
  if (controllers)
    controller = startControllers(programs["kube-controller-manager"], folder, cluster.kubeconfig());
  return cluster;
}

function writeSetup(folder: string, tokens: ReadonlyMap<User, string>): void {
  const rows = [...tokens].map(
    ([user, token]) => `${token},${user},${user},"${user === "admin" ? "system:masters" : "testers"}"`,
  );
  writeFileSync(join(folder, "tokens.csv"), `${rows.join("\n")}\n`, { mode: 0o600 });
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(join(folder, "sa.key"), privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });
  const policy = { apiVersion: "audit.k8s.io/v1", kind: "Policy", rules: [{ level: "Metadata" }] };
  writeFileSync(join(folder, "audit.json"), JSON.stringify(policy));
  mkdirSync(join(folder, "certs"));
}

function start(program: string, args: readonly string[], folder: string, log: string): ChildProcess {
  const out = openSync(join(folder, log), "a");
  const child = spawn(program, args, { stdio: ["ignore", out, out] });
  children.add(child);
  return child;
}

function startEtcd(program: string, folder: string, port: number, peerPort: number): ChildProcess {
  const client = `http://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const args = [
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--unsafe-no-fsync",
    "--log-level=error",
  ];
  return start(program, args, folder, "etcd.log");
}

function startApiServer(
  program: string,
  folder: string,
  etcdPort: number,
  port: number,
  flags: readonly string[],
): ChildProcess {
  const args = [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, "certs")}`,
    "--service-cluster-ip-range=10.0.0.0/24",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${join(folder, "sa.key")}`,
    `--service-account-signing-key-file=${join(folder, "sa.key")}`,
    `--token-auth-file=${join(folder, "tokens.csv")}`,
    "--authorization-mode=RBAC",
    "--disable-admission-plugins=ServiceAccount",
    "--endpoint-reconciler-type=none",
    "--anonymous-auth=false",
    `--audit-policy-file=${join(folder, "audit.json")}`,
    `--audit-log-path=${join(folder, "audit.log")}`,
    ...flags,
  ];
  return start(program, args, folder, "apiserver.log");
}

function startControllers(program: string, folder: string, kubeconfig: string): ChildProcess {
  const args = [
    `--kubeconfig=${kubeconfig}`,
    "--controllers=namespace,resourcequota",
    "--leader-elect=false",
    "--secure-port=0",
    "--use-service-account-credentials=false",
  ];
  return start(program, args, folder, "controllers.log");
}

function writeKubeconfig(
  folder: string,
  access: { name: string; url: string; user: User; token: string },
): string {
  const { name, url, user, token } = access;
  const path = join(folder, `${user}.kubeconfig`);
  const cluster = { server: url, "certificate-authority": join(folder, "certs/apiserver.crt") };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name, context: { cluster: name, user } }],
    "current-context": name,
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

async function allow(
  ask: TestCluster["ask"],
  user: User,
  namespace: string | undefined,
  rules: readonly Rule[],
): Promise<void> {
  const base = `/apis/rbac.authorization.k8s.io/v1${namespace === undefined ? "" : `/namespaces/${namespace}`}`;
  const [role, binding] = namespace === undefined ? ["ClusterRole", "clusterrole"] : ["Role", "role"];
  const name = `${user}-${randomBytes(3).toString("hex")}`;
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const full = rules.map((rule) => ({ apiGroups: [""], ...rule }));
  must(await ask("POST", `${base}/${binding}s`, { apiVersion, kind: role, metadata: { name }, rules: full }));
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: role, name };
  const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }];
  must(
    await ask("POST", `${base}/${binding}bindings`, {
      apiVersion,
      kind: `${role}Binding`,
      metadata: { name },
      roleRef,
      subjects,
    }),
  );
}

/** Throws for an answer that is no success. */
export function must(answer: Answer): Answer {
  if (answer.status < 200 || answer.status > 299)
    throw new Error(`status ${answer.status}: ${answer.text.slice(0, 500)}`);
  return answer;
}

interface Sending {
  readonly method: string;
  readonly body: unknown;
  readonly type: string;
  readonly token: string;
  readonly agent: Agent;
}

function send(url: URL, { method, body, type, token, agent }: Sending): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": type };
    const sent = request(url, { method, agent, headers, timeout: 50_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text, body: parsed(text) }));
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer")));
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

async function waitReady(certificate: string, ask: () => Promise<Answer>, log: string): Promise<void> {
  try {
    await waitFor(async () => existsSync(certificate) && (await ask().catch(() => undefined))?.text === "ok");
  } catch {
    throw new Error(`the API server does not start: ${readFileSync(log, "utf8").slice(-1000)}`);
  }
}

/** Its port is free only then. */
async function ended(child: ChildProcess): Promise<void> {
  await waitFor(() => child.exitCode !== null || child.signalCode !== null);
}

/** Until it is so, for a minute at most. */
export async function waitFor(isSo: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + READY_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error("waited in vain");
    await sleep(50);
  }
}

/** Below the ports that the system gives to clients: a server that is started again finds its port free. */
async function freePorts(count: number): Promise<[number, number, number]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(10_000, 30_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports] as [number, number, number];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
