import type { Document, Node } from "../model/tree.ts";
import type { Comment } from "../parse/comments.ts";
import { columnAt, columnOf, isFlow } from "./layout.ts";

/** One step of a walk through a map or list: an entry or item, or a comment that stands before or behind one. */
export type Child =
  | { readonly kind: "comment"; readonly comment: Comment }
  | { readonly kind: "slot"; readonly key?: string; readonly value: Node };

/** The children of every map and list of a document, comments among them, in the order in which SOPS walks. */
export type Arrangement = ReadonlyMap<Node, readonly Child[]>;

/** The comments of one of a file's documents: what stands before the first or behind the last belongs to it. */
export function commentsOf(
  document: Document,
  documents: readonly Document[],
  comments: readonly Comment[],
): readonly Comment[] {
  const from = document.index === 0 ? 0 : document.span.start;
  const to = documents[document.index + 1]?.span.start ?? Number.POSITIVE_INFINITY;
  return comments.filter(({ span }) => span.start >= from && span.start < to);
}

interface Slot {
  readonly container: Node;
  /** Maps and lists around it, outermost first. */
  readonly around: readonly Node[];
  readonly start: number;
  readonly child: Child;
}

/**
 * Where comments belong, as SOPS (go-yaml) has it: one on a line of its own to the innermost map or list that begins
 * in its column or left of it, one behind something to what it stands behind, both before what comes next.
 */
export function arrange(document: Document, comments: readonly Comment[]): Arrangement {
  const slots = slotsIn(document.root, []);
  const placed = new Map<Node, { readonly order: number; readonly child: Child }[]>([[document.root, []]]);
  const place = (container: Node, order: number, child: Child) => {
    const all = placed.get(container);
    if (all) all.push({ order, child });
    else placed.set(container, [{ order, child }]);
  };
  for (const { container, start, child } of slots) place(container, start, child);
  for (const comment of comments) {
    const { container, order } = homeOf(comment, slots, document.root);
    place(container, order, { kind: "comment", comment });
  }
  return new Map(
    [...placed].map(([container, all]) => [
      container,
      all.sort((a, b) => a.order - b.order).map(({ child }) => child),
    ]),
  );
}

function slotsIn(node: Node, around: readonly Node[]): readonly Slot[] {
  if (node.kind !== "map" && node.kind !== "seq") return [];
  const inside = [...around, node];
  const slot = (value: Node, start: number, key?: string): readonly Slot[] => [
    {
      container: node,
      around: inside,
      start,
      child: { kind: "slot", value, ...(key === undefined ? {} : { key }) },
    },
    ...slotsIn(value, inside),
  ];
  return node.kind === "map"
    ? node.entries.flatMap(({ key, keySpan, value }) => slot(value, keySpan.start, key))
    : node.items.flatMap((item) => slot(item, item.span.start));
}

function isCopy({ alias }: Node): boolean {
  return alias === true;
}

function homeOf(
  { span }: Comment,
  slots: readonly Slot[],
  root: Node,
): { readonly container: Node; readonly order: number } {
  const { file, start } = span;
  const own = slots.filter(({ around }) => !around.some(isCopy));
  const last = own.findLast((slot) => slot.start < start);
  const flow = innermostFlow(own, start);
  if (flow) return { container: flow, order: start };
  const lineStart = file.text.lastIndexOf("\n", start - 1) + 1;
  if (last && file.text.slice(lineStart, start).trim() !== "") {
    return { container: last.container, order: last.start - 0.5 };
  }
  const next = own.find((slot) => slot.start > start);
  const column = columnAt(file.text, start);
  if (next && columnOf(next.container) === column) return { container: next.container, order: start };
  const home = last?.around.findLast((container) => columnOf(container) <= column);
  return { container: home ?? next?.container ?? root, order: start };
}

function innermostFlow(slots: readonly Slot[], at: number): Node | undefined {
  let innermost: Node | undefined;
  for (const { container } of slots) {
    if (!isFlow(container) || !isInside(container, at)) continue;
    if (!innermost || container.span.start > innermost.span.start) innermost = container;
  }
  return innermost;
}

function isInside({ span }: Node, at: number): boolean {
  return span.start < at && at < span.end;
}
