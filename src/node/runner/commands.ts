import { escapeData } from "../../render/annotations.ts";
import { cellOf } from "../../render/visible.ts";

// What the runner reads off standard output. `@actions/core` would do for commands; but it prints texts as they are, and a line of a pull
// request's must never become a command.

/** Text for the log: nothing in it is a command, and nothing hides. */
export function logText(text: string): string {
  return text
    .split("\n")
    .map((line) => {
      const visible = Array.from(line, (char) => cellOf(char).text).join("");
      // `##[command]` counts anywhere in a line.
      const bare = visible.replaceAll("##[", "## [");
      return /^\s*::/.test(bare) ? bare.replace("::", ": :") : bare;
    })
    .join("\n");
}

/** Shorter ones occur anywhere, and would tear the log to pieces. */
const MASKED = 6;

/** Commands that let the runner mask a secret in its log, whole and line by line. */
export function maskCommands(secret: string): readonly string[] {
  const parts = new Set([secret, ...secret.split(/\r?\n/)].map((one) => one.trim()));
  return [...parts].filter((one) => one.length >= MASKED).map((one) => `::add-mask::${escapeData(one)}`);
}
