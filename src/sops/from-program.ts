import { hasErrors } from "../core/diagnostic.ts";
import { Secret } from "../core/secret.ts";
import type { Node, ParsedFile, ScalarNode, SealedNode } from "../model/tree.ts";
import type { UnsealedValue } from "../model/unsealed.ts";
import { parseFile } from "../parse/parse.ts";
import type { Unsealed } from "./open.ts";
import { fitsType, typedText } from "./scalars.ts";
import type { Scope } from "./scope.ts";
import { readSealed } from "./value.ts";
import { scopedLeaves } from "./walk.ts";

/**
 * The values of a sealed file, taken from its plain text that the `sops` program gave; in the forms in which `openFile`
 * gives them. Undefined if the two are not one file, value by value: other keys, another order or length, a plain value that
 * differs, a value that does not fit its label. Comments that SOPS sealed inside lists have no value.
 */
export function valuesFromPlain(file: ParsedFile, scope: Scope, plain: Secret): Unsealed | undefined {
  const { value: answer, diagnostics } = parseFile({ path: file.file.path, text: plain.reveal() });
  // Merge keys and odd characters are values like any other here.
  if (!answer || hasErrors(diagnostics.filter(({ code }) => code !== "JF107" && code !== "JF115")))
    return undefined;
  if (answer.documents.length !== file.documents.length) return undefined;
  const values = new Map<SealedNode, UnsealedValue>();
  for (const [index, document] of file.documents.entries()) {
    const other = answer.documents[index];
    const inScope = new Set<Node>();
    for (const leaf of scopedLeaves(document, file, scope)) if (leaf.inScope) inScope.add(leaf.node);
    if (!other || other.sops || !isSame(document.root, other.root, { inScope, values })) return undefined;
  }
  return values;
}

interface Pairing {
  readonly inScope: ReadonlySet<Node>;
  readonly values: Map<SealedNode, UnsealedValue>;
}

function isSame(sealed: Node, plain: Node, pairing: Pairing): boolean {
  if (sealed.kind === "map") {
    if (plain.kind !== "map" || plain.entries.length !== sealed.entries.length) return false;
    return sealed.entries.every(({ key, value }, index) => {
      const entry = plain.entries[index];
      return entry?.key === key && isSame(value, entry.value, pairing);
    });
  }
  if (sealed.kind === "seq") {
    const items = sealed.items.filter((item) => !isComment(item, pairing));
    if (plain.kind !== "seq" || plain.items.length !== items.length) return false;
    return items.every((item, index) => isSame(item, plain.items[index] as Node, pairing));
  }
  if (plain.kind === "map" || plain.kind === "seq") return false;
  return isSameLeaf(sealed, plain, pairing);
}

function isComment(item: Node, { inScope }: Pairing): boolean {
  return item.kind === "sealed" && inScope.has(item) && readSealed(item.ciphertext)?.type === "comment";
}

function isSameLeaf(
  sealed: ScalarNode | SealedNode,
  plain: ScalarNode | SealedNode,
  { inScope, values }: Pairing,
): boolean {
  const given = typedOf(plain);
  if (sealed.kind === "scalar" || !inScope.has(sealed)) {
    const text = typedOf(sealed)?.text;
    // What is in scope is sealed, but for what holds nothing.
    return text === given?.text && (!inScope.has(sealed) || (text ?? "") === "");
  }
  const value = unsealedOf(sealed, plain);
  if (value) values.set(sealed, value);
  return value !== undefined;
}

/** A text of a user's own may look like a ciphertext. */
function typedOf(node: ScalarNode | SealedNode): ReturnType<typeof typedText> {
  return node.kind === "sealed" ? { type: "str", text: node.ciphertext } : typedText(node);
}

/** SOPS prints `1.0` as `1`: the label tells what a number is. */
function unsealedOf(sealed: SealedNode, plain: ScalarNode | SealedNode): UnsealedValue | undefined {
  const type = readSealed(sealed.ciphertext)?.type;
  const given = typedOf(plain);
  if (!type || !given || type === "comment" || type === "bytes") return undefined;
  const isWhole = type === "float" && given.type === "int" && plain.kind === "scalar";
  const typed = isWhole ? typedText({ ...plain, source: `${plain.source}.0` }) : given;
  if (typed?.type !== type || !fitsType(typed.text, type)) return undefined;
  return { type, secret: new Secret(typed.text) };
}
