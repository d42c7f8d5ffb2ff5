import type { Entry, MapNode, Node } from "../model/tree.ts";
import { same } from "./same.ts";

/** A value in three versions; undefined where it is absent. */
export interface Versions {
  readonly base: Node | undefined;
  readonly ours: Node | undefined;
  readonly theirs: Node | undefined;
}

/** What theirs changed since base and ours did not: a new value, or undefined for one that is gone. */
export interface TreeChange {
  readonly path: readonly string[];
  readonly value: Node | undefined;
}

export interface MergedTree {
  /** What comes out, ours kept where both changed one thing differently. */
  readonly value: Node | undefined;
  readonly changes: readonly TreeChange[];
  /** The paths of what both changed. */
  readonly conflicts: readonly (readonly string[])[];
}

/** Merges maps key by key; a list is one value. A map that loses its last entry is gone, but for the document's own. */
export function mergeTrees(versions: Versions, path: readonly string[] = []): MergedTree {
  const { base, ours, theirs } = versions;
  if (same(ours, theirs) || same(base, theirs)) return { value: ours, changes: [], conflicts: [] };
  // Key by key even where only theirs changed: what stays keeps its comments.
  if (ours?.kind === "map" && theirs?.kind === "map" && (!base || base.kind === "map")) {
    return mergeMaps(base, ours, theirs, path);
  }
  if (same(base, ours)) return { value: theirs, changes: [{ path, value: theirs }], conflicts: [] };
  return { value: ours, changes: [], conflicts: [path] };
}

function mergeMaps(
  base: MapNode | undefined,
  ours: MapNode,
  theirs: MapNode,
  path: readonly string[],
): MergedTree {
  const added = theirs.entries.filter(({ key }) => !ours.entries.some((one) => one.key === key));
  const merged = [...ours.entries, ...added].map((entry) => {
    const at = (map: MapNode | undefined) => map?.entries.find(({ key }) => key === entry.key)?.value;
    const versions = { base: at(base), ours: at(ours), theirs: at(theirs) };
    return { entry, ...mergeTrees(versions, [...path, entry.key]) };
  });
  const entries: readonly Entry[] = merged.flatMap(({ entry, value }) =>
    value ? [{ ...entry, value }] : [],
  );
  return {
    value: entries.length === 0 && path.length > 0 ? undefined : { ...ours, entries },
    changes: merged.flatMap(({ changes }) => changes),
    conflicts: merged.flatMap(({ conflicts }) => conflicts),
  };
}
