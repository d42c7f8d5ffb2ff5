import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { SourceFile } from "../core/source.ts";

/** What the merge driver leaves where both sides changed one thing. */
const NOTE = /^[ \t]*(# <<<<<<< jackfield\b.*)$/gm;

/** The notes of merges that nobody has decided yet. */
export function* unfinishedMerges(file: SourceFile): Generator<Diagnostic> {
  for (const match of file.text.matchAll(NOTE)) {
    const end = match.index + match[0].length;
    const hint = "decide which of the two it is to be, and then delete this line";
    yield diagnostic("JF384", { file, start: end - (match[1]?.length ?? 0), end }, {}, { hint });
  }
}
