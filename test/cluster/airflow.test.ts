import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { must, startCluster, type TestCluster } from "../support/kube.ts";
import { connections, type LiveEstate, makeLiveEstate, workspaceText } from "../support/live-estate.ts";

// From Git to what a real Airflow finds: through a real API server, and through a folder.

const PROGRAM = fileURLToPath(new URL("airflow/look_up.py", import.meta.url));
const AIRFLOWS = ["JACKFIELD_AIRFLOW2", "JACKFIELD_AIRFLOW3"];
const VARIABLE = `apiVersion: jackfield.dev/v1
kind: Variable
metadata: {name: region}
spec: {value: "eu é"}
`;
const FOUND = {
  connections: {
    a: {
      conn_type: "postgres",
      host: "db.example.com",
      login: "etl",
      password: "canary-of-a",
      schema: "main",
      port: 5432,
    },
    b: {
      conn_type: "postgres",
      host: "db.example.com",
      login: "etl",
      password: "canary-of-b",
      schema: "main",
      port: 5432,
    },
    nowhere: "AirflowNotFoundException",
  },
  variables: { region: "eu é" },
};

let cluster: TestCluster;
let folder = "";
beforeAll(async () => {
  cluster = await startCluster({ name: "test" });
  folder = mkdtempSync(join(tmpdir(), "jackfield-airflow-"));
});
afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

function lookUp(
  airflow: string,
  env: Readonly<Record<string, string>>,
  pod: Readonly<Record<string, string>> = {},
): unknown {
  const python = process.env[airflow];
  if (!python)
    throw new Error(`${airflow} must name a Python with Airflow: see test/real/install-airflow.sh`);
  const request = { connections: Object.keys(FOUND.connections), variables: ["region"], ...pod };
  const { stdout, stderr } = spawnSync(python, [PROGRAM, JSON.stringify(request)], {
    env: { PATH: process.env.PATH, ...env },
    encoding: "utf8",
  });
  const answer = stdout.trimEnd().split("\n").at(-1) ?? "";
  if (!answer.startsWith("{")) throw new Error(stderr.slice(-2000));
  return JSON.parse(answer);
}

function fromFolder(path: string): Readonly<Record<string, string>> {
  const files = {
    connections_file_path: join(path, "connections.json"),
    variables_file_path: join(path, "variables.json"),
  };
  return {
    AIRFLOW__SECRETS__BACKEND: "airflow.secrets.local_filesystem.LocalFilesystemBackend",
    AIRFLOW__SECRETS__BACKEND_KWARGS: JSON.stringify(files),
  };
}

function applied(inside: string, delivery: string, namespace = "airflow"): LiveEstate {
  const files = { ...connections("a", "b"), "variables/region.yaml": VARIABLE };
  const estate = makeLiveEstate(
    { "jackfield.yaml": workspaceText({ cluster: inside, delivery, namespace }), ...files },
    { KUBECONFIG: cluster.kubeconfig() },
  );
  const { status, err } = estate.apply();
  expect([status, err]).toEqual([0, ""]);
  return estate;
}

const kubernetes = async () => `{context: test, uid: ${await cluster.uid()}}`;

test("delivery file: what the Secret holds, mounted, is what Airflow finds", async () => {
  await cluster.namespace("airflow");
  const estate = applied(await kubernetes(), "file");
  const { body } = must(await cluster.ask("GET", "/api/v1/namespaces/airflow/secrets/jackfield-prod"));
  const mounted = join(folder, "mounted");
  mkdirSync(mounted);
  for (const [key, value] of Object.entries(body.data as Record<string, string>)) {
    writeFileSync(join(mounted, key), Buffer.from(value, "base64"));
  }
  for (const airflow of AIRFLOWS) expect(lookUp(airflow, fromFolder(mounted))).toEqual(FOUND);
  estate.remove();
});

test("a directory cluster is such a mount, and stays one while it is written", () => {
  const estate = applied("{directory: .jackfield/laptop}", "file");
  const mounted = join(estate.root, ".jackfield/laptop/airflow/jackfield-prod");
  for (const airflow of AIRFLOWS) expect(lookUp(airflow, fromFolder(mounted))).toEqual(FOUND);
  estate.change({ "variables/region.yaml": VARIABLE.replace("eu é", "us") });
  expect(estate.apply().status).toBe(0);
  expect(lookUp("JACKFIELD_AIRFLOW3", fromFolder(mounted))).toEqual({
    ...FOUND,
    variables: { region: "us" },
  });
  estate.remove();
});

test("delivery kubernetes: Airflow's backend finds it through the real API", async () => {
  await cluster.namespace("objects");
  const estate = applied(await kubernetes(), "kubernetes", "objects");
  await cluster.allow("reader", "objects", [{ resources: ["secrets"], verbs: ["list"] }]);
  const pod = { token: join(folder, "token"), ca: join(folder, "ca.crt") };
  writeFileSync(pod.token, cluster.token("reader"));
  writeFileSync(pod.ca, cluster.ca);
  const { hostname, port } = new URL(cluster.url);
  const env = {
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    AIRFLOW__SECRETS__BACKEND:
      "airflow.providers.cncf.kubernetes.secrets.kubernetes_secrets_backend.KubernetesSecretsBackend",
    AIRFLOW__SECRETS__BACKEND_KWARGS: JSON.stringify({ namespace: "objects" }),
  };
  for (const airflow of AIRFLOWS) expect(lookUp(airflow, env, pod)).toEqual(FOUND);
  estate.remove();
});

test("delivery env: what the Secret holds is the environment that Airflow reads", async () => {
  await cluster.namespace("environment");
  const estate = applied(await kubernetes(), "env", "environment");
  const { body } = must(
    await cluster.ask("GET", "/api/v1/namespaces/environment/secrets/jackfield-prod-env"),
  );
  const env = Object.entries(body.data as Record<string, string>).map(
    ([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")] as const,
  );
  for (const airflow of AIRFLOWS) expect(lookUp(airflow, Object.fromEntries(env))).toEqual(FOUND);
  estate.remove();
});
