import { expect, test } from "vitest";
import { parseDocument } from "yaml";
import { secretsYaml } from "../src/emit/manifests.ts";
import { objectSecretName } from "../src/emit/names.ts";
import type { EffectiveObject } from "../src/model/effective.ts";
import type { DeploymentOutput } from "../src/model/manifest.ts";
import {
  connection,
  type DeploymentSpec,
  deployment,
  environmentVariable,
  sealed,
  variable,
} from "./support/effective.ts";
import { output, troubles } from "./support/emitting.ts";

const dataOf = (out: DeploymentOutput) =>
  Object.fromEntries(
    out.manifests.map(({ name, data }) => [
      name,
      Object.fromEntries([...data].map(([k, v]) => [k, v.reveal()])),
    ]),
  );

const objects = () => [
  connection("db", { type: "postgres", password: sealed("pw") }),
  variable("k", "wért"),
  environmentVariable("TZ", "UTC"),
];

test("delivery `file`: one Secret of files, one of EnvironmentVariables", () => {
  const out = output({}, ...objects());
  expect(dataOf(out)).toEqual({
    "jackfield-prod": {
      "connections.json": out.connections.reveal(),
      "variables.json": out.variables.reveal(),
    },
    "jackfield-prod-env": { TZ: "UTC" },
  });
  expect(Object.keys(dataOf(output({}, connection("c"))))).toEqual(["jackfield-prod"]);
});

test("delivery `env`: one Secret for everything, sorted, with names in capitals", () => {
  const out = output({ delivery: "env" }, ...objects());
  expect(dataOf(out)).toEqual({
    "jackfield-prod-env": {
      AIRFLOW_CONN_DB: '{"conn_type":"postgres","password":"pw"}',
      AIRFLOW_VAR_K: "wért",
      TZ: "UTC",
    },
  });
  const { manifests } = output({ delivery: "env" }, ...objects(), environmentVariable("AA", ""));
  expect([...(manifests[0]?.data.keys() ?? [])]).toEqual(["AA", "AIRFLOW_CONN_DB", "AIRFLOW_VAR_K", "TZ"]);
});

test("delivery `kubernetes`: one labelled Secret per object", () => {
  const { manifests } = output({ delivery: "kubernetes" }, ...objects());
  expect(
    manifests.map(({ labels, data }) => [Object.fromEntries(labels), ...data.keys()]),
  ).toMatchInlineSnapshot(`
    [
      [
        {
          "app.kubernetes.io/managed-by": "jackfield",
          "jackfield.dev/deployment": "prod",
          "jackfield.dev/workspace": "analytics",
        },
        "TZ",
      ],
      [
        {
          "airflow.apache.org/connection-id": "db",
          "app.kubernetes.io/managed-by": "jackfield",
          "jackfield.dev/deployment": "prod",
          "jackfield.dev/workspace": "analytics",
        },
        "value",
      ],
      [
        {
          "airflow.apache.org/variable-key": "k",
          "app.kubernetes.io/managed-by": "jackfield",
          "jackfield.dev/deployment": "prod",
          "jackfield.dev/workspace": "analytics",
        },
        "value",
      ],
    ]
  `);
  expect(manifests.map(({ name }) => name)).toEqual([
    "jackfield-prod-env",
    objectSecretName(deployment(), "Connection", "db"),
    objectSecretName(deployment(), "Variable", "k"),
  ]);
  for (const { labels } of manifests) expect([...labels.keys()]).toEqual([...labels.keys()].sort());
});

test("the stream of manifests is what Kubernetes would read", () => {
  const out = output({ namespace: "null" }, ...objects(), environmentVariable("WORD", "größer"));
  const text = secretsYaml(out.manifests).reveal();
  expect(text).toMatchInlineSnapshot(`
    "apiVersion: v1
    kind: Secret
    metadata:
      name: "jackfield-prod"
      namespace: "null"
      labels:
        "app.kubernetes.io/managed-by": "jackfield"
        "jackfield.dev/deployment": "prod"
        "jackfield.dev/workspace": "analytics"
    type: Opaque
    data:
      "connections.json": "ewoiZGIiOiB7ImNvbm5fdHlwZSI6InBvc3RncmVzIiwicGFzc3dvcmQiOiJwdyJ9Cn0K"
      "variables.json": "ewoiayI6ICJ3XHUwMGU5cnQiCn0K"
    ---
    apiVersion: v1
    kind: Secret
    metadata:
      name: "jackfield-prod-env"
      namespace: "null"
      labels:
        "app.kubernetes.io/managed-by": "jackfield"
        "jackfield.dev/deployment": "prod"
        "jackfield.dev/workspace": "analytics"
    type: Opaque
    data:
      "TZ": "VVRD"
      "WORD": "Z3LDtsOfZXI="
    "
  `);
  const documents = text.split("---\n").map((one) => parseDocument(one, { version: "1.1" }).toJS());
  for (const [i, { name, namespace, data }] of out.manifests.entries()) {
    expect(documents[i].metadata).toMatchObject({ name, namespace });
    for (const [key, value] of data) {
      expect(Buffer.from(documents[i].data[key], "base64").toString("utf8")).toBe(value.reveal());
    }
  }
  expect(secretsYaml(output({ delivery: "env" }).manifests).reveal()).toContain("\ndata: {}\n");
});

test.each<DeploymentSpec>([
  { version: "2.11" },
  { version: "3.1" },
  {},
  { delivery: "kubernetes" },
  { delivery: "env" },
])("Helm values: %o", (spec) => {
  const { values } = output(spec);
  expect(values).toMatchSnapshot();
  const read = parseDocument(values, { version: "1.1" }).toJS();
  expect(parseDocument(read.extraEnvFrom).toJS()).toEqual([
    { secretRef: { name: "jackfield-prod-env", optional: true } },
  ]);
  const mounted = Object.keys(read).filter((key) => read[key].extraVolumes);
  expect(mounted.includes("apiServer")).toBe(spec.delivery === undefined && spec.version !== "2.11");
  expect(mounted.includes("webserver")).toBe(spec.delivery === undefined && spec.version !== "3.1");
  expect(values).not.toContain("subPath");
});

const LIMIT = 1_048_576;
const FRAME = '{\n"v": ""\n}\n'.length + "{}\n".length;

test.each<[string, DeploymentSpec, EffectiveObject[], string | undefined]>([
  ["at the limit", {}, [variable("v", "x".repeat(LIMIT - FRAME))], "JF521"],
  ["over the limit", {}, [variable("v", "x".repeat(LIMIT - FRAME + 1))], "JF520"],
  ["at 89 %", {}, [variable("v", "x".repeat(LIMIT * 0.89))], undefined],
  ["at 90 %", {}, [variable("v", "x".repeat(LIMIT * 0.9))], "JF521"],
  ["bytes, not characters", { delivery: "kubernetes" }, [variable("v", "é".repeat(LIMIT / 2 + 1))], "JF520"],
  [
    "an object over the limit by itself",
    { delivery: "kubernetes" },
    [variable("v", "x".repeat(LIMIT + 1))],
    "JF520",
  ],
  [
    "many that are small by themselves",
    { delivery: "kubernetes" },
    [1, 2, 3].map((n) => variable(`v${n}`, "x".repeat(400_000))),
    undefined,
  ],
  ["an environment entry at its limit", {}, [environmentVariable("E", "x".repeat(131_072 - 3))], undefined],
  ["an environment entry over its limit", {}, [environmentVariable("E", "x".repeat(131_072 - 2))], "JF522"],
  [
    "keys alone",
    {},
    Array.from({ length: 4000 }, (_, n) => environmentVariable(`E${n}_${"K".repeat(200)}`, "")),
    "JF520",
  ],
])("sizes: %s", (_, spec, all, code) => {
  expect(troubles(spec, ...all).map((d) => d.code)).toEqual(code === undefined ? [] : [code]);
});

test("what is too large is named with the bytes over and the remedy", () => {
  const [trouble] = troubles({}, variable("v", "x".repeat(LIMIT - FRAME + 7)));
  expect(trouble?.message).toContain("`prod` is 7 bytes over");
  expect(trouble?.hint).toContain("delivery: kubernetes");
});
