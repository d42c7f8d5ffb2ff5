import type { Node, ScalarNode, SealedNode } from "../model/tree.ts";
import { endOfValue } from "./edits.ts";
import { columnOf, isFlow } from "./layout.ts";
import { quoted, scalarText } from "./scalar-text.ts";
import { typedText } from "./scalars.ts";

// Texts of values for a place in another file, or in none yet.

/** A value as it is written behind the colon of its key. */
export interface Content {
  /** In block YAML, with the blank or line break before it; `indent`: the blanks before lines of its own. */
  readonly block: (indent: number) => string;
  /** Inside `{…}`, which is JSON as well. */
  readonly flow: string;
}

/** A text, whatever it looks like. */
export function textContent(text: string): Content {
  const block = (indent: number) =>
    ` ${scalarText({ type: "str", text }, { format: "yaml", flow: false, indent })}`;
  return { block, flow: quoted(text) };
}

/** A value of another file. Its lines are shifted, so that its comments come along; aliases are written out. */
export function nodeContent(node: Node): Content {
  return { block: (indent) => blockText(node, indent), flow: flowText(node) };
}

function blockText(node: Node, indent: number): string {
  if (node.kind === "scalar" || node.kind === "sealed") return leafText(node, indent);
  const { file, start, end } = node.span;
  const from = withCommentsAbove(file.text, start);
  const text = file.text.slice(from, Math.max(start, endOfValue(file.text, end)));
  const isEmpty = node.kind === "map" ? node.entries.length === 0 : node.items.length === 0;
  const isApart = file.text.slice(from, start).endsWith(" ".repeat(columnOf(node)));
  if (isEmpty || isFlow(node) || node.alias || !isApart || NAMED.test(text)) return ` ${flowText(node)}`;
  const margin = " ".repeat(columnOf(node));
  const shifted = text.split("\n").map((line) => {
    // Only comments may stand further left.
    const bare = line.startsWith(margin) ? line.slice(margin.length) : line.trimStart();
    return bare.trim() === "" ? "" : " ".repeat(indent) + bare;
  });
  return `\n${shifted.join("\n")}`;
}

/** The begin of the line of a place, or of the first of the comments right above it. */
function withCommentsAbove(text: string, at: number): number {
  const line = text.lastIndexOf("\n", at - 1) + 1;
  const above = text.lastIndexOf("\n", line - 2) + 1;
  return line > 0 && /^[ \t]*#/.test(text.slice(above, line)) ? withCommentsAbove(text, above) : line;
}

/** Anchors, aliases and tags mean something in their own file only. */
const NAMED = /(?:^|[\s[{,:-])[&*!]\S/;

function leafText(node: ScalarNode | SealedNode, indent: number): string {
  if (node.kind === "sealed") return ` ${node.ciphertext}`;
  const typed = typedText(node);
  if (typed?.type === "str") return textContent(typed.text).block(indent);
  return ` ${typed ? node.source : "null"}`;
}

function flowText(node: Node): string {
  if (node.kind === "sealed") return quoted(node.ciphertext);
  if (node.kind === "seq") return `[${node.items.map(flowText).join(", ")}]`;
  if (node.kind === "map") {
    return `{${node.entries.map(({ key, value }) => `${quoted(key)}: ${flowText(value)}`).join(", ")}}`;
  }
  const typed = typedText(node);
  return typed?.type === "str" ? quoted(typed.text) : typed ? node.source : "null";
}
