import { afterEach, expect, test } from "vitest";
import { makeRepo, type Repo } from "../support/repo.ts";
import { sealed } from "../support/seal.ts";

// `jackfield change`, and `--ref` and `--base` of other commands, on a real repository.

let repo: Repo;

afterEach(() => repo.remove());

const POLICY = `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: analytics}
spec:
  environments: {development: {}}
  clusters: {laptop: {directory: .jackfield/laptop}}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: dev}
spec: {environment: development, cluster: laptop, namespace: airflow}
`;

const connection = (id: string, host: string) => `apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: ${id}}
spec: {type: generic, sharing: all, host: ${host}}
`;

function start(): void {
  repo = makeRepo();
  repo.write("jackfield.yaml", POLICY);
  repo.write("one.yaml", connection("one", "a.example.com"));
  repo.commit("start");
}

function branch(name: string, path: string, text: string): void {
  repo.must("switch", "-q", "-c", name);
  repo.write(path, text);
  repo.commit(name);
  repo.must("switch", "-q", "main");
}

function fieldsOf(...args: readonly string[]): readonly string[] {
  const ran = repo.jackfield("change", ...args, "--format", "json");
  const { deployments } = JSON.parse(ran.out).result as {
    deployments: {
      deployment: string;
      objects: { id: string; action: string; fields: { path: string }[] }[];
    }[];
  };
  return deployments.flatMap(({ deployment, objects }) =>
    objects.map(
      ({ id, action, fields }) => `${deployment} ${action} ${id}: ${fields.map(({ path }) => path)}`,
    ),
  );
}

test("a branch is compared as it would be merged: what the base got meanwhile is no part of it", () => {
  start();
  branch("feature", "two.yaml", connection("two", "b.example.com"));
  repo.write("one.yaml", connection("one", "moved.example.com"));
  repo.commit("main goes on");
  expect(fieldsOf("--ref", "feature")).toEqual(["dev add two: host,type"]);
  expect(fieldsOf("--ref", "main")).toEqual([]);
});

test("against another base", () => {
  start();
  branch("feature", "two.yaml", connection("two", "b.example.com"));
  expect(fieldsOf("--ref", "main", "--base", "feature")).toEqual([]);
  repo.must("switch", "-q", "feature");
  branch("stacked", "three.yaml", connection("three", "c.example.com"));
  repo.must("switch", "-q", "main");
  expect(fieldsOf("--ref", "stacked", "--base", "feature")).toEqual(["dev add three: host,type"]);
});

test("without a ref, the work tree as it stands", () => {
  start();
  expect(fieldsOf()).toEqual([]);
  repo.write("one.yaml", connection("one", "edited.example.com"));
  expect(fieldsOf()).toEqual(["dev change one: host"]);
});

test("a conflict is told by path, and nothing is told of a change", () => {
  start();
  branch("feature", "one.yaml", connection("one", "b.example.com"));
  repo.write("one.yaml", connection("one", "c.example.com"));
  repo.commit("main goes on");
  const ran = repo.jackfield("change", "--ref", "feature");
  expect([ran.status, ran.out]).toEqual([1, ""]);
  expect(ran.err).toMatch(/JF742: it does not merge into the base: one\.yaml conflict/);
});

test("errors of the head are told, and no change", () => {
  start();
  branch(
    "feature",
    "one.yaml",
    "apiVersion: jackfield.dev/v1\nkind: Connection\nmetadata: {name: one}\nspec: {typ: generic}\n",
  );
  const ran = repo.jackfield("change", "--ref", "feature", "--format", "json");
  const { diagnostics, result } = JSON.parse(ran.out);
  expect(ran.status).toBe(1);
  expect(result).toBeNull();
  expect(diagnostics[0]).toMatchObject({ file: "one.yaml", severity: "error" });
});

test("a sealed file that goes back to an earlier version is a risk", () => {
  start();
  const credential = (name: string, time: string) =>
    sealed(`apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: one
  for: {environment: development}
  secrets:
    password: ENC(${name})
sops: [dev]
`).replace("2026-01-01", time);
  repo.write(
    "jackfield.yaml",
    POLICY.replace(
      "development: {}",
      "development: {recipients: [age1sw5ecggtl9zw6c083lrrelmmp60spzmfrt6fcamvg3d2d452pv3ssjm5up]}",
    ),
  );
  repo.write("one.development.sops.yaml", credential("old", "2026-01-01"));
  repo.commit("old");
  repo.write("one.development.sops.yaml", credential("new", "2026-02-01"));
  repo.commit("new");
  branch("back", "one.development.sops.yaml", credential("old", "2026-01-01"));
  const { risks } = JSON.parse(repo.jackfield("change", "--ref", "back", "--format", "json").out).result;
  expect(risks).toMatchObject([{ kind: "rolled-back", file: "one.development.sops.yaml" }]);
});

test("a commit that git does not know, and no Git at all", () => {
  start();
  for (const args of [["--ref", "nope"], ["--base", "nope"], ["--ref", "--all"], ["--ref=--all"]]) {
    const ran = repo.jackfield("change", ...args);
    expect(ran.status).toBe(2);
    expect(ran.err).toMatch(/JF009|argument missing/);
  }
  repo.must("update-ref", "-d", "refs/heads/main");
  const bare = repo.jackfield("change");
  expect(bare.err).toMatch(/JF741/);
  expect(bare.status).toBe(2);
});

test("other commands read a commit's tree, too", () => {
  start();
  branch("feature", "two.yaml", connection("two", "b.example.com"));
  expect(repo.jackfield("get", "--ref", "feature").out).toMatch(/Connection +two/);
  expect(repo.jackfield("get").out).not.toMatch(/Connection +two/);
  expect(repo.jackfield("validate", "--ref", "feature").out).toMatch(/2 objects/);
  expect(repo.jackfield("explain", "two", "--deployment", "dev", "--ref", "feature").status).toBe(0);
  const log = JSON.parse(repo.jackfield("validate", "--ref", "feature", "--format", "sarif").out);
  expect(log.version).toBe("2.1.0");
});

test("a plan of a commit is applied as that commit, whatever the work tree holds", () => {
  start();
  repo.write(".gitignore", ".jackfield\n");
  repo.commit("ignore");
  branch("feature", "two.yaml", connection("two", "b.example.com"));
  repo.write("one.yaml", "kind: broken");
  expect(repo.jackfield("apply", "--ref", "feature").status).toBe(0);
  const status = JSON.parse(repo.jackfield("status", "--ref", "feature", "--format", "json").out);
  expect(JSON.stringify(status)).toContain(repo.must("rev-parse", "feature").trim());
  expect(repo.read(".jackfield/laptop/airflow/jackfield-dev/connections.json")).toContain("b.example.com");
});
