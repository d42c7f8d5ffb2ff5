import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { openEstate } from "../../src/commands/estate.ts";
import type { EffectiveObject } from "../../src/model/effective.ts";
import type { MapNode, Node, ParsedFile } from "../../src/model/tree.ts";
import { createFiles, findPlace } from "../../src/node/files.ts";
import {
  type AirflowConnection,
  compareWithAirflow,
  type ExpectedDeployment,
  type Typed,
} from "../support/airflow.ts";

// The example estate all the way: the built program writes it out and builds it, real Airflows read it, and what
// they find is compared with the effective objects, whose secrets the real `sops` opens.
const BIN = fileURLToPath(new URL("../../bin/jackfield.js", import.meta.url));

test("real Airflow finds what the example estate says", () => {
  const root = mkdtempSync(join(tmpdir(), "jackfield-example-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  jackfield(root, "init", "--example");
  jackfield(root, "build", "--out", "out");
  const expected = expectedOf(root);
  expect(expected.map((one) => Object.keys(one.connections).length).reduce((a, b) => a + b)).toBeGreaterThan(
    30,
  );
  expect(compareWithAirflow(join(root, "out"), expected)).toEqual([]);
});

function jackfield(root: string, ...args: readonly string[]): void {
  const env = { ...process.env, SOPS_AGE_KEY_FILE: join(root, "demo.agekey") };
  const run = spawnSync(process.execPath, [BIN, ...args], { cwd: root, env, encoding: "utf8" });
  expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: "" });
}

function expectedOf(root: string): readonly ExpectedDeployment[] {
  const estate = openEstate(createFiles(findPlace(root)), {});
  if (!("workspaces" in estate)) throw new Error("no Workspace");
  const opened = new Map<ParsedFile, unknown>();
  return estate.workspaces.flatMap(({ declarations, effective }) =>
    effective.deployments.map(({ deployment, objects }) => {
      const of = (kind: EffectiveObject["kind"]) => objects.filter((object) => object.kind === kind);
      const read = (object: EffectiveObject, path: string) => fieldValue(root, opened, object, path);
      return {
        workspace: declarations.workspace.name.value,
        deployment: deployment.name.value,
        connections: Object.fromEntries(of("Connection").map((one) => [one.id, connection(one, read)])),
        variables: Object.fromEntries(
          of("Variable").map((one) => {
            const value = read(one, "value");
            return [one.id, { json: typeof value !== "string", value }];
          }),
        ),
        environment: Object.fromEntries(
          of("EnvironmentVariable").map((one) => [one.id, String(read(one, "value"))]),
        ),
      };
    }),
  );
}

function connection(
  object: EffectiveObject,
  read: (object: EffectiveObject, path: string) => Typed,
): AirflowConnection {
  const extra = [...object.fields.keys()].filter((path) => path.startsWith("extra."));
  return {
    conn_type: object.type?.value ?? null,
    description: object.declaration.description?.value ?? null,
    host: read(object, "host"),
    login: read(object, "login"),
    password: read(object, "password"),
    schema: read(object, "schema"),
    port: read(object, "port"),
    extra_dejson: ["map", Object.fromEntries(extra.map((path) => [path.slice(6), read(object, path)]))],
  };
}

function fieldValue(
  root: string,
  opened: Map<ParsedFile, unknown>,
  object: EffectiveObject,
  path: string,
): Typed {
  const field = object.fields.get(path);
  if (!field) return null;
  const { credential, value } = field;
  if (!credential) return typed(value, () => null);
  if (!opened.has(credential.file)) opened.set(credential.file, sops(root, credential.file));
  const plain = opened.get(credential.file);
  return typed(value, (leaf) => at(plain, pathTo(credential.document.root, leaf) ?? []));
}

/** The file as the real sops opens it. */
function sops(root: string, { file }: ParsedFile): unknown {
  const env = { ...process.env, SOPS_AGE_KEY_FILE: join(root, "demo.agekey") };
  const args = ["decrypt", "--output-type", "json", join(root, file.path)];
  const run = spawnSync("sops", args, { env, encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

function pathTo(map: MapNode, leaf: Node): readonly string[] | undefined {
  for (const { key, value } of map.entries) {
    if (value === leaf) return [key];
    const below = value.kind === "map" ? pathTo(value, leaf) : undefined;
    if (below) return [key, ...below];
  }
  return undefined;
}

function at(value: unknown, path: readonly string[]): Typed {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], value) as Typed;
}

function typed(node: Node, reveal: (leaf: Node) => Typed): Typed {
  if (node.kind === "sealed") return reveal(node);
  if (node.kind === "seq") return ["list", node.items.map((item) => typed(item, reveal))];
  if (node.kind === "map") {
    return ["map", Object.fromEntries(node.entries.map(({ key, value }) => [key, typed(value, reveal)]))];
  }
  if (typeof node.value === "bigint") return ["int", String(node.value)];
  return typeof node.value === "number" ? ["float", node.value] : node.value;
}
