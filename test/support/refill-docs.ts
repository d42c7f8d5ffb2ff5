/**
 * Writes what commands print now into pages of the docs, where it is not what the page says:
 * `node test/support/refill-docs.ts PAGE…`, after `npm run build`. Read the difference, and put `…` where there was one.
 */
import { writeFileSync } from "node:fs";
import { isRun } from "./check-page.ts";
import { matches, readPage, runPage } from "./docs.ts";

/** The page with every output that differs written anew. */
export function refilled(text: string): string {
  const lines = text.split("\n");
  const ran = runPage(text, (command) => !isRun(command));
  for (const { step, actual } of [...ran].reverse()) {
    if (matches(actual, step.expected)) continue;
    const first = step.at - 1 + step.command.split("\n").length;
    lines.splice(first, step.expected.length, ...actual);
  }
  return lines.join("\n");
}

if (import.meta.main) {
  for (const page of process.argv.slice(2)) {
    writeFileSync(new URL(`../../${page}`, import.meta.url), refilled(readPage(page)));
  }
}
