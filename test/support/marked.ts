const MARK = "┆";

/** A text without its marks, and where they were. */
export interface Marked {
  readonly text: string;
  /** Offsets in `text`, in order. */
  readonly offsets: readonly number[];
}

/** Takes the marks (`┆`) out of a text, so that tests need not count. */
export function marked(source: string): Marked {
  const parts = source.split(MARK);
  let at = 0;
  const offsets = parts.slice(0, -1).map((part) => {
    at += part.length;
    return at;
  });
  return { text: parts.join(""), offsets };
}

/** An offset as the language server counts: line and character from 0. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly character: number } {
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
}
