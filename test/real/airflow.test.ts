import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Secret } from "../../src/core/secret.ts";
import { emit } from "../../src/emit/emit.ts";
import type { Delivery } from "../../src/model/declaration.ts";
import type { DeploymentOutput } from "../../src/model/manifest.ts";
import { compareWithAirflow, type ExpectedDeployment } from "../support/airflow.ts";
import { type ConnectionSpec, effective, reveal, sealed, workspace } from "../support/effective.ts";
import {
  type Content,
  expectedOf,
  objectsOf,
  sampleConnections,
  sampleVariables,
  writeBuild,
} from "../support/estate.ts";

const SEED = 20261123;
const CONNECTIONS = 520;
const VARIABLES = 220;
const SHARDS = 10;
const MINUTES = 60_000;

// Common types, and every type of the catalogue.
const catalogue = new URL("../../src/catalogue/types/", import.meta.url);
const types = [
  ...new Set([
    ...[
      "aws",
      "azure",
      "databricks",
      "elasticsearch",
      "fs",
      "ftp",
      "generic",
      "google_cloud_platform",
      "http",
    ],
    ...["jdbc", "kafka", "kubernetes", "mongo", "mssql", "mysql", "oracle", "postgres", "redis", "sftp"],
    ...["slackwebhook", "smtp", "snowflake", "ssh", "trino"],
    ...readdirSync(catalogue).map((name) => name.replace(/\.json$/, "")),
  ]),
];

const connections: readonly ConnectionSpec[] = [
  ...sampleConnections(types, CONNECTIONS, SEED),
  ...Array.from({ length: SHARDS }, () => ({
    type: "generic",
    extra: { huge: "é%".repeat(10_000), b: sealed("s") },
  })),
];
const variables = sampleVariables(VARIABLES, SEED);

/** Spreads the samples over Deployments: Airflow reads a whole file at each lookup, twice. */
function shards(nameOf: (n: number) => string): readonly Content[] {
  return Array.from({ length: SHARDS }, (_, shard) => {
    const mine = <T>(all: readonly T[]): Record<string, T> =>
      Object.fromEntries(all.flatMap((one, n) => (n % SHARDS === shard ? [[nameOf(n), one] as const] : [])));
    const environment = { TZ: "Europe/Berlin", _empty: "", LINES: "one\ntwo é" };
    return { connections: mine(connections), variables: mine(variables), environment };
  });
}

function make(name: string, delivery: Delivery, content: Content): DeploymentOutput {
  const [made] = [...emit(workspace(effective({ name, delivery }, objectsOf(content))), reveal)];
  if (!made?.value) throw new Error(made?.diagnostics.map(({ message }) => message).join("\n"));
  return made.value;
}

const builds = mkdtempSync(join(tmpdir(), "jackfield-build-"));
afterAll(() => rmSync(builds, { recursive: true }));
const newBuild = () => mkdtempSync(join(builds, "build-"));

test.each<[Delivery, (n: number) => string]>([
  ["file", (n) => `Id.${n}-x_y`],
  ["kubernetes", (n) => `id.${n}-X_y`],
  ["env", (n) => `Id_${n}_x`],
])(
  "Airflow reads what delivery `%s` wrote, field by field",
  { timeout: 10 * MINUTES },
  (delivery, nameOf) => {
    const buildDir = newBuild();
    const expected = shards(nameOf).map((content, n) => {
      const name = `${delivery}-${n}`;
      writeBuild(buildDir, make(name, delivery, content));
      return expectedOf(name, content);
    });
    expect(expected.flatMap((one) => Object.keys(one.connections)).length).toBeGreaterThanOrEqual(500);
    expect(expected.flatMap((one) => Object.keys(one.variables)).length).toBeGreaterThanOrEqual(200);
    expect(compareWithAirflow(buildDir, expected)).toEqual([]);
  },
);

const CONTENT: Content = {
  connections: {
    bad: {
      type: "postgres",
      description: "of the test",
      host: "db",
      port: 5432,
      login: "me",
      password: sealed("12345"),
      schema: "s",
      extra: { a: 1n, b: "2" },
    },
    good: { type: "postgres", host: "db" },
  },
  variables: { v: "1", w: "2" },
  environment: {},
};

type Broken = Record<string, unknown>;

/** One way to emit wrongly, and what it costs at least: an object in both Airflows. */
const BREAKAGES: [string, (connections: Record<string, Broken>, variables: Broken) => unknown, string][] = [
  ["an int password", ({ bad }) => Object.assign(bad as Broken, { password: 12345 }), "Connection good"],
  ["an entry that is null", (all) => Object.assign(all, { bad: null }), "Connection good"],
  ["an entry that is a number", (all) => Object.assign(all, { bad: 1 }), "Connection good"],
  ["an unknown key", ({ bad }) => Object.assign(bad as Broken, { hots: "x" }), "Connection good"],
  [
    "an entry that is a JSON text",
    (all) => Object.assign(all, { bad: JSON.stringify(all.bad) }),
    "Connection bad",
  ],
  ["extra as a list", ({ bad }) => Object.assign(bad as Broken, { extra: ["a"] }), "Connection bad"],
  [
    "an extra value as a text",
    ({ bad }) => Object.assign(bad as Broken, { extra: { a: "1", b: "2" } }),
    "Connection bad",
  ],
  ["a port that is a text", ({ bad }) => Object.assign(bad as Broken, { port: "5432" }), "Connection bad"],
  ["a host that is null", ({ bad }) => Object.assign(bad as Broken, { host: null }), "Connection bad"],
  ["an int login", ({ bad }) => Object.assign(bad as Broken, { login: 1 }), "Connection bad"],
  ["a boolean schema", ({ bad }) => Object.assign(bad as Broken, { schema: true }), "Connection bad"],
  ["a dropped field", ({ bad }) => delete bad?.schema, "Connection bad"],
  ["no conn_type", ({ bad }) => delete bad?.conn_type, "Connection bad"],
  ["a dropped description", ({ bad }) => delete bad?.description, "Connection bad"],
  ["a dropped connection", (all) => delete all.bad, "Connection bad"],
  ["a Variable that is a number", (_, all) => Object.assign(all, { v: 1 }), "Variable v"],
  ["a Variable that is null", (_, all) => Object.assign(all, { v: null }), "Variable v"],
  ["a dropped Variable", (_, all) => delete all.v, "Variable v"],
];

function breakOutput(output: DeploymentOutput, spoil: (typeof BREAKAGES)[number][1]): DeploymentOutput {
  const all = [output.connections, output.variables].map((one) => JSON.parse(one.reveal()));
  spoil(all[0], all[1]);
  const [broken, values] = all.map((one) => new Secret(JSON.stringify(one))) as [Secret, Secret];
  const data = new Map([
    ["connections.json", broken],
    ["variables.json", values],
  ]);
  const manifests = output.manifests.map((manifest) => ({ ...manifest, data }));
  return { ...output, manifests, connections: broken, variables: values };
}

test("an emitter with a fault does not pass", { timeout: 5 * MINUTES }, () => {
  const buildDir = newBuild();
  const expected: ExpectedDeployment[] = [expectedOf("whole", CONTENT)];
  writeBuild(buildDir, make("whole", "file", CONTENT));
  BREAKAGES.forEach(([, spoil], n) => {
    writeBuild(buildDir, breakOutput(make(`broken-${n}`, "file", CONTENT), spoil));
    expected.push(expectedOf(`broken-${n}`, CONTENT));
  });
  const mismatches = compareWithAirflow(buildDir, expected);
  expect(mismatches.filter(({ deployment }) => deployment === "whole")).toEqual([]);
  for (const [n, [name, , object]] of BREAKAGES.entries()) {
    const hit = mismatches.filter((one) => one.deployment === `broken-${n}` && one.object === object);
    const seen = new Set(hit.map(({ airflow, view }) => `${airflow[0]} ${view}`));
    expect([name, [...seen].sort()]).toEqual([name, ["2 server", "3 server", "3 task"]]);
  }
});
