import type { Workspace } from "../model/declaration.ts";
import { type Place, placeKey, placeOf } from "./place.ts";
import type { PolicyFile } from "./policy-file.ts";

/** The policy of one tree, as it goes from commit to commit. */
export interface PolicyTree {
  /** Undefined: there is no such file with policy any more. */
  set(path: string, file: PolicyFile | undefined): void;
  /** What the files that were set since the last call did: places it has no longer, and keys of those it got. */
  settle(): { readonly lost: readonly Place[]; readonly won: readonly string[] };
  places(): readonly Place[];
}

interface Root {
  readonly workspace: Workspace;
  /** What of it places depend on. */
  readonly print: string;
}

interface Held {
  readonly place: Place;
  readonly files: number;
}

const WORKSPACE_FILE = /(?:^|\/)jackfield\.yaml$/;

/** Only what depends on a changed file is looked at again: histories are long. */
export function createPolicyTree(): PolicyTree {
  const files = new Map<string, PolicyFile>();
  const roots = new Map<string, Root>();
  const placed = new Map<string, ReadonlyMap<string, Place>>();
  const held = new Map<string, Held>();
  const changed = new Set<string>();
  let isMoved = false;
  return {
    set(path, file) {
      changed.add(path);
      if (file) files.set(path, file);
      else files.delete(path);
      if (WORKSPACE_FILE.test(path) && setRoot(roots, folderOf(path), file?.workspace)) isMoved = true;
    },
    settle() {
      const before = new Map<string, Held | undefined>();
      for (const path of isMoved ? new Set([...files.keys(), ...changed]) : changed) {
        const [old, now] = [placed.get(path) ?? NONE, placesOf(path, files.get(path), roots)];
        for (const key of [...old.keys(), ...now.keys()])
          if (!before.has(key)) before.set(key, held.get(key));
        count(held, old, -1);
        count(held, now, 1);
        placed.set(path, now);
      }
      changed.clear();
      isMoved = false;
      const lost = [...before].flatMap(([key, was]) => (was && !held.has(key) ? [was.place] : []));
      const won = [...before].flatMap(([key, was]) => (!was && held.has(key) ? [key] : []));
      return { lost, won };
    },
    places: () => [...held.values()].map(({ place }) => place),
  };
}

const NONE: ReadonlyMap<string, Place> = new Map();

/** Two files may say the same. */
function count(held: Map<string, Held>, places: ReadonlyMap<string, Place>, by: 1 | -1): void {
  for (const [key, place] of places) {
    const files = (held.get(key)?.files ?? 0) + by;
    if (files > 0) held.set(key, { place, files });
    else held.delete(key);
  }
}

/** True if places may be others now. */
function setRoot(roots: Map<string, Root>, folder: string, workspace: Workspace | undefined): boolean {
  const before = roots.get(folder)?.print;
  const print = workspace && printOf(workspace);
  if (workspace && print !== undefined) roots.set(folder, { workspace, print });
  else roots.delete(folder);
  return print !== before;
}

function printOf({ uid, name, clusters }: Workspace): string {
  const all = [...clusters].map(([key, { name: _, ...cluster }]) => [key, cluster]);
  return JSON.stringify([uid ?? null, name.value, all]);
}

function placesOf(
  path: string,
  file: PolicyFile | undefined,
  roots: ReadonlyMap<string, Root>,
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  if (!file || file.deployments.length === 0) return places;
  const folder = outermost(path, roots);
  const root = folder === undefined ? undefined : roots.get(folder);
  if (!root || folder === undefined) return places;
  for (const deployment of file.deployments) {
    const place = placeOf(root.workspace, folder, deployment);
    if (place) places.set(placeKey(place), place);
  }
  return places;
}

/** The folder of the Workspace that a file is part of. */
function outermost(path: string, roots: ReadonlyMap<string, Root>): string | undefined {
  if (roots.has("")) return "";
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
    if (roots.has(path.slice(0, at))) return path.slice(0, at);
  }
  return undefined;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
