import type { SourceFile } from "../core/source.ts";
import { type Entry, entryOf, type MapNode, type Node, nodeAt, textOf } from "../model/tree.ts";
import { parseFile } from "../parse/parse.ts";
import { applyEdits, type Edit, endOfValue } from "./edits.ts";
import { columnOf, isFlow } from "./layout.ts";
import { type Content, nodeContent, textContent } from "./node-text.ts";
import { scalarText } from "./scalar-text.ts";
import { removalEdit } from "./surgery.ts";

// Edits of plain YAML as a careful person makes them: only the lines in question change.

/** The blanks of one level where a text does not show its own. */
const STEP = 2;

/**
 * Sets a text at a path of keys of one of the documents; maps on the way are made. Undefined if the text does not parse,
 * or if something on the way is no map.
 */
export function setAt(
  text: string,
  path: readonly string[],
  value: string,
  document = 0,
): string | undefined {
  const made = placeAt(text, path, textContent(value), document);
  // A document that is a list, say, takes no entry.
  return made !== undefined && textOf(nodeAt(rootOf(made, document), ...path)) === value ? made : undefined;
}

/**
 * The same with a value of another text: a map or list too, with its comments. Whether what comes out is what was meant is the
 * caller's to check.
 */
export function setNodeAt(
  text: string,
  path: readonly string[],
  value: Node,
  document = 0,
): string | undefined {
  return placeAt(text, path, nodeContent(value), document);
}

function placeAt(
  text: string,
  path: readonly string[],
  content: Content,
  document: number,
): string | undefined {
  const root = rootOf(text, document);
  const edit = root && settingEdit(root, path, content, STEP);
  return edit && applyEdits(text, [edit]);
}

/**
 * Takes the entry at a path of keys out, and every map that becomes empty by it but the document itself. Undefined if
 * there is no such entry.
 */
export function removeAt(text: string, path: readonly string[], document = 0): string | undefined {
  const root = rootOf(text, document);
  if (!root) return undefined;
  let target: { readonly map: MapNode; readonly entry: Entry } | undefined;
  let map: Node = root;
  for (const key of path) {
    const entry = entryOf(map, key);
    if (map.kind !== "map" || !entry) return undefined;
    if (!target || map.entries.length > 1) target = { map, entry };
    map = entry.value;
  }
  return target && applyEdits(text, [removalEdit(target.map, target.entry)]);
}

function rootOf(text: string, document: number): MapNode | undefined {
  return parseFile({ path: "x.yaml", text }).value?.documents[document]?.root;
}

function settingEdit(
  map: MapNode,
  path: readonly string[],
  content: Content,
  step: number,
): Edit | undefined {
  const [key = "", ...rest] = path;
  const entry = map.entries.find((one) => one.key === key);
  if (!entry) return insertionEdit(map, path, content, step);
  if (entry.value.alias) return undefined;
  if (rest.length === 0) return valueEdit(map, entry, inline(content, map, step));
  if (entry.value.kind === "map" && entry.value.entries.length > 0) {
    const deeper = columnOf(entry.value) - columnOf(map);
    return settingEdit(entry.value, rest, content, isFlow(map) || deeper <= 0 ? step : deeper);
  }
  const isEmpty = entry.value.kind === "map" || (entry.value.kind === "scalar" && entry.value.value === null);
  if (!isEmpty) return undefined;
  return valueEdit(
    map,
    entry,
    isFlow(map) ? ` ${flowText(rest, content)}` : `\n${nested(rest, content, columnOf(map) + step, step)}`,
  );
}

/** What follows the colon of an entry: an empty value has no place of its own. */
function valueEdit(map: MapNode, { keySpan, value }: Entry, text: string): Edit {
  const { file } = map.span;
  const start = file.text.indexOf(":", keySpan.end) + 1;
  const isEmpty = value.span.start === keySpan.start;
  return { start, end: isEmpty ? start : Math.max(start, endOfValue(file.text, value.span.end)), text };
}

/** A new entry behind the last one. */
function insertionEdit(map: MapNode, path: readonly string[], content: Content, step: number): Edit {
  const { file } = map.span;
  const last = map.entries.at(-1);
  if (isFlow(map)) {
    const at = last ? endOfEntry(file, last) : map.span.start + 1;
    return { start: at, end: at, text: `${last ? ", " : ""}${flowEntry(path, content)}` };
  }
  const at = lineEnd(file.text, last ? endOfEntry(file, last) : map.span.start);
  return { start: at, end: at, text: `${at > 0 ? "\n" : ""}${nested(path, content, columnOf(map), step)}` };
}

function endOfEntry(file: SourceFile, { keySpan, value }: Entry): number {
  return Math.max(keySpan.end, endOfValue(file.text, value.span.end));
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

/** Lines of block YAML for a path with a value at its end, without the last line break. */
function nested(path: readonly string[], content: Content, column: number, step: number): string {
  const keys = path.map((key, depth) => `${" ".repeat(column + depth * step)}${keyText(key)}:`);
  const indent = column + path.length * step;
  return `${keys.join("\n")}${content.block(indent)}`;
}

function inline(content: Content, map: MapNode, step: number): string {
  return isFlow(map) ? ` ${content.flow}` : content.block(columnOf(map) + step);
}

function flowEntry([key = "", ...rest]: readonly string[], content: Content): string {
  return `${keyText(key)}: ${rest.length === 0 ? content.flow : flowText(rest, content)}`;
}

function flowText(path: readonly string[], content: Content): string {
  return `{${flowEntry(path, content)}}`;
}

function keyText(key: string): string {
  return scalarText({ type: "str", text: key }, { format: "yaml", flow: true, indent: 0 });
}
