import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { didYouMean } from "../core/nearest.ts";
import type { SourceFile, Span } from "../core/source.ts";
import { entryOf, type MapNode, nodeAt, type ParsedFile, textOf } from "../model/tree.ts";
import { compilePath, RECIPIENT_KEYS } from "../sops/config.ts";
import { SCOPE_RULES } from "../sops/scope.ts";

const TOP_KEYS = ["creation_rules", "destination_rules", "stores"];
const RULE_KEYS = [
  "path_regex",
  ...Object.keys(RECIPIENT_KEYS),
  ...["aws_profile", "key_groups", "shamir_threshold", "mac_only_encrypted"],
  ...SCOPE_RULES,
];

/**
 * What is wrong with a `.sops.yaml` as `sops` itself would not say: keys that it ignores without a word, rules that never
 * count, patterns that do not compile, files that no rule takes. `prefix` is how much of a
 * path comes before what `sops` looks at.
 */
export function* lintConfig(
  config: ParsedFile,
  sealed: readonly ParsedFile[],
  prefix: number,
): Generator<Diagnostic> {
  const root = config.documents[0]?.root;
  if (!root) return;
  yield* unknownKeys(root, TOP_KEYS);
  const listed = nodeAt(root, "creation_rules");
  const rules =
    listed?.kind === "seq" ? listed.items.flatMap((rule) => (rule.kind === "map" ? [rule] : [])) : [];
  let takesAll: Span | undefined;
  for (const rule of rules) {
    yield* unknownKeys(rule, RULE_KEYS);
    yield* wrongRule(rule);
    const at = rule.entries[0]?.keySpan ?? rule.span;
    if (takesAll) {
      const related = [{ at: takesAll, message: "this one has no `path_regex`" }];
      yield diagnostic("JF375", at, {}, { related, hint: "put the rule without `path_regex` last" });
    } else if (!entryOf(rule, "path_regex")) takesAll = at;
  }
  if (!takesAll && rules.length > 0) yield* untaken(rules, sealed, prefix);
}

function* unknownKeys(map: MapNode, known: readonly string[]): Generator<Diagnostic> {
  for (const { key, keySpan } of map.entries) {
    if (known.includes(key)) continue;
    yield diagnostic("JF373", keySpan, {}, { hint: didYouMean(key, known) });
  }
}

function* wrongRule(rule: MapNode): Generator<Diagnostic> {
  const pattern = entryOf(rule, "path_regex");
  if (pattern && !isPattern(textOf(pattern.value))) {
    yield diagnostic("JF374", pattern.value.span, { reason: "has a `path_regex` that does not compile" });
  }
  const [, second] = SCOPE_RULES.flatMap((name) => entryOf(rule, name) ?? []);
  if (second)
    yield diagnostic("JF374", second.keySpan, { reason: "has more than one scope" }, { hint: "keep one" });
}

/** Go knows less than JavaScript; what is left open there is for `sops` to refuse. */
function isPattern(text: string | undefined): boolean {
  if (text === undefined || text.length > MAX_PATTERN) return false;
  try {
    new RegExp(text.replace(/^\(\?[imsU]+\)/, ""));
    return true;
  } catch {
    return false;
  }
}

const MAX_PATTERN = 1000;

function* untaken(
  rules: readonly MapNode[],
  sealed: readonly ParsedFile[],
  prefix: number,
): Generator<Diagnostic> {
  const patterns = rules.map((rule) => compilePath(textOf(nodeAt(rule, "path_regex"))));
  // One that we cannot judge may take any file.
  if (patterns.includes(undefined)) return;
  for (const { file, documents } of sealed) {
    if (patterns.some((pattern) => pattern?.test(file.path.slice(prefix)))) continue;
    const at = documents[0]?.root.entries[0]?.keySpan ?? { file, start: 0, end: 0 };
    const hint = "name it by the layout: its last word before `.sops.yaml` is the environment, or `all`";
    yield diagnostic("JF376", at, {}, { hint });
  }
}

/** A name that many expect to work, and `sops` does not know. */
export function ignoredConfig(file: SourceFile | undefined): readonly Diagnostic[] {
  if (!file) return [];
  return [diagnostic("JF377", { file, start: 0, end: 0 }, {}, { hint: "rename it" })];
}
