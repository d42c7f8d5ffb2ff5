import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

// `npm run demo`: the main job on the example estate, step by step, with no cluster and no key but the demo's own.
const root = fileURLToPath(new URL("..", import.meta.url));
const estate = ".jackfield/demo";
const LAPTOP = ["--cluster", "laptop"];

rmSync(join(root, estate), { recursive: true, force: true });
mkdirSync(dirname(join(root, estate)), { recursive: true });

step(
  "1. Write the example estate: 2 Workspaces, 6 Deployments, 25 objects, sealed with SOPS",
  "init",
  "--example",
);
step("2. Check it: no key needed", "validate");
step("3. What each Deployment ends up with", "get");
step("4. Why it is so", "explain", "warehouse", "--deployment", "dev");
step("5. Open the secrets with the demo key and write what Airflow reads", "build");
list(join(root, estate, ".jackfield/build"));
commit("the example estate");
step(
  "6. What would happen in the cluster `laptop`, a folder that stands in for Kubernetes",
  "plan",
  ...LAPTOP,
);
step("7. Do it", "apply", ...LAPTOP);
say("\n\u001b[1m8. Change one field\u001b[0m: development gets the schema DEV_2\n");
edit("analytics/connections/warehouse.yaml", "schema: DEV,", "schema: DEV_2,");
commit("another schema for development");
step("   What the change comes to", "plan", ...LAPTOP);
step("9. Do it", "apply", ...LAPTOP);
step("10. And again: nothing is left to do", "apply", ...LAPTOP);

/** Runs one command as a user would and shows it; the demo ends with the first that fails. */
function step(title: string, command: string, ...args: readonly string[]): void {
  const line = [command, "-C", estate, ...args];
  say(`\n\u001b[1m${title}\u001b[0m\n$ jackfield ${line.join(" ")}\n`);
  const env = { ...process.env, SOPS_AGE_KEY_FILE: join(root, estate, "demo.agekey") };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "bin/jackfield.js"), ...line], {
    cwd: root,
    env,
    encoding: "utf8",
  });
  say(stdout + stderr);
  if (status !== 0) process.exit(status ?? 1);
}

function edit(path: string, from: string, to: string): void {
  const file = join(root, estate, path);
  writeFileSync(file, readFileSync(file, "utf8").replace(from, to));
}

/** Where git is installed, plans can tell the value that was from the one that is to be. */
function commit(message: string): void {
  const who = ["-c", "user.name=demo", "-c", "user.email=demo@example.com", "-c", "commit.gpgsign=false"];
  for (const args of [
    ["init", "-q"],
    ["add", "-A"],
    [...who, "commit", "-qm", message],
  ]) {
    spawnSync("git", args, { cwd: join(root, estate) });
  }
}

function list(folder: string): void {
  say("\n\u001b[1mThe files\u001b[0m (plain secrets: git ignores them)\n");
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) say(`${String(statSync(path).size).padStart(8)} bytes  ${relative(root, path)}\n`);
  }
}

function say(text: string): void {
  process.stdout.write(process.stdout.isTTY ? text : stripVTControlCharacters(text));
}
