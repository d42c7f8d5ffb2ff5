import type { Diagnostic } from "../../core/diagnostic.ts";
import type { Span } from "../../core/source.ts";
import type { Node, ParsedFile } from "../../model/tree.ts";

/** A place of the sealed file and the one in the plain text that it stands for. */
interface Pair {
  readonly sealed: Span;
  readonly plain: Span;
}

/**
 * Diagnostics of a sealed file, told of the plain text that it was made from: keys and values are the same, their lines are
 * not. What is said of the `sops` block is said of the whole file.
 */
export function inPlainText(
  diagnostics: readonly Diagnostic[],
  sealed: ParsedFile,
  plain: ParsedFile,
): readonly Diagnostic[] {
  const pairs = sealed.documents.flatMap(({ root, sopsKey }, index) => {
    const other = plain.documents[index];
    const whole = { file: plain.file, start: 0, end: 0 };
    return [
      ...(other ? pairsOf(root, other.root) : []),
      ...(sopsKey ? [{ sealed: sopsKey, plain: whole }] : []),
    ];
  });
  const moved = (span: Span): Span => {
    if (span.file.path !== sealed.file.path) return span;
    const pair = pairs.findLast((one) => one.sealed.start <= span.start);
    return pair?.plain ?? { file: plain.file, start: 0, end: 0 };
  };
  return diagnostics.map((one) => ({
    ...one,
    ...(one.at && { at: moved(one.at) }),
    related: one.related.map(({ at, message }) => ({ at: moved(at), message })),
  }));
}

function pairsOf(sealed: Node, plain: Node): readonly Pair[] {
  if (sealed.kind === "map" && plain.kind === "map") {
    return sealed.entries.flatMap(({ keySpan, value }, index) => {
      const other = plain.entries[index];
      return other ? [{ sealed: keySpan, plain: other.keySpan }, ...pairsOf(value, other.value)] : [];
    });
  }
  const own = { sealed: sealed.span, plain: plain.span };
  if (sealed.kind !== "seq" || plain.kind !== "seq") return [own];
  const items = sealed.items.flatMap((item, index) => {
    const other = plain.items[index];
    return other ? pairsOf(item, other) : [];
  });
  return [own, ...items];
}
