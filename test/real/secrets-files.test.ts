import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { rotate } from "../../src/commands/secrets/rotate.ts";
import { updatekeys } from "../../src/commands/secrets/updatekeys.ts";
import { verify } from "../../src/commands/secrets/verify.ts";
import { compile } from "../../src/compile.ts";
import { createSopsProgram } from "../../src/node/sops-program.ts";
import { openText } from "../../src/sops/opened.ts";
import { identitiesOf, keyText } from "../support/sealed-files.ts";
import { credentialYaml, estate, ONE, THREE, type Tree, TWO, treeOf } from "../support/secrets-ports.ts";

// What updatekeys and rotate write, the real `sops` reads and goes on with; what `sops` writes, verify takes.

const root = mkdtempSync(join(tmpdir(), "jackfield-files-"));
afterAll(() => rmSync(root, { recursive: true }));

const PROD = "warehouse.production.sops.yaml";
const DEV = "warehouse.development.sops.yaml";
let folder = root;

beforeEach(() => {
  folder = mkdtempSync(join(root, "case-"));
});

/** Runs `sops` in the folder, with one of the throw-away keys. */
function sops(key: "one" | "two" | "three", ...args: readonly string[]) {
  const env = { PATH: process.env.PATH, HOME: folder, SOPS_AGE_KEY: keyText(key) };
  const { status, stdout, stderr, error } = spawnSync("sops", args, { cwd: folder, env, encoding: "utf8" });
  if (error) throw error;
  return { status, stdout, stderr };
}

function lay({ texts }: Tree): void {
  for (const [path, text] of texts) writeFileSync(join(folder, path), text);
}

const all = { names: [], all: true, check: false, accepted: [] };

test("sops reads what updatekeys wrote, with the new key and not with the old one, and finds nothing to update", () => {
  const tree = treeOf(estate([TWO, THREE], [TWO, THREE]), identitiesOf("two"));
  updatekeys(tree, all, {});
  lay(tree);
  expect(sops("three", "decrypt", PROD).stdout).toContain("password: canary-prod");
  expect(sops("one", "decrypt", PROD).status).toBe(128);
  for (const path of [PROD, DEV]) {
    const update = sops("two", "updatekeys", "--yes", path);
    expect({ status: update.status, said: update.stderr }).toEqual({
      status: 0,
      said: expect.stringContaining("already up to date"),
    });
  }
});

test("sops reads what rotate wrote, and what sops changes in it verify takes", () => {
  const tree = treeOf(estate([ONE, TWO], [TWO]), identitiesOf("two"));
  rotate(tree, all, {});
  lay(tree);
  expect(sops("one", "decrypt", PROD).stdout).toContain("# rotated each spring");
  expect(sops("two", "decrypt", DEV).stdout).toContain("password: canary-dev");
  expect(sops("two", "set", DEV, '["spec"]["secrets"]["password"]', '"canary-new"').status).toBe(0);
  expect(sops("two", "rotate", "--in-place", PROD).status).toBe(0);
  const changed = Object.fromEntries(
    [...tree.texts.keys()].map((path) => [path, readFileSync(join(folder, path), "utf8")]),
  );
  const outcome = verify(treeOf(changed, identitiesOf("two")), { names: [], all: true }, {});
  expect(outcome.text).toMatch(/2 files: 2 ok\n$/);
});

test("verify takes what sops wrote, YAML and JSON, and refuses what sops refuses", () => {
  writeFileSync(
    join(folder, "a.json"),
    '{"host": "h", "list": [1, 2.5, true, "x"], "secrets": {"a": "canary"}}',
  );
  writeFileSync(join(folder, "b.yaml"), `${credentialYaml("{all: true}", "canary")}---\nother: 1\n`);
  for (const file of ["a.json", "b.yaml"]) {
    const { stdout } = sops("one", "encrypt", "--age", `${ONE},${TWO}`, file);
    const judge = (text: string) => {
      writeFileSync(join(folder, file), text);
      const { status } = sops("two", "decrypt", file);
      const outcome = verify(
        treeOf({ [file]: text }, identitiesOf("two")),
        { names: [file], all: false },
        {},
      );
      return { sops: status === 0, ours: outcome.exit === undefined };
    };
    expect(judge(stdout)).toEqual({ sops: true, ours: true });
    const other = stdout.replace(/"?lastmodified"?: "2/, (found) => found.replace(/2$/, "3"));
    expect(other).not.toBe(stdout);
    expect(judge(other)).toEqual({ sops: false, ours: false });
  }
});

test("with the program opted into, files are sealed for an SSH key, opened by it, and taken from it again", () => {
  spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", join(folder, "id")]);
  const ssh = readFileSync(join(folder, "id.pub"), "utf8").trim();
  const env = { PATH: process.env.PATH, HOME: folder, SOPS_AGE_SSH_PRIVATE_KEY_FILE: join(folder, "id") };
  const program = createSopsProgram("sops", env);
  const two = identitiesOf("two");
  const texts = estate([TWO, ssh], [TWO]);
  // Not without it.
  const refused = treeOf(texts, two);
  expect(updatekeys(refused, all, {}).diagnostics).toMatchObject([
    { code: "JF351", hint: expect.stringContaining("--sops") },
  ]);
  expect(refused.writes()).toBe(0);
  const tree = treeOf(texts, two);
  const outcome = updatekeys({ ...tree, sops: program }, all, {});
  expect(outcome.text).toContain(`  + ${ssh}\n  - ${ONE}\n`);
  lay(tree);
  const read = spawnSync("sops", ["decrypt", PROD], { cwd: folder, env, encoding: "utf8" });
  expect(read.stdout).toContain("# rotated each spring\n        password: canary-prod\n");
  // Nobody but the SSH key is at hand.
  const alone = treeOf(Object.fromEntries(tree.texts));
  const verdict = verify({ ...alone, sops: program }, { names: [PROD], all: false }, {});
  expect(verdict.text).toMatch(/^ok .* 1 value {2}2 recipients /);
  expect(rotate({ ...alone, sops: program }, { ...all, all: false, names: [PROD] }, {}).text).toContain(
    "1 file with a new data key",
  );
  expect(alone.texts.get(PROD)).not.toBe(tree.texts.get(PROD));
  // And without it again.
  const back = treeOf({
    ...Object.fromEntries(alone.texts),
    "jackfield.yaml": estate([ONE], [TWO])["jackfield.yaml"] ?? "",
  });
  expect(updatekeys({ ...back, sops: program }, all, {}).text).toContain(`  + ${ONE}\n`);
  expect(
    openText({ path: PROD, text: back.texts.get(PROD) ?? "" }, identitiesOf("one")).value?.plain.reveal(),
  ).toContain("canary-prod");
  expect(codesOf(back)).toEqual([]);
});

function codesOf({ texts }: Tree): readonly string[] {
  return compile([...texts].map(([path, text]) => ({ path, text }))).diagnostics.map(({ code }) => code);
}
