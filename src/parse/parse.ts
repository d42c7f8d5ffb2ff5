import { parseAllDocuments, type YAMLError, type Document as YamlDocument } from "yaml";
import { append } from "../core/append.ts";
import { type Checked, type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { SourceFile, Span } from "../core/source.ts";
import type { Document, Entry, MapNode, ParsedFile } from "../model/tree.ts";
import { buildTree, MAX_DEPTH } from "./build-tree.ts";
import { readPlainBlocks } from "./plain-blocks.ts";
import { syntaxReason } from "./syntax.ts";

/**
 * Reads one file of YAML 1.2 documents into trees. Gives every document of the file, whoever's it is, because
 * a SOPS MAC covers them all; a document that is no map becomes an empty one. The value is undefined if the
 * file does not parse. Never throws, whatever the text.
 */
export function parseFile(file: SourceFile): Checked<ParsedFile | undefined> {
  const root = readPlainBlocks(file);
  if (!root) return parseByLibrary(file);
  const span = { file, start: 0, end: file.text.length };
  return { value: { file, documents: [{ ...splitSops(root), file, index: 0, span }] }, diagnostics: [] };
}

/** The same, however the file is written. */
export function parseByLibrary(file: SourceFile): Checked<ParsedFile | undefined> {
  const parsed = parseYaml(file);
  const troubles = [...invisibleCharacters(file), ...parsed.diagnostics];
  if (parsed.value === undefined) return { value: undefined, diagnostics: troubles };
  const documents: Document[] = [];
  for (const yaml of parsed.value) {
    const built = buildTree(yaml, file);
    append(troubles, built.diagnostics);
    if (built.value === undefined) return { value: undefined, diagnostics: troubles };
    const [start, end] = yaml.range ?? [0, 0];
    documents.push({ ...splitSops(built.value), file, index: documents.length, span: { file, start, end } });
  }
  return { value: { file, documents }, diagnostics: troubles };
}

function parseYaml(file: SourceFile): Checked<readonly YamlDocument[] | undefined> {
  try {
    // uniqueKeys off: the library names only the second of two; we name both (build-tree).
    const documents = parseAllDocuments(file.text, {
      intAsBigInt: true,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: "silent",
      // Only so that the `!!merge` that SOPS writes before `<<` is no unknown tag.
      customTags: ["merge"],
    });
    if (!Array.isArray(documents)) return { value: [], diagnostics: [] };
    const errors = documents.flatMap((document) => [...document.errors, ...document.warnings]);
    if (errors.length > 0) return { value: undefined, diagnostics: syntaxErrors(file, errors) };
    if (documents.some(isOtherVersion)) return { value: undefined, diagnostics: [otherVersion(file)] };
    return { value: documents as YamlDocument[], diagnostics: [] };
  } catch (error) {
    // The library recurses once a level; a RangeError is a stack that ran out.
    if (error instanceof RangeError) {
      return { value: undefined, diagnostics: [tooDeep(startOf(file))] };
    }
    throw error;
  }
}

/** A `%YAML 1.1` line would give plain words other values, and no MAC tells. */
function isOtherVersion({ directives }: Pick<YamlDocument, "directives">): boolean {
  return directives?.yaml.explicit === true && directives.yaml.version !== "1.2";
}

function otherVersion(file: SourceFile): Diagnostic {
  const start = Math.max(0, file.text.search(/^%YAML/m));
  const at = { file, start, end: start + "%YAML".length };
  return diagnostic(
    "JF101",
    at,
    { reason: "a version other than YAML 1.2" },
    { hint: "delete the directive" },
  );
}

/** The first trouble only: the parser often reports several consequences of one slip. */
function syntaxErrors(file: SourceFile, errors: readonly YAMLError[]): readonly Diagnostic[] {
  const first = [...errors].sort((a, b) => a.pos[0] - b.pos[0])[0];
  if (!first) return [];
  // The parser may point behind the last character.
  const [start, end] = first.pos.map((offset) => Math.min(offset, file.text.length)) as [number, number];
  const span: Span = { file, start, end: Math.max(end, start) };
  if (first.code === "RESOURCE_EXHAUSTION") return [tooDeep(span)];
  const { reason, hint } = syntaxReason(first.code);
  return [diagnostic("JF101", span, { reason }, { hint })];
}

function tooDeep(at: Span): Diagnostic {
  return diagnostic("JF105", at, { limit: MAX_DEPTH });
}

function splitSops(root: MapNode): Pick<Document, "root" | "sops" | "sopsKey"> {
  const isSops = (entry: Entry) => entry.key === "sops" && entry.value.kind === "map";
  const sops = root.entries.find(isSops);
  if (sops?.value.kind !== "map") return { root };
  const entries = root.entries.filter((entry) => !isSops(entry));
  return { root: { ...root, entries }, sops: sops.value, sopsKey: sops.keySpan };
}

// Direction overrides and isolates, zero-width characters and C0 controls: what a reviewer cannot see.
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\u200B\u2060\u202A-\u202E\u2066-\u2069\uFEFF]/gu;

function invisibleCharacters(file: SourceFile): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const match of file.text.matchAll(INVISIBLE)) {
    if (match.index === 0 && match[0] === "\uFEFF") continue;
    const hex = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    const at = { file, start: match.index, end: match.index + match[0].length };
    found.push(
      diagnostic("JF115", at, { hex }, { hint: "delete it, or write it as an escape in double quotes" }),
    );
    if (found.length === 10) break;
  }
  return found;
}

function startOf(file: SourceFile): Span {
  return { file, start: 0, end: 0 };
}
