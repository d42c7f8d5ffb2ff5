import { lineStarts, positionAt, type Span } from "../core/source.ts";

/** A part of a file that may be shown. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

const MASK = "•••";
const MAX_WIDTH = 100;
/** How much of the line is kept before the marked place when it has to be cut. */
const LEAD = 40;

/**
 * The line of a span with carets under it. Only `visible` ranges, blanks and YAML's own punctuation outside of
 * scalars and comments are shown; every other run becomes `•••`, whatever its length (design: 3.2).
 */
export function codeFrame(at: Span, visible: readonly Range[]): readonly string[] {
  const { line } = positionAt(at.file, at.start);
  const starts = lineStarts(at.file);
  const from = starts[line - 1] ?? 0;
  const to = lineEnd(at.file.text, from);
  const pieces = masked(at.file.text, from, to, visible);
  const shown = render(pieces, { start: at.start, end: Math.max(at.start + 1, Math.min(at.end, to)) });
  const { text, caret, width } = window(shown);
  const gutter = String(line);
  const blank = " ".repeat(gutter.length);
  return [`  ${gutter} | ${text}`.trimEnd(), `  ${blank} | ${" ".repeat(caret)}${"^".repeat(width)}`];
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  const stop = end < 0 ? text.length : end;
  return text[stop - 1] === "\r" && stop > from ? stop - 1 : stop;
}

/** A run of a line: where it stands in the file, and what is shown of it. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly masked: boolean;
}

function masked(text: string, from: number, to: number, visible: readonly Range[]): readonly Piece[] {
  const pieces: Piece[] = [];
  const inside = visible
    .filter((range) => range.end > from && range.start < to)
    .map((range) => ({ start: Math.max(range.start, from), end: Math.min(range.end, to) }))
    .sort((a, b) => a.start - b.start);
  let at = from;
  for (const range of inside) {
    if (range.start < at) continue;
    pieces.push(...gap(text, at, range.start));
    pieces.push({ ...range, text: text.slice(range.start, range.end), masked: false });
    at = range.end;
  }
  pieces.push(...gap(text, at, to));
  return pieces;
}

/** What stands between visible ranges: blanks and punctuation as they are, all else masked. */
function gap(text: string, from: number, to: number): readonly Piece[] {
  const pieces: Piece[] = [];
  // Once a word has begun, punctuation may be part of it; it ends where a blank or a flow sign does.
  for (const match of text
    .slice(from, to)
    .matchAll(/[ \t]+|[-:?,[\]{}](?=[ \t]|$)|[[\]{},](?![^ \t,[\]{}])|[^ \t]+/g)) {
    const start = from + match.index;
    const end = start + match[0].length;
    const plain = /^([ \t]+|[-:?,[\]{}])$/.test(match[0]);
    const last = pieces.at(-1);
    if (plain) pieces.push({ start, end, text: match[0], masked: false });
    else if (last?.masked) pieces[pieces.length - 1] = { ...last, end };
    else pieces.push({ start, end, text: MASK, masked: true });
  }
  return pieces;
}

interface Shown {
  readonly text: string;
  readonly caret: number;
  readonly width: number;
}

function render(pieces: readonly Piece[], at: Range): Shown {
  let text = "";
  let caret: number | undefined;
  let end = 0;
  for (const piece of pieces) {
    const shown = piece.masked ? piece.text : visibleText(piece.text);
    const cut = (offset: number) =>
      piece.masked ? 0 : visibleText(piece.text.slice(0, Math.max(0, offset - piece.start))).length;
    if (caret === undefined && at.start < piece.end) caret = text.length + cut(at.start);
    if (at.end > piece.start) {
      end = text.length + (piece.masked || at.end >= piece.end ? shown.length : cut(at.end));
    }
    text += shown;
  }
  const from = caret ?? text.length;
  return { text, caret: from, width: Math.max(1, end - from) };
}

/** Tabs as one blank; control, direction and zero-width characters as their code, so that nothing hides. */
function visibleText(text: string): string {
  return text.replace(/\t/g, " ").replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (char) => {
    const hex = (char.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return `<U+${hex.padStart(4, "0")}>`;
  });
}

/** A long line is cut around the caret. */
function window({ text, caret, width }: Shown): Shown {
  if (text.length <= MAX_WIDTH) return { text, caret, width };
  const from = Math.max(0, Math.min(caret - LEAD, text.length - MAX_WIDTH));
  const head = from > 0 ? "…" : "";
  const tail = from + MAX_WIDTH < text.length ? "…" : "";
  const part = text.slice(from, from + MAX_WIDTH);
  const moved = caret - from + head.length;
  return {
    text: head + part + tail,
    caret: moved,
    width: Math.min(width, MAX_WIDTH + head.length - moved + 1),
  };
}
