import { readFileSync, writeFileSync } from "node:fs";

// A page of docs/ may have one part that is made by a script. It stands between these two lines.
const BEGIN = "<!-- generated, do not edit -->\n\n";
const END = "\n<!-- end of the generated part -->\n";

/** The generated part of a page. Throws if the page has none. */
export function partOf(page: string): string {
  const [begin, end] = bounds(page);
  return page.slice(begin, end);
}

/** Writes the generated part of a page of docs/ anew. */
export function writePart(name: string, part: string): void {
  const path = new URL(`../docs/${name}`, import.meta.url);
  const page = readFileSync(path, "utf8");
  const [begin, end] = bounds(page);
  writeFileSync(path, page.slice(0, begin) + part + page.slice(end));
}

function bounds(page: string): readonly [begin: number, end: number] {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error("the page has no generated part");
  return [begin + BEGIN.length, end];
}

/** A Markdown table; `|` in a cell is escaped. Ends with a newline. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}
