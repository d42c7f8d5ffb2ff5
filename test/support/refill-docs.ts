/**
 * Writes what commands print now into pages of the docs, where it is not what the page says:
 * `node test/support/refill-docs.ts PAGE…`, after `npm run build`. Read the difference, and put `…` where there was one.
 */
import { writeFileSync } from "node:fs";
import { isRun } from "./check-page.ts";
import { matches, readPage, runPage } from "./docs.ts";
import { runTour, type Shown, TOUR } from "./tour.ts";

/** The page with every output that differs written anew. */
export function refilled(text: string): string {
  const ran = runPage(text, (command) => !isRun(command));
  return withOutputs(
    text,
    ran.map(({ step: { at, command, expected }, actual }) => ({
      at: at + command.split("\n").length,
      expected,
      actual,
    })),
  );
}

function withOutputs(text: string, shown: readonly Shown[]): string {
  const lines = text.split("\n");
  for (const { at, expected, actual } of [...shown].reverse()) {
    if (!matches(actual, expected)) lines.splice(at - 1, expected.length, ...actual);
  }
  return lines.join("\n");
}

if (import.meta.main) {
  for (const page of process.argv.slice(2)) {
    const text = readPage(page);
    const now = page === TOUR ? withOutputs(text, await runTour(text)) : refilled(text);
    writeFileSync(new URL(`../../${page}`, import.meta.url), now);
  }
}
