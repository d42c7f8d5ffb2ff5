import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { patternsIn } from "../core/patterns.ts";
import type { SourceFile } from "../core/source.ts";

/** The words of a key for tests or demos: in the first line of its file, or in one of the lines right above it. */
const THROW_AWAY = "THROW-AWAY";
const ABOVE = 3;
/** So far back these lines are looked for. */
const REACH = 2000;
/** As many keys of one file are told. */
const MOST = 10;

/**
 * Private keys in a file that git would commit, whatever it is. One that says it is for throwing away is let through. Files of ours are not
 * for this: there they are told with all other secrets.
 */
export function* privateKeysIn(file: SourceFile): Generator<Diagnostic> {
  const { text } = file;
  if (text.slice(0, endOfLine(text, 0)).includes(THROW_AWAY)) return;
  let told = 0;
  for (const { start, end, isPrivateKey } of patternsIn(text)) {
    if (!isPrivateKey || saysThrowAway(text, start)) continue;
    const hint =
      "delete it, treat it as leaked, and make a new one where git does not look: `jackfield secrets keygen`";
    yield diagnostic("JF372", { file, start, end }, {}, { hint });
    told += 1;
    if (told === MOST) return;
  }
}

function saysThrowAway(text: string, at: number): boolean {
  const near = text.slice(Math.max(0, at - REACH), Math.min(endOfLine(text, at), at + REACH));
  return near
    .split("\n")
    .slice(-1 - ABOVE)
    .some((line) => line.includes(THROW_AWAY));
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}
