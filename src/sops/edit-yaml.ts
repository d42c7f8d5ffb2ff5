import type { SourceFile } from "../core/source.ts";
import { type Entry, entryOf, type MapNode, type Node, nodeAt, textOf } from "../model/tree.ts";
import { parseFile } from "../parse/parse.ts";
import { applyEdits, type Edit, endOfValue } from "./edits.ts";
import { columnOf, isFlow } from "./layout.ts";
import { quoted, scalarText } from "./scalar-text.ts";
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
  const root = rootOf(text, document);
  const edit = root && settingEdit(root, path, value, STEP);
  const made = edit && applyEdits(text, [edit]);
  // A document that is a list, say, takes no entry.
  return made !== undefined && textOf(nodeAt(rootOf(made, document), ...path)) === value ? made : undefined;
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

function settingEdit(map: MapNode, path: readonly string[], value: string, step: number): Edit | undefined {
  const [key = "", ...rest] = path;
  const entry = map.entries.find((one) => one.key === key);
  if (!entry) return insertionEdit(map, path, value, step);
  if (entry.value.alias) return undefined;
  if (rest.length === 0) return valueEdit(map, entry, inline(value, map, step));
  if (entry.value.kind === "map" && entry.value.entries.length > 0) {
    const deeper = columnOf(entry.value) - columnOf(map);
    return settingEdit(entry.value, rest, value, isFlow(map) || deeper <= 0 ? step : deeper);
  }
  const isEmpty = entry.value.kind === "map" || (entry.value.kind === "scalar" && entry.value.value === null);
  if (!isEmpty) return undefined;
  return valueEdit(
    map,
    entry,
    isFlow(map) ? ` ${flowText(rest, value)}` : `\n${nested(rest, value, columnOf(map) + step, step)}`,
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
function insertionEdit(map: MapNode, path: readonly string[], value: string, step: number): Edit {
  const { file } = map.span;
  const last = map.entries.at(-1);
  if (isFlow(map)) {
    const at = last ? endOfEntry(file, last) : map.span.start + 1;
    return { start: at, end: at, text: `${last ? ", " : ""}${flowEntry(path, value)}` };
  }
  const at = lineEnd(file.text, last ? endOfEntry(file, last) : map.span.start);
  return { start: at, end: at, text: `${at > 0 ? "\n" : ""}${nested(path, value, columnOf(map), step)}` };
}

function endOfEntry(file: SourceFile, { keySpan, value }: Entry): number {
  return Math.max(keySpan.end, endOfValue(file.text, value.span.end));
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

/** Lines of block YAML for a path with a value at its end, without the last line break. */
function nested(path: readonly string[], value: string, column: number, step: number): string {
  const keys = path.map((key, depth) => `${" ".repeat(column + depth * step)}${keyText(key)}:`);
  const indent = column + path.length * step;
  return `${keys.join("\n")} ${scalarText({ type: "str", text: value }, { format: "yaml", flow: false, indent })}`;
}

function inline(value: string, map: MapNode, step: number): string {
  const indent = columnOf(map) + step;
  return ` ${scalarText({ type: "str", text: value }, { format: "yaml", flow: isFlow(map), indent })}`;
}

function flowEntry([key = "", ...rest]: readonly string[], value: string): string {
  return `${keyText(key)}: ${rest.length === 0 ? quoted(value) : flowText(rest, value)}`;
}

function flowText(path: readonly string[], value: string): string {
  return `{${flowEntry(path, value)}}`;
}

function keyText(key: string): string {
  return scalarText({ type: "str", text: key }, { format: "yaml", flow: true, indent: 0 });
}
