/** One text file of the repo. `path` is relative to the repo's root and uses `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A range of a file in UTF-16 code units: `start` inclusive, `end` exclusive. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** A place as people and editors count it: from 1, columns in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const lineStartsOf = new WeakMap<SourceFile, readonly number[]>();

/** Offsets at which the lines of a file begin; the first is always 0. Only `\n` ends a line. */
export function lineStarts(file: SourceFile): readonly number[] {
  const known = lineStartsOf.get(file);
  if (known) return known;
  const starts = [0];
  for (let at = file.text.indexOf("\n"); at >= 0; at = file.text.indexOf("\n", at + 1)) {
    starts.push(at + 1);
  }
  lineStartsOf.set(file, starts);
  return starts;
}

/** The line and column of an offset; an offset past the end is the end. */
export function positionAt(file: SourceFile, offset: number): Position {
  const starts = lineStarts(file);
  const at = Math.min(offset, file.text.length);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
}

/** Orders spans by file path, then by place in it. By code unit, so that no locale matters. */
export function compareSpans(a: Span, b: Span): number {
  return compareText(a.file.path, b.file.path) || a.start - b.start || a.end - b.end;
}

/** Orders texts by UTF-16 code unit. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
