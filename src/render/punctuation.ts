import { append } from "../core/append.ts";
import type { Node, ParsedFile } from "../model/tree.ts";
import type { Range } from "./frame.ts";

/**
 * The punctuation of a parsed file that may be shown: `-`, `:`, `?`, `,`, brackets, braces and document marks that
 * stand outside of scalars and comments.
 */
export function punctuation({ file, documents }: ParsedFile): readonly Range[] {
  const scalars = documents
    .flatMap(({ root, sops }) => [...scalarRanges(root), ...(sops ? scalarRanges(sops) : [])])
    .sort((a, b) => a.start - b.start);
  const found: Range[] = [];
  let at = 0;
  for (const { start, end } of scalars) {
    if (start > at) append(found, between(file.text, at, start));
    at = Math.max(at, end);
  }
  return [...found, ...between(file.text, at, file.text.length)];
}

/** Where keys and leaves stand; an alias stands where it is written, and what it copies does not. */
function* scalarRanges(node: Node): Generator<Range> {
  if (node.kind === "map") {
    for (const entry of node.entries) {
      yield entry.keySpan;
      yield* scalarRanges(entry.value);
    }
  } else if (node.kind === "seq") for (const item of node.items) yield* scalarRanges(item);
  else yield node.span;
}

/**
 * Signs in a text without scalars. Anchors, tags and aliases are passed over; anything else that is no sign (a
 * comment, or a key that the tree has no place for) makes the rest of its line unknown, signs in it too.
 */
const SIGNS =
  /[ \t\r\n]+|[&*!][^\s,[\]{}]*|(?<sign>(?<=^|\n)(?:---|\.\.\.)(?=\s|$)|[-?:](?=\s|$)|[[\]{},])|[^\n]+/g;

function between(text: string, from: number, to: number): readonly Range[] {
  return [...text.slice(from, to).matchAll(SIGNS)].flatMap((match) => {
    if (match.groups?.sign === undefined) return [];
    const start = from + match.index;
    return [{ start, end: start + match[0].length }];
  });
}
