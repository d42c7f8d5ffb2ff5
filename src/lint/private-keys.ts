import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { SourceFile } from "../core/source.ts";

/** What a line of a private key looks like, for the search and for the judgement: age, PEM, OpenSSH, PGP. */
export const PRIVATE_KEY =
  "AGE-SECRET-KEY-(PQ-)?1[A-Z0-9]{20}|-----BEGIN ([A-Z0-9]+ ){0,4}PRIVATE KEY( BLOCK)?-----";
const FORM = new RegExp(PRIVATE_KEY);
/** The words of a key for tests or demos: in the first line of its file, or in one of the lines right above it. */
const THROW_AWAY = /THROW-AWAY/;
const ABOVE = 3;

/**
 * Private keys in files that git would commit, whatever they are. One that says it is for throwing away is let through; in
 * our own documents they are told with all other secrets.
 */
export function* privateKeysIn(file: SourceFile): Generator<Diagnostic> {
  if (file.text.includes("jackfield.dev/") && /\.ya?ml$/i.test(file.path)) return;
  const lines = file.text.split("\n");
  if (THROW_AWAY.test(lines[0] ?? "")) return;
  let start = 0;
  for (const [index, line] of lines.entries()) {
    const found = FORM.exec(line);
    if (found && !lines.slice(Math.max(0, index - ABOVE), index + 1).some((one) => THROW_AWAY.test(one))) {
      const at = { file, start: start + found.index, end: start + found.index + found[0].length };
      const hint =
        "delete it, treat it as leaked, and make a new one where git does not look: `jackfield secrets keygen`";
      yield diagnostic("JF372", at, {}, { hint });
    }
    start += line.length + 1;
  }
}
