import { createHash } from "node:crypto";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { SourceFile } from "../core/source.ts";
import { type Document, leaves, type ParsedFile } from "../model/tree.ts";
import { parseFile } from "../parse/parse.ts";
import { applyEdits, type Edit, endOfValue } from "./edits.ts";
import { createFingerprint, type Fingerprint } from "./fingerprint.ts";
import type { Identity } from "./identities.ts";
import { isFlow } from "./layout.ts";
import { SCOPE } from "./lint.ts";
import { readMetadata, recipientsIn } from "./metadata.ts";
import { type OpenedText, openText } from "./opened.ts";
import { compileScope } from "./scope.ts";
import { type ScopedComment, type ScopedLeaf, scopedParts } from "./walk.ts";

/**
 * A sealed file as one may show it: every ciphertext is `[secret 1a2b3c4d]`, a fingerprint of what it holds, if a key opens the
 * file, else `[sealed 1a2b3c4d]`, a hash of the ciphertext; `sops` blocks name recipients, scope and time only. If the file is
 * damaged, the first line says so. A file without a `sops` block is given as it is. Never gives what a ciphertext holds.
 */
export function maskedText(source: SourceFile, identities: readonly Identity[]): string {
  const { value: file } = parseFile(source);
  if (!file) {
    if (!MENTIONS_BLOCK.test(source.text)) return source.text;
    return `${firstLine(openText(source, []).diagnostics[0])}${source.text.replaceAll(LINE, unreadLine)}`;
  }
  if (!file.documents.some(({ sops }) => sops)) return source.text;
  const { value: opened, diagnostics } = openText(source, identities);
  const [trouble] = diagnostics;
  const head = opened || UNOPENED.some((code) => code === trouble?.code) ? "" : firstLine(trouble);
  const fingerprint = createFingerprint(identities);
  const marks = opened && fingerprint ? new Map(marksOf(opened, fingerprint)) : new Map<string, string>();
  const edits = file.documents.flatMap((document) => [
    ...valueEdits(document, file, marks),
    ...blockEdits(document),
  ]);
  return head + applyEdits(source.text, edits);
}

const MENTIONS_BLOCK = /^\s*"?sops"?\s*:/m;
const CIPHERTEXT = /ENC\[AES256_GCM,[^\]]*\]?/g;
const LINE = /^(?!<<<<<<<|=======|>>>>>>>|---)([ \t]*(?:- )?(?:"?[\w.-]+"?:(?=\s|$))?)(.*)$/gm;

/** Of a text that does not parse only what stands where keys do: nobody knows what else may be a secret. */
function unreadLine(_: string, key: string, rest: string): string {
  if (rest.trim() === "") return key;
  const marks = rest.match(CIPHERTEXT)?.map(sealedMark) ?? ["[not shown]"];
  return `${key}${key.endsWith(":") ? " " : ""}${marks.join(" ")}`;
}

/** No fault of the file: the keys at hand do not suffice. */
const UNOPENED = ["JF321", "JF322", "JF323"];

function firstLine(trouble: Diagnostic | undefined): string {
  if (!trouble) return "";
  return `# jackfield: this file does not open (${trouble.code}): ${trouble.message}\n`;
}

function sealedMark(ciphertext: string): string {
  return `[sealed ${createHash("sha256").update(ciphertext).digest("hex").slice(0, 8)}]`;
}

/** The mark of each ciphertext. What a value is for is in its mark: one password in two places has two. */
function* marksOf(opened: OpenedText, fingerprint: Fingerprint): Generator<readonly [string, string]> {
  for (const [named, ciphertexts] of opened.ciphertexts) {
    for (const ciphertext of ciphertexts) yield [ciphertext, `[secret ${fingerprint(named)}]`];
  }
}

function valueEdits(
  document: Document,
  file: ParsedFile,
  marks: ReadonlyMap<string, string>,
): readonly Edit[] {
  const metadata = document.sops && readMetadata(document.sops).value;
  // Where nobody can tell what should be sealed, it is what we seal.
  const scope = (metadata && compileScope(metadata.rule)) ?? compileScope(SCOPE);
  const parts = scope ? scopedParts(document, file, scope) : [];
  const edits = parts.flatMap((part) =>
    "comment" in part ? commentEdit(part, marks) : leafEdit(part, marks),
  );
  const block = document.sops ? [...leaves(document.sops)] : [];
  return [...edits, ...block.flatMap((node) => leafEdit({ node, aad: "", inScope: false }, marks))];
}

function leafEdit({ node, inScope }: ScopedLeaf, marks: ReadonlyMap<string, string>): readonly Edit[] {
  const { file, start, end } = node.span;
  if (node.alias) return [];
  const edit = (text: string) => [{ start, end: Math.max(start, endOfValue(file.text, end)), text }];
  if (node.kind === "sealed") return edit(marks.get(node.ciphertext) ?? sealedMark(node.ciphertext));
  // What stands open where it should be sealed is told by the first line, and not shown again.
  return inScope && node.source !== "" ? edit("[not sealed]") : [];
}

function commentEdit({ comment }: ScopedComment, marks: ReadonlyMap<string, string>): readonly Edit[] {
  const { span, text } = comment;
  const shown = marks.get(text.trim());
  if (shown !== undefined) return [{ start: span.start + 1, end: span.end, text: shown }];
  return [{ start: span.start, end: span.end, text: `#${text.replace(CIPHERTEXT, sealedMark)}` }];
}

/** The block without what changes whenever the file is sealed. One that cannot be read stays, masked. */
function blockEdits({ root, sops, sopsKey, file }: Document): readonly Edit[] {
  const metadata = sops && readMetadata(sops).value;
  if (!metadata || !sopsKey) return [];
  const { rule, lastmodified, threshold, groups, macOnlyEncrypted } = metadata;
  const lines = [
    "sops:",
    "    recipients:",
    ...recipientsIn(metadata).map(
      ({ value: { kind, id } }) => `        - ${kind === "age" ? id : `${kind} ${id}`}`,
    ),
    ...(groups.length > 1 ? [`    shamir_threshold: ${threshold} of ${groups.length}`] : []),
    ...(rule ? [`    ${rule.name}: ${rule.text}`] : []),
    ...(macOnlyEncrypted ? ["    mac_only_encrypted: true"] : []),
    ...(lastmodified ? [`    lastmodified: "${lastmodified.value}"`] : []),
  ];
  const margin = isFlow(root)
    ? ""
    : file.text.slice(file.text.lastIndexOf("\n", sopsKey.start - 1) + 1, sopsKey.start);
  return [
    { start: sopsKey.start, end: endOfValue(file.text, sops.span.end), text: lines.join(`\n${margin}`) },
  ];
}
