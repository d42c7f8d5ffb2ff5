import type { Node } from "../model/tree.ts";

/** True for `{…}` and `[…]`. */
export function isFlow({ kind, span }: Node): boolean {
  const first = span.file.text[span.start];
  return (kind === "map" && first === "{") || (kind === "seq" && first === "[");
}

/** The column, from 0, in which a node begins. */
export function columnOf({ span: { file, start } }: Node): number {
  return columnAt(file.text, start);
}

/** The column, from 0, of a place. A byte order mark takes none. */
export function columnAt(text: string, at: number): number {
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  return at - lineStart - (text[lineStart] === "\uFEFF" && at > lineStart ? 1 : 0);
}
