import { lineStarts, type SourceFile, type Span } from "../core/source.ts";
import { compilePattern } from "./pattern.ts";

/** One line of a CODEOWNERS file: whoever is listed owns what the pattern matches; nobody listed: nobody owns it. */
export interface Rule {
  readonly at: Span;
  /** As written: `@login`, `@org/team`, an address. */
  readonly owners: readonly string[];
  readonly matches: RegExp;
}

export interface Rules {
  readonly rules: readonly Rule[];
  /** Lines that GitHub passes over. */
  readonly unknown: readonly Span[];
}

/** A CODEOWNERS file, line by line. */
export function parseRules(file: SourceFile): Rules {
  const rules: Rule[] = [];
  const unknown: Span[] = [];
  for (const start of lineStarts(file)) {
    const [line = ""] = file.text.slice(start).split(/\r?\n/, 1);
    const [pattern, ...owners] = wordsOf(line);
    if (pattern === undefined) continue;
    const at = { file, start, end: start + line.length };
    const matches = compilePattern(pattern);
    if (matches && owners.every((owner) => owner.includes("@"))) rules.push({ at, owners, matches });
    else unknown.push(at);
  }
  return { rules, unknown };
}

/** Words apart by spaces that no `\` precedes, up to a `#` that begins one. */
function wordsOf(line: string): readonly string[] {
  const words = line.match(/(?:\\.|[^\s\\])+/g) ?? [];
  const comment = words.findIndex((word) => word.startsWith("#"));
  return comment < 0 ? words : words.slice(0, comment);
}

/** The rule that counts for a path: the last that matches it. */
export function ruleFor(path: string, rules: readonly Rule[]): Rule | undefined {
  return rules.findLast(({ matches }) => matches.test(path));
}
