import { append } from "../core/append.ts";
import { nearest } from "../core/nearest.ts";
import { mayTell } from "../core/patterns.ts";
import { type Entry, type Node, nodeAt, type ParsedFile, type ScalarNode, textOf } from "../model/tree.ts";
import type { Range } from "./frame.ts";
import { punctuation } from "./punctuation.ts";
import { type Shape, type ShapeOf, SOPS, shapeOf, type TypeOfObject } from "./shapes.ts";
import { VOCABULARY } from "./vocabulary.ts";

export type { TypeOfObject } from "./shapes.ts";

/**
 * What a code frame may show of a parsed file (design: 3.2): punctuation, known keys, names, policy, and the scalars
 * of fields that the catalogue calls plain. Not: unknown keys and what is below them, values of Variables, anything
 * under `secrets`, comments, anchors, tags, aliases, and other tools' documents.
 */
export function disclose(parsed: ParsedFile, typeOfObject: TypeOfObject): readonly Range[] {
  const ranges: Range[] = [...punctuation(parsed)];
  for (const { root, sops } of parsed.documents) {
    if (!textOf(nodeAt(root, "apiVersion"))?.startsWith("jackfield.dev/")) continue;
    show(root, shapeOf(root, typeOfObject), ranges);
    if (sops) show(sops, SOPS, ranges);
  }
  return ranges;
}

/** Of a file that does not parse: only words of the language that stand as keys at the beginning of a line. */
export function discloseUnparsed(text: string): readonly Range[] {
  return [...text.matchAll(/^([ \t]*)(- )?([A-Za-z_]+):(?=\s|$)/gm)].flatMap((match) => {
    const [, indent = "", dash = "", word = ""] = match;
    if (!VOCABULARY.has(word)) return [];
    const start = match.index + indent.length;
    return [{ start, end: start + dash.length + word.length + 1 }];
  });
}

function show(node: Node, shape: Shape, ranges: Range[]): void {
  // An alias is masked, and what it copies is shown, or not, where it is written.
  if (node.span.file.text[node.span.start] === "*") return;
  if (node.kind === "seq") for (const item of node.items) show(item, shape, ranges);
  else if (node.kind === "map") for (const entry of node.entries) showEntry(entry, shape, ranges);
  else if (node.kind === "scalar" && shape.scalar) append(ranges, scalarRanges(node));
}

function showEntry({ key, keySpan, value }: Entry, { keys, names }: Shape, ranges: Range[]): void {
  const below: ShapeOf | undefined = keys && Object.hasOwn(keys, key) ? keys[key] : names;
  // Where words of ours are meant, one in a wrong place or a near miss is no secret.
  const isWord = keys && (VOCABULARY.has(key) || nearest(key, Object.keys(keys)) !== undefined);
  if (below || isWord) ranges.push(keySpan);
  if (below) show(value, typeof below === "function" ? below(value) : below, ranges);
}

function scalarRanges({ span, value, style }: ScalarNode): readonly Range[] {
  const text = String(value);
  if (mayTell(text)) return [];
  if (style !== "block") return [span];
  // A comment may follow the header of a block.
  const source = span.file.text.slice(span.start, span.end);
  const header = /^[|>][-+0-9]*/.exec(source)?.[0].length ?? 0;
  const body = source.indexOf("\n");
  const first = { start: span.start, end: span.start + header };
  return body < 0 ? [first] : [first, { start: span.start + body, end: span.end }];
}
