import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inPool } from "../../src/apply/pool.ts";
import { Secret } from "../../src/core/secret.ts";
import type { WantedSecret } from "../../src/model/live.ts";
import { createClusters } from "../../src/node/clusters.ts";
import { startCluster, type TestCluster } from "../support/kube.ts";
import { type BenchResult, median, rounded } from "./bench.ts";

const BIN = fileURLToPath(new URL("../../bin/jackfield.js", import.meta.url));
const SECRETS = 500;
const PRUNED = 100;
const ROUNDS = 5;
const AT_A_TIME = 16;
/** kubectl prunes 400 in 79 s: asked for by hand, once. */
const WITH_400 = process.env.JACKFIELD_BENCH_400 === "1";

/**
 * 500 Secrets (delivery `kubernetes`) on a real API server: apply as a whole process beside `kubectl apply --server-side` of the same
 * Secrets, turn about; the write phase beside a bare loop over kept connections; a second apply that has nothing to do; and
 * the removal of 100 beside `kubectl apply --prune --applyset`.
 */
export async function run(): Promise<BenchResult> {
  requireKubectl();
  const server = await startCluster();
  const folder = mkdtempSync(join(tmpdir(), "jackfield-bench-"));
  try {
    return await measure(new Bench(server, folder));
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function requireKubectl(): void {
  if (spawnSync("kubectl", ["version", "--client"]).status === 0) return;
  process.stderr.write("this bench needs `kubectl` on the PATH: bash test/cluster/build.sh DIR\n");
  process.exit(1);
}

class Bench {
  readonly server: TestCluster;
  readonly #folder: string;
  #namespaces = 0;

  constructor(server: TestCluster, folder: string) {
    this.server = server;
    this.#folder = folder;
  }

  async namespace(): Promise<string> {
    const name = `bench-${this.#namespaces++}`;
    await this.server.namespace(name);
    return name;
  }

  /** A repo with one Deployment of so many connections; gives its folder. */
  estate(namespace: string, uid: string): string {
    const root = join(this.#folder, namespace);
    mkdirSync(join(root, "connections"), { recursive: true });
    writeFileSync(join(root, ".gitignore"), ".jackfield/\n");
    writeFileSync(join(root, "jackfield.yaml"), policy(namespace, uid));
    for (let index = 0; index < SECRETS; index++) {
      writeFileSync(join(root, `connections/c${index}.yaml`), connection(index));
    }
    this.git(root, "init", "--quiet");
    this.commit(root);
    return root;
  }

  git(root: string, ...args: readonly string[]): void {
    const who = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"];
    spawnSync("git", [...who, ...args], { cwd: root });
  }

  commit(root: string): void {
    this.git(root, "add", "-A");
    this.git(root, "commit", "--quiet", "-m", "change");
  }

  /** One command as a whole process, in ms. */
  time(command: string, args: readonly string[], cwd: string): number {
    const env = { ...process.env, KUBECONFIG: this.server.kubeconfig(), KUBECTL_APPLYSET: "true" };
    const start = performance.now();
    const { status, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr.slice(0, 2000));
    return performance.now() - start;
  }

  jackfield(root: string, ...args: readonly string[]): number {
    return this.time(process.execPath, [BIN, ...args], root);
  }

  kubectl(root: string, namespace: string, file: string, ...args: readonly string[]): number {
    const all = ["apply", "--server-side", "--namespace", namespace, "-f", file, ...args];
    return this.time("kubectl", all, root);
  }
}

function policy(namespace: string, uid: string): string {
  return `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: bench, uid: 0b6f2d0e-8f1c-4a0b-9a57-5b8d1f3f6a11}
spec:
  sharing: all
  environments: {production: {recipients: [age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg]}}
  clusters: {main: {context: test, uid: ${uid}}}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: prod}
spec: {environment: production, cluster: main, namespace: ${namespace}, delivery: kubernetes}
`;
}

/** As the docs write them. */
function connection(index: number): string {
  return `apiVersion: jackfield.dev/v1
kind: Connection
metadata:
  name: c${index}
spec:
  type: trino
  auth: none
  host: trino${index}.example.com
  port: 8443
  login: etl
  schema: main
`;
}

interface Round {
  readonly create: number;
  readonly kubectlCreate: number;
  readonly noop: number;
  readonly kubectlNoop: number;
  readonly prune: number;
  readonly writes: number;
  readonly floor: number;
}

async function measure(bench: Bench): Promise<BenchResult> {
  const uid = await bench.server.uid();
  const rounds: Round[] = [];
  for (let index = 0; index <= ROUNDS; index++) {
    const round = await measureRound(bench, uid);
    // The first warms the server up.
    if (index > 0) rounds.push(round);
  }
  const kubectlPrune = await measureKubectlPrune(bench, uid, PRUNED);
  const lists = listsOf(bench.server);
  const of = (key: keyof Round) => median(rounds.map((one) => one[key]));
  const many = WITH_400 ? await measureMany(bench, uid) : undefined;
  const rows: readonly (readonly [string, number, number])[] = [
    ["create 500, whole processes: kubectl, jackfield", of("kubectlCreate"), of("create")],
    ["create 500, writes alone: jackfield, bare loop", of("writes"), of("floor")],
    ["nothing to do with 500: kubectl, jackfield", of("kubectlNoop"), of("noop")],
    [`remove ${PRUNED}: kubectl, jackfield`, kubectlPrune, of("prune")],
    ...(many ? [["remove 400: kubectl, jackfield", ...many] as const] : []),
  ];
  const lines = rows.map(
    ([what, a, b]) =>
      `  ${what.padEnd(50)} ${a.toFixed(0).padStart(7)} ms ${b.toFixed(0).padStart(6)} ms   ${(a / b).toFixed(2)}`,
  );
  const [create = 0, writes = 0, noop = 0, prune = 0] = rows.map(([, a, b]) => rounded(a / b));
  return {
    table: [`medians of ${ROUNDS} rounds; lists of one namespace in a no-op apply: ${lists}`, ...lines].join(
      "\n",
    ),
    metrics: { createVsFloor: writes, createVsKubectl: create, noopVsKubectl: noop, pruneVsKubectl: prune },
  };
}

async function measureRound(bench: Bench, uid: string): Promise<Round> {
  const [mine, theirs] = [await bench.namespace(), await bench.namespace()];
  const root = bench.estate(mine, uid);
  const manifests = secretsOf(bench, root, theirs);
  const create = bench.jackfield(root, "apply");
  const kubectlCreate = bench.kubectl(root, theirs, manifests);
  const noop = bench.jackfield(root, "apply");
  const kubectlNoop = bench.kubectl(root, theirs, manifests);
  for (let index = 0; index < PRUNED; index++) rmSync(join(root, `connections/c${index}.yaml`));
  bench.commit(root);
  const prune = bench.jackfield(root, "apply", "--allow-prune", String(PRUNED));
  const writes = await measureWrites(bench);
  const floor = await measureFloor(bench);
  return { create, kubectlCreate, noop, kubectlNoop, prune, writes, floor };
}

/** The Secrets that apply would write, for kubectl, in another namespace. */
function secretsOf(bench: Bench, root: string, namespace: string): string {
  bench.jackfield(root, "build", "--out", ".jackfield/build");
  const path = join(root, ".jackfield/build/bench/prod/secrets.yaml");
  const text = readFileSync(path, "utf8").replaceAll(
    / {2}namespace: "[^"]*"/g,
    `  namespace: "${namespace}"`,
  );
  writeFileSync(path, text);
  return path;
}

function wantedIn(namespace: string): readonly WantedSecret[] {
  const data = new Map([
    ["value", new Secret('{"conn_type":"trino","host":"trino.example.com","login":"etl"}')],
  ]);
  return Array.from({ length: SECRETS }, (_, index) => ({
    namespace,
    name: `jackfield-prod-c${index}-0123456789`,
    labels: new Map([["jackfield.dev/owner", "0".repeat(40)]]),
    annotations: new Map([["jackfield.dev/record", '{"v":1}']]),
    data,
  }));
}

async function measureWrites(bench: Bench): Promise<number> {
  const wanted = wantedIn(await bench.namespace());
  const at = { file: { path: "jackfield.yaml", text: "" }, start: 0, end: 0 };
  const clusters = createClusters({ KUBECONFIG: bench.server.kubeconfig() }, "/");
  const cluster = await clusters.open({ name: { value: "test", at }, context: "test" }, "");
  await cluster.identity();
  const start = performance.now();
  const answers = await inPool(wanted, AT_A_TIME, (one) => cluster.create(one));
  const time = performance.now() - start;
  cluster.close();
  if (answers.some(({ kind }) => kind !== "done")) throw new Error("not all was written");
  return time;
}

/** The same writes by the least that does them. */
async function measureFloor(bench: Bench): Promise<number> {
  const { server } = bench;
  const wanted = wantedIn(await bench.namespace());
  const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME, ca: server.ca });
  const start = performance.now();
  await inPool(wanted, AT_A_TIME, (one) => patch(server, agent, one));
  const time = performance.now() - start;
  agent.destroy();
  return time;
}

function patch(
  server: TestCluster,
  agent: Agent,
  { namespace, name, labels, annotations, data }: WantedSecret,
): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/secrets/${name}?fieldManager=jackfield&force=true`;
  const body = JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name,
      namespace,
      resourceVersion: "1",
      labels: Object.fromEntries(labels),
      annotations: Object.fromEntries(annotations),
    },
    type: "Opaque",
    data: Object.fromEntries(
      [...data].map(([key, value]) => [key, Buffer.from(value.reveal()).toString("base64")]),
    ),
  });
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${server.token("admin")}`,
      "content-type": "application/apply-patch+yaml",
    };
    const sent = request(new URL(path, server.url), { method: "PATCH", agent, headers }, (response) => {
      response
        .resume()
        .on("end", () =>
          response.statusCode === 201 ? resolve() : reject(new Error(String(response.statusCode))),
        );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

async function measureKubectlPrune(bench: Bench, uid: string, count: number): Promise<number> {
  const [mine, theirs] = [await bench.namespace(), await bench.namespace()];
  const root = bench.estate(mine, uid);
  const manifests = secretsOf(bench, root, theirs);
  const set = ["--prune", "--applyset", "bench"];
  bench.kubectl(root, theirs, manifests, ...set);
  const left = readFileSync(manifests, "utf8").split("---\n").slice(count).join("---\n");
  writeFileSync(manifests, left);
  return bench.kubectl(root, theirs, manifests, ...set);
}

async function measureMany(bench: Bench, uid: string): Promise<readonly [number, number]> {
  const kubectl = await measureKubectlPrune(bench, uid, 400);
  const root = bench.estate(await bench.namespace(), uid);
  bench.jackfield(root, "apply");
  for (let index = 0; index < 400; index++) rmSync(join(root, `connections/c${index}.yaml`));
  bench.commit(root);
  return [kubectl, bench.jackfield(root, "apply", "--allow-prune", "400")];
}

/** How often the no-op applies listed the Secrets of a namespace, at most. */
function listsOf(server: TestCluster): number {
  const events = readFileSync(server.auditLog, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const lists = events.filter(
    ({ verb, stage, userAgent = "", objectRef }) =>
      verb === "list" &&
      stage === "ResponseComplete" &&
      !/kubectl/.test(userAgent) &&
      objectRef?.resource === "secrets",
  );
  // Each namespace of ours is listed by three applies: the first, the one with nothing to do, and that which removes.
  const counts = Map.groupBy(lists, ({ objectRef }) => objectRef.namespace);
  return Math.max(...[...counts.values()].map((all) => all.length)) / 3;
}
