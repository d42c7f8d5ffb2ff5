import { type Checked, type Diagnostic, diagnostic, hasErrors } from "../core/diagnostic.ts";
import { Secret } from "../core/secret.ts";
import type { SourceFile } from "../core/source.ts";
import type { Document, MapNode, Node, ParsedFile, SeqNode } from "../model/tree.ts";
import type { UnsealedValue } from "../model/unsealed.ts";
import { parseFile } from "../parse/parse.ts";
import { applyEdits, type Edit, endOfValue } from "./edits.ts";
import type { Identity } from "./identities.ts";
import { columnOf, isFlow } from "./layout.ts";
import { type Leniency, type Opened, openWithKey } from "./open.ts";
import { scalarText } from "./scalar-text.ts";
import { removalEdit } from "./surgery.ts";
import { openSealed, readSealed } from "./value.ts";
import { type ScopedComment, type ScopedLeaf, scopedParts } from "./walk.ts";

/** A sealed file, opened and verified. */
export interface OpenedText extends Opened {
  readonly file: ParsedFile;
  /** The whole text with values in the place of ciphertexts and without `sops` blocks; comments and layout stay. */
  readonly plain: Secret;
  /** Ciphertexts, in file order, by what they hold and where: what did not change is not sealed anew. */
  readonly ciphertexts: ReadonlyMap<string, readonly string[]>;
}

/**
 * Opens a sealed YAML or JSON file (told by its name) to be edited. The MAC is always verified; the first trouble is the
 * only one told, and then nothing is given.
 */
export function openText(
  source: SourceFile,
  identities: readonly Identity[],
  leniency: Leniency = {},
): Checked<OpenedText | undefined> {
  const { value: file, diagnostics } = parseFile(source);
  const troubles = diagnostics.filter(({ code }) => code !== "JF107");
  if (!file || hasErrors(troubles)) return { value: undefined, diagnostics: troubles };
  const opened = openWithKey(file, identities, leniency);
  if (!opened.value) return { value: undefined, diagnostics: opened.diagnostics };
  return toText(file, opened.value);
}

/** What names a ciphertext in `ciphertexts`. */
export function ciphertextKey(plain: string, type: string, aad: string): string {
  return `${type}\0${aad}\0${plain}`;
}

function toText(file: ParsedFile, opened: Opened): Checked<OpenedText | undefined> {
  const ciphertexts = new Map<string, string[]>();
  const edits: Edit[] = [];
  for (const document of file.documents) {
    const parts = scopedParts(document, file, opened.scope).filter(({ inScope }) => inScope);
    const texts = new Map<Node, string>();
    for (const part of parts) {
      const found = "comment" in part ? openComment(part, opened) : openLeaf(part, opened);
      if (!found) continue;
      if ("code" in found) return { value: undefined, diagnostics: [found] };
      const key = ciphertextKey(found.text, found.type, part.aad);
      ciphertexts.set(key, [...(ciphertexts.get(key) ?? []), found.ciphertext]);
      if ("comment" in part) edits.push(commentEdit(part, found.text));
      else if (found.type === "comment") texts.set(part.node, `# ${found.text.trimStart()}`);
    }
    edits.push(...valueEdits(document, opened, texts), ...blockEdits(document));
  }
  const plain = new Secret(applyEdits(file.file.text, edits));
  return { value: { ...opened, file, plain, ciphertexts }, diagnostics: [] };
}

interface Found {
  readonly type: string;
  readonly text: string;
  readonly ciphertext: string;
}

/** A comment that is not sealed, or sealed for another place, stays as it is: no MAC covers comments. */
function openComment({ comment, aad }: ScopedComment, { key }: Opened): Found | undefined {
  const sealed = readSealed(comment.text.trim());
  const plain = sealed?.type === "comment" ? openSealed(sealed, key, aad) : undefined;
  return plain && { type: "comment", text: plain.toString("utf8"), ciphertext: comment.text.trim() };
}

function openLeaf({ node, aad }: ScopedLeaf, { key, values }: Opened): Found | Diagnostic | undefined {
  if (node.kind !== "sealed") return undefined;
  const value = values.get(node);
  if (value?.type === "bytes") return diagnostic("JF350", node.span, { what: "binary value" });
  if (value) return { type: value.type, text: value.secret.reveal(), ciphertext: node.ciphertext };
  // A comment that SOPS made an item of.
  const sealed = readSealed(node.ciphertext);
  const plain = sealed && openSealed(sealed, key, aad);
  return plain && { type: "comment", text: plain.toString("utf8"), ciphertext: node.ciphertext };
}

function commentEdit({ comment: { span } }: ScopedComment, text: string): Edit {
  return { start: span.start + 1, end: span.end, text };
}

function valueEdits(
  { root, file }: Document,
  { values }: Opened,
  comments: ReadonlyMap<Node, string>,
): readonly Edit[] {
  const edits: Edit[] = [];
  const format = file.path.endsWith(".json") ? "json" : "yaml";
  const visit = (node: Node, within: MapNode | SeqNode, flow: boolean): void => {
    if (node.alias) return;
    if (node.kind === "map" || node.kind === "seq") {
      const children = node.kind === "map" ? node.entries.map(({ value }) => value) : node.items;
      for (const child of children) visit(child, node, flow || isFlow(node));
      return;
    }
    const comment = comments.get(node);
    const value = node.kind === "sealed" ? values.get(node) : undefined;
    if (comment !== undefined) edits.push(itemEdit(node, comment));
    else if (value) {
      const indent = columnOf(within) + 2;
      edits.push(replace(node, scalarText(typed(value), { format, flow, indent })));
    }
  };
  visit(root, root, false);
  return edits;
}

function typed({ type, secret }: UnsealedValue) {
  if (type === "bytes") throw new Error("`openLeaf` tells this");
  return { type, text: secret.reveal() };
}

function replace({ span: { start, end, file } }: Node, text: string): Edit {
  return { start, end: endOfValue(file.text, end), text };
}

/** In the place of an item, with its dash. */
function itemEdit({ span: { start, end, file } }: Node, text: string): Edit {
  const dash = /-[ \t]*$/.exec(file.text.slice(0, start));
  return { start: dash?.index ?? start, end: endOfValue(file.text, end), text };
}

function blockEdits({ root, sops, sopsKey }: Document): readonly Edit[] {
  if (!sops || !sopsKey) return [];
  return [removalEdit(root, { keySpan: sopsKey, value: sops })];
}
