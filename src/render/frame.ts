import { append } from "../core/append.ts";
import { lineStarts, positionAt, type Span } from "../core/source.ts";
import { type Cell, cellOf } from "./visible.ts";

/** A part of a file that may be shown. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

const MASK = "•••";
const MAX_WIDTH = 100;
/** How much of the line is kept before the marked place when it has to be cut. */
const LEAD = 40;
/** How far from the marked place a line is looked at, in code units: more than fits. */
const REACH = 1000;

/**
 * The first line of a span with carets under it. Only `visible` ranges are shown, and the blanks around the rest:
 * whatever else stands between two of them becomes one `•••`, so that neither its length nor its words show
 * (design: 3.2). A line wider than about 100 columns is cut around the carets.
 */
export function codeFrame(at: Span, visible: readonly Range[]): readonly string[] {
  const { text } = at.file;
  const { line } = positionAt(at.file, at.start);
  const lineStart = lineStarts(at.file)[line - 1] ?? 0;
  // A line may be as long as a file is: only what can be shown of it is looked at.
  const from = Math.max(lineStart, at.start - REACH);
  const to = Math.min(lineEnd(text, lineStart), at.start + REACH);
  const { cells, first } = cut(maskedCells(text, { start: from, end: to }, visible), at.start);
  const end = Math.max(at.start + 1, Math.min(at.end, to));
  const marked = cells.slice(first).filter((cell) => cell.start < end);
  const carets = "^".repeat(Math.max(1, widthOf(marked)));
  const gutter = String(line);
  return [
    `  ${gutter} | ${cells.map((cell) => cell.text).join("")}`.trimEnd(),
    `  ${" ".repeat(gutter.length)} | ${" ".repeat(widthOf(cells.slice(0, first)))}${carets}`,
  ];
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  const stop = end < 0 ? text.length : end;
  return text[stop - 1] === "\r" && stop > from ? stop - 1 : stop;
}

/** A cell and what it stands for in the file. */
interface FileCell extends Cell, Range {}

function maskedCells(text: string, line: Range, visible: readonly Range[]): readonly FileCell[] {
  const inside = visible
    .filter((range) => range.end > line.start && range.start < line.end)
    .sort((a, b) => a.start - b.start);
  const cells: FileCell[] = [];
  let at = line.start;
  for (const range of inside) {
    const start = Math.max(range.start, at);
    const end = Math.min(range.end, line.end);
    if (end <= start) continue;
    append(cells, gapCells(text, at, start));
    append(cells, plainCells(text, start, end));
    at = end;
  }
  return [...cells, ...gapCells(text, at, line.end)];
}

function plainCells(text: string, from: number, to: number): readonly FileCell[] {
  let at = from;
  return Array.from(text.slice(from, to), (char) => {
    const start = at;
    at += char.length;
    return { ...cellOf(char), start, end: at };
  });
}

function gapCells(text: string, from: number, to: number): readonly FileCell[] {
  let start = from;
  while (start < to && isBlank(text[start])) start++;
  if (start === to) return plainCells(text, from, to);
  let end = to;
  while (isBlank(text[end - 1])) end--;
  return [
    ...plainCells(text, from, start),
    { text: MASK, width: MASK.length, start, end },
    ...plainCells(text, end, to),
  ];
}

function isBlank(char: string | undefined): boolean {
  return char === " " || char === "\t";
}

function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + cell.width, 0);
}

/** The cells of a line that fit, and which of them the carets begin under. */
function cut(
  cells: readonly FileCell[],
  place: number,
): { readonly cells: readonly FileCell[]; readonly first: number } {
  const found = cells.findIndex((cell) => cell.end > place);
  const first = found < 0 ? cells.length : found;
  if (widthOf(cells) <= MAX_WIDTH) return { cells, first };
  let from = first;
  let width = 0;
  const fits = (index: number, limit: number) => width + (cells[index]?.width ?? limit + 1) <= limit;
  while (from > 0 && fits(from - 1, LEAD)) width += cells[--from]?.width ?? 0;
  let to = first;
  while (fits(to, MAX_WIDTH)) width += cells[to++]?.width ?? 0;
  while (to === cells.length && from > 0 && fits(from - 1, MAX_WIDTH)) width += cells[--from]?.width ?? 0;
  const head = from > 0 ? [ellipsis(cells[from]?.start ?? place)] : [];
  const tail = to < cells.length ? [ellipsis(Number.POSITIVE_INFINITY)] : [];
  return { cells: [...head, ...cells.slice(from, to), ...tail], first: first - from + head.length };
}

function ellipsis(at: number): FileCell {
  return { text: "…", width: 1, start: at, end: at };
}
