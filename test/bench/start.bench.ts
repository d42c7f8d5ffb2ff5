import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BenchResult, median, rounded } from "./bench.ts";
import { writeEstate } from "./estate.ts";

const BIN = fileURLToPath(new URL("../../bin/jackfield.js", import.meta.url));
const RUNS = 25;

/** `validate` of 20 files as a whole process, beside a bare `node -e 0`, turn about. */
export async function run(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), "jackfield-bench-"));
  try {
    writeEstate(folder, { connections: 19, deployments: 6 });
    spawnSync("git", ["init", "--quiet", folder]);
    const validate = () => time([BIN, "validate", "-C", folder]);
    const bare = () => time(["-e", "0"]);
    for (let i = 0; i < 3; i++) validate();
    const ours: number[] = [];
    const floor: number[] = [];
    for (let i = 0; i < RUNS; i++) {
      floor.push(bare());
      ours.push(validate());
    }
    const [mine, node] = [median(ours), median(floor)];
    const table = [
      `validate of 20 files as a whole process, median of ${RUNS}, turn about`,
      `  jackfield validate   ${mine.toFixed(0)} ms`,
      `  node -e 0            ${node.toFixed(0)} ms   (ratio ${(mine / node).toFixed(2)})`,
    ].join("\n");
    return { table, metrics: { ratioToNode: rounded(mine / node) } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function time(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - start;
}
