import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openText } from "../../src/sops/opened.ts";
import { resealText, rewrapText } from "../../src/sops/reseal.ts";
import { makeRepo, PROGRAM, type Ran, type Repo } from "../support/repo.ts";
import { identitiesOf, keyText } from "../support/sealed-files.ts";
import { CONNECTION, ONE, sealedFor, THREE, TWO, workspaceYaml } from "../support/secrets-ports.ts";

// The drivers in real repositories: real merges, rebases and diffs by the real git, checked by the real sops.

const PATH = "warehouse.production.sops.yaml";
const PLAIN = `apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: warehouse
  for: {environment: production}
  secrets:
    # rotated each spring
    password: canary-one
    login: etl
    extra:
      token: canary-key
`;
const CANARY = /canary/;

let repo: Repo;
/** All that was printed in a test. */
let printed = "";

beforeEach(() => {
  repo = makeRepo();
  printed = "";
  repo.write("jackfield.yaml", workspaceYaml([ONE, TWO], [TWO]));
  repo.write("warehouse.yaml", CONNECTION.replace("sharing: all", "sharing: all, exclude: [dev]"));
  repo.write(PATH, sealedFor(PLAIN, [ONE, TWO]));
  expect(repo.jackfield("secrets", "install-git").status).toBe(0);
  repo.commit("base");
});

afterEach(() => {
  expect(printed).not.toMatch(CANARY);
  repo.remove();
});

function git(...args: readonly string[]): Ran {
  const ran = repo.git(...args);
  printed += ran.out + ran.err;
  return ran;
}

/** On a branch of its own, from where main was. */
function branch(name: string, ...pairs: readonly (readonly [string, string])[]): void {
  repo.must("checkout", "-qb", name, "main");
  if (pairs.length > 0) {
    repo.edit(PATH, ...pairs);
    repo.commit(name);
  }
}

function onMain(...pairs: readonly (readonly [string, string])[]): void {
  repo.must("checkout", "-q", "main");
  repo.edit(PATH, ...pairs);
  repo.commit("main");
}

const PASSWORD = ["canary-one", "canary-two"] as const;
const TOKEN = ["canary-key", "canary-token"] as const;
const BOTH = PLAIN.replace(...PASSWORD).replace(...TOKEN);

/** What the real sops makes of a file; it verifies the MAC. */
function sops(path: string): string {
  const { status, stdout, stderr } = spawnSync("sops", ["decrypt", path], {
    cwd: repo.root,
    env: repo.env,
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  return stdout;
}

test("merge: different fields", () => {
  branch("f", PASSWORD);
  onMain(TOKEN);
  expect(git("merge", "-q", "f").status).toBe(0);
  expect(repo.plain(PATH)).toBe(BOTH);
  expect(sops(PATH)).toMatch(/password: canary-two[\s\S]*token: canary-token/);
  expect(git("status", "--short").out).toBe("");
  expect(repo.jackfield("validate").err).not.toContain("error JF");
});

test("merge: one field by both is a conflict that git knows, the file tells, and validate finds", () => {
  branch("f", PASSWORD, ["login: etl", "login: ops"]);
  onMain(["canary-one", "canary-three"]);
  const { status, out, err } = git("merge", "f");
  expect([status, out.includes("CONFLICT")]).toEqual([1, true]);
  expect(err).toContain(`${PATH}:6:3 error JF040: both sides changed spec.secrets.password: ours is kept`);
  expect(git("status", "--short").out).toBe(`UU ${PATH}\n`);
  expect(repo.read(PATH)).toContain(
    "\n  # <<<<<<< jackfield: conflict in spec.secrets.password: ours is kept. Decide, then delete this line.\n  secrets:\n",
  );
  expect(repo.plain(PATH)).toContain("password: canary-three\n    login: ops\n");
  sops(PATH);
  expect(repo.jackfield("validate").err).toMatch(/error JF384: .*/);
  // Deciding is deleting the line: comments are under no MAC.
  repo.write(PATH, repo.read(PATH).replace(/^ *# <<<<<<< .*\n/m, ""));
  repo.commit("merged");
  expect(repo.jackfield("validate").err).not.toContain("error JF");
  expect(repo.jackfield("secrets", "verify", PATH).status).toBe(0);
});

test("rebase and cherry-pick", () => {
  branch("f", PASSWORD);
  repo.edit(PATH, ["login: etl", "login: ops"]);
  repo.commit("second");
  onMain(TOKEN);
  repo.must("checkout", "-q", "f");
  expect(git("rebase", "-q", "main").status).toBe(0);
  expect(repo.plain(PATH)).toBe(BOTH.replace("login: etl", "login: ops"));
  repo.must("checkout", "-qb", "g", "main~");
  expect(git("cherry-pick", "main").status).toBe(0);
  expect(repo.plain(PATH)).toBe(PLAIN.replace(...TOKEN));
});

test("rebase: a conflict stops it, and it goes on when that is decided", () => {
  branch("f", PASSWORD);
  onMain(["canary-one", "canary-three"]);
  repo.must("checkout", "-q", "f");
  expect(git("rebase", "main").status).toBe(1);
  repo.write(PATH, repo.read(PATH).replace(/^ *# <<<<<<< .*\n/m, ""));
  repo.edit(PATH, ["canary-three", "canary-two"]);
  repo.must("add", PATH);
  expect(git("rebase", "--continue").status).toBe(0);
  expect(repo.plain(PATH)).toBe(PLAIN.replace(...PASSWORD));
});

test("a stash is put on top of another change", () => {
  repo.edit(PATH, PASSWORD);
  repo.must("stash", "-q");
  onMain(TOKEN);
  expect(git("stash", "pop").status).toBe(0);
  expect(repo.plain(PATH)).toBe(BOTH);
});

test("a renamed file is merged under its new name", () => {
  // Of a small file most is its `sops` block, and that is new whenever it is sealed: git is told to look closer.
  branch("f");
  repo.must("mv", PATH, "moved.production.sops.yaml");
  repo.commit("moved");
  onMain(TOKEN);
  repo.must("checkout", "-q", "f");
  repo.edit("moved.production.sops.yaml", PASSWORD);
  repo.commit("and changed");
  const { status, err } = git("merge", "-q", "-Xfind-renames=20%", "main");
  expect(status, err).toBe(0);
  expect(repo.plain("moved.production.sops.yaml")).toBe(BOTH);
});

test("both made the same file: a data key of its own each", () => {
  const path = "warehouse.development.sops.yaml";
  const plain = PLAIN.replace("production", "development");
  repo.write("jackfield.yaml", workspaceYaml([ONE, TWO], [ONE]));
  repo.commit("ours reads");
  branch("f");
  repo.write(path, sealedFor(plain.replace(...PASSWORD), [ONE]));
  repo.commit("f");
  repo.must("checkout", "-q", "main");
  repo.write(path, sealedFor(plain.replace("    login: etl\n", ""), [ONE]));
  repo.commit("main");
  const { status, err } = git("merge", "f");
  expect([status, err.match(/JF\d+: .*/g)]).toEqual([
    1,
    ["JF040: both sides changed spec.secrets.password: ours is kept"],
  ]);
  expect(repo.plain(path)).toContain(
    "password: canary-one\n    extra:\n      token: canary-key\n    login: etl\n",
  );
  sops(path);
});

test("several documents, one changed and one added by each", () => {
  const more = (name: string) =>
    `---\napiVersion: jackfield.dev/v1\nkind: Credential\nspec:\n  variable: ${name}\n  for: {environment: production}\n  secrets:\n    value: canary-${name}\n`;
  repo.write(PATH, sealedFor(PLAIN + more("a"), [ONE, TWO]));
  repo.commit("two documents");
  branch("f", ["canary-a", "canary-changed"]);
  repo.edit(PATH, ["---\n", `${more("b")}---\n`]);
  repo.commit("f");
  onMain(PASSWORD);
  expect(git("merge", "-q", "f").status).toBe(0);
  expect(repo.plain(PATH)).toBe(
    PLAIN.replace(...PASSWORD) + more("b") + more("a").replace("canary-a", "canary-changed"),
  );
  sops(PATH);
});

test("a recipient that one side took out and one that the other added", () => {
  const rewrap = (...recipients: readonly string[]) => {
    const { value } = openText({ path: PATH, text: repo.read(PATH) }, identitiesOf("one"));
    repo.write(PATH, (value && rewrapText(value, recipients).value) ?? "");
  };
  repo.write("jackfield.yaml", workspaceYaml([ONE, TWO, THREE], [TWO]));
  repo.commit("all three may");
  branch("f", PASSWORD);
  rewrap(ONE, TWO, THREE);
  repo.commit("three");
  onMain(TOKEN);
  rewrap(ONE);
  repo.commit("not two");
  expect(git("merge", "-q", "f").status).toBe(0);
  expect(repo.plain(PATH)).toBe(BOTH);
  const listed = repo.read(PATH).match(/age1\w+/g);
  expect(listed).toEqual([ONE, THREE]);
});

test("a recipient whom main does not know gets no new secret, until he is accepted", () => {
  branch("f", PASSWORD);
  repo.write("jackfield.yaml", workspaceYaml([ONE, TWO, THREE], [TWO]));
  const { value } = openText({ path: PATH, text: repo.read(PATH) }, identitiesOf("one"));
  repo.write(PATH, (value && rewrapText(value, [ONE, TWO, THREE]).value) ?? "");
  repo.commit("f reads it too");
  onMain(TOKEN);
  const before = repo.read(PATH);
  const { status, err } = git("merge", "f");
  expect([status, err.match(/JF\d+/g)]).toEqual([1, ["JF043"]]);
  expect(repo.read(PATH)).toBe(before);
  const driver = repo.must("config", "merge.jackfield.driver").trim();
  const accepting = driver.replace("merge-driver", `merge-driver --accept-recipient ${THREE}`);
  expect(git("-c", `merge.jackfield.driver=${accepting}`, "checkout", "--merge", "--", PATH).status).toBe(0);
  expect(repo.plain(PATH)).toBe(BOTH);
  expect(repo.read(PATH).match(/age1\w+/g)).toEqual([ONE, TWO, THREE]);
});

test("without a key: a conflict, ours left as it is, and a word on why", () => {
  branch("f", PASSWORD);
  onMain(TOKEN);
  const before = repo.read(PATH);
  delete repo.env.SOPS_AGE_KEY;
  const { status, err } = git("merge", "f");
  expect(status).toBe(1);
  expect(err).toContain(`cannot merge \`${PATH}\`: our side does not open`);
  expect(err).toContain("JF340");
  expect(repo.read(PATH)).toBe(before);
  expect(git("status", "--short").out).toBe(`UU ${PATH}\n`);
});

test("a forged side is not merged", () => {
  branch("f", PASSWORD);
  repo.write(PATH, repo.read(PATH).replace("connection: warehouse", "connection: other"));
  repo.commit("by hand");
  onMain(TOKEN);
  const { status, err } = git("merge", "f");
  expect([status, err.match(/JF\d+/g)]).toEqual([1, ["JF041", "JF334"]]);
});

test("criss-cross merges, where what both come from is a merge itself", () => {
  branch("f", PASSWORD);
  onMain(TOKEN);
  repo.must("branch", "m1", "main");
  repo.must("branch", "f1", "f");
  expect(git("merge", "-q", "f1").status).toBe(0);
  repo.must("checkout", "-q", "f");
  expect(git("merge", "-q", "m1").status).toBe(0);
  repo.edit(PATH, ["login: etl", "login: ops"]);
  repo.commit("f again");
  repo.must("checkout", "-q", "main");
  expect(git("merge", "-q", "f").status).toBe(0);
  expect(repo.plain(PATH)).toBe(BOTH.replace("login: etl", "login: ops"));
});

test.each([
  'a folder/it\'s $(touch pwned) "é".sops.yaml',
  "-C.sops.yaml",
  "--help.sops.yaml",
  "100%P.sops.yaml",
])("a file called %s", (path) => {
  repo.write(path, sealedFor(PLAIN, [ONE, TWO]));
  repo.must("rm", "-q", PATH);
  repo.commit("odd");
  const change = (...pairs: Parameters<Repo["edit"]>[1][]) => {
    repo.edit(path, ...pairs);
    repo.commit("x");
  };
  repo.must("checkout", "-qb", "f");
  change(PASSWORD);
  repo.must("checkout", "-q", "main");
  change(TOKEN);
  const { status, err } = git("merge", "-q", "f");
  expect(status, err).toBe(0);
  expect(repo.plain(path)).toBe(BOTH);
  expect(git("diff", "HEAD~").out).toMatch(/^-.*password: \[secret \w{8}\]$/m);
  expect(repo.git("status", "--short").out).toBe("");
});

test("diff, log and show: masks, and only what changed", () => {
  branch("f", PASSWORD);
  const { out } = git("diff", "main");
  const lines = out.split("\n").filter((line) => /^[-+] /.test(line));
  expect(lines.map((line) => line.replace(/\w{8}\]|"\d.*Z"/, ""))).toEqual([
    "-    password: [secret ",
    "+    password: [secret ",
    "-    lastmodified: ",
    "+    lastmodified: ",
  ]);
  for (const args of [
    ["log", "-p"],
    ["show"],
    ["log", "--stat", "-p", "--all"],
    ["blame", "--textconv", PATH],
  ]) {
    const shown = git(...args).out;
    expect(shown).toContain("[secret ");
    expect(shown).not.toContain("ENC[");
  }
  delete repo.env.SOPS_AGE_KEY;
  expect(git("diff", "main").out).toMatch(/^-.*password: \[sealed \w{8}\]$/m);
});

test("diff: a file without a key, one that was damaged, one that is no text, one that was never sealed", () => {
  repo.write("b.sops.yaml", "a: 1\n");
  writeFileSync(join(repo.root, "c.sops.yaml"), Buffer.from([0xff, 0xfe, 0x00]));
  repo.write("d.sops.yaml", sealedFor("secrets: {a: canary-one}\n", [THREE]));
  repo.write(PATH, repo.read(PATH).replace("production}", "development}"));
  repo.must("add", "-A");
  const { status, out } = git("diff", "--cached");
  expect(status).toBe(0);
  expect(out).toContain("+a: 1");
  expect(out).toContain("+# jackfield: this file is no UTF-8 text");
  expect(out).toMatch(/^\+secrets: \{a: \[sealed \w{8}\]\}$/m);
  expect(out).toMatch(
    /^\+# jackfield: this file does not open \(JF334\): this file was changed without its key/m,
  );
});

test("no cache of marks is made, and a diff of the work tree needs no write", () => {
  repo.edit(PATH, PASSWORD);
  git("diff");
  expect(repo.git("for-each-ref", "refs/notes").out).toBe("");
});

test("install-git: what it sets, once; what was there stays", () => {
  const fresh = makeRepo();
  try {
    fresh.write(".gitattributes", "*.png binary");
    const first = fresh.jackfield("secrets", "install-git");
    expect(first.out).toContain(
      ".git/config: diff.jackfield.textconv, diff.jackfield.cachetextconv, merge.jackfield.name, merge.jackfield.driver\n",
    );
    expect(first.out).toContain("commit .gitattributes");
    expect(fresh.read(".gitattributes")).toBe("*.png binary\n*.sops.yaml diff=jackfield merge=jackfield\n");
    const [attributes, config] = [".gitattributes", ".git/config"].map((path) => fresh.read(path));
    const second = fresh.jackfield("secrets", "install-git");
    expect([second.status, second.out]).toEqual([
      0,
      ".git/config: nothing to set\n.gitattributes: has the line\n",
    ]);
    expect([".gitattributes", ".git/config"].map((path) => fresh.read(path))).toEqual([attributes, config]);
    expect(fresh.must("config", "--type=bool", "diff.jackfield.cachetextconv").trim()).toBe("false");
    fresh.must("config", "merge.jackfield.driver", "old");
    expect(fresh.jackfield("secrets", "install-git").out).toContain(".git/config: merge.jackfield.driver\n");
  } finally {
    fresh.remove();
  }
});

test("install-git from a folder below, and where there is no repository", () => {
  repo.write("a/b/c", "");
  repo.must("config", "--unset", "merge.jackfield.driver");
  expect(repo.jackfield("-C", "a/b", "secrets", "install-git").status).not.toBe(0);
  expect(repo.jackfield("secrets", "install-git", "-C", "a/b").out).toContain(
    ".git/config: merge.jackfield.driver",
  );
  const outside = repo.jackfield("secrets", "install-git", "-C", join(repo.root, ".."));
  expect([outside.status, outside.err.match(/JF\d+/g)]).toEqual([1, ["JF047"]]);
});

test("a program whose path has blanks, quotes and percent signs", () => {
  const folder = join(repo.root, '../it\'s 100%P "x"');
  mkdirSync(folder);
  symlinkSync(PROGRAM, join(folder, "jackfield.js"));
  const odd = join(folder, "jackfield.js");
  const { status } = spawnSync(process.execPath, [odd, "secrets", "install-git"], {
    cwd: repo.root,
    env: repo.env,
  });
  expect([status, repo.must("config", "diff.jackfield.textconv").includes("100%P")]).toEqual([0, true]);
  branch("f", PASSWORD);
  onMain(TOKEN);
  expect(git("merge", "-q", "f").status).toBe(0);
  expect(repo.plain(PATH)).toBe(BOTH);
  expect(git("diff", "HEAD~").out).toContain("[secret ");
});

test("`jackfield` on the PATH is called by its name", () => {
  // As npm installs it: a link to a program that can be executed.
  const [installed, bin] = [join(repo.root, "../installed"), join(repo.root, "../bin")];
  for (const folder of [join(installed, "bin"), bin]) mkdirSync(folder, { recursive: true });
  const own = join(installed, "bin/jackfield.js");
  copyFileSync(PROGRAM, own);
  chmodSync(own, 0o755);
  for (const name of ["dist", "package.json"])
    symlinkSync(join(dirname(PROGRAM), "..", name), join(installed, name));
  symlinkSync(own, join(bin, "jackfield"));
  repo.env.PATH = `${bin}:${repo.env.PATH}`;
  const { status } = spawnSync("jackfield", ["secrets", "install-git"], { cwd: repo.root, env: repo.env });
  expect(status).toBe(0);
  expect(repo.must("config", "merge.jackfield.driver")).toBe(
    "jackfield secrets merge-driver -- %O %A %B %P\n",
  );
  branch("f", PASSWORD);
  expect(git("diff", "main").out).toContain("[secret ");
});

test("nothing of a key is printed by git, whatever happens", () => {
  branch("f", PASSWORD);
  onMain(["canary-one", "canary-three"]);
  const secret =
    keyText("one")
      .split("\n")
      .find((line) => line.startsWith("AGE-SECRET")) ?? "none";
  const { out, err } = git("merge", "f");
  expect(out + err + git("diff").out).not.toContain(secret);
});

test("resealed by the engine, so that the merge of a merge stays small", () => {
  branch("f", PASSWORD);
  onMain(TOKEN);
  git("merge", "-q", "f");
  const merged = repo.read(PATH);
  const { value } = openText({ path: PATH, text: merged }, identitiesOf("one"));
  const again = value && resealText(value, value.plain.reveal(), { now: new Date() }).value;
  const ciphertexts = (text = "") => text.match(/(?:password|login|token): ENC.*/g);
  expect(ciphertexts(again)).toEqual(ciphertexts(merged));
});
