import type { Document, Node, ParsedFile, ScalarNode, SealedNode } from "../model/tree.ts";
import { type Comment, commentsIn } from "../parse/comments.ts";
import { type Arrangement, arrange, commentsOf } from "./comments.ts";
import type { Scope } from "./scope.ts";

/** A leaf with what SOPS binds it to: the map keys above it, each with a `:` behind it. */
export interface ScopedLeaf {
  readonly node: ScalarNode | SealedNode;
  readonly aad: string;
  readonly inScope: boolean;
}

export interface ScopedComment {
  readonly comment: Comment;
  readonly aad: string;
  readonly inScope: boolean;
}

/** Every leaf of a document, in file order. */
export function scopedLeaves(document: Document, file: ParsedFile, scope: Scope): Iterable<ScopedLeaf> {
  if (scope.on === "key") return leavesByKey(document.root, { scope, aad: "", matched: false });
  return scopedParts(document, file, scope).filter((part) => "node" in part);
}

/** Every leaf and comment of a document, in file order. */
export function scopedParts(
  document: Document,
  file: ParsedFile,
  scope: Scope,
): readonly (ScopedLeaf | ScopedComment)[] {
  const comments = commentsOf(document, file.documents, commentsIn(document.file));
  const arrangement = arrange(document, comments);
  return [...partsOf(document.root, { scope, arrangement, aad: "", matched: false })];
}

interface Path {
  readonly scope: Scope;
  readonly aad: string;
  readonly matched: boolean;
}

function* leavesByKey(node: Node, path: Path): Generator<ScopedLeaf> {
  const { scope, aad, matched } = path;
  if (node.kind === "map") {
    for (const { key, value } of node.entries) {
      yield* leavesByKey(value, { scope, aad: `${aad}${key}:`, matched: matched || scope.matches(key) });
    }
  } else if (node.kind === "seq") for (const item of node.items) yield* leavesByKey(item, path);
  else yield { node, aad, inScope: matched === scope.seals };
}

interface CommentedPath extends Path {
  readonly arrangement: Arrangement;
}

/** A comment counts for what comes next beside it, and for all in it. */
function* partsOf(node: Node, path: CommentedPath): Generator<ScopedLeaf | ScopedComment> {
  const { scope, arrangement, aad, matched } = path;
  if (node.kind === "scalar" || node.kind === "sealed") {
    yield { node, aad, inScope: matched === scope.seals };
    return;
  }
  let said = false;
  for (const child of arrangement.get(node) ?? []) {
    if (child.kind === "comment") {
      const { comment } = child;
      const says = scope.on === "comment" && scope.matches(comment.text);
      // The comment that says "seal" is spared itself, unless one before it says so too.
      const counts = matched || said || (says && !scope.seals);
      yield { comment, aad: aad === "" ? ":" : aad, inScope: counts === scope.seals };
      said ||= says;
    } else {
      const { key, value } = child;
      const names = key !== undefined && scope.on === "key" && scope.matches(key);
      yield* partsOf(value, {
        ...path,
        aad: key === undefined ? aad : `${aad}${key}:`,
        matched: matched || said || names,
      });
      said = false;
    }
  }
}
