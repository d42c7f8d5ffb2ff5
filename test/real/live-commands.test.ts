import { afterEach, beforeEach, expect, test } from "vitest";
import {
  connections,
  deploymentText,
  type LiveEstate,
  makeLiveEstate,
  workspaceText,
} from "../support/live-estate.ts";

// What stands around plan and apply: parts of the work, what is live, and how options are read.

let estate: LiveEstate;
const NAMES = ["one", "two", "three", "four"];

beforeEach(() => {
  const text = workspaceText({ cluster: "{directory: .jackfield/cluster}" });
  const more = NAMES.map((name) => `---\n${deploymentText(name, { namespace: name })}`).join("");
  estate = makeLiveEstate({ "jackfield.yaml": text + more, ...connections("a") });
});
afterEach(() => estate.remove());

const json = (...args: readonly string[]) => {
  const { status, out } = estate.jackfield(...args, "--format", "json");
  const { result, diagnostics } = JSON.parse(out);
  return { status, result, codes: diagnostics.map(({ code }: { code: string }) => code) };
};
const deploymentsOf = ({ result }: { result: { deployments: { deployment: string }[] } }) =>
  result.deployments.map(({ deployment }) => deployment);

test("the parts of a work are all of it, and none is in two", () => {
  const parts = ["1/3", "2/3", "3/3"].map((shard) => deploymentsOf(json("plan", "--shard", shard)));
  expect(parts.flat().sort()).toEqual([...NAMES, "prod"].sort());
  expect(parts.every((part) => part.length > 0)).toBe(true);
  for (const shard of ["1/3", "2/3", "3/3"]) expect(estate.apply("--shard", shard).status).toBe(0);
  expect(estate.plan("--exit-code").status).toBe(0);
});

test.each(["0/3", "4/3", "1", "a/b", "1/0", "01/2"])("no part of any work: %s", (shard) => {
  expect(json("plan", "--shard", shard)).toMatchObject({ status: 2, codes: ["JF621"] });
});

test("filters limit a plan, and what fits none is told", () => {
  expect(deploymentsOf(json("plan", "--deployment", "two"))).toEqual(["two"]);
  expect(deploymentsOf(json("plan", "--environment", "production"))).toHaveLength(5);
  expect(json("plan", "--environment", "prodction")).toMatchObject({ status: 2, codes: ["JF002"] });
  expect(json("apply", "--cluster", "man")).toMatchObject({ status: 2, codes: ["JF002"] });
});

test("the matrix has a row for each environment and cluster", () => {
  const { out } = estate.jackfield("matrix");
  const deployments = [...NAMES, "prod"].map((name) => `analytics/${name}`).sort();
  expect(JSON.parse(out)).toEqual({ include: [{ environment: "production", cluster: "main", deployments }] });
});

test("the status of a Deployment is what its Secrets record", () => {
  expect(json("status", "--deployment", "prod").result.deployments).toMatchObject([
    { secrets: 0, applied: [] },
  ]);
  estate.apply("--deployment", "prod");
  const commit = estate.must("rev-parse", "HEAD").trim();
  const [status] = json("status", "--deployment", "prod").result.deployments;
  expect(status).toMatchObject({
    secrets: 1,
    objects: { Connection: 1, Variable: 0, EnvironmentVariable: 0 },
    applied: [{ commit }],
    records: {
      "jackfield-prod": { v: 1, commit, objects: { "Connection/a": { password: expect.any(String) } } },
    },
  });
  expect(status.applied[0].age).toBeLessThan(600);
  expect(estate.jackfield("status").out).toMatch(
    /^analytics\/prod +main\/airflow +1 +1 +\w{8} +\d+ (?:s|min)$/m,
  );
});

test.each([
  [["--allow-prune", "many"], "JF624"],
  [["--allow-prune", "-1"], "JF624"],
  [["--plan-id", "abc"], "JF624"],
  [["--plan", "nowhere.json"], "JF003"],
  [["--plan", "jackfield.yaml"], "JF626"],
  [["--plan", "x", "--plan-id", "0".repeat(32)], "JF625"],
  [["--environment", "production", "--cluster", "main", "--deployment", "nowhere"], "JF002"],
])("apply, called wrongly: %j", (args, code) => {
  expect(json("apply", ...args)).toMatchObject({ status: 2, codes: [code] });
});

test("a Secret that two Deployments want in different places is adopted for one of them by name", () => {
  const text = workspaceText({
    cluster: "{directory: .jackfield/cluster}\n    other: {directory: .jackfield/other}",
  });
  const twin = deploymentText("twin", { more: "  secretName: jackfield-prod\n" }).replace(
    "cluster: main",
    "cluster: other",
  );
  estate.change({ "jackfield.yaml": `${text}---\n${twin}` });
  expect(json("adopt", "airflow/jackfield-prod")).toMatchObject({ status: 2, codes: ["JF623"] });
  expect(json("adopt", "airflow/jackfield-prod", "--deployment", "twin").status).toBe(0);
});

test("a cluster out of reach is the cluster's fault, and nothing is taken for absent", () => {
  const text = workspaceText({ cluster: "{context: nowhere}" });
  estate.change({ "jackfield.yaml": text });
  for (const command of ["plan", "apply", "drift"]) {
    const { status, out, err } = estate.jackfield(command);
    expect([status, out.includes("? unknown jackfield-prod"), err.includes("JF70")]).toEqual([3, true, true]);
  }
});

test("filters limit what is removed, too", () => {
  const clusters = "{directory: .jackfield/cluster}\n    other: {directory: .jackfield/other}";
  const text = workspaceText({ cluster: clusters });
  const doomed = `---\n${deploymentText("doomed", { namespace: "doomed" })}`;
  const mover = `---\n${deploymentText("mover", { namespace: "mover" })}`;
  estate.change({ "jackfield.yaml": text + doomed + mover });
  expect(estate.apply().status).toBe(0);
  estate.change({ "jackfield.yaml": text + mover.replace("cluster: main", "cluster: other") });
  const deletes = (...args: readonly string[]) =>
    json("plan", ...args).result.deployments.flatMap(
      (one: { deployment: string; operations: { action: string }[] }) =>
        one.operations.filter(({ action }) => action === "delete").map(() => one.deployment),
    );
  expect(deletes()).toEqual(["doomed", "mover"]);
  expect(deletes("--cluster", "main")).toEqual(["doomed"]);
  expect(deletes("--cluster", "other")).toEqual([]);
  expect(deletes("--environment", "production")).toEqual(["mover"]);
  expect(deletes("--deployment", "prod")).toEqual([]);
  expect(deletes("--deployment", "mover")).toEqual(["mover"]);
  expect([deletes("--shard", "1/2"), deletes("--shard", "2/2")].map((one) => one.includes("doomed"))).toEqual(
    [true, false],
  );
});

test("policy that is not the default branch's is named, whoever plans or applies it", () => {
  const text = estate.must("show", "HEAD:jackfield.yaml");
  const of = (command: string) => json(command).codes.filter((code: string) => code.startsWith("JF74"));
  expect(of("plan")).toEqual([]);
  estate.write("jackfield.yaml", text.replace("sharing: all", "sharing: all # as before"));
  expect(of("plan")).toEqual([]);
  estate.write("jackfield.yaml", text.replace("protected: false", "protected: true"));
  expect(of("plan")).toEqual(["JF748"]);
  expect(of("drift")).toEqual(["JF748"]);
  expect(estate.plan().err).toContain("is not that of main: `Workspace environments.production.protected`");
  estate.must("switch", "-q", "-c", "other");
  estate.commit("on a branch");
  expect(of("plan")).toEqual(["JF748"]);
  estate.must("switch", "-q", "main");
  expect(of("plan")).toEqual([]);
  estate.write("jackfield.yaml", text.replace("uid: 0b", "uid: 1b"));
  expect(of("plan")).toEqual(["JF749"]);
});
