import { createHash } from "node:crypto";
import { type Checked, type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Document, Node, ParsedFile, ScalarNode, SealedNode } from "../model/tree.ts";
import { type Edit, endOfValue } from "./edits.ts";
import { isFlow } from "./layout.ts";
import { quoted } from "./scalar-text.ts";
import { fitsType, typedText } from "./scalars.ts";
import type { Scope } from "./scope.ts";
import type { SealedType } from "./value.ts";
import { type ScopedComment, type ScopedLeaf, scopedParts } from "./walk.ts";

/** Makes the ciphertext of a value for its place. */
export type SealValue = (plain: string, type: SealedType, aad: string) => string;

export interface SealingEdits {
  /** What turns the plain text into the sealed one, but for the `sops` blocks. */
  readonly edits: readonly Edit[];
  /** SHA-512 over all values, as SOPS writes it. */
  readonly mac: string;
}

/**
 * Seals every value and comment in scope. Aliases are written out, as SOPS does: a sealed value belongs to its place.
 * The value is undefined if something in the file has no form in SOPS, or is sealed already.
 */
export function sealingEdits(
  file: ParsedFile,
  scope: Scope,
  seal: SealValue,
): Checked<SealingEdits | undefined> {
  const hash = createHash("sha512");
  const diagnostics: Diagnostic[] = [];
  const edits: Edit[] = [];
  for (const document of file.documents) {
    diagnostics.push(...oddKeys(document.root));
    const sealed = new Map<Node, string>();
    for (const part of scopedParts(document, file, scope)) {
      if ("comment" in part) edits.push(...commentEdit(part, seal));
      else {
        const made = sealLeaf(part, seal);
        if ("code" in made) diagnostics.push(made);
        else {
          hash.update(made.hashed);
          if (made.ciphertext !== undefined) sealed.set(part.node, made.ciphertext);
        }
      }
    }
    if (sealed.size > 0) edits.push(...documentEdits(document, sealed));
  }
  if (diagnostics.length > 0) return { value: undefined, diagnostics };
  return { value: { edits, mac: hash.digest("hex").toUpperCase() }, diagnostics: [] };
}

/** SOPS takes only texts for keys: `8080` is a number. */
function* oddKeys(node: Node): Generator<Diagnostic> {
  if (node.kind === "seq") for (const item of node.items) yield* oddKeys(item);
  if (node.kind !== "map") return;
  for (const { key, keySpan, value } of node.entries) {
    const isPlain = keySpan.file.text.slice(keySpan.start, keySpan.end) === key;
    const typed = typedText({ kind: "scalar", span: keySpan, value: key, source: key, style: "plain" });
    if (isPlain && typed?.type !== "str") {
      yield diagnostic("JF350", keySpan, { what: "key" }, { hint: "put it in quotes" });
    }
    yield* oddKeys(value);
  }
}

interface SealedLeaf {
  readonly hashed: string;
  /** Absent: nothing to seal. */
  readonly ciphertext?: string;
}

function sealLeaf({ node, aad, inScope }: ScopedLeaf, seal: SealValue): SealedLeaf | Diagnostic {
  if (node.kind === "sealed") {
    if (inScope)
      return diagnostic("JF352", node.span, {}, { hint: "write its plain value, or leave it out" });
    return { hashed: node.ciphertext };
  }
  const typed = typedText(node);
  if (!typed) return { hashed: "" };
  const { type, text } = typed;
  if (!text.isWellFormed() || !fitsType(text, type)) {
    const what = type === "str" ? "text" : "number";
    return diagnostic(
      "JF350",
      node.span,
      { what },
      { hint: type === "str" ? undefined : "put it in quotes" },
    );
  }
  return inScope && text !== "" ? { hashed: text, ciphertext: seal(text, type, aad) } : { hashed: text };
}

function commentEdit({ comment, aad, inScope }: ScopedComment, seal: SealValue): readonly Edit[] {
  const { span, text } = comment;
  if (!inScope || text === "") return [];
  return [{ start: span.start + 1, end: span.end, text: seal(text, "comment", aad) }];
}

function documentEdits({ root }: Document, sealed: ReadonlyMap<Node, string>): readonly Edit[] {
  const visit = (node: Node, flow: boolean): readonly Edit[] => {
    const { start, end, file } = node.span;
    if (node.alias && (flow || !sealed.has(node))) return [{ start, end, text: flowText(node, sealed) }];
    const inside = flow || isFlow(node);
    if (node.kind === "map") return node.entries.flatMap(({ value }) => visit(value, inside));
    if (node.kind === "seq") return node.items.flatMap((item) => visit(item, inside));
    const ciphertext = sealed.get(node);
    if (ciphertext === undefined) return [];
    return [{ start, end: endOfValue(file.text, end), text: flow ? quoted(ciphertext) : ciphertext }];
  };
  return visit(root, false);
}

/** A copy, written out where its alias stood. */
function flowText(node: Node, sealed: ReadonlyMap<Node, string>): string {
  if (node.kind === "map") {
    const entries = node.entries.map(({ key, value }) => `${quoted(key)}: ${flowText(value, sealed)}`);
    return `{${entries.join(", ")}}`;
  }
  if (node.kind === "seq") return `[${node.items.map((item) => flowText(item, sealed)).join(", ")}]`;
  return quotedLeaf(node, sealed.get(node));
}

function quotedLeaf(node: ScalarNode | SealedNode, ciphertext: string | undefined): string {
  if (ciphertext !== undefined) return quoted(ciphertext);
  if (node.kind === "sealed") return quoted(node.ciphertext);
  return node.value === null && node.source === "" ? "null" : plainLeaf(node);
}

function plainLeaf(node: ScalarNode): string {
  const typed = typedText(node);
  return typed?.type === "str" ? quoted(typed.text) : node.source;
}
