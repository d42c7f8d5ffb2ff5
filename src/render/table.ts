import { visibleText } from "./visible.ts";

/** Text columns, two blanks apart; the last one is not padded. No trailing blanks. Every cell becomes safe to print. */
export function table(cells: readonly (readonly string[])[], indent = ""): string {
  const rows = cells.map((row) => row.map(visibleText));
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  const lines = rows.map((row) =>
    `${indent}${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join("");
}
