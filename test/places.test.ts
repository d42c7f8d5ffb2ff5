import { afterEach, beforeEach, expect, test } from "vitest";
import { compile } from "../src/compile.ts";
import type { EarlierPlace } from "../src/model/place.ts";
import { createFiles, findPlace } from "../src/node/files.ts";
import { createHistory } from "../src/node/git.ts";
import { earlierPlaces } from "../src/places/earlier.ts";
import { deploymentYaml, workspaceYaml } from "./support/policy.ts";
import { makeRepo, type Repo } from "./support/repo.ts";

// Where Deployments were, by what real repositories remember.

let repo: Repo;

beforeEach(() => {
  repo = makeRepo();
});

afterEach(() => repo.remove());

const CONTEXT = { main: "{context: prod}" };
const FOLDER = { main: "{directory: live}" };

function commit(files: Readonly<Record<string, string | undefined>>): string {
  for (const [path, text] of Object.entries(files)) {
    if (text === undefined) repo.must("rm", "-qf", path);
    else repo.write(path, text);
  }
  repo.must("add", "-A");
  repo.must("commit", "-q", "--allow-empty", "-m", "x");
  return repo.must("rev-parse", "HEAD").trim();
}

function look(root = repo.root) {
  const { value: files } = createFiles(findPlace(root)).scan();
  const { workspaces } = compile(files);
  return earlierPlaces(
    createHistory(root),
    workspaces.map(({ declarations }) => declarations),
  );
}

function show({ deployment, cluster, namespace, base, delivery }: EarlierPlace): string {
  return `${deployment} ${cluster.name.value} ${namespace} ${base} ${delivery}`;
}

const shown = (root?: string) => look(root).value.map(show);
const codes = (root?: string) => look(root).diagnostics.map(({ code }) => code);

test("a moved Deployment was where it is not any more", () => {
  commit({ "jackfield.yaml": workspaceYaml(CONTEXT), "prod.yaml": deploymentYaml("prod") });
  const last = commit({});
  const dropped = commit({ "prod.yaml": deploymentYaml("prod", { namespace: "other" }) });
  commit({ "other.txt": "x" });
  const { value, diagnostics } = look();
  expect(diagnostics).toEqual([]);
  expect(value.map(show)).toEqual(["prod main airflow jackfield-prod file"]);
  expect(value[0]).toMatchObject({ last, dropped, folder: "", workspace: "shop" });
});
