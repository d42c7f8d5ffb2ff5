import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BenchResult, median, rounded } from "./bench.ts";
import { writeEstate } from "./estate.ts";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const BUNDLE = ["dist/action.cjs", "dist/client-node.cjs"].map(at);
const RUNS = 15;
const WANTED = { bundleMiB: 2.5, startSeconds: 0.2, planVsCompile: 1.25 };

/** The size of the Action's bundle, what a keyless plan of 20 files takes beyond bare node, and the plan of 1,000 files beside one compile. */
export async function run(): Promise<BenchResult> {
  const bundleMiB = BUNDLE.reduce((sum, path) => sum + statSync(path).size, 0) / (1 << 20);
  const [step, node] = startTimes();
  const startSeconds = step - node;
  const [plan, compile] = planTimes();
  const planVsCompile = plan / compile;
  const verdict = (value: number, most: number) => `at most ${most} wanted${value > most ? ": MISSED" : ""}`;
  const table = [
    `bundle                                ${bundleMiB.toFixed(2)} MiB   ${verdict(bundleMiB, WANTED.bundleMiB)}`,
    `plan of 20 files as a whole process   ${step.toFixed(3)} s`,
    `  node -e 0                           ${node.toFixed(3)} s   ${startSeconds.toFixed(3)} s more, ${verdict(startSeconds, WANTED.startSeconds)}`,
    `plan of 1,000 files, one changed      ${plan.toFixed(3)} s`,
    `  one compile of them                 ${compile.toFixed(3)} s   ratio ${planVsCompile.toFixed(2)}, ${verdict(planVsCompile, WANTED.planVsCompile)}`,
  ].join("\n");
  const metrics = {
    bundleMiB: rounded(bundleMiB),
    startSeconds: rounded(startSeconds),
    planVsCompile: rounded(planVsCompile),
  };
  return { table, metrics };
}

/** Of a plan in a merge queue, which asks GitHub nothing; turn about with a bare node. */
function startTimes(): readonly [step: number, node: number] {
  const folder = mkdtempSync(join(tmpdir(), "jackfield-bench-"));
  try {
    const env = mergeGroup(folder);
    const time = (args: readonly string[]) => {
      const start = performance.now();
      const { status, stdout } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
      if (status !== 0) throw new Error(stdout);
      return (performance.now() - start) / 1000;
    };
    const steps: number[] = [];
    const bare: number[] = [];
    for (let i = 0; i < RUNS; i++) {
      bare.push(time(["-e", "0"]));
      steps.push(time([BUNDLE[0] ?? ""]));
    }
    return [median(steps), median(bare)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function mergeGroup(folder: string): NodeJS.ProcessEnv {
  const repo = join(folder, "repo");
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-C", repo, ...args], { encoding: "utf8" }).trim();
  execFileSync("git", ["init", "--quiet", "--initial-branch", "main", repo]);
  const commit = (message: string) => {
    git("add", "--all");
    git("-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "--quiet", "--message", message);
    return git("rev-parse", "HEAD");
  };
  writeEstate(repo, { connections: 19, deployments: 6 });
  const base = commit("base");
  writeFileSync(
    join(repo, "connections/more.yaml"),
    "apiVersion: jackfield.dev/v1\nkind: Variable\nmetadata: {name: v}\nspec: {sharing: all, value: x}\n",
  );
  const head = commit("head");
  git("update-ref", "refs/remotes/origin/main", base);
  const event = join(folder, "event.json");
  const group = { base_sha: base, head_sha: head, base_ref: "refs/heads/main" };
  writeFileSync(event, JSON.stringify({ merge_group: group, repository: { id: 1, default_branch: "main" } }));
  return {
    PATH: process.env.PATH,
    HOME: folder,
    INPUT_COMMAND: "plan",
    GITHUB_EVENT_NAME: "merge_group",
    GITHUB_EVENT_PATH: event,
    GITHUB_REPOSITORY: "octo/repo",
    GITHUB_SHA: head,
    GITHUB_REF: "refs/heads/gh-readonly-queue/main",
    GITHUB_WORKSPACE: repo,
    GITHUB_API_URL: "http://127.0.0.1:9",
    GITHUB_SERVER_URL: "https://github.example",
  };
}

function planTimes(): readonly [plan: number, compile: number] {
  const child = at("test/bench/plan-child.ts");
  const measure = (what: string) =>
    Number(execFileSync(process.execPath, [child, what], { encoding: "utf8" }));
  const plans: number[] = [];
  const compiles: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    compiles.push(measure("compile"));
    plans.push(measure("plan"));
  }
  return [median(plans), median(compiles)];
}
