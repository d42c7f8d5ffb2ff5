import { diagnostic } from "../core/diagnostic.ts";
import { compareText, type Span } from "../core/source.ts";
import type { Credential, Located, WrittenField } from "../model/declaration.ts";
import type { Origin } from "../model/effective.ts";
import type { Node } from "../model/tree.ts";
import type { Findings, Members } from "./findings.ts";
import { type Layer, originOf } from "./layers.ts";

/** One thing that a layer does to a field: sets it, or (without a value) unsets it. */
interface Write {
  readonly at: Span;
  readonly value?: Node;
  readonly credential?: Credential;
  readonly unset?: Located<string>;
}

/** A field on its way: what it is now, and everything that set or unset it. */
export interface MergedField {
  readonly path: string;
  /** Undefined: unset. */
  readonly value: Node | undefined;
  readonly origins: readonly Origin[];
  readonly credential?: Credential;
  /** The rank of the layer that wrote it last; -1 is the object itself. */
  readonly rank: number;
  /** What the layers of that rank did. */
  readonly writes: readonly Write[];
  /** Whether layers of lower rank gave it a value. */
  readonly below: boolean;
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
    for (const unset of layer.unset) apply(merge, fields, layer, unset.value, { at: unset.at, unset });
    for (const { path, keyAt, value } of layer.fields) {
      if (path === "type") dropInheritedAuth(fields, layer, value);
      apply(merge, fields, layer, path, { at: keyAt, value, ...credentialOf(layer) });
    }
  }
  return new Map([...fields].sort(([a], [b]) => compareText(a, b)));
}

function credentialOf({ credential }: Layer): Pick<Write, "credential"> {
  return credential ? { credential } : {};
}

/** Nothing here may depend on which of two layers of equal rank comes first, but for the order of origins. */
function apply(
  merge: Merge,
  fields: Map<string, MergedField>,
  layer: Layer,
  path: string,
  write: Write,
): void {
  const before = fields.get(path);
  const isEqual = before?.rank === layer.rank;
  const equals = isEqual ? before.writes : [];
  const below = isEqual ? before.below : before?.value !== undefined;
  reportRivals(merge, path, write, equals);
  markRemoved(merge, write, equals, below);
  // Of equals that set and unset it the value stays, so that its absence is not reported as well.
  const isKept = isEqual && write.value === undefined && before.value !== undefined;
  const { value, credential } = isKept ? before : write;
  const origin = { ...originOf(layer, write.at), ...(write.unset && { unset: true as const }) };
  fields.set(path, {
    path,
    value,
    ...(credential && { credential }),
    origins: [...(before?.origins ?? []), origin],
    rank: layer.rank,
    writes: [...equals, write],
    below,
  });
}

/** Notes which `unset` entries have something to remove. */
function markRemoved(merge: Merge, write: Write, equals: readonly Write[], below: boolean): void {
  if (write.unset && (below || equals.some(({ value }) => value))) merge.removed.add(write.unset);
  if (write.value) for (const { unset } of equals) if (unset) merge.removed.add(unset);
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

const NOTES = { JF407: "set here", JF408: "and here", JF409: "sealed here too" } as const;

/** Reports the writes of equal rank that this one contradicts, one a kind of contradiction. */
function reportRivals(merge: Merge, path: string, write: Write, equals: readonly Write[]): void {
  const told = new Set<string>();
  for (const other of equals) {
    const code = contradiction(other, write);
    if (!code || told.has(code)) continue;
    told.add(code);
    const related = [{ at: other.at, message: NOTES[code] }];
    const params = { field: path, id: merge.id };
    merge.findings.add(`${code} ${path} ${write.at.file.path}:${write.at.start}`, merge.members, (where) =>
      diagnostic(code, write.at, { ...params, where }, { related, hint: SPECIFIC }),
    );
  }
}

function contradiction(a: Write, b: Write): "JF407" | "JF408" | "JF409" | undefined {
  if (!a.value || !b.value) return a.value === b.value ? undefined : "JF408";
  if (a.credential && b.credential) return "JF409";
  return sameNode(a.value, b.value) ? undefined : "JF407";
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
