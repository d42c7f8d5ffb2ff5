import type { Diagnostic } from "../core/diagnostic.ts";
import type { SourceFile } from "../core/source.ts";
import type { ParsedFile } from "../model/tree.ts";
import { copies } from "./copies.ts";
import { plainSecrets, type Told } from "./plain-secrets.ts";
import { unfinishedMerges } from "./unfinished.ts";

/**
 * What the texts of all our files show without any key, beside what each document says: secrets in plain text, seals that
 * were copied, merges that nobody finished. `before` is what has been told already: one cause gives one diagnostic.
 */
export function* lintFiles(
  parsed: Iterable<ParsedFile>,
  unread: readonly SourceFile[],
  before: readonly Diagnostic[],
): Generator<Diagnostic> {
  const trees = [...parsed];
  const byFile = Map.groupBy(before, ({ at }) => at?.file);
  const told = (file: SourceFile) => toldOf(byFile.get(file) ?? []);
  for (const one of trees) {
    yield* plainSecrets({ file: one.file, parsed: one }, told(one.file));
    yield* unfinishedMerges(one.file);
  }
  for (const file of unread) {
    yield* plainSecrets({ file }, told(file));
    yield* unfinishedMerges(file);
  }
  yield* copies(trees);
}

function toldOf(before: readonly Diagnostic[]): Told {
  const places = (...codes: readonly string[]) =>
    before.flatMap(({ code, at }) => (at && codes.includes(code) ? [at] : []));
  return {
    keys: new Set(places("JF414", "JF380").map(({ start }) => start)),
    values: places("JF308"),
    isUnsealed: places("JF301").length > 0,
  };
}
