import type { SourceFile } from "../core/source.ts";
import type { Need } from "./needs.ts";
import { patternOf } from "./pattern.ts";

const BEGIN = "# >>> jackfield";
const END = "# <<< jackfield";
const NOTE =
  "# Owners of what reaches an environment with `approvals`: `jackfield codeowners generate` writes these lines anew.";
const BLOCK = new RegExp(`^${BEGIN}[^\\n]*\\n(?:(?!${END})[^\\n]*\\n)*${END}[^\\n]*(?:\\n|$)`, "gm");

/** The file as people wrote it, without the lines of ours. */
export function withoutBlock({ path, text }: SourceFile): SourceFile {
  return { path, text: text.replaceAll(BLOCK, "") };
}

/** The file with our lines at its end, where they count; `text` is without them. */
export function withBlock(text: string, lines: readonly string[]): string {
  const own = text.trimEnd();
  if (lines.length === 0) return own === "" ? "" : `${own}\n`;
  return `${own === "" ? "" : `${own}\n\n`}${[BEGIN, NOTE, ...lines, END].join("\n")}\n`;
}

/** The rule that a need wants; undefined: CODEOWNERS has no word for the path. */
export function lineFor({ path, users, teams }: Need, organisation: string | undefined): string | undefined {
  const pattern = patternOf(path);
  const owners = [...users.map((user) => `@${user}`), ...teams.map((slug) => `@${organisation}/${slug}`)];
  return pattern && `${pattern} ${owners.join(" ")}`;
}
