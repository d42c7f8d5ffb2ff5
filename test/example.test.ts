import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { build } from "../src/commands/build.ts";
import { openEstate } from "../src/commands/estate.ts";
import { createFiles, findPlace } from "../src/node/files.ts";
import { createKeySource } from "../src/node/keys.ts";
import { createOutput } from "../src/node/output.ts";

const EXAMPLE = fileURLToPath(new URL("../fixtures/example", import.meta.url));

/** A copy outside of any repo, as `init --example` makes it; gone after the test. */
function copy(): string {
  const root = mkdtempSync(join(tmpdir(), "jackfield-example-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  cpSync(EXAMPLE, root, { recursive: true });
  return root;
}

test("the example estate is as large as the README says", () => {
  const estate = openEstate(createFiles(findPlace(copy())), {});
  if (!("workspaces" in estate)) throw new Error("no Workspace");
  const deployments = estate.workspaces.flatMap(({ effective }) => effective.deployments);
  const objects = estate.workspaces.flatMap(({ declarations }) => declarations.objects);
  expect({
    workspaces: estate.workspaces.length,
    deployments: deployments.length,
    environments: new Set(deployments.map(({ deployment }) => deployment.environment.value)).size,
    objects: objects.length,
    types: new Set(objects.flatMap(({ type }) => type?.value ?? [])).size,
    diagnostics: estate.diagnostics.map(({ code, severity }) => `${severity} ${code}`),
  }).toEqual({
    workspaces: 2,
    deployments: 6,
    environments: 3,
    objects: 25,
    types: 12,
    diagnostics: ["info JF405", "info JF516"],
  });
});

test("the example estate builds to what Airflow shall read", async () => {
  const root = copy();
  const out = join(root, "out");
  const keys = createKeySource({ SOPS_AGE_KEY_FILE: join(root, "demo.agekey") });
  const outcome = build({ files: createFiles(findPlace(root)), keys, output: createOutput(out, "out") }, {});
  expect(outcome.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const made = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((path) =>
    /\.(json|yaml)$/.test(path),
  );
  expect(made).toHaveLength(6 * 4);
  for (const path of made) {
    await expect(readFileSync(join(out, path), "utf8")).toMatchFileSnapshot(
      `../fixtures/example.expected/${path}`,
    );
  }
});

test("the schema in the example is the one we publish", () => {
  const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
  expect(read("fixtures/example/jackfield.schema.json")).toBe(read("schemas/jackfield.schema.json"));
});
