import { randomBytes } from "node:crypto";
import { appendFileSync } from "node:fs";

type Env = Readonly<Record<string, string | undefined>>;

/** What the runner takes of a step, less room for what it adds. */
const MAX_SUMMARY = 1000 * 1024;

/** Sets outputs of the step. */
export function writeOutputs(env: Env, outputs: ReadonlyMap<string, string>): void {
  const path = env.GITHUB_OUTPUT;
  if (path === undefined || path === "") return;
  for (const [name, value] of outputs) {
    // Nobody can guess the line that ends a value.
    const end = `end-${randomBytes(16).toString("hex")}`;
    appendFileSync(path, `${name}<<${end}\n${value}\n${end}\n`);
  }
}

/** Adds to the summary of the job. What is too large for it is cut, and the last line says so. */
export function writeSummary(env: Env, markdown: string): void {
  const path = env.GITHUB_STEP_SUMMARY;
  if (path === undefined || path === "") return;
  const bytes = Buffer.from(markdown);
  const fits = bytes.subarray(0, MAX_SUMMARY).toString("utf8");
  const lines = fits.slice(0, fits.lastIndexOf("\n") + 1);
  const cut = `${lines}\n**This summary is cut: not all of it is shown.**\n`;
  appendFileSync(path, bytes.length <= MAX_SUMMARY ? markdown : cut);
}
