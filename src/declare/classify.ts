import { type Checked, type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { didYouMean, nearest } from "../core/nearest.ts";
import type { Kind } from "../model/declaration.ts";
import { type Document, entryOf, nodeAt, type ParsedFile, textOf } from "../model/tree.ts";

export const API_VERSION = "jackfield.dev/v1";
const GROUP = "jackfield.dev/";

export const KINDS: readonly Kind[] = [
  "Workspace",
  "Deployment",
  "Connection",
  "Variable",
  "EnvironmentVariable",
  "Link",
  "Credential",
];

/** A document of the language, and the file it stands in. */
export interface OwnDocument {
  readonly kind: Kind;
  readonly document: Document;
  readonly file: ParsedFile;
}

/**
 * The documents of a file that are ours: those whose `apiVersion` begins with `jackfield.dev/`. Others are not
 * judged, but for near misses: an `apiVersion` that is almost ours, or one of our kinds without any.
 */
export function classify(file: ParsedFile): Checked<readonly OwnDocument[]> {
  const own: OwnDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const document of file.documents) {
    const judged = classifyDocument(document);
    if (judged === undefined) continue;
    if (typeof judged === "string") own.push({ kind: judged, document, file });
    else diagnostics.push(judged);
  }
  return { value: own, diagnostics };
}

/** The kind of one of ours, a diagnostic for a near miss, or undefined for somebody else's. */
function classifyDocument(document: Document): Kind | Diagnostic | undefined {
  const version = entryOf(document.root, "apiVersion");
  const kind = nodeAt(document.root, "kind");
  const kindName = textOf(kind) ?? "";
  const known = KINDS.find((name) => name === kindName);
  if (!version) {
    if (!known || !kind) return undefined;
    return diagnostic("JF110", kind.span, { kind: known }, { hint: `add \`apiVersion: ${API_VERSION}\`` });
  }
  const text = textOf(version.value) ?? "";
  if (text === API_VERSION) {
    if (known) return known;
    const at = kind?.span ?? version.keySpan;
    const hint = didYouMean(kindName, KINDS) ?? `one of ${KINDS.join(", ")}`;
    return diagnostic("JF111", at, { what: kind ? "an unknown" : "a document of ours without a" }, { hint });
  }
  if (!isNearMiss(text)) return undefined;
  return diagnostic("JF109", version.value.span, {}, { hint: `write \`${API_VERSION}\`` });
}

function isNearMiss(version: string): boolean {
  return (
    version.startsWith(GROUP) ||
    /^jackfield\b/i.test(version) ||
    nearest(version, [API_VERSION, GROUP]) !== undefined
  );
}
