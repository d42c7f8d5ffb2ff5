import type { ParsedFile } from "../model/tree.ts";
import { removeAt, setNodeAt } from "../sops/edit-yaml.ts";
import { parsePlain } from "../sops/seal.ts";
import { type DocumentVersions, matchDocuments } from "./match-documents.ts";
import { mergeLines } from "./merge-lines.ts";
import { type MergedTree, mergeTrees, type TreeChange } from "./merge-trees.ts";
import { canonical } from "./same.ts";

/** A plain file in three versions. */
export interface FileVersions {
  /** Undefined: both sides made the file. */
  readonly base: ParsedFile | undefined;
  readonly ours: ParsedFile;
  readonly theirs: ParsedFile;
}

/** What both sides changed differently; ours is kept. */
export interface Conflict {
  /** What people call the document. */
  readonly label: string;
  /** The document's place in what came out; undefined: ours has it no longer. */
  readonly document: number | undefined;
  /** Keys; none: the document as a whole. */
  readonly path: readonly string[];
}

export interface MergedText {
  readonly text: string;
  readonly conflicts: readonly Conflict[];
}

/**
 * Merges by keys. The text is that of a merge by lines where this comes to the same, so that the comments of both sides stay;
 * else ours with the changes of theirs. Undefined if that cannot be written, or if nothing would be left.
 */
export function mergeTexts({ base, ours, theirs }: FileVersions): MergedText | undefined {
  const merged = matchDocuments(base, ours, theirs).map(mergeDocument);
  const expected = merged.flatMap(({ tree }) => (tree.value ? [canonical(tree.value)] : [])).sort();
  if (expected.length === 0) return undefined;
  const isRight = (text: string | undefined) => text !== undefined && gives(text, ours.file.path, expected);
  const byLines = base && mergeLines(base.file.text, ours.file.text, theirs.file.text);
  const text = [byLines, changedText(ours, merged)].find(isRight);
  return text === undefined ? undefined : { text, conflicts: conflictsOf(merged) };
}

interface MergedDocument extends DocumentVersions {
  readonly tree: MergedTree;
}

function mergeDocument(versions: DocumentVersions): MergedDocument {
  const { base, ours, theirs } = versions;
  const roots = { base: base?.root, ours: ours?.root, theirs: theirs?.root };
  return { ...versions, tree: mergeTrees(roots) };
}

function gives(text: string, path: string, expected: readonly string[]): boolean {
  if (path.endsWith(".json") && !isJson(text)) return false;
  const { value } = parsePlain({ path, text });
  const found = value?.documents.map(({ root }) => canonical(root)).sort();
  return found !== undefined && found.join("\n") === expected.join("\n");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Ours with what theirs changed. */
function changedText(ours: ParsedFile, merged: readonly MergedDocument[]): string | undefined {
  let text: string | undefined = ours.file.text;
  for (const { ours: document, tree } of merged) {
    if (!document || !tree.value) continue;
    // A map must not become empty on the way: it would go.
    const ordered = [...tree.changes].sort((a, b) => Number(!a.value) - Number(!b.value));
    for (const change of ordered) text = text && changed(text, change, document.index);
  }
  // From the last to the first: the places of those before stay.
  const gone = merged.flatMap((one) => (one.ours && !one.tree.value ? [one.ours.index] : []));
  for (const index of gone.sort((a, b) => b - a)) text = text && withoutDocument(text, index);
  for (const { ours: document, theirs, tree } of merged) {
    if (!document && theirs && tree.value)
      text = text && `${text.replace(/\n?$/, "\n")}${asNext(sliceOf(theirs.file.text, theirs.index))}`;
  }
  return text;
}

function changed(text: string, { path, value }: TreeChange, document: number): string | undefined {
  return value ? setNodeAt(text, path, value, document) : removeAt(text, path, document);
}

function withoutDocument(text: string, index: number): string {
  const { start, end } = placeOf(text, index);
  return text.slice(0, start) + text.slice(end);
}

function sliceOf(text: string, index: number): string {
  const { start, end } = placeOf(text, index);
  return text.slice(start, end);
}

/** A document with the line before it, to the begin of the next. */
function placeOf(text: string, index: number): { readonly start: number; readonly end: number } {
  const starts = (parsePlain({ path: "x.yaml", text }).value?.documents ?? []).map(({ span }) => span.start);
  return { start: index === 0 ? 0 : (starts[index] ?? text.length), end: starts[index + 1] ?? text.length };
}

function asNext(text: string): string {
  return /^---(\s|$)/m.test(text) ? text : `---\n${text}`;
}

function conflictsOf(merged: readonly MergedDocument[]): readonly Conflict[] {
  const left = merged
    .flatMap(({ ours, tree }) => (ours && tree.value ? [ours.index] : []))
    .sort((a, b) => a - b);
  return merged.flatMap(({ label, ours, tree }) =>
    tree.conflicts.map((path) => ({ label, path, document: ours && left.indexOf(ours.index) })),
  );
}
