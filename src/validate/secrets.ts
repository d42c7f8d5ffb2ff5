import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Entry, Node } from "../model/tree.ts";

/**
 * What SOPS cannot seal below `secrets`, at any depth: `null`, `{}` and `[]` stay plain in the file, so
 * anyone could change them (design 3).
 */
export function emptyLeaves(secrets: Node): readonly Diagnostic[] {
  return childrenOf(secrets).flatMap(({ node, at }) => {
    if (node.kind === "scalar" && node.value === null) {
      const hint = 'write a value, or delete the key; an empty text is `""`';
      return [diagnostic("JF205", at, { what: "a value in `secrets`" }, { hint })];
    }
    if (node.kind === "map" || node.kind === "seq") {
      const isEmpty = childrenOf(node).length === 0;
      const hint = "SOPS cannot seal it: write a value, or delete the key";
      return isEmpty
        ? [diagnostic("JF208", at, { what: "a value in `secrets`" }, { hint })]
        : emptyLeaves(node);
    }
    return [];
  });
}

function childrenOf(node: Node): readonly { readonly node: Node; readonly at: Entry["keySpan"] }[] {
  if (node.kind === "seq") return node.items.map((item) => ({ node: item, at: item.span }));
  if (node.kind !== "map") return [];
  return node.entries.map(({ value, keySpan }) => ({
    node: value,
    at: value.kind === "scalar" ? value.span : keySpan,
  }));
}
