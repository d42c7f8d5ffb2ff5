import type { Document } from "../model/tree.ts";
import { type Edit, endOfValue } from "./edits.ts";
import { columnAt, isFlow } from "./layout.ts";
import { scalarText } from "./scalar-text.ts";
import type { ScopeRule } from "./scope.ts";

/** What a `sops` block says, ready to be written. */
export interface BlockContent {
  /** Entries by key group; more than one: the data key is split over them. */
  readonly groups: readonly (readonly WrittenEntry[])[];
  readonly threshold: number;
  readonly lastmodified: string;
  readonly mac: string;
  readonly rule?: Pick<ScopeRule, "name" | "text">;
}

export interface WrittenEntry {
  readonly recipient: string;
  readonly enc: string;
}

/** The version of SOPS whose format this is. */
const VERSION = "3.13.3";
/** Patterns that need no quotes. */
const REGEX = /^\^[\w.|()^$-]*$/;

type Value = string | number | readonly Value[] | { readonly [key: string]: Value };

/** Writes the block into a document: in the place of the one that is there, else as its last entry. */
export function blockEdit(document: Document, content: BlockContent): Edit {
  const { root, sops, sopsKey, file } = document;
  const value = blockValue(content);
  if (isFlow(root)) {
    const { indent, separator } = flowLayout(document);
    const text = `"sops": ${jsonText(value, indent)}`;
    if (sops && sopsKey) return { start: sopsKey.start, end: sops.span.end, text };
    const at = root.entries.at(-1)?.value.span.end ?? root.span.start + 1;
    return { start: at, end: at, text: `${root.entries.length > 0 ? "," : ""}${separator}${text}` };
  }
  const margin = " ".repeat(columnAt(file.text, sopsKey?.start ?? root.span.start));
  const text = `sops:\n${yamlLines(value, 4).join("\n")}`.replaceAll(/^(?=.)/gm, margin);
  if (sops && sopsKey) {
    const start = sopsKey.start - margin.length;
    return { start, end: endOfValue(file.text, sops.span.end), text };
  }
  const at = endOfDocument(file.text, document.span.end);
  const before = at > 0 && file.text[at - 1] !== "\n" ? "\n" : "";
  return { start: at, end: at, text: `${before}${text}\n` };
}

function blockValue({ groups, threshold, lastmodified, mac, rule }: BlockContent): Value {
  const [only = []] = groups;
  const entries = (group: readonly WrittenEntry[]) => group.map(({ enc, recipient }) => ({ enc, recipient }));
  return {
    ...(groups.length === 1 ? { age: entries(only) } : {}),
    ...(rule?.name.startsWith("encrypted") ? { [rule.name]: rule.text } : {}),
    ...(groups.length > 1 ? { key_groups: groups.map((group) => ({ age: entries(group) })) } : {}),
    lastmodified,
    mac,
    ...(groups.length > 1 ? { shamir_threshold: threshold } : {}),
    ...(rule?.name.startsWith("unencrypted") ? { [rule.name]: rule.text } : {}),
    version: VERSION,
  };
}

/** A map as block YAML. */
function yamlLines(value: Value, indent: number): readonly string[] {
  const blanks = " ".repeat(indent);
  return Object.entries(value as { readonly [key: string]: Value }).flatMap(([key, inner]) => {
    if (Array.isArray(inner)) {
      const items = (inner as readonly Value[]).map((item) => yamlLines(item, indent + 6));
      const dashed = items.map(([first = "", ...rest]) => [`${blanks}    - ${first.trimStart()}`, ...rest]);
      return [`${blanks}${key}:`, ...dashed.flat()];
    }
    return `${blanks}${key}: ${yamlScalar(inner as string | number, indent + 2)}`.split("\n");
  });
}

function yamlScalar(value: string | number, indent: number): string {
  if (typeof value === "number") return String(value);
  if (value.startsWith("ENC[") || REGEX.test(value) || value === VERSION) return value;
  return scalarText({ type: "str", text: value }, { format: "yaml", flow: false, indent });
}

function jsonText(value: Value, indent: { readonly unit: string; readonly margin: string }): string {
  const text = JSON.stringify(value, null, indent.unit);
  return indent.unit === "" ? text : text.replaceAll("\n", `\n${indent.margin}`);
}

/** How a JSON text is laid out, told by its first key: on a line of its own, or behind the brace. */
function flowLayout({ root, file }: Document) {
  const first = root.entries[0]?.keySpan.start ?? root.span.start + 1;
  const separator = /\s*$/.exec(file.text.slice(root.span.start + 1, first))?.[0] ?? "";
  const margin = separator.slice(separator.lastIndexOf("\n") + 1);
  return separator.includes("\n")
    ? { separator, indent: { unit: margin, margin } }
    : { separator: separator || (root.entries.length > 0 ? " " : ""), indent: { unit: "", margin: "" } };
}

/** The begin of the line that ends a document, `---` or `...`; else the end of the text. */
export function endOfDocument(text: string, contentEnd: number): number {
  let at = contentEnd;
  if (at > 0 && text[at - 1] !== "\n") at = lineAfter(text, at);
  while (at < text.length && !/^(?:---|\.\.\.)(?:\s|$)/.test(text.slice(at, at + 4)))
    at = lineAfter(text, at);
  return at;
}

function lineAfter(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}
