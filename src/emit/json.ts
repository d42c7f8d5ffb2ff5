import { asciiJson } from "../core/ascii-json.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { compareText, type Span } from "../core/source.ts";
import type { MapNode, Node, ScalarNode, SealedNode } from "../model/tree.ts";
import type { UnsealedValue } from "../model/unsealed.ts";

/** Gives the value of a sealed leaf that was opened before; throws for any other (a bug). */
export type Reveal = (node: SealedNode) => UnsealedValue;

/** What encoding a tree needs: where sealed leaves are looked up and where trouble goes. */
export interface Encoding {
  readonly reveal: Reveal;
  readonly report: (trouble: Diagnostic) => void;
}

/** What a label is called in messages. */
export const TYPE_WORDS = {
  str: "text",
  int: "number",
  float: "number",
  bool: "boolean",
  bytes: "binary data",
  time: "date",
} as const satisfies Record<UnsealedValue["type"], string>;

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const JSON_INTEGER = /^-?(?:0|[1-9]\d*)$/;
// Stands where a value was refused: the object is dropped, this never leaves the emitter.
const REFUSED = "null";

/**
 * The compact, pure-ASCII JSON text of a tree: keys sorted by code unit, numbers exact and, where JSON allows it,
 * as written. Refused, with a diagnostic: infinite numbers, sealed dates and binary data, and texts that no
 * process can read back. `null` is refused unless `nulls`.
 */
export function jsonOf(node: Node, encoding: Encoding, nulls = false): string {
  switch (node.kind) {
    case "map":
      return mapJson(node, encoding, nulls);
    case "seq":
      return `[${node.items.map((item) => jsonOf(item, encoding, nulls)).join(",")}]`;
    case "sealed":
      return sealedJson(node, encoding);
    case "scalar":
      return scalarJson(node, encoding, nulls);
  }
}

/** A JSON object of texts that are JSON already, sorted by key. */
export function objectJson(members: readonly (readonly [key: string, json: string])[]): string {
  const sorted = [...members].sort(([a], [b]) => compareText(a, b));
  return `{${sorted.map(([key, json]) => `${asciiJson(key)}:${json}`).join(",")}}`;
}

/** Reports a text that cannot be delivered: one with a NUL, or one that is not well-formed Unicode. */
export function checkText(text: string, at: Span, report: Encoding["report"]): void {
  if (text.includes("\0")) report(diagnostic("JF504", at, { what: "a NUL character" }));
  if (!text.isWellFormed()) report(diagnostic("JF504", at, { what: "half a character (a lone surrogate)" }));
}

function mapJson(map: MapNode, encoding: Encoding, nulls: boolean): string {
  const members = map.entries.map(({ key, keySpan, value }) => {
    checkText(key, keySpan, encoding.report);
    return [key, jsonOf(value, encoding, nulls)] as const;
  });
  return objectJson(members);
}

function scalarJson(node: ScalarNode, { report }: Encoding, nulls: boolean): string {
  const { value, source, span } = node;
  if (typeof value === "string") return textJson(value, span, report);
  if (typeof value === "number") return floatJson(value, source, span, report);
  if (value !== null) return String(value);
  if (!nulls) report(diagnostic("JF507", span, {}, { hint: "leave the key out" }));
  return REFUSED;
}

function sealedJson(node: SealedNode, { reveal, report }: Encoding): string {
  const { type, secret } = reveal(node);
  const text = secret.reveal();
  switch (type) {
    case "str":
      return textJson(text, node.span, report);
    case "int":
      if (JSON_INTEGER.test(text)) return text;
      break;
    case "float":
      if (/^(?:[+-]?Inf|NaN)$/.test(text)) return floatJson(Number.NaN, text, node.span, report);
      // SOPS writes 1.0 as `1`: the fraction makes it a float again for Python.
      if (JSON_NUMBER.test(text)) return JSON_INTEGER.test(text) ? `${text}.0` : text;
      break;
    case "bool":
      if (/^(?:true|false)$/i.test(text)) return text.toLowerCase();
      break;
    case "bytes":
    case "time":
      report(diagnostic("JF506", node.span, { what: TYPE_WORDS[type] }, { hint: sealedHint(type) }));
      return REFUSED;
  }
  report(diagnostic("JF505", node.span, { what: TYPE_WORDS[type] }, { hint: "seal the value again" }));
  return REFUSED;
}

/** What to do about a value that was not a text when it was sealed. */
export function sealedHint(type: UnsealedValue["type"]): string {
  return `it was sealed as a ${TYPE_WORDS[type]}; write it in quotes before sealing`;
}

function textJson(text: string, at: Span, report: Encoding["report"]): string {
  checkText(text, at, report);
  return asciiJson(text);
}

function floatJson(value: number, source: string, at: Span, report: Encoding["report"]): string {
  if (!Number.isFinite(value)) {
    report(diagnostic("JF503", at, {}, { hint: "write it in quotes if the provider takes a text" }));
    return REFUSED;
  }
  if (JSON_NUMBER.test(source)) return source;
  const text = String(value);
  // YAML's `5.` is a float: it must not become Python's int.
  return JSON_INTEGER.test(text) ? `${text}.0` : text;
}
