import type { Diagnostic } from "../core/diagnostic.ts";
import { positionAt } from "../core/source.ts";
import { code, sentence } from "./markdown.ts";

const NAMED = 50;

/** Errors for a comment on GitHub: that there is no plan, and why. */
export function diagnosticsMarkdown(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const lines = errors.slice(0, NAMED).map(({ code: name, message, hint, at }) => {
    const place = at ? ` ${code(`${at.file.path}:${positionAt(at.file, at.start).line}`)}` : "";
    return `- **${name}**${place}: ${sentence(message)}${hint === undefined ? "" : `<br>${sentence(hint)}`}\n`;
  });
  const more = errors.length > NAMED ? `\n…and ${errors.length - NAMED} more errors: see the log.\n` : "";
  const noun = errors.length === 1 ? "error" : "errors";
  return `**There is no plan: ${errors.length} ${noun}.** What would change is not known.\n\n${lines.join("")}${more}`;
}
