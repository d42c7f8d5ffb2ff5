import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Span } from "../core/source.ts";
import { entryOf, type MapNode, type Node, type ParsedFile, textOf } from "../model/tree.ts";

interface Piece {
  readonly text: string;
  readonly at: Span;
  readonly what: string;
}

/**
 * A MAC or a wrapped data key that stands in two files: one was copied from the other by hand. The MAC cannot fit, and who
 * reads the one can read the other. Told at the later path, once a file, also where the rest of the block cannot be trusted.
 */
export function* copies(files: readonly ParsedFile[]): Generator<Diagnostic> {
  const first = new Map<string, Span>();
  for (const { documents } of files) {
    const sops = documents.find((document) => document.sops)?.sops;
    const pieces = sops ? piecesOf(sops) : [];
    const copied = pieces.find(({ text }) => first.has(text));
    const other = copied && first.get(copied.text);
    if (copied && other) {
      const hint =
        "seal it by itself: `jackfield secrets set`, or `jackfield secrets seal` of its plain text";
      const related = [{ at: other, message: "it is from here" }];
      yield diagnostic("JF371", copied.at, { what: copied.what }, { related, hint });
    }
    for (const { text, at } of pieces) if (!first.has(text)) first.set(text, at);
  }
}

/** No wrapped key is shorter. */
const SHORTEST = 40;

/** The MAC, and the keys wrapped for whatever service. */
function piecesOf(sops: MapNode): readonly Piece[] {
  const mac = entryOf(sops, "mac")?.value;
  const sealed = mac?.kind === "sealed" ? [{ text: mac.ciphertext, at: mac.span, what: "the MAC" }] : [];
  return [...sealed, ...wrappedKeys(sops)];
}

function* wrappedKeys(node: Node): Generator<Piece> {
  if (node.kind === "seq") for (const item of node.items) yield* wrappedKeys(item);
  if (node.kind !== "map") return;
  for (const { key, value } of node.entries) {
    // Armor may be indented, and end, in many ways.
    const text = key === "enc" ? (textOf(value) ?? "").replaceAll(/\s/g, "") : "";
    if (text.length >= SHORTEST) yield { text, at: value.span, what: "a wrapped data key" };
    else yield* wrappedKeys(value);
  }
}
