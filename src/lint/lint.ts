import type { Diagnostic } from "../core/diagnostic.ts";
import type { SourceFile } from "../core/source.ts";
import type { ParsedFile } from "../model/tree.ts";
import { copies } from "./copies.ts";
import { type OwnFile, plainSecrets } from "./plain-secrets.ts";
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
  const own: readonly OwnFile[] = [
    ...trees.map((one) => ({ file: one.file, parsed: one })),
    ...unread.map((file) => ({ file })),
  ];
  const unsealed = new Set(before.flatMap(({ code, at }) => (code === "JF301" && at ? [at.file] : [])));
  const byFile = Map.groupBy(
    before.flatMap(({ code, at }) => (code === "JF414" && at ? [at] : [])),
    ({ file }) => file,
  );
  for (const one of own) {
    const keys = new Set(byFile.get(one.file)?.map(({ start }) => start));
    yield* plainSecrets(one, { files: unsealed, keys });
    yield* unfinishedMerges(one.file);
  }
  yield* copies(trees);
}
