import { diagnostic, type Related } from "../core/diagnostic.ts";
import { compareText } from "../core/source.ts";
import type { Credential, Located, WrittenField } from "../model/declaration.ts";
import type { Origin } from "../model/effective.ts";
import type { Node } from "../model/tree.ts";
import type { Findings, Members } from "./findings.ts";
import { type Layer, originOf } from "./layers.ts";

/** A field on its way: what it is now, and everything that set or unset it. */
export interface MergedField {
  readonly path: string;
  /** Undefined: unset. */
  readonly value: Node | undefined;
  readonly origins: readonly Origin[];
  readonly credential?: Credential;
  /** The rank of the layer that wrote it last; -1 is the object itself. */
  readonly rank: number;
  /** Set: that layer took a value away. */
  readonly removed?: true;
}

export interface Merge {
  readonly id: string;
  readonly members: Members;
  readonly findings: Findings;
  /** `unset` entries that removed something somewhere. */
  readonly removed: Set<Located<string>>;
}

/**
 * Lays layers over an object's own fields, least specific first; gives the fields by path, sorted. Layers of one
 * rank that disagree on a path are reported, also where a more specific layer sets it (design: 3.1.3).
 */
export function mergeLayers(
  merge: Merge,
  own: readonly WrittenField[],
  layers: readonly Layer[],
): ReadonlyMap<string, MergedField> {
  const fields = new Map<string, MergedField>();
  const base: Layer = { rank: -1, by: "object", fields: own, unset: [] };
  for (const layer of [base, ...layers]) {
    for (const unset of layer.unset) applyUnset(merge, fields, layer, unset);
    for (const field of layer.fields) applyField(merge, fields, layer, field);
  }
  return new Map([...fields].sort(([a], [b]) => compareText(a, b)));
}

function applyField(
  merge: Merge,
  fields: Map<string, MergedField>,
  layer: Layer,
  written: WrittenField,
): void {
  const before = fields.get(written.path);
  if (before && before.rank === layer.rank) checkEqualRank(merge, before, layer, written);
  if (written.path === "type") dropInheritedAuth(fields, layer, written.value);
  fields.set(written.path, {
    path: written.path,
    value: written.value,
    origins: [...(before?.origins ?? []), originOf(layer, written.keyAt)],
    ...(layer.credential && { credential: layer.credential }),
    rank: layer.rank,
  });
}

function applyUnset(
  merge: Merge,
  fields: Map<string, MergedField>,
  layer: Layer,
  unset: Located<string>,
): void {
  const path = unset.value;
  const before = fields.get(path);
  // Of two that unset one field at one rank, which stands first says nothing: both removed it.
  const isTwin = before?.rank === layer.rank && before.removed === true;
  if (before?.value || isTwin) merge.removed.add(unset);
  if (before?.value && before.rank === layer.rank) {
    const params = { field: path, id: merge.id };
    const related = relatedTo(before, "set here");
    merge.findings.add(key("JF408", path, unset), merge.members, (where) =>
      diagnostic("JF408", unset.at, { ...params, where }, { related, hint: SPECIFIC }),
    );
  }
  fields.set(path, {
    path,
    value: undefined,
    origins: [...(before?.origins ?? []), { ...originOf(layer, unset.at), unset: true }],
    rank: layer.rank,
    ...((before?.value || isTwin) && { removed: true }),
  });
}

/**
 * A new type drops the authentication method that went with the old one (design: 3.1.5). One of equal rank is not
 * inherited: it stays, whichever of the two stands first.
 */
function dropInheritedAuth(fields: Map<string, MergedField>, layer: Layer, type: Node): void {
  const before = fields.get("type")?.value;
  const auth = fields.get("auth");
  const isInherited = auth !== undefined && auth.rank < layer.rank;
  if (isInherited && before && !sameNode(before, type)) fields.delete("auth");
}

const SPECIFIC = "make one of them more specific, or remove one";

function checkEqualRank(merge: Merge, before: MergedField, layer: Layer, written: WrittenField): void {
  const params = { field: written.path, id: merge.id };
  const add = (code: "JF407" | "JF408" | "JF409", note: string) =>
    merge.findings.add(key(code, written.path, { at: written.keyAt }), merge.members, (where) =>
      diagnostic(
        code,
        written.keyAt,
        { ...params, where },
        { related: relatedTo(before, note), hint: SPECIFIC },
      ),
    );
  if (!before.value) add("JF408", "unset here");
  else if (before.credential && layer.credential) add("JF409", "sealed here too");
  else if (!sameNode(before.value, written.value)) add("JF407", "set here");
}

function key(code: string, path: string, { at }: Pick<Located<string>, "at">): string {
  return `${code} ${path} ${at.file.path}:${at.start}`;
}

function relatedTo(field: MergedField, message: string): readonly Related[] {
  const last = field.origins.at(-1);
  return last ? [{ at: last.at, message }] : [];
}

/** True if two values are the same: scalars by value and type, sealed ones by ciphertext, maps in any order. */
export function sameNode(a: Node, b: Node): boolean {
  if (a.kind === "scalar") return b.kind === "scalar" && a.value === b.value;
  if (a.kind === "sealed") return b.kind === "sealed" && a.ciphertext === b.ciphertext;
  if (a.kind === "seq") {
    return (
      b.kind === "seq" &&
      a.items.length === b.items.length &&
      a.items.every((item, i) => sameNode(item, b.items[i] as Node))
    );
  }
  if (b.kind !== "map" || a.entries.length !== b.entries.length) return false;
  return a.entries.every((entry) => {
    const other = b.entries.find(({ key }) => key === entry.key);
    return other !== undefined && sameNode(entry.value, other.value);
  });
}
