import type { Node } from "../model/tree.ts";

/** True for `{…}` and `[…]`. */
export function isFlow({ kind, span }: Node): boolean {
  const first = span.file.text[span.start];
  return (kind === "map" && first === "{") || (kind === "seq" && first === "[");
}

/** The column, from 0, in which a node begins. */
export function columnOf({ span: { file, start } }: Node): number {
  return start - (file.text.lastIndexOf("\n", start - 1) + 1);
}
