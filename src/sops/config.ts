import type { Span } from "../core/source.ts";
import type { Recipient } from "../model/declaration.ts";
import { entryOf, type MapNode, type Node, nodeAt, type ParsedFile, textOf } from "../model/tree.ts";
import { type PathPattern, readPathPattern } from "./path-pattern.ts";
import type { Unreadable } from "./path-syntax.ts";
import { SCOPE_RULES } from "./scope.ts";

/** What a rule of `.sops.yaml` gives a new file. */
export interface CreationRule {
  /** Its `age`, or the rule. */
  readonly at: Span;
  readonly recipients: readonly Recipient[];
  /** The scope as SOPS writes it (`encrypted_regex: ^secrets$`); several are joined, none is empty. */
  readonly scope: string;
}

/** The keys of a rule that hold recipients, and the kind SOPS calls them in a file's metadata. */
export const RECIPIENT_KEYS: Readonly<Record<string, string>> = {
  age: "age",
  pgp: "pgp",
  kms: "kms",
  gcp_kms: "gcp_kms",
  azure_keyvault: "azure_kv",
  hc_vault_transit_uri: "hc_vault",
  hckms: "hckms",
};

/**
 * Finds the rule that `sops` takes for a file: the first whose `path_regex` is found in the path, told from the config's
 * folder; one without `path_regex` takes all (reference: `.sops.yaml`). Undefined if none does, or if that cannot be told.
 */
export function creationRules(config: ParsedFile): (path: string) => CreationRule | undefined {
  const listed = nodeAt(config.documents[0]?.root, "creation_rules");
  const rules = (listed?.kind === "seq" ? listed.items : []).map((rule) => ({
    rule,
    pattern: rule.kind === "map" ? pathPattern(rule) : "refused",
  }));
  return (path) => {
    for (const { rule, pattern } of rules) {
      if (typeof pattern === "string" || rule.kind !== "map") return undefined;
      if (pattern.test(path)) return readRule(rule);
    }
    return undefined;
  };
}

/** What a rule is for. Without a text it is for everything; what is no scalar, `sops` cannot read. */
export function pathPattern(rule: MapNode): PathPattern | Unreadable {
  const node = entryOf(rule, "path_regex")?.value;
  if (node && node.kind !== "scalar") return "refused";
  return readPathPattern(pathText(rule));
}

/** Go takes any scalar for the text that it is written as, but for `null`. */
export function pathText(rule: MapNode): string {
  const node = nodeAt(rule, "path_regex");
  if (node?.kind !== "scalar" || node.value === null) return "";
  return typeof node.value === "string" ? node.value : node.source;
}

function readRule(rule: MapNode): CreationRule {
  const groups = nodeAt(rule, "key_groups");
  const holders = groups?.kind === "seq" ? groups.items : [rule];
  const scopes = [...SCOPE_RULES, "mac_only_encrypted"].flatMap((name) => {
    const entry = entryOf(rule, name);
    return entry ? [`${name}: ${scalarText(entry.value)}`] : [];
  });
  const at = entryOf(rule, "age")?.keySpan ?? entryOf(rule, "path_regex")?.keySpan ?? rule.span;
  return { at, recipients: holders.flatMap(recipientsIn), scope: scopes.join(", ") };
}

function recipientsIn(holder: Node): readonly Recipient[] {
  return Object.entries(RECIPIENT_KEYS).flatMap(([key, kind]) =>
    texts(nodeAt(holder, key)).map((id) => ({ kind, id })),
  );
}

/** A comma list, a list of texts, or a list of maps with the name of a key. */
function texts(node: Node | undefined): readonly string[] {
  if (!node) return [];
  if (node.kind === "seq") return node.items.flatMap(texts);
  const named = node.kind === "map" ? (nodeAt(node, "arn") ?? nodeAt(node, "resource_id")) : node;
  const parts = (textOf(named) ?? "").split(",").map((part) => part.trim());
  return parts.filter((part) => part !== "");
}

function scalarText(node: Node): string {
  return node.kind === "scalar" ? String(node.value) : "";
}
