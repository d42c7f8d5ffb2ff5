import type { ErrorCode } from "yaml";

interface Reason {
  readonly reason: string;
  readonly hint?: string;
}

// The library's own texts may quote the source, which may be a secret; ours never do.
const REASONS: Partial<Record<ErrorCode, Reason>> = {
  ALIAS_PROPS: { reason: "an alias cannot have an anchor or a tag of its own" },
  BAD_ALIAS: { reason: "an alias with no anchor before it", hint: "quote a text that begins with `*`" },
  BAD_DIRECTIVE: { reason: "an unknown directive", hint: "quote a text that begins with `%`" },
  BAD_DQ_ESCAPE: { reason: "an unknown escape in a double-quoted text", hint: "use single quotes" },
  BAD_INDENT: { reason: "wrong indentation, or a closing `]` or `}` is missing" },
  BAD_SCALAR_START: {
    reason: "a text cannot begin with this character",
    hint: "put the text in quotes",
  },
  BLOCK_AS_IMPLICIT_KEY: { reason: "a nested map or list where a plain value was begun" },
  BLOCK_IN_FLOW: { reason: "a block inside `[…]` or `{…}`" },
  MISSING_CHAR: { reason: "a `:`, a quote, a comma or a closing bracket is missing" },
  MULTILINE_IMPLICIT_KEY: {
    reason: "a key must stand on one line",
    hint: "is a `:` missing, or the space behind it?",
  },
  MULTIPLE_ANCHORS: { reason: "a node can have one anchor" },
  MULTIPLE_TAGS: { reason: "a node can have one tag" },
  TAB_AS_INDENT: { reason: "a tab in the indentation", hint: "indent with spaces" },
  TAG_RESOLVE_FAILED: { reason: "an unknown tag", hint: "quote a text that begins with `!`" },
  UNEXPECTED_TOKEN: { reason: "something unexpected here", hint: "check the indentation and the quotes" },
};

/** Why the parser stopped, in our own words. */
export function syntaxReason(code: ErrorCode): Reason {
  return REASONS[code] ?? { reason: "this cannot be read" };
}
