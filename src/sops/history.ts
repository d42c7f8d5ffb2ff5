import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Span } from "../core/source.ts";
import { leaves, type MapNode, type Node, type ParsedFile } from "../model/tree.ts";
import { readMetadata, recipientsIn, type SopsMetadata } from "./metadata.ts";

/** An earlier version of a sealed file, and what to call it. */
export interface EarlierVersion {
  /** A short commit. */
  readonly name: string;
  readonly file: ParsedFile;
}

/**
 * What a change of a sealed file shows without any key (design: 3.2): content that changed while its MAC did not, a version
 * that came back, a MAC of another content, and recipients who were taken out but still know the data key. `earlier` are the
 * versions before `before`, newest first; they are read only where time went backwards. Comments and layout are no content.
 */
export function judgeChange(
  before: EarlierVersion,
  after: ParsedFile,
  earlier: () => Iterable<EarlierVersion>,
): readonly Diagnostic[] {
  const [old, now] = [metadataOf(before.file), metadataOf(after)];
  // What is wrong with a file as it is is told by itself.
  if (!old?.mac || !now?.mac) return [];
  const removed = removedReaders(old, now);
  const kept = removed > 0 && sharesCiphertext(before.file, after) ? [notRotated(removed, now)] : [];
  if (now.mac.value === old.mac.value) {
    const difference = firstDifference(before.file, after);
    return difference ? [changedByHand(difference, before.name), ...kept] : kept;
  }
  const wentBack = (now.lastmodified?.value ?? "") < (old.lastmodified?.value ?? "");
  return wentBack ? [...rolledBack(now, after, earlier), ...kept] : kept;
}

function metadataOf({ documents }: ParsedFile): SopsMetadata | undefined {
  const sops = documents[0]?.sops;
  return sops && readMetadata(sops).value;
}

function changedByHand(at: Span, base: string): Diagnostic {
  const hint = `bring back what it was, and change it with \`jackfield secrets edit ${at.file.path}\``;
  return diagnostic("JF385", at, { base }, { hint });
}

function* rolledBack(
  { mac, lastmodified, at: block }: SopsMetadata,
  after: ParsedFile,
  earlier: () => Iterable<EarlierVersion>,
): Generator<Diagnostic> {
  const at = lastmodified?.at ?? block;
  for (const { name, file } of earlier()) {
    if (metadataOf(file)?.mac?.value !== mac?.value) continue;
    const difference = firstDifference(file, after);
    const hint = "bring back the content or the whole version that it belongs to";
    if (difference) yield diagnostic("JF388", mac?.at ?? at, { commit: name }, { hint });
    else
      yield diagnostic(
        "JF386",
        at,
        { commit: name },
        { hint: "is that meant? Its passwords may be old ones" },
      );
    return;
  }
  yield diagnostic(
    "JF386",
    at,
    { commit: "an older time" },
    { hint: "is that meant? Its passwords may be old ones" },
  );
}

function removedReaders(old: SopsMetadata, now: SopsMetadata): number {
  const left = new Set(recipientsIn(now).map(({ value }) => `${value.kind} ${value.id}`));
  return recipientsIn(old).filter(({ value }) => !left.has(`${value.kind} ${value.id}`)).length;
}

function notRotated(count: number, { at }: SopsMetadata): Diagnostic {
  const hint = `\`jackfield secrets rotate ${at.file.path}\` makes a new one; then change the passwords themselves`;
  return diagnostic("JF387", at, { count }, { hint });
}

/** A ciphertext that is in both was made with one data key. */
function sharesCiphertext(before: ParsedFile, after: ParsedFile): boolean {
  const old = new Set(ciphertexts(before));
  return ciphertexts(after).some((one) => old.has(one));
}

function ciphertexts({ documents }: ParsedFile): readonly string[] {
  return documents.flatMap(({ root, sops }) =>
    [...leaves(root), ...(sops ? leaves(sops) : [])].flatMap((leaf) =>
      leaf.kind === "sealed" ? [leaf.ciphertext] : [],
    ),
  );
}

/** The place in `after` where its content first differs, keys and their order included. */
function firstDifference(before: ParsedFile, after: ParsedFile): Span | undefined {
  for (const [index, { root }] of after.documents.entries()) {
    const other = before.documents[index]?.root;
    const found = other ? differenceIn(other, root, root.entries[0]?.keySpan ?? root.span) : root.span;
    if (found) return found;
  }
  const last = after.documents.at(-1)?.root;
  return before.documents.length > after.documents.length ? last?.span : undefined;
}

/** `at` is where to point if the node as such is another one. */
function differenceIn(before: Node, after: Node, at: Span): Span | undefined {
  if (before.kind !== after.kind) return at;
  if (before.kind === "map" && after.kind === "map") return differenceOfMaps(before, after, at);
  if (before.kind === "seq" && after.kind === "seq") {
    if (before.items.length !== after.items.length) return at;
    return firstOf(after.items, (item, index) => differenceIn(before.items[index] as Node, item, item.span));
  }
  return textOf(before) === textOf(after) ? undefined : after.span;
}

function differenceOfMaps(before: MapNode, after: MapNode, at: Span): Span | undefined {
  const found = firstOf(after.entries, ({ key, keySpan, value }, index) => {
    const other = before.entries[index];
    return other?.key === key ? differenceIn(other.value, value, keySpan) : keySpan;
  });
  return found ?? (before.entries.length > after.entries.length ? at : undefined);
}

function firstOf<T>(all: readonly T[], find: (one: T, index: number) => Span | undefined): Span | undefined {
  for (const [index, one] of all.entries()) {
    const found = find(one, index);
    if (found) return found;
  }
  return undefined;
}

/** Style counts: `5` and `"5"` are two values. */
function textOf(node: Node): string {
  if (node.kind === "sealed") return node.ciphertext;
  return node.kind === "scalar" ? `${node.style === "plain"} ${node.source}` : "";
}
