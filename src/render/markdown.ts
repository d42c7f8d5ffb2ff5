import { visibleText } from "./visible.ts";

// Text from Git in GitHub's Markdown: it stays text.

/** In a code span that nothing in it can end. */
export function code(text: string): string {
  // Nothing at all would be no code span.
  const visible = visibleText(text).replaceAll(/[\r\n]+/g, " ") || " ";
  const longest = Math.max(0, ...[...visible.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = /^`|`$/.test(visible) ? " " : "";
  return `${fence}${pad}${visible}${pad}${fence}`;
}

/** In a cell of a table, where even in code a bar would end it. */
export function cell(text: string): string {
  return `<code>${html(text).replaceAll("|", "&#124;") || " "}</code>`;
}

const SIGNS: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "@": "&#64;",
  "`": "&#96;",
  "*": "&#42;",
  _: "&#95;",
  "[": "&#91;",
  "#": "&#35;",
  "~": "&#126;",
  "\\": "&#92;",
};

/** As plain text: nobody is mentioned, nothing is linked, nothing is markup. */
export function html(text: string): string {
  return visibleText(text).replaceAll(/[&<>@`*_[#~\\]/g, (sign) => SIGNS[sign] ?? sign);
}

/** A sentence of ours, in which names stand in backticks. */
export function sentence(text: string): string {
  return text
    .split(/(`[\w./: @+-]+`)/)
    .map((part, index) => (index % 2 === 1 ? part : html(part)))
    .join("");
}
