import type { Span } from "../core/source.ts";
import { entryOf, type MapNode, type Node } from "../model/tree.ts";

/** A node and the key it stands under, if it stands under one. */
export interface Site {
  readonly node: Node;
  readonly keySpan?: Span;
}

/** The parts of a JSON pointer. */
export function pointerParts(pointer: string): readonly string[] {
  if (pointer === "") return [];
  return pointer
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Where a JSON pointer leads. It must lead somewhere: ajv only names places it has seen. */
export function siteAt(root: MapNode, pointer: string): Site {
  let site: Site = { node: root };
  for (const part of pointerParts(pointer)) {
    const next = child(site.node, part);
    if (!next) throw new Error("a pointer that leads nowhere");
    site = next;
  }
  return site;
}

function child(node: Node, part: string): Site | undefined {
  if (node.kind === "seq") {
    const item = node.items[Number(part)];
    return item && { node: item };
  }
  const entry = entryOf(node, part);
  return entry && { node: entry.value, keySpan: entry.keySpan };
}

/** What to point at for a value: a scalar itself, but only the head of a map or list, which may be long. */
export function valueSpan(site: Site): Span {
  return site.node.kind === "map" || site.node.kind === "seq" ? headSpan(site) : site.node.span;
}

/** What to point at for a map as a whole: its key, else its first key. */
export function headSpan({ node, keySpan }: Site): Span {
  if (keySpan) return keySpan;
  return (node.kind === "map" ? node.entries[0]?.keySpan : undefined) ?? node.span;
}
