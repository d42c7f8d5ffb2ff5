import type { SourceFile, Span } from "../core/source.ts";

/**
 * A YAML document as we read it: every node owns its place. Scalars keep their source text, because a
 * number must never be printed again in another form. `sealed` is a SOPS ciphertext.
 */
export type Node = MapNode | SeqNode | ScalarNode | SealedNode;

interface Base {
  /** Written as `*name`: the node is a copy of what the anchor holds, and only its own span is its place. */
  readonly alias?: true;
}

export interface MapNode extends Base {
  readonly kind: "map";
  readonly span: Span;
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Node;
}

export interface SeqNode extends Base {
  readonly kind: "seq";
  readonly span: Span;
  readonly items: readonly Node[];
}

export type ScalarValue = string | number | bigint | boolean | null;

export interface ScalarNode extends Base {
  readonly kind: "scalar";
  readonly span: Span;
  /** By YAML 1.2 core; integers are bigint. */
  readonly value: ScalarValue;
  /** As written, without quotes; for block and quoted scalars the text itself. */
  readonly source: string;
  readonly style: "plain" | "quoted" | "block";
}

/** A SOPS ciphertext `ENC[AES256_GCM,…]`. Two sealed values are the same if their texts are. */
export interface SealedNode extends Base {
  readonly kind: "sealed";
  readonly span: Span;
  readonly ciphertext: string;
}

/** One YAML document of a file. `root` has no `sops` entry: that is set aside in `sops`. */
export interface Document {
  readonly file: SourceFile;
  /** Place in its file, from 0. */
  readonly index: number;
  /** Its text, with the `---` before it if there is one. */
  readonly span: Span;
  readonly root: MapNode;
  readonly sops?: MapNode;
  /** Where the key of that entry stands. */
  readonly sopsKey?: Span;
}

/** A file that parsed: all its documents, ours or not (a SOPS MAC covers all of them). */
export interface ParsedFile {
  readonly file: SourceFile;
  readonly documents: readonly Document[];
}

/** The entry of a map, or undefined if the node is no map or has no such key. */
export function entryOf(node: Node | undefined, key: string): Entry | undefined {
  return node?.kind === "map" ? node.entries.find((entry) => entry.key === key) : undefined;
}

/** The value under a path of map keys, or undefined. */
export function nodeAt(node: Node | undefined, ...path: readonly string[]): Node | undefined {
  let at = node;
  for (const key of path) at = entryOf(at, key)?.value;
  return at;
}

/** The text of a string scalar, or undefined for anything else. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
}

/** Every leaf (scalar or sealed) below a node, in file order. */
export function* leaves(node: Node): Generator<ScalarNode | SealedNode> {
  if (node.kind === "map") for (const entry of node.entries) yield* leaves(entry.value);
  else if (node.kind === "seq") for (const item of node.items) yield* leaves(item);
  else yield node;
}
