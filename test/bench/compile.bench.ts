import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type BenchResult, median, rounded } from "./bench.ts";

interface Measured {
  readonly seconds: number;
  readonly peakMiB: number;
}

const SIZE = ["1000", "200"];
const CHILD = fileURLToPath(new URL("compile-child.ts", import.meta.url));

function measure(what: "jackfield" | "floor", size: readonly string[]): Measured {
  return JSON.parse(execFileSync(process.execPath, [CHILD, what, ...size], { encoding: "utf8" }));
}

/**
 * Parse, validate, resolve and emit 1,000 connections × 200 Deployments, each run a process of its own so that
 * the peak is its own. The floor parses the same texts with `yaml` and merges and encodes with nothing checked.
 */
export async function run(): Promise<BenchResult> {
  const ours: Measured[] = [];
  const floors: Measured[] = [];
  for (let i = 0; i < 5; i++) {
    floors.push(measure("floor", SIZE));
    ours.push(measure("jackfield", SIZE));
  }
  const large = measure("jackfield", ["10000", "200"]);
  const seconds = median(ours.map((one) => one.seconds));
  const peakMiB = Math.max(...ours.map((one) => one.peakMiB));
  const floor = median(floors.map((one) => one.seconds));
  const growth10x = large.seconds / seconds;
  const table = [
    `1,000 connections × 200 Deployments = 200,000 effective objects, median of ${ours.length}`,
    `  jackfield   ${seconds.toFixed(2)} s   peak ${peakMiB.toFixed(0)} MiB`,
    `  floor       ${floor.toFixed(2)} s   peak ${Math.max(...floors.map((f) => f.peakMiB)).toFixed(0)} MiB   (ratio ${(seconds / floor).toFixed(2)})`,
    `ten times the objects: ${seconds.toFixed(2)} s → ${large.seconds.toFixed(2)} s, ×${growth10x.toFixed(1)}`,
  ].join("\n");
  return {
    table,
    metrics: { seconds: rounded(seconds), peakMiB: Math.round(peakMiB), growth10x: rounded(growth10x) },
  };
}
