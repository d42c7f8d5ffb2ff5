import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createHistory } from "../../src/node/git.ts";
import { deploymentYaml, workspaceYaml } from "../support/policy.ts";
import { commit, declared, type Edit, edit, importCommits, look, recall } from "../support/policy-repo.ts";
import { makeRepo, type Repo } from "../support/repo.ts";

// Where Deployments were, by what real repositories remember. Any histories: places/walk.test.ts.

let repo: Repo;

beforeEach(() => {
  repo = makeRepo();
});

afterEach(() => repo.remove());

const CONTEXT = { main: "{context: prod}" };
const UID = "11111111-2222-4333-8444-555555555555";
const OTHER_UID = "22222222-2222-4333-8444-555555555555";
const PROD = deploymentYaml("prod");
const BASE: Edit = { "jackfield.yaml": workspaceYaml(CONTEXT), "prod.yaml": PROD };
const WAS = "prod prod airflow jackfield-prod file";

interface Case {
  readonly name: string;
  readonly before?: Edit;
  readonly after: Edit;
  readonly earlier: readonly string[];
}

const CASES: readonly Case[] = [
  { name: "nothing", after: { "readme.md": "x" }, earlier: [] },
  {
    name: "another namespace",
    after: { "prod.yaml": deploymentYaml("prod", { namespace: "other" }) },
    earlier: [WAS],
  },
  {
    name: "another cluster",
    after: {
      "jackfield.yaml": workspaceYaml({ ...CONTEXT, second: "{context: two}" }),
      "prod.yaml": deploymentYaml("prod", { cluster: "second" }),
    },
    earlier: [WAS],
  },
  {
    name: "a cluster with another context",
    after: { "jackfield.yaml": workspaceYaml({ main: "{context: two}" }) },
    earlier: [WAS],
  },
  {
    name: "a cluster of another uid",
    before: { ...BASE, "jackfield.yaml": workspaceYaml({ main: `{context: prod, uid: ${UID}}` }) },
    after: { "jackfield.yaml": workspaceYaml({ main: `{context: prod, uid: ${OTHER_UID}}` }) },
    earlier: [`prod prod=${UID} airflow jackfield-prod file`],
  },
  {
    name: "a cluster by another name and context, but of one uid",
    before: { ...BASE, "jackfield.yaml": workspaceYaml({ main: `{context: prod, uid: ${UID}}` }) },
    after: {
      "jackfield.yaml": workspaceYaml({ second: `{context: two, uid: ${UID}}` }),
      "prod.yaml": deploymentYaml("prod", { cluster: "second" }),
    },
    earlier: [],
  },
  {
    name: "a cluster that gets a uid",
    after: { "jackfield.yaml": workspaceYaml({ main: `{context: prod, uid: ${UID}}` }) },
    earlier: [],
  },
  {
    name: "a cluster that loses its uid",
    before: { ...BASE, "jackfield.yaml": workspaceYaml({ main: `{context: prod, uid: ${UID}}` }) },
    after: { "jackfield.yaml": workspaceYaml(CONTEXT) },
    earlier: [],
  },
  {
    name: "a cluster that gets a uid, and a move in it",
    after: {
      "jackfield.yaml": workspaceYaml({ main: `{context: prod, uid: ${UID}}` }),
      "prod.yaml": deploymentYaml("prod", { namespace: "other" }),
    },
    earlier: [`prod prod=${UID} airflow jackfield-prod file`],
  },
  {
    name: "another secretName",
    after: { "prod.yaml": deploymentYaml("prod", { more: ["secretName: conns"] }) },
    earlier: [WAS],
  },
  {
    name: "a secretName that says what was so without",
    after: { "prod.yaml": deploymentYaml("prod", { more: ["secretName: jackfield-prod"] }) },
    earlier: [],
  },
  {
    name: "another delivery",
    after: { "prod.yaml": deploymentYaml("prod", { more: ["delivery: kubernetes"] }) },
    earlier: [WAS],
  },
  { name: "a Deployment that is gone", after: { "prod.yaml": undefined }, earlier: [WAS] },
  {
    name: "a Workspace that is gone",
    after: { "jackfield.yaml": undefined, "prod.yaml": undefined },
    earlier: [WAS],
  },
  {
    name: "a Workspace without a cluster that its Deployment is in",
    after: { "jackfield.yaml": workspaceYaml({ second: "{context: two}" }), "prod.yaml": undefined },
    earlier: [WAS],
  },
  {
    name: "a Workspace with another uid",
    after: { "jackfield.yaml": workspaceYaml(CONTEXT, { uid: OTHER_UID }) },
    earlier: [WAS],
  },
  {
    name: "a Workspace with another name",
    after: { "jackfield.yaml": workspaceYaml(CONTEXT, { name: "store" }) },
    earlier: [],
  },
  {
    name: "another name of a Workspace without a uid",
    before: { ...BASE, "jackfield.yaml": workspaceYaml({ main: "{directory: /live}" }, { uid: "" }) },
    after: { "jackfield.yaml": workspaceYaml({ main: "{directory: /live}" }, { uid: "", name: "store" }) },
    earlier: ["prod /live airflow jackfield-prod file"],
  },
  {
    name: "a Workspace in another folder, its directory told from there",
    before: { ...BASE, "jackfield.yaml": workspaceYaml({ main: "{directory: live}" }) },
    after: {
      "jackfield.yaml": undefined,
      "prod.yaml": undefined,
      "a/jackfield.yaml": workspaceYaml({ main: "{directory: live}" }),
      "a/prod.yaml": PROD,
    },
    earlier: ["prod live airflow jackfield-prod file"],
  },
  {
    name: "a Workspace in another folder, its directory in its old place",
    before: { ...BASE, "jackfield.yaml": workspaceYaml({ main: "{directory: live}" }) },
    after: {
      "jackfield.yaml": undefined,
      "prod.yaml": undefined,
      "a/jackfield.yaml": workspaceYaml({ main: "{directory: ../live}" }),
      "a/prod.yaml": PROD,
    },
    earlier: [],
  },
  {
    name: "files by other names",
    after: { "prod.yaml": undefined, "deep/er/ä b.yml": PROD },
    earlier: [],
  },
  {
    name: "one file for all",
    after: { "prod.yaml": undefined, "jackfield.yaml": `${workspaceYaml(CONTEXT)}---\n${PROD}` },
    earlier: [],
  },
  {
    name: "a Workspace around the one there was",
    before: { "a/jackfield.yaml": workspaceYaml(CONTEXT), "a/prod.yaml": PROD },
    after: { "a/jackfield.yaml": undefined, "jackfield.yaml": workspaceYaml({ main: "{context: two}" }) },
    earlier: [WAS],
  },
  {
    name: "a Deployment outside of every Workspace",
    before: { "a/jackfield.yaml": workspaceYaml(CONTEXT), "b/prod.yaml": PROD },
    after: { "b/prod.yaml": undefined },
    earlier: [],
  },
  {
    name: "a Deployment in a dot-folder, which nobody reads",
    before: { "jackfield.yaml": workspaceYaml(CONTEXT), ".x/prod.yaml": PROD },
    after: { ".x/prod.yaml": undefined },
    earlier: [],
  },
];

test.each(CASES)("after $name", ({ before = BASE, after, earlier }) => {
  commit(repo, before);
  const last = commit(repo, { "other.yaml": "a: 1\n" });
  const dropped = commit(repo, after);
  commit(repo, { "other.yaml": "a: 2\n" });
  const { shown, codes, places } = look(repo.root);
  expect(shown).toEqual(earlier);
  expect(codes).toEqual([]);
  for (const place of places) expect(place).toMatchObject({ last, dropped });
});

test("a place tells its Workspace as it was", () => {
  commit(repo, { "a/jackfield.yaml": workspaceYaml(CONTEXT), "a/prod.yaml": PROD });
  commit(repo, { "a/jackfield.yaml": workspaceYaml(CONTEXT, { uid: OTHER_UID, name: "store" }) });
  const [place] = look(repo.root).places;
  expect(place).toMatchObject({ workspace: "shop", folder: "a", deployment: "prod" });
  expect(place?.workspaceUid).not.toBe(OTHER_UID);
});

test("all earlier places of a Deployment, each with its own end", () => {
  commit(repo, BASE);
  const moves = ["one", "two", "one", "three"].map((namespace) =>
    commit(repo, { "prod.yaml": deploymentYaml("prod", { namespace }) }),
  );
  const found = look(repo.root).places.map(({ namespace, last, dropped }) => [
    namespace,
    moves.indexOf(last),
    moves.indexOf(dropped),
  ]);
  expect(found).toEqual([
    ["airflow", -1, 0],
    ["one", 2, 3],
    ["two", 1, 2],
  ]);
});

test("a cluster that is not declared any more, but was in two ways, is one cluster", () => {
  commit(repo, BASE);
  commit(repo, { "jackfield.yaml": workspaceYaml({ main: `{context: prod, uid: ${UID}}` }) });
  const dropped = commit(repo, { "jackfield.yaml": workspaceYaml({ main: "{context: two}" }) });
  const { shown, places } = look(repo.root);
  expect(shown).toEqual([`prod prod=${UID} airflow jackfield-prod file`]);
  expect(places[0]).toMatchObject({ dropped });
});

test("a cluster is what its own Workspace says it is", () => {
  commit(repo, {
    "a/jackfield.yaml": workspaceYaml(CONTEXT),
    "a/prod.yaml": PROD,
    "b/jackfield.yaml": workspaceYaml(
      { main: `{context: prod, uid: ${UID}}` },
      { uid: OTHER_UID, name: "store" },
    ),
    "b/prod.yaml": deploymentYaml("test"),
  });
  commit(repo, { "a/prod.yaml": undefined, "b/prod.yaml": undefined });
  const earlier = [WAS, `test prod=${UID} airflow jackfield-test file`];
  expect(look(repo.root).shown).toEqual(earlier);
});

test("a revert makes a place current again", () => {
  commit(repo, BASE);
  const moved = commit(repo, { "prod.yaml": deploymentYaml("prod", { namespace: "other" }) });
  repo.must("revert", "--no-edit", moved);
  expect(look(repo.root).shown).toEqual(["prod prod other jackfield-prod file"]);
});

test("what a merged branch did on its own way does not count", () => {
  commit(repo, BASE);
  repo.must("checkout", "-qb", "side");
  commit(repo, { "prod.yaml": deploymentYaml("prod", { namespace: "tried" }) });
  commit(repo, { "prod.yaml": deploymentYaml("prod", { namespace: "other" }) });
  repo.must("checkout", "-q", "main");
  const last = commit(repo, { "other.yaml": "a: 1\n" });
  repo.must("merge", "-q", "--no-ff", "--no-edit", "side");
  const dropped = repo.must("rev-parse", "HEAD").trim();
  const { places, shown } = look(repo.root);
  expect(shown).toEqual([WAS]);
  expect(places[0]).toMatchObject({ last, dropped });
});

test("a place that two files of one tree declare is gone when both are", () => {
  commit(repo, { ...BASE, "twin.yaml": PROD });
  commit(repo, { "twin.yaml": undefined });
  expect(look(repo.root).shown).toEqual([]);
  const dropped = commit(repo, { "prod.yaml": undefined });
  expect(look(repo.root).places).toMatchObject([{ dropped }]);
});

const BROKEN: readonly (readonly [string, Edit])[] = [
  ["a Deployment that does not parse", { "prod.yaml": `${PROD}  : [` }],
  ["a Deployment that is not valid", { "prod.yaml": PROD.replace("airflow", "No/Such") }],
  [
    "a Deployment that says two things",
    { "prod.yaml": PROD.replace("  namespace: ", "  namespace: two\n  namespace: ") },
  ],
  ["a Workspace that does not parse", { "jackfield.yaml": `${workspaceYaml(CONTEXT)}  : [` }],
  [
    "a Workspace that is not valid",
    { "jackfield.yaml": workspaceYaml({ main: "{context: prod, directory: x}" }) },
  ],
];

test.each(BROKEN)("%s says nothing, and drops nothing", (_, broken) => {
  commit(repo, BASE);
  commit(repo, broken);
  commit(repo, BASE);
  expect(look(repo.root).shown).toEqual([]);
  commit(repo, broken);
  const dropped = commit(repo, { ...BASE, "prod.yaml": deploymentYaml("prod", { namespace: "other" }) });
  expect(look(repo.root)).toMatchObject({ shown: [WAS], places: [{ dropped }] });
});

test("a branch knows what the default branch dropped, and what it dropped itself", () => {
  commit(repo, { ...BASE, "test.yaml": deploymentYaml("test"), "dev.yaml": deploymentYaml("dev") });
  repo.must("branch", "side");
  commit(repo, {
    "prod.yaml": deploymentYaml("prod", { namespace: "on-main" }),
    "new.yaml": deploymentYaml("new"),
  });
  commit(repo, { "prod.yaml": deploymentYaml("prod", { namespace: "on-main-2" }) });
  repo.must("checkout", "-q", "side");
  const dropped = commit(repo, { "test.yaml": deploymentYaml("test", { namespace: "on-side" }) });
  // What is current on the default branch, or on this one, is not earlier: `new`, `prod` in `on-main-2`, `prod` in `airflow`.
  const { shown, places } = look(repo.root);
  expect(shown).toEqual(["prod prod on-main jackfield-prod file", "test prod airflow jackfield-test file"]);
  expect(places[1]).toMatchObject({ dropped });
  // With no Workspace in sight, what is on this branch is nobody's to judge.
  expect(recall(repo.root, []).shown).toEqual(shown);
});

test("a checkout that is behind takes nothing for earlier that came back", () => {
  commit(repo, BASE);
  const behind = commit(repo, { "prod.yaml": undefined });
  commit(repo, BASE);
  repo.must("checkout", "-q", behind);
  expect(look(repo.root).shown).toEqual([]);
  repo.must("checkout", "-q", "main");
  const dropped = commit(repo, { "prod.yaml": undefined });
  repo.must("checkout", "-q", behind);
  expect(look(repo.root).places).toMatchObject([{ dropped }]);
});

test("what the work tree drops counts from HEAD, but not of a Workspace out of sight", () => {
  const head = commit(repo, { "a/jackfield.yaml": workspaceYaml(CONTEXT), "a/prod.yaml": PROD });
  edit(repo, { "a/prod.yaml": undefined });
  expect(look(repo.root).places).toMatchObject([{ deployment: "prod", last: head, dropped: head }]);
  repo.write("b/jackfield.yaml", workspaceYaml(CONTEXT, { uid: OTHER_UID, name: "store" }));
  expect(look(join(repo.root, "b")).shown).toEqual([]);
});

test("a repo without commits, or no repo, remembers nothing, and says so where it matters", () => {
  edit(repo, BASE);
  expect(look(repo.root)).toMatchObject({ places: [], codes: ["JF601"] });
  rmSync(join(repo.root, ".git"), { recursive: true });
  expect(look(repo.root)).toMatchObject({ places: [], codes: ["JF601"] });
  repo.write("jackfield.yaml", workspaceYaml({ main: "{directory: live}" }));
  expect(look(repo.root)).toMatchObject({ places: [], codes: [] });
});

function clone(...options: readonly string[]): string {
  const target = join(dirname(repo.root), `clone${readdirSync(dirname(repo.root)).length}`);
  repo.must("clone", "-q", ...options, `file://${repo.root}`, target);
  return target;
}

test("a shallow clone is refused where a cluster cannot be looked through", () => {
  commit(repo, BASE);
  commit(repo, { "readme.md": "x" });
  const { codes, diagnostics } = look(clone("--depth=1"));
  expect(codes).toEqual(["JF600"]);
  expect(diagnostics[0]?.hint).toContain("fetch-depth: 0");
  commit(repo, { "jackfield.yaml": workspaceYaml({ main: "{directory: live}" }) });
  // Then it was in such a cluster.
  expect(look(clone("--depth=2")).codes).toEqual(["JF600"]);
  expect(look(clone("--depth=1")).codes).toEqual([]);
  expect(look(clone()).codes).toEqual([]);
});

test("a clone that lacks files of its past is refused too, and nothing is fetched", () => {
  repo.must("config", "uploadpack.allowFilter", "true");
  commit(repo, BASE);
  commit(repo, { "prod.yaml": deploymentYaml("prod", { namespace: "other" }) });
  const partial = clone("--filter=blob:none");
  const packs = () => readdirSync(join(partial, ".git", "objects", "pack")).sort();
  const before = packs();
  const { codes, diagnostics } = look(partial);
  expect(codes).toEqual(["JF600"]);
  expect(diagnostics[0]?.hint).toContain("--filter");
  expect(packs()).toEqual(before);
});

test("a repo with SHA-256 ids", () => {
  rmSync(join(repo.root, ".git"), { recursive: true });
  repo.must("init", "-q", "-b", "main", "--object-format=sha256");
  for (const [key, value] of [
    ["user.name", "t"],
    ["user.email", "t@example.com"],
  ] as const)
    repo.must("config", key, value);
  commit(repo, BASE);
  const dropped = commit(repo, { "prod.yaml": undefined });
  expect(dropped).toHaveLength(64);
  expect(look(repo.root)).toMatchObject({ shown: [WAS], places: [{ dropped }] });
});

test("what a repo sets up has no say", () => {
  const first = commit(repo, BASE);
  const second = commit(repo, { "prod.yaml": deploymentYaml("prod", { namespace: "other" }) });
  const third = commit(repo, { "prod.yaml": deploymentYaml("prod", { namespace: "third" }) });
  const before = look(repo.root);
  expect(before.places).toHaveLength(2);
  const marker = join(dirname(repo.root), "ran");
  mkdirSync(marker);
  const script = (name: string) => `sh -c 'touch ${join(marker, name)}; cat "$1"' -`;
  repo.write(".git/info/attributes", "*.yaml diff=x filter=x\n*.yml diff=x\n");
  repo.write(".git/info/grafts", `${third}\n`);
  repo.write(".git/order", "*.md\n");
  for (const [key, value] of [
    ["diff.x.textconv", script("textconv")],
    ["diff.x.command", script("command")],
    ["diff.external", script("external")],
    ["diff.orderFile", ".git/order"],
    ["diff.renames", "copies"],
    ["diff.ignoreSubmodules", "all"],
    ["diff.noprefix", "true"],
    ["diff.relative", "true"],
    ["filter.x.smudge", script("smudge")],
    ["filter.x.clean", script("clean")],
    ["core.fsmonitor", script("fsmonitor")],
    ["core.pager", script("pager")],
    ["core.abbrev", "4"],
    ["core.quotePath", "true"],
    ["log.showSignature", "true"],
    ["log.diffMerges", "off"],
    ["color.ui", "always"],
  ] as const)
    repo.must("config", key, value);
  repo.must("replace", "-f", second, first);
  const now = declared(repo.root);
  rmSync(marker, { recursive: true });
  mkdirSync(marker);
  expect(recall(repo.root, now)).toEqual(before);
  expect(readdirSync(marker)).toEqual([]);
});

test("what git cannot read is never taken for a past without places", () => {
  const first = commit(repo, BASE);
  commit(repo, { "prod.yaml": undefined });
  rmSync(join(repo.root, ".git", "objects", first.slice(0, 2), first.slice(2)));
  expect(() => look(repo.root)).toThrow(/git cannot read/);
});

test("more than git is asked for at once is read all the same, and no file that is too large", () => {
  const pad = (i: number) => `# ${i}\n${" ".repeat(4 * 1024 * 1024)}\n`;
  const pads = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`a${i}.yaml`, pad(i)]));
  const huge = `${deploymentYaml("huge")}${"# x\n".repeat(1_500_000)}`;
  importCommits(repo, [
    { ...pads, "huge.yaml": huge, ...BASE },
    { "prod.yaml": undefined, "huge.yaml": undefined },
  ]);
  expect(recall(repo.root, []).shown).toEqual([WAS]);
});

test("which commit came before which", () => {
  const [one, two] = [commit(repo), commit(repo)];
  repo.must("checkout", "-qb", "side", one);
  const side = commit(repo, { "x.txt": "x" });
  const history = createHistory(repo.root);
  const asked = [
    [one, two],
    [one, one],
    [two, one],
    [side, two],
    [one, side],
  ] as const;
  expect(asked.map(([a, b]) => history.isAncestor(a, b))).toEqual([true, true, false, false, true]);
});

test("two thousand commits are followed in well under a second", () => {
  const names = Array.from({ length: 100 }, (_, i) => `d${i}`);
  const start: Edit = {
    "jackfield.yaml": workspaceYaml(CONTEXT),
    ...Object.fromEntries(names.map((name) => [`deployments/${name}.yaml`, deploymentYaml(name)])),
  };
  const sealed = "x: ENC[AES256_GCM,data:aaaa,iv:bbbb,tag:cccc,type:str]\n".repeat(50);
  const commits = Array.from({ length: 2_000 }, (_, i): Edit => {
    const name = names[i % names.length] ?? "";
    if (i % 4 === 0) return { "jackfield.yaml": `${workspaceYaml(CONTEXT)}# ${i}\n` };
    if (i % 4 === 1) {
      return { [`deployments/${name}.yaml`]: deploymentYaml(name, { namespace: `n${Math.floor(i / 100)}` }) };
    }
    return { [`secrets/${name}.yaml`]: `apiVersion: jackfield.dev/v1\nkind: Credential\n# ${i}\n${sealed}` };
  });
  importCommits(repo, [start, ...commits]);
  const now = declared(repo.root);
  const begin = performance.now();
  const { places, codes } = recall(repo.root, now);
  const took = performance.now() - begin;
  process.stdout.write(`2,000 commits: ${Math.round(took)} ms, ${places.length} earlier places\n`);
  expect(codes).toEqual([]);
  expect(places).toHaveLength(500);
  expect(took).toBeLessThan(1_000);
});
