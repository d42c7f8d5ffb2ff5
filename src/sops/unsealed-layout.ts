import type { SourceFile } from "../core/source.ts";
import { leaves } from "../model/tree.ts";
import { parseFile } from "../parse/parse.ts";
import { applyEdits } from "./edits.ts";
import { removalEdit } from "./surgery.ts";

/**
 * A text in which every sealed value was replaced by a plain one, made fit to be sealed anew without any key: its `sops`
 * blocks go, and comments that are sealed, for nobody can read them. Undefined if a sealed value is left.
 */
export function withoutSealing(source: SourceFile): string | undefined {
  const file = parseFile(source).value;
  if (!file) return undefined;
  const isLeft = file.documents.some(({ root }) => [...leaves(root)].some(({ kind }) => kind === "sealed"));
  if (isLeft) return undefined;
  const blocks = file.documents.flatMap(({ root, sops, sopsKey }) =>
    sops && sopsKey ? [removalEdit(root, { keySpan: sopsKey, value: sops })] : [],
  );
  return applyEdits(source.text, blocks).replaceAll(SEALED_COMMENT, "");
}

/** True if a text has comments that are sealed. */
export function holdsSealedComment(text: string): boolean {
  return text.search(SEALED_COMMENT) >= 0;
}

/** With its line, if it has one of its own. */
const SEALED_COMMENT =
  /(?:^[ \t]*#[ \t]*ENC\[AES256_GCM,[^\]\n]*\][^\n]*\n|[ \t]*#[ \t]*ENC\[AES256_GCM,[^\]\n]*\])/gm;
