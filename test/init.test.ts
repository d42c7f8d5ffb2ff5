import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const BIN = fileURLToPath(new URL("../bin/jackfield.js", import.meta.url));

function jackfield(cwd: string, ...args: readonly string[]) {
  const env = { PATH: process.env.PATH, HOME: cwd };
  return spawnSync(process.execPath, [BIN, ...args], { cwd, env, encoding: "utf8" });
}

/** A new folder, gone after the test. */
function empty(): string {
  const root = mkdtempSync(join(tmpdir(), "jackfield-init-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  return root;
}

test("init in an empty folder gives a Workspace that checks, shows and builds without a key", () => {
  const root = empty();
  expect(jackfield(root, "init").status).toBe(0);
  expect(jackfield(root, "validate", "--strict")).toMatchObject({ status: 0, stderr: "" });
  expect(jackfield(root, "get").stdout).toContain("sample_api");
  expect(jackfield(root, "build")).toMatchObject({ status: 0, stderr: "" });
  const built = readFileSync(join(root, ".jackfield/build/main/dev/connections.json"), "utf8");
  expect(JSON.parse(built)).toHaveProperty("sample_api.host", "https://api.example.com");
});

test("init writes a .sops.yaml without rules, for there are no recipients yet", () => {
  const root = empty();
  jackfield(root, "init");
  const text = readFileSync(join(root, ".sops.yaml"), "utf8");
  expect(text.split("\n").filter((line) => !line.startsWith("#"))).toEqual([""]);
  expect(text).toContain("`jackfield secrets updatekeys --all` makes this file anew");
});

test("every Workspace that init writes has a uid of its own", () => {
  const uids = [empty(), empty()].map((root) => {
    jackfield(root, "init");
    return readFileSync(join(root, "jackfield.yaml"), "utf8").match(/uid: ([0-9a-f-]{36})/)?.[1];
  });
  expect(uids[0]).toBeDefined();
  expect(uids[0]).not.toBe(uids[1]);
});

test("init leaves what is there, and shows what it would have written", () => {
  const root = empty();
  writeFileSync(join(root, ".gitignore"), "node_modules/\n");
  writeFileSync(join(root, "deployments.yaml"), "mine: true\n");
  const run = jackfield(root, "init");
  expect(run.status).toBe(0);
  expect(readFileSync(join(root, ".gitignore"), "utf8")).toBe("node_modules/\n");
  expect(readFileSync(join(root, "deployments.yaml"), "utf8")).toBe("mine: true\n");
  expect(run.stdout).toContain("kept your deployments.yaml; ours would have been:\n  | #");
  expect(run.stdout).toContain("add this line to it");
});

test.each([".jackfield/", "/.jackfield", "node_modules/\r\n.jackfield/\r\n"])(
  "init has nothing to say of a .gitignore with %j",
  (text) => {
    const root = empty();
    writeFileSync(join(root, ".gitignore"), text);
    expect(jackfield(root, "init").stdout).not.toContain("kept");
    expect(jackfield(root, "build")).toMatchObject({ status: 0, stderr: "" });
  },
);

test("a git work tree inside a Workspace's folder is a place of its own", () => {
  const root = empty();
  jackfield(root, "init");
  mkdirSync(join(root, "other/.git"), { recursive: true });
  expect(jackfield(root, "init", "-C", "other").status).toBe(0);
});

test("init refuses where a Workspace is, and writes nothing", () => {
  const root = empty();
  writeFileSync(join(root, "jackfield.yaml"), "");
  const run = jackfield(root, "init");
  expect(run.status).toBe(2);
  expect(run.stderr).toContain("JF007");
  expect(readdirSync(root)).toEqual(["jackfield.yaml"]);
});

test("init refuses above and below a Workspace: they do not nest", () => {
  const root = empty();
  jackfield(root, "init", "--example");
  expect(jackfield(root, "init")).toMatchObject({ status: 2, stderr: expect.stringContaining("JF007") });
  expect(jackfield(root, "init", "-C", "analytics/inner")).toMatchObject({ status: 2 });
  expect(existsSync(join(root, "jackfield.yaml"))).toBe(false);
});

test("an init that fails leaves no file of its own", () => {
  const root = empty();
  writeFileSync(join(root, "connections"), "a file where a folder should be\n");
  const run = jackfield(root, "init");
  expect(run).toMatchObject({ status: 3, stderr: expect.stringContaining("JF004") });
  expect(readdirSync(root)).toEqual(["connections"]);
});

test("init -C makes the folder", () => {
  const root = empty();
  expect(jackfield(root, "init", "-C", "deep/er").status).toBe(0);
  expect(existsSync(join(root, "deep/er/jackfield.yaml"))).toBe(true);
});

test("demo keys come with --example only, and it is ignored where plain secrets go", () => {
  const [plain, example] = [empty(), empty()];
  jackfield(plain, "init");
  mkdirSync(join(example, "estate"));
  jackfield(example, "init", "--example", "-C", "estate");
  const files = (root: string) => readdirSync(root, { recursive: true, encoding: "utf8" });
  const texts = (root: string) =>
    files(root).flatMap((path) => {
      try {
        return [readFileSync(join(root, path), "utf8")];
      } catch {
        return [];
      }
    });
  expect(texts(plain).join("\n")).not.toContain("AGE-SECRET-KEY");
  expect(readFileSync(join(example, "estate/demo.agekey"), "utf8")).toContain("THROW-AWAY DEMO KEY");
  expect(readFileSync(join(example, "estate/.gitignore"), "utf8")).toContain(".jackfield/");
});

test("init --github writes the workflows, and leaves those that are there", () => {
  const root = empty();
  const folder = join(root, ".github/workflows");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "jackfield-plan.yml"), "mine\n");
  const ran = jackfield(root, "init", "--github");
  expect(ran).toMatchObject({ status: 0, stderr: "" });
  expect(ran.stdout).toContain("kept .github/workflows/jackfield-plan.yml, which is not as ours");
  expect(readFileSync(join(folder, "jackfield-plan.yml"), "utf8")).toBe("mine\n");
  expect(readdirSync(folder)).toEqual([
    "jackfield-apply.yml",
    "jackfield-plan.yml",
    "jackfield-preview-gc.yml",
    "jackfield-preview.yml",
  ]);
});
