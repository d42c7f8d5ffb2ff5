import type { Span } from "../core/source.ts";

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

/** Whether a key, or a comment before something, puts it under the rule, and whether the rule seals or spares. */
export interface Scope {
  readonly on: "key" | "comment";
  readonly matches: (text: string) => boolean;
  readonly seals: boolean;
}

/** What SOPS does where a file names no rule. */
export const DEFAULT_RULE = { name: "unencrypted_suffix", text: "_unencrypted" } as const;
const MAX_REGEX = 512;

// The pattern comes from an untrusted file, and JavaScript backtracks where Go's RE2 does not. Without repetition and
// with one group a branch, the work is bounded; what both engines read alike is all that is let through.
const ATOM = String.raw`(?:[A-Za-z0-9_ /:,=~%&!#<>;'"-]|\\[.+*?()|[\]{}^$\\/]|\[[A-Za-z0-9_-]+\])`;
const GROUP = String.raw`\((?:\?:)?${ATOM}*(?:\|${ATOM}*)*\)`;
const BRANCH = String.raw`\^?${ATOM}*(?:${GROUP}${ATOM}*)?\$?`;
const SAFE_REGEX = new RegExp(`^${BRANCH}(?:\\|${BRANCH})*$`);

/** A rule, ready to use; undefined for a pattern that we cannot judge or that could take long. */
export function compileScope(rule: Pick<ScopeRule, "name" | "text"> = DEFAULT_RULE): Scope | undefined {
  const on = rule.name.includes("comment") ? "comment" : "key";
  const seals = rule.name.startsWith("encrypted_");
  if (rule.name.endsWith("_suffix")) return { on, matches: (key) => key.endsWith(rule.text), seals };
  const pattern = compileRegex(rule.text);
  return pattern && { on, matches: (text) => pattern.test(text), seals };
}

function compileRegex(text: string): RegExp | undefined {
  if (text.length > MAX_REGEX || !SAFE_REGEX.test(text)) return undefined;
  try {
    return new RegExp(text, "u");
  } catch {
    return undefined;
  }
}
