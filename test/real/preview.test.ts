import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import {
  connectionYaml,
  credentialYaml,
  OWN_SCHEMA,
  PREVIEW_KEY,
  previewEstate,
  previewPolicy,
} from "../support/preview-estate.ts";
import { makeRepo, type Ran, type Repo } from "../support/repo.ts";

// `jackfield preview` on a folder that stands in for a cluster: what a preview gets, what it does not, and how it ends.

let repo: Repo;

afterEach(() => repo.remove());

const SHAPE = { cluster: "{directory: .jackfield/cluster}" };

function start(files: Readonly<Record<string, string>> = previewEstate(SHAPE)): void {
  repo = makeRepo();
  repo.env.SOPS_AGE_KEY = PREVIEW_KEY;
  for (const [path, text] of Object.entries(files)) repo.write(path, text);
  repo.commit("start");
}

function branch(name: string, files: Readonly<Record<string, string>>): void {
  repo.must("switch", "-q", "-c", name, "main");
  for (const [path, text] of Object.entries(files)) repo.write(path, text);
  repo.commit(name);
  repo.must("switch", "-q", "main");
}

function preview(...args: readonly string[]): Ran {
  return repo.jackfield("preview", ...args);
}

function connectionsIn(
  namespace: string,
  secret = "jackfield-dev",
): Record<string, { host: string; schema: string; password?: string }> {
  return JSON.parse(
    readFileSync(join(repo.root, ".jackfield/cluster", namespace, secret, "connections.json"), "utf8"),
  );
}

function exists(namespace: string): boolean {
  return existsSync(join(repo.root, ".jackfield/cluster", namespace));
}

test("it gets what its base gets, with the overrides for previews, in a namespace of its own", () => {
  start();
  branch("feature", { "plain.yaml": previewEstate(SHAPE)["plain.yaml"]?.replace("eu", "us") ?? "" });
  const ran = preview("up", "dev", "--number", "7", "--ref", "feature");
  expect(ran.err).toContain("JF785: Connection `ledger` is left out of the preview: its base says `never`");
  expect([ran.status, ran.out]).toEqual([
    0,
    expect.stringMatching(/preview dev-pr-7 in namespace airflow-pr-7: created\n$/),
  ]);
  expect(connectionsIn("airflow-pr-7")).toEqual({
    warehouse: expect.objectContaining({
      host: "db.dev.example.com",
      schema: "pr_7",
      password: "canary-of-dev",
    }),
  });
  expect(ran.out + ran.err).not.toContain("canary-of");
  // Nothing is written for its base.
  expect(exists("airflow-dev")).toBe(false);
});

test("up again brings it up to date; down takes it away, and down again is fine", () => {
  start();
  expect(preview("up", "dev", "--number", "7").out).toContain("created");
  branch("feature", { "warehouse.yaml": connectionYaml("warehouse", "new.dev.example.com", OWN_SCHEMA) });
  expect(preview("up", "dev", "--number", "7", "--ref", "feature").out).toContain("updated");
  expect(connectionsIn("airflow-pr-7").warehouse?.host).toBe("new.dev.example.com");
  expect(preview("list").out).toMatch(/^dev-pr-7 +main\/airflow-pr-7 +[0-9a-f]{12} +until 20/);
  expect(preview("down", "dev", "--number", "7").out).toContain("deleted");
  expect(exists("airflow-pr-7")).toBe(false);
  expect(preview("down", "dev", "--number", "7")).toMatchObject({
    status: 0,
    out: expect.stringContaining("absent"),
  });
  expect(preview("list").out).toBe("no previews\n");
});

test("W6: a credential that the head would send elsewhere is left out, and named", () => {
  start();
  branch("evil", { "warehouse.yaml": connectionYaml("warehouse", "evil.example.net") });
  const ran = preview("up", "dev", "--number", "7", "--ref", "evil");
  expect(ran.err).toContain(
    "Connection `warehouse` is left out of the preview: its credential would be sent elsewhere",
  );
  expect(connectionsIn("airflow-pr-7")).toEqual({});
});

test("another host that the base allows", () => {
  start();
  branch("feature", { "warehouse.yaml": connectionYaml("warehouse", "pr.dev.example.com", OWN_SCHEMA) });
  preview("up", "dev", "--number", "7", "--ref", "feature");
  expect(connectionsIn("airflow-pr-7").warehouse?.host).toBe("pr.dev.example.com");
});

const ELSEWHERE: readonly (readonly [string, string])[] = [
  ["another port", connectionYaml("warehouse", "db.dev.example.com", `  port: 9999\n${OWN_SCHEMA}`)],
  ["another schema", connectionYaml("warehouse", "db.dev.example.com", OWN_SCHEMA.replace("pr_", "other_"))],
  [
    "another login",
    connectionYaml("warehouse", "db.dev.example.com", OWN_SCHEMA).replace("login: etl", "login: root"),
  ],
  [
    "another type",
    connectionYaml("warehouse", "db.dev.example.com", OWN_SCHEMA).replace("type: postgres", "type: mysql"),
  ],
  ["a host that only looks allowed", connectionYaml("warehouse", "db.dev.example.com.evil.net", OWN_SCHEMA)],
];

test.each(ELSEWHERE)("%s is another destination", (_, text) => {
  start();
  branch("feature", { "warehouse.yaml": text });
  preview("up", "dev", "--number", "7", "--ref", "feature");
  expect(connectionsIn("airflow-pr-7")).toEqual({});
});

test("an object that is new at the head is left out if it has a credential, and comes if it has none", () => {
  start();
  branch("feature", {
    "new.yaml": connectionYaml("new", "db.dev.example.com"),
    "new.development.sops.yaml": credentialYaml("new", "development", "canary-of-new"),
    "new.production.sops.yaml": credentialYaml("new", "production", "canary-of-new-prod"),
    "open.yaml":
      "apiVersion: jackfield.dev/v1\nkind: Connection\nmetadata: {name: open}\nspec: {type: generic, sharing: all, host: anywhere.example.net}\n",
  });
  const ran = preview("up", "dev", "--number", "7", "--ref", "feature");
  expect(ran.err).toContain("Connection `new` is left out of the preview: the default branch has it not");
  expect(Object.keys(connectionsIn("airflow-pr-7"))).toEqual(["open", "warehouse"]);
});

test("W3: the head's policy does not count: what it may do is the default branch's to say", () => {
  start();
  const widened = previewPolicy({
    ...SHAPE,
    previews: 'namespace: "evil-{number}", destinations: ["*.example.net"]',
  });
  branch("evil", {
    "jackfield.yaml": widened,
    "warehouse.yaml": connectionYaml("warehouse", "evil.example.net"),
  });
  const ran = preview("up", "dev", "--number", "7", "--ref", "evil");
  expect(ran.out).toContain("namespace airflow-pr-7");
  expect(connectionsIn("airflow-pr-7")).toEqual({});
  expect(exists("evil-7")).toBe(false);
});

test("a protected Deployment, one without previews, an unknown one", () => {
  start();
  expect(preview("up", "prod", "--number", "7")).toMatchObject({
    status: 1,
    err: expect.stringContaining("JF780"),
  });
  expect(preview("up", "dve", "--number", "7")).toMatchObject({
    status: 2,
    err: expect.stringContaining("did you mean `dev`"),
  });
  expect(preview("up", "dev")).toMatchObject({ status: 2, err: expect.stringContaining("JF624") });
  repo.write(
    "jackfield.yaml",
    previewPolicy(SHAPE).replace("environment: development\n", "environment: production\n"),
  );
  repo.commit("protected");
  expect(preview("up", "dev", "--number", "7").err).toContain("JF781");
  expect(exists("airflow-pr-7")).toBe(false);
});

test("a paused base", () => {
  start({
    ...previewEstate(SHAPE),
    "jackfield.yaml": previewPolicy(SHAPE).replace("  previews:", "  paused: INC-1\n  previews:"),
  });
  expect(preview("up", "dev", "--number", "7").err).toContain("JF782");
});

test("a namespace that is there and not ours is not touched", () => {
  start();
  mkdirSync(join(repo.root, ".jackfield/cluster/airflow-pr-7/theirs"), { recursive: true });
  const up = preview("up", "dev", "--number", "7");
  expect([up.status, up.err]).toEqual([5, expect.stringContaining("JF786")]);
  const down = preview("down", "dev", "--number", "7");
  expect([down.status, down.err]).toEqual([5, expect.stringContaining("JF786")]);
  expect(readdirSync(join(repo.root, ".jackfield/cluster/airflow-pr-7"))).toEqual(["theirs"]);
});

test("of another repo, a preview is a stranger's", () => {
  start();
  preview("up", "dev", "--number", "7", "--repo", "1");
  expect(preview("up", "dev", "--number", "7", "--repo", "2")).toMatchObject({ status: 5 });
  expect(preview("down", "dev", "--number", "7", "--repo", "2")).toMatchObject({ status: 5 });
  expect(exists("airflow-pr-7")).toBe(true);
});

test("at the limit the newcomer is refused, and told who is there", () => {
  start();
  for (const number of ["1", "2", "3"]) expect(preview("up", "dev", "--number", number).status).toBe(0);
  const ran = preview("up", "dev", "--number", "4");
  expect([ran.status, ran.err]).toEqual([5, expect.stringContaining("dev-pr-1, dev-pr-2, dev-pr-3")]);
  expect(preview("up", "dev", "--number", "2").status).toBe(0);
});

test("of a branch, with its slug; a template that only knows numbers does not do", () => {
  start();
  expect(preview("up", "dev", "--branch", "feature/x").err).toContain("JF783");
  repo.write("jackfield.yaml", previewPolicy({ ...SHAPE, previews: 'namespace: "airflow-{slug}"' }));
  repo.commit("slug");
  const ran = preview("up", "dev", "--branch", "feature/x");
  expect(ran.out).toMatch(
    /preview dev-branch-feature-x-[0-9a-f]{8} in namespace airflow-feature-x-[0-9a-f]{8}: created/,
  );
});

test("a namespace in which a Deployment is", () => {
  start({
    ...previewEstate(SHAPE),
    "jackfield.yaml": previewPolicy({ ...SHAPE, previews: 'namespace: "airflow-{slug}"' }),
  });
  const ran = preview("up", "dev", "--branch", "prod");
  expect([ran.status, ran.err]).toEqual([
    1,
    expect.stringContaining(
      "JF783: `airflow-prod` cannot be the namespace of a preview: Deployment `prod` is there",
    ),
  ]);
});

test("a placeholder that the head chooses freely must not stand in a destination", () => {
  start();
  const own =
    '  links:\n    - to: {previewsOf: [dev]}\n      overrides: {host: "{branch}.dev.example.com"}\n';
  branch("feature", { "warehouse.yaml": connectionYaml("warehouse", "db.dev.example.com", own) });
  const ran = preview("up", "dev", "--number", "7", "--branch", "evil.net", "--ref", "feature");
  expect(ran.err).toMatch(/JF784|left out/);
  expect(exists("airflow-pr-7") && connectionsIn("airflow-pr-7").warehouse).toBeFalsy();
});

test("U1: without its key nothing is made", () => {
  start();
  repo.env.SOPS_AGE_KEY = "";
  const ran = preview("up", "dev", "--number", "7");
  expect(ran.status).toBe(1);
  expect(exists("airflow-pr-7")).toBe(false);
});

test("W4: production's file cannot be moved under a preview: nobody there could read it, and the readers do not fit", () => {
  start();
  branch("evil", {
    "warehouse.development.sops.yaml": credentialYaml("warehouse", "production", "canary-of-prod").replace(
      "environment: production",
      "environment: development",
    ),
  });
  const ran = preview("up", "dev", "--number", "7", "--ref", "evil");
  expect(ran.status).toBe(1);
  expect(exists("airflow-pr-7")).toBe(false);
});

test("gc: what is over goes, what is not stays; and never nearly all at once without a word", () => {
  start({
    ...previewEstate(SHAPE),
    "jackfield.yaml": previewPolicy({ ...SHAPE, previews: 'namespace: "airflow-pr-{number}", maxAge: 1h' }),
  });
  for (const number of ["1", "2", "3", "4", "5"]) preview("up", "dev", "--number", number);
  expect(preview("gc").out).toBe("nothing to take away\n");
  // Its base allows none any more.
  repo.write(
    "jackfield.yaml",
    previewPolicy(SHAPE)
      .replace(/ {2}previews: .*\n/, "")
      .replace("metadata: {name: dev}", "metadata: {name: dev2}"),
  );
  repo.write("warehouse.yaml", connectionYaml("warehouse", "db.dev.example.com"));
  repo.commit("no previews");
  const held = preview("gc");
  expect([held.status, held.err]).toEqual([5, expect.stringContaining("JF789: 5 of 5 previews")]);
  expect(preview("gc", "--force", "--dry-run").out).toMatch(
    /dev-pr-1 +would go +its base allows no previews any more/,
  );
  expect(exists("airflow-pr-1")).toBe(true);
  expect(preview("gc", "--force").out.split("\n")).toHaveLength(6);
  expect(exists("airflow-pr-1")).toBe(false);
});

test("gc: what the default branch does not tell for its errors is not gone; what is over goes all the same", () => {
  start();
  preview("up", "dev", "--number", "1");
  const broken = previewPolicy(SHAPE).replace("metadata: {name: dev}", "metadata: {name: dev, nmae: x}");
  repo.write("jackfield.yaml", broken);
  repo.commit("a mistake");
  const kept = preview("gc");
  expect([kept.status, kept.out]).toEqual([0, "nothing to take away\n"]);
  expect(kept.err).toContain("JF794");
  expect(exists("airflow-pr-1")).toBe(true);
  expect(preview("up", "dev", "--number", "2").err).toContain("JF2");
});

test("gc looks into clusters that have no Deployment any more", () => {
  start();
  preview("up", "dev", "--number", "1");
  const elsewhere = previewPolicy(SHAPE)
    .replace("clusters: {main:", "clusters: {other: {directory: .jackfield/other}, main:")
    .replaceAll("cluster: main", "cluster: other")
    .replace(/ {2}previews: .*\n/, "");
  repo.write("jackfield.yaml", elsewhere);
  repo.commit("moved");
  expect(preview("gc").out).toMatch(/dev-pr-1 +deleted +its base allows no previews any more/);
  expect(exists("airflow-pr-1")).toBe(false);
});

test("G1: where a file of the default branch cannot be read, nothing goes and nothing comes", () => {
  start();
  preview("up", "dev", "--number", "1");
  repo.write("deployments.yaml", "apiVersion: jackfield.dev/v1 # ");
  writeFileSync(join(repo.root, "deployments.yaml"), Buffer.from([0x6a, 0xff, 0x0a]), { flag: "a" });
  repo.commit("not UTF-8");
  for (const command of [
    ["gc", "--force"],
    ["up", "dev", "--number", "2"],
    ["down", "dev", "--number", "1"],
  ]) {
    const ran = preview(...command);
    expect([ran.status, ran.err]).toEqual([2, expect.stringContaining("JF103")]);
  }
  expect(exists("airflow-pr-1")).toBe(true);
});
