import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import { without } from "../../link/readers.ts";
import type { Located, Recipient } from "../../model/declaration.ts";
import { parseFile } from "../../parse/parse.ts";
import { recipientsOf } from "../../sops/lint.ts";
import type { Reviewed } from "./recipients-gate.ts";

/**
 * The gate for files that no environment speaks for, so that they keep their own recipients: one that the same file does not
 * have on the default branch may have been slipped in, and takes a word of the user's, `--accept-recipient`.
 */
export function newReaders(
  files: readonly SourceFile[],
  accepted: readonly string[],
  history: Reviewed,
): readonly Diagnostic[] {
  const branch = files.length > 0 ? history.defaultBranch() : undefined;
  if (!branch) return [];
  return files.flatMap(({ path, text }) => {
    const reviewed = history.fileAt(branch.commit, path);
    const fresh = without(
      readersOf({ path, text }),
      reviewed === undefined ? [] : readersOf({ path, text: reviewed }),
    );
    return fresh
      .filter(({ value }) => !accepted.includes(value.id))
      .map(({ value: { id }, at }) => {
        const hint = `ask its owner whether it is right, and then add \`--accept-recipient ${id}\``;
        return diagnostic("JF024", at, { recipient: id, branch: branch.name }, { hint });
      });
  });
}

/** Those that a text names; none if it does not parse, which is told by itself. */
export function readersOf(source: SourceFile): readonly Located<Recipient>[] {
  const file = parseFile(source).value;
  return file ? recipientsOf(file) : [];
}
