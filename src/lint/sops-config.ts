import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { didYouMean } from "../core/nearest.ts";
import type { SourceFile, Span } from "../core/source.ts";
import { entryOf, type MapNode, type Node, nodeAt, type ParsedFile } from "../model/tree.ts";
import { pathPattern, pathText, RECIPIENT_KEYS } from "../sops/config.ts";
import type { PathPattern } from "../sops/path-pattern.ts";
import type { Unreadable } from "../sops/path-syntax.ts";
import { SCOPE_RULES } from "../sops/scope.ts";

// The keys that `sops` 3.13.3 reads (its `config/config.go`).
const TOP_KEYS = ["creation_rules", "destination_rules", "stores"];
const RULE_KEYS = [
  "path_regex",
  ...Object.keys(RECIPIENT_KEYS),
  ...["aws_profile", "key_groups", "shamir_threshold", "mac_only_encrypted"],
  ...SCOPE_RULES,
];
const GROUP_KEYS = ["merge", "age", "pgp", "kms", "gcp_kms", "azure_keyvault", "hc_vault", "hckms"];

interface Rule {
  readonly map: MapNode;
  readonly pattern: PathPattern | Unreadable;
}

/**
 * What is wrong with a `.sops.yaml`, before `sops` acts by it or refuses it: keys that it ignores without a word, rules that never
 * count, patterns that do not compile or that we cannot judge, files that no rule takes. `prefix` is how much of a path comes
 * before what `sops` looks at.
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
  if (!listed || (listed.kind === "scalar" && listed.value === null)) return;
  if (listed.kind !== "seq") {
    yield unread(listed.span, "`creation_rules` must be a list");
    return;
  }
  for (const item of listed.items) {
    if (item.kind !== "map") yield diagnostic("JF374", item.span, { reason: "is no map" });
  }
  const rules = listed.items.flatMap((map) =>
    map.kind === "map" ? [{ map, pattern: pathPattern(map) }] : [],
  );
  for (const { map } of rules) yield* wrongKeys(map);
  for (const rule of rules) yield* wrongRule(rule);
  yield* deadRules(rules);
  if (rules.length === listed.items.length) yield* untaken(rules, sealed, prefix);
}

/** A `.sops.yaml` that does not parse: whether it fits cannot be told. */
export function unreadableConfig(why: readonly Diagnostic[]): readonly Diagnostic[] {
  const first = why.find(({ at }) => at);
  return first?.at ? [unread(first.at, first.message)] : [];
}

function unread(at: Span, reason: string): Diagnostic {
  return diagnostic("JF379", at, { reason }, { hint: "mend it, or delete the file: it may be absent" });
}

function* wrongKeys(rule: MapNode): Generator<Diagnostic> {
  yield* unknownKeys(rule, RULE_KEYS);
  const groups = nodeAt(rule, "key_groups");
  yield* groups ? wrongGroupKeys(groups) : [];
}

function* wrongGroupKeys(groups: Node): Generator<Diagnostic> {
  for (const group of groups.kind === "seq" ? groups.items : []) {
    if (group.kind !== "map" || group.alias) continue;
    yield* unknownKeys(group, GROUP_KEYS);
    const merged = nodeAt(group, "merge");
    if (merged) yield* wrongGroupKeys(merged);
  }
}

function* unknownKeys(map: MapNode, known: readonly string[]): Generator<Diagnostic> {
  if (map.alias) return;
  for (const { key, keySpan } of map.entries) {
    if (!known.includes(key)) yield diagnostic("JF373", keySpan, {}, { hint: didYouMean(key, known) });
  }
}

function* wrongRule({ map, pattern }: Rule): Generator<Diagnostic> {
  const path = entryOf(map, "path_regex")?.value;
  if (path && pattern === "refused") {
    const reason = path.kind === "scalar" ? "has a `path_regex` that does not compile" : NO_TEXT;
    const hint = "`sops` reads it as Go does: no lookaround, no back-references, no two quantifiers in a row";
    yield diagnostic("JF374", path.span, { reason }, path.kind === "scalar" ? { hint } : {});
  } else if (path && pattern === "unknown") {
    yield diagnostic("JF378", path.span, {}, { hint: "write it without flags, `\\Q`, `\\p` or `[[:…:]]`" });
  }
  // An empty one counts for none.
  const [, second] = SCOPE_RULES.flatMap((name) => {
    const entry = entryOf(map, name);
    return entry && !(entry.value.kind === "scalar" && !entry.value.value) ? [entry] : [];
  });
  if (second)
    yield diagnostic("JF374", second.keySpan, { reason: "has more than one scope" }, { hint: "keep one" });
}

const NO_TEXT = "has a `path_regex` that is no text";

/** Rules behind one that takes everything, or behind one for the same paths. */
function* deadRules(rules: readonly Rule[]): Generator<Diagnostic> {
  const seen = new Map<string, Span>();
  let takesAll: Span | undefined;
  for (const { map, pattern } of rules) {
    const at = entryOf(map, "path_regex")?.keySpan ?? map.entries[0]?.keySpan ?? map.span;
    const text = pathText(map);
    const other = takesAll ?? (pattern === "refused" ? undefined : seen.get(text));
    if (other) {
      const related = [{ at: other, message: "this one" }];
      const hint = takesAll ? "put the rule that takes everything last" : "make one rule of the two";
      yield diagnostic("JF375", at, {}, { related, hint });
    }
    if (pattern !== "refused") seen.set(text, seen.get(text) ?? at);
    if (typeof pattern !== "string" && pattern.takesAll) takesAll ??= at;
  }
}

function* untaken(
  rules: readonly Rule[],
  sealed: readonly ParsedFile[],
  prefix: number,
): Generator<Diagnostic> {
  const patterns = rules.flatMap(({ pattern }) => (typeof pattern === "string" ? [] : [pattern]));
  // One that we cannot judge may take any file.
  if (patterns.length < rules.length || rules.length === 0) return;
  for (const { file, documents } of sealed) {
    if (patterns.some((pattern) => pattern.test(file.path.slice(prefix)))) continue;
    const at = documents[0]?.root.entries[0]?.keySpan ?? { file, start: 0, end: 0 };
    const hint = "name it by the layout: its last word before `.sops.yaml` is the environment, or `all`";
    yield diagnostic("JF376", at, {}, { hint });
  }
}

/** A name that many expect to work, and `sops` does not know. */
export function ignoredConfig(
  file: SourceFile | undefined,
  config: SourceFile | undefined,
): readonly Diagnostic[] {
  if (!file) return [];
  const hint = config ? "delete it: `.sops.yaml` beside it counts" : "rename it to `.sops.yaml`";
  return [diagnostic("JF377", { file, start: 0, end: 0 }, {}, { hint })];
}
