import type { Located, Recipient, Selector, WrittenField } from "../model/declaration.ts";
import { entryOf, type MapNode, type Node, nodeAt, type ScalarNode, textOf } from "../model/tree.ts";

// Readers of single values from trees that already have the right shape (validate judged them): what is not
// there is undefined, nothing here reports.

/** A text and its place; a number or boolean counts as the text it was written as. */
export function located(node: Node | undefined): Located<string> | undefined {
  if (node?.kind !== "scalar" || node.value === null) return undefined;
  return { value: scalarText(node), at: node.span };
}

export function locatedAt(node: Node | undefined, ...path: readonly string[]): Located<string> | undefined {
  return located(nodeAt(node, ...path));
}

export function textAt(node: Node | undefined, ...path: readonly string[]): string | undefined {
  return locatedAt(node, ...path)?.value;
}

export function trueAt(node: Node | undefined, ...path: readonly string[]): boolean {
  const found = nodeAt(node, ...path);
  return found?.kind === "scalar" && found.value === true;
}

export function numberAt(node: Node | undefined, ...path: readonly string[]): number | undefined {
  const found = nodeAt(node, ...path);
  return found?.kind === "scalar" && typeof found.value === "bigint" ? Number(found.value) : undefined;
}

/** The items of a list, or of nothing. */
export function itemsAt(node: Node | undefined, ...path: readonly string[]): readonly Node[] {
  const found = nodeAt(node, ...path);
  return found?.kind === "seq" ? found.items : [];
}

export function textsAt(node: Node | undefined, ...path: readonly string[]): readonly Located<string>[] {
  return itemsAt(node, ...path).flatMap((item) => located(item) ?? []);
}

/** The entries of a map as texts by key. */
export function mapAt(node: Node | undefined, key: string): ReadonlyMap<string, Located<string>> {
  const found = nodeAt(node, key);
  if (found?.kind !== "map") return new Map();
  return new Map(
    found.entries.flatMap((entry) => {
      const text = located(entry.value);
      return text ? [[entry.key, text] as const] : [];
    }),
  );
}

/** The shapes of `to`, `for` and `exclude` (design: 3). */
export function selector(node: Node): Selector {
  const at = node.span;
  const name = located(node);
  if (name) return { kind: "deployments", names: [name], at };
  if (entryOf(node, "all")) return { kind: "all", at };
  for (const kind of ["deployments", "previewsOf"] as const) {
    if (entryOf(node, kind)) return { kind, names: textsAt(node, kind), at };
  }
  const environment = locatedAt(node, "environment");
  const cluster = locatedAt(node, "cluster");
  const labels = mapAt(node, "selector");
  return { kind: "match", ...(environment && { environment }), ...(cluster && { cluster }), labels, at };
}

/** The fields that a `spec`, `overrides` or `secrets` map writes; `extra` gives one for each key of its own. */
export function writtenFields(map: Node | undefined, names: ReadonlySet<string>): readonly WrittenField[] {
  if (map?.kind !== "map") return [];
  return map.entries.flatMap((entry) => {
    if (entry.key === "extra" && names.has("extra")) return extraFields(entry.value);
    return names.has(entry.key) ? [{ path: entry.key, keyAt: entry.keySpan, value: entry.value }] : [];
  });
}

function extraFields(extra: Node): readonly WrittenField[] {
  if (extra.kind !== "map") return [];
  return extra.entries.map((e) => ({ path: `extra.${e.key}`, keyAt: e.keySpan, value: e.value }));
}

/** One entry of `recipients`: `age1…`, or an object with the one key that SOPS gives its kind. */
export function recipient(node: Node): Located<Recipient> | undefined {
  const age = located(node);
  if (age) return { value: { kind: "age", id: age.value }, at: age.at };
  const entry = node.kind === "map" ? node.entries[0] : undefined;
  if (!entry) return undefined;
  return { value: { kind: entry.key, id: recipientId(entry.key, entry.value) }, at: node.span };
}

function recipientId(kind: string, node: Node): string {
  const text = textOf(node);
  if (text !== undefined || node.kind !== "map") return text ?? "";
  const part = (key: string) => textAt(node, key)?.replace(/\/$/, "") ?? "";
  if (kind === "kms") return part("role") === "" ? part("arn") : `${part("arn")}+${part("role")}`;
  if (kind === "azure_kv") return `${part("vault_url")}/keys/${part("name")}/${part("version")}`;
  if (kind === "hc_vault")
    return `${part("vault_address")}/v1/${part("engine_path")}/keys/${part("key_name")}`;
  return part("resource_id") || part("fp") || part("key_id") || part("recipient");
}

function scalarText(node: ScalarNode): string {
  return typeof node.value === "string" ? node.value : node.source;
}

/** The `spec` of a document, or undefined. */
export function specOf(root: MapNode): MapNode | undefined {
  const spec = nodeAt(root, "spec");
  return spec?.kind === "map" ? spec : undefined;
}
