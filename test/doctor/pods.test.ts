import { expect, test } from "vitest";
import { judgePods, type Reading } from "../../src/doctor/pods.ts";
import type { Container, Pod } from "../../src/model/pod.ts";
import { podOf } from "../../src/node/kube/pod.ts";

const FOLDER = "/etc/airflow/jackfield";
const LOCAL = "airflow.secrets.local_filesystem.LocalFilesystemBackend";
const KUBERNETES =
  "airflow.providers.cncf.kubernetes.secrets.kubernetes_secrets_backend.KubernetesSecretsBackend";
const READING: Reading = { about: "d", namespace: "airflow", delivery: "file", file: "base" };
const KWARGS = JSON.stringify({
  connections_file_path: `${FOLDER}/connections.json`,
  variables_file_path: `${FOLDER}/variables.json`,
});

/** A pod as a server tells it. */
function pod(container: object, volumes: readonly object[] = [VOLUME], more: object = {}): Pod {
  const spec = { volumes, containers: [{ name: "scheduler", ...container }] };
  const [made] = podOf({ metadata: { name: "airflow-0" }, spec, status: { phase: "Running" }, ...more });
  if (!made) throw new Error("it is no pod");
  return made;
}

const VOLUME = { name: "jackfield", secret: { secretName: "base" } };
const MOUNT = { name: "jackfield", mountPath: `${FOLDER}/` };
const env = (backend: string | undefined, kwargs: string | undefined = KWARGS) => [
  { name: "AIRFLOW__CORE__EXECUTOR", value: "x" },
  ...(backend === undefined ? [] : [{ name: "AIRFLOW__SECRETS__BACKEND", value: backend }]),
  { name: "AIRFLOW__SECRETS__BACKEND_KWARGS", value: kwargs },
];

/** What is told, as levels and codes. */
function told(pods: readonly Pod[] | undefined, reading: Partial<Reading> = {}): readonly string[] {
  return judgePods({ ...READING, ...reading }, pods).map(
    ({ level, diagnostic }) => diagnostic?.code ?? level,
  );
}

const ONLY_CONNECTIONS = JSON.stringify({ connections_file_path: `${FOLDER}/connections.json` });
const items = [{ key: "connections.json", path: "in/other.json" }];
const IN_ITEMS = JSON.stringify({ connections_file_path: `${FOLDER}/in/other.json` });

test.each<[what: string, pods: readonly Pod[] | undefined, codes: readonly string[]]>([
  ["nobody may look", undefined, ["skipped"]],
  ["nothing runs", [], ["skipped"]],
  ["all is well", [pod({ volumeMounts: [MOUNT], env: env(LOCAL) })], ["ok"]],
  ["only connections are read", [pod({ volumeMounts: [MOUNT], env: env(LOCAL, ONLY_CONNECTIONS) })], ["ok"]],
  [
    "a projected volume",
    [
      pod({ volumeMounts: [MOUNT], env: env(LOCAL) }, [
        {
          name: "jackfield",
          projected: { sources: [{ configMap: { name: "a" } }, { secret: { name: "base" } }] },
        },
      ]),
    ],
    ["ok"],
  ],
  [
    "keys with paths of their own",
    [
      pod({ volumeMounts: [MOUNT], env: env(LOCAL, IN_ITEMS) }, [
        { name: "jackfield", secret: { secretName: "base", items } },
      ]),
    ],
    ["ok"],
  ],
  [
    "a key that is left out",
    [
      pod({ volumeMounts: [MOUNT], env: env(LOCAL, "{}") }, [
        { name: "jackfield", secret: { secretName: "base", items: [{ key: "other", path: "o" }] } },
      ]),
    ],
    ["ok", "JF682"],
  ],
  [
    "a part is mounted",
    [pod({ volumeMounts: [{ ...MOUNT, subPath: "connections.json" }] })],
    ["JF678", "JF680"],
  ],
  ["an expression", [pod({ volumeMounts: [{ ...MOUNT, subPathExpr: "$(A)" }] })], ["JF678", "JF680"]],
  ["a volume that no container mounts", [pod({ env: env(LOCAL) })], ["JF680"]],
  [
    "another Secret is mounted",
    [pod({ volumeMounts: [MOUNT] }, [{ name: "jackfield", secret: { secretName: "x" } }])],
    ["JF680"],
  ],
  [
    "in the environment whole",
    [pod({ volumeMounts: [MOUNT], env: env(LOCAL), envFrom: [{ secretRef: { name: "base" } }] })],
    ["JF679", "ok"],
  ],
  [
    "in the environment by key",
    [pod({ env: [{ name: "A", valueFrom: { secretKeyRef: { name: "base", key: "connections.json" } } }] })],
    ["JF679", "JF680"],
  ],
  ["no backend", [pod({ volumeMounts: [MOUNT], env: env(undefined) })], ["ok", "JF681"]],
  ["another backend", [pod({ volumeMounts: [MOUNT], env: env(KUBERNETES) })], ["ok", "JF681"]],
  [
    "it may be in a ConfigMap",
    [pod({ volumeMounts: [MOUNT], envFrom: [{ configMapRef: { name: "a" } }] })],
    ["ok", "skipped"],
  ],
  [
    "it may be in another Secret",
    [pod({ volumeMounts: [MOUNT], envFrom: [{ secretRef: { name: "a" } }] })],
    ["ok", "skipped"],
  ],
  [
    "a command tells it",
    [pod({ volumeMounts: [MOUNT], env: [{ name: "AIRFLOW__SECRETS__BACKEND_CMD", value: "x" }] })],
    ["ok", "skipped"],
  ],
  [
    "arguments from elsewhere",
    [
      pod({
        volumeMounts: [MOUNT],
        env: [
          { name: "AIRFLOW__SECRETS__BACKEND", value: LOCAL },
          { name: "AIRFLOW__SECRETS__BACKEND_KWARGS", valueFrom: { secretKeyRef: { name: "x", key: "y" } } },
        ],
      }),
    ],
    ["ok", "skipped"],
  ],
  [
    "another folder",
    [pod({ volumeMounts: [{ ...MOUNT, mountPath: "/other" }], env: env(LOCAL) })],
    ["ok", "JF682"],
  ],
  ["arguments that are no JSON", [pod({ volumeMounts: [MOUNT], env: env(LOCAL, "{") })], ["ok", "JF682"]],
  [
    "variables from elsewhere",
    [pod({ volumeMounts: [MOUNT], env: env(LOCAL, KWARGS.replace("variables.json", "v.json")) })],
    ["ok", "JF682"],
  ],
])("delivery file: %s", (_, pods, codes) => {
  expect(told(pods)).toEqual(codes);
});

test("a pod of Airflow without the folder is counted", () => {
  const other = { ...pod({ env: env(LOCAL) }), name: "worker" };
  const [first] = judgePods(READING, [pod({ volumeMounts: [MOUNT], env: env(LOCAL) }), other]);
  expect(first?.message).toContain("1 other pod of Airflow without it");
});

test("pods are told by a few names", () => {
  const many = ["a", "b", "c", "d"].map((name) => ({
    ...pod({ volumeMounts: [{ ...MOUNT, subPath: "x" }] }),
    name,
  }));
  expect(judgePods(READING, many)[0]?.message).toContain("4 pods (`a`, `b`, `c`, …)");
});

test.each<[what: string, pods: readonly Pod[], codes: readonly string[]]>([
  ["all is well", [pod({ env: env(KUBERNETES) }, [])], ["ok"]],
  ["no pod of Airflow", [pod({}, [])], ["skipped"]],
  ["no backend", [pod({ env: env(undefined) }, [])], ["JF681"]],
  ["another backend", [pod({ env: env(LOCAL) }, [])], ["JF681"]],
  ["it may be elsewhere", [pod({ env: env(undefined), envFrom: [{ configMapRef: {} }] }, [])], ["skipped"]],
])("delivery kubernetes: %s", (_, pods, codes) => {
  expect(told(pods, { delivery: "kubernetes" })).toEqual(codes);
});

test("a sidecar needs no backend", () => {
  const main = pod({ env: env(KUBERNETES) }, []);
  const [sidecar] = pod({ env: env(undefined) }, []).containers;
  const both: Pod = { ...main, containers: [sidecar as Container, ...main.containers] };
  expect(told([both], { delivery: "kubernetes" })).toEqual(["ok"]);
});

const FROM = { envFrom: [{ secretRef: { name: "base-env" } }] };
const since = (startedAt: string) => ({
  status: {
    phase: "Running",
    containerStatuses: [{ name: "scheduler", state: { running: { startedAt } } }],
  },
});
const WRITTEN = Date.parse("2026-01-02T00:00:00Z");

test.each<[what: string, pods: readonly Pod[], codes: readonly string[]]>([
  ["nobody takes it", [pod({}, [])], ["JF680"]],
  ["it started later", [pod(FROM, [], since("2026-01-03T00:00:00Z"))], ["ok"]],
  ["it started earlier", [pod(FROM, [], since("2026-01-01T00:00:00Z"))], ["JF683"]],
  ["it did not start yet", [pod(FROM, [])], ["ok"]],
])("delivery env: %s", (_, pods, codes) => {
  expect(told(pods, { delivery: "env", env: "base-env", envWrittenAt: WRITTEN })).toEqual(codes);
});

test.each([
  ["one that has ended", { metadata: { name: "a" }, status: { phase: "Succeeded" } }],
  ["one that failed", { metadata: { name: "a" }, status: { phase: "Failed" } }],
  ["one that is going", { metadata: { name: "a", deletionTimestamp: "2026-01-01T00:00:00Z" } }],
  ["one with a name that none can have", { metadata: { name: "\u001b[2J" } }],
  ["no pod", 5],
])("not looked at: %s", (_, json) => {
  expect(podOf(json)).toEqual([]);
});

test("no value of an environment is kept, nor arguments of other backends", () => {
  const made = pod({
    env: [
      { name: "AIRFLOW__CORE__FERNET_KEY", value: "canary-1" },
      ...env(LOCAL, JSON.stringify({ token: "canary-2", connections_file_path: "/a" })).slice(1),
    ],
  });
  const kept = JSON.stringify(made);
  expect(kept).not.toContain("canary");
  expect(kept).toContain('"connections":"/a"');
});
