/** The width that pages of text keep to: they are read in terminals and in docs. */
const WIDTH = 100;
/** A longer first cell stands on a line of its own, so that one long name does not move all columns. */
const WIDEST_NAME = 34;

/**
 * Text columns, two blanks apart, like `table`, but no wider than a page: the last column is wrapped at blanks.
 * No trailing blanks.
 */
export function columns(rows: readonly (readonly string[])[], indent = ""): string {
  const widths = columnWidths(rows);
  const start = widths.reduce((sum, width) => sum + width + 2, indent.length);
  return rows.map((row) => rowLines(row, widths, indent, start).join("")).join("");
}

/** The widths of all columns but the last one. */
function columnWidths(rows: readonly (readonly string[])[]): readonly number[] {
  const count = Math.max(0, ...rows.map((row) => row.length)) - 1;
  return Array.from({ length: count }, (_, column) => {
    const widest = Math.max(...rows.map((row) => row[column]?.length ?? 0));
    return column > 0 ? widest : Math.min(WIDEST_NAME, widest);
  });
}

function rowLines(
  row: readonly string[],
  widths: readonly number[],
  indent: string,
  start: number,
): readonly string[] {
  const [name = ""] = row;
  const isLong = name.length > (widths[0] ?? name.length);
  const cells = isLong ? ["", ...row.slice(1, -1)] : row.slice(0, -1);
  const head = indent + cells.map((cell, column) => `${cell.padEnd(widths[column] ?? 0)}  `).join("");
  const text = wrap(row.at(-1) ?? "", WIDTH - start);
  const lines = text.map((line, n) => (n === 0 ? head : " ".repeat(start)) + line);
  return [...(isLong ? [indent + name] : []), ...lines].map((line) => `${line.trimEnd()}\n`);
}

/** Breaks a text at blanks. A word that is too long stays whole. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
