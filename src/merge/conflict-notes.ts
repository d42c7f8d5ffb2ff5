import { compareText, type SourceFile } from "../core/source.ts";
import { type Document, entryOf, type Node } from "../model/tree.ts";
import { parseFile } from "../parse/parse.ts";
import { applyEdits } from "../sops/edits.ts";
import { isFlow } from "../sops/layout.ts";
import type { Scope } from "../sops/scope.ts";
import type { Conflict } from "./merge-texts.ts";

/** The name of a conflict: the document where there are several, and the keys. */
export function nameOf({ label, path }: Conflict, several: boolean): string {
  const keys = path.map((key) => (/^[\w-]+$/.test(key) ? key : JSON.stringify(key))).join(".");
  return several || keys === "" ? `${label}${keys && `: ${keys}`}` : keys;
}

/**
 * Writes a comment above each key in conflict of a sealed text, or above the nearest one around it that has a line of its own
 * and whose comments are not sealed: everyone must see it, now and after the next edit. Comments are under no MAC. A JSON file
 * has none.
 */
export function withNotes({ path, text }: SourceFile, scope: Scope, conflicts: readonly Conflict[]): string {
  const file = path.endsWith(".json") ? undefined : parseFile({ path, text }).value;
  if (!file) return text;
  const several = file.documents.length > 1;
  const edits = conflicts.map((conflict) => {
    const document = file.documents[conflict.document ?? 0];
    const at = document ? placeOf(document, openPart(conflict.path, scope)) : 0;
    const margin = /^[ ]*/.exec(text.slice(at))?.[0] ?? "";
    return { start: at, end: at, text: `${margin}${noteOf(nameOf(conflict, several))}\n` };
  });
  return applyEdits(
    text,
    [...edits].sort((a, b) => a.start - b.start || compareText(a.text, b.text)),
  );
}

/** The path up to the first key below which comments are sealed. */
function openPart(path: readonly string[], { on, matches, seals }: Scope): readonly string[] {
  const depth = on === "key" && seals ? path.findIndex(matches) : -1;
  return depth < 0 ? path : path.slice(0, depth + 1);
}

/** The comment that tells of a conflict. */
export function noteOf(name: string): string {
  return `# <<<<<<< jackfield: conflict in ${name}: ours is kept. Decide, then delete this line.`;
}

/** The begin of the line of a key, or of the first entry of the document. */
function placeOf({ root, file: { text } }: Document, path: readonly string[]): number {
  let at = lineOf(text, root.entries[0]?.keySpan.start ?? root.span.start);
  let node: Node | undefined = root;
  for (const key of path) {
    const entry = entryOf(node, key);
    if (!entry || !node || isFlow(node)) break;
    const line = lineOf(text, entry.keySpan.start);
    // Behind the dash of a list it has no line of its own.
    if (text.slice(line, entry.keySpan.start).trim() === "") at = line;
    node = entry.value;
  }
  return at;
}

function lineOf(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}
