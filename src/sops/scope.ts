import type { Span } from "../core/source.ts";
import type { Document, MapNode, Node, ScalarNode, SealedNode } from "../model/tree.ts";

export const SCOPE_RULES = [
  "unencrypted_suffix",
  "encrypted_suffix",
  "unencrypted_regex",
  "encrypted_regex",
  "unencrypted_comment_regex",
  "encrypted_comment_regex",
] as const;

/** The rule of a file that says which of its leaves are sealed. */
export interface ScopeRule {
  readonly name: (typeof SCOPE_RULES)[number];
  readonly text: string;
  readonly at: Span;
}

/** Whether a key puts what is below it under the rule, and whether the rule seals or spares. */
export interface Scope {
  readonly matches: (key: string) => boolean;
  readonly seals: boolean;
}

/** A leaf with what SOPS binds it to: the map keys above it, each with a `:` behind it. */
export interface ScopedLeaf {
  readonly node: ScalarNode | SealedNode;
  readonly aad: string;
  readonly inScope: boolean;
}

/** What SOPS does where a file names no rule. */
const DEFAULT_SUFFIX = "_unencrypted";
const MAX_REGEX = 512;

// The pattern comes from an untrusted file, and JavaScript backtracks where Go's RE2 does not. Without repetition and
// with one group a branch, the work is bounded; what both engines read alike is all that is let through.
const ATOM = String.raw`(?:[A-Za-z0-9_ /:,=~%&!#<>;'"-]|\\[.+*?()|[\]{}^$\\/]|\[[A-Za-z0-9_-]+\])`;
const GROUP = String.raw`\((?:\?:)?${ATOM}*(?:\|${ATOM}*)*\)`;
const BRANCH = String.raw`\^?${ATOM}*(?:${GROUP}${ATOM}*)?\$?`;
const SAFE_REGEX = new RegExp(`^${BRANCH}(?:\\|${BRANCH})*$`);

/** A rule, ready to use; undefined for one that we cannot judge (a comment rule, an unsafe pattern). */
export function compileScope(rule: Pick<ScopeRule, "name" | "text"> | undefined): Scope | undefined {
  if (!rule) return { matches: (key) => key.endsWith(DEFAULT_SUFFIX), seals: false };
  const seals = rule.name.startsWith("encrypted_");
  switch (rule.name) {
    case "unencrypted_suffix":
    case "encrypted_suffix":
      return { matches: (key) => key.endsWith(rule.text), seals };
    case "unencrypted_regex":
    case "encrypted_regex": {
      const pattern = compileRegex(rule.text);
      return pattern && { matches: (key) => pattern.test(key), seals };
    }
    case "unencrypted_comment_regex":
    case "encrypted_comment_regex":
      return undefined;
  }
}

/** Every leaf of a document, in file order. */
export function* scopedLeaves(document: Document, scope: Scope): Generator<ScopedLeaf> {
  yield* leavesOf(document.root, { scope, aad: "", matched: false });
}

interface Path {
  readonly scope: Scope;
  readonly aad: string;
  readonly matched: boolean;
}

function* leavesOf(node: Node, path: Path): Generator<ScopedLeaf> {
  if (node.kind === "map") yield* entriesOf(node, path);
  else if (node.kind === "seq") for (const item of node.items) yield* leavesOf(item, path);
  else yield { node, aad: path.aad, inScope: path.matched === path.scope.seals };
}

function* entriesOf(map: MapNode, { scope, aad, matched }: Path): Generator<ScopedLeaf> {
  for (const { key, value } of map.entries) {
    yield* leavesOf(value, { scope, aad: `${aad}${key}:`, matched: matched || scope.matches(key) });
  }
}

function compileRegex(text: string): RegExp | undefined {
  if (text.length > MAX_REGEX || !SAFE_REGEX.test(text)) return undefined;
  try {
    return new RegExp(text, "u");
  } catch {
    return undefined;
  }
}
