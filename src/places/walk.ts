import type { EarlierPlace } from "../model/place.ts";
import type { PolicyPast } from "../model/policy-past.ts";
import { type Place, placeKey } from "./place.ts";
import type { PolicyFile } from "./policy-file.ts";
import { createPolicyTree } from "./policy-tree.ts";

/** What one history tells, by the key of a place. */
export interface Walked {
  /** Places that its last commit has not; in the order in which they were dropped. */
  readonly gone: ReadonlyMap<string, EarlierPlace>;
  /** Places that its last commit has. */
  readonly left: ReadonlyMap<string, Place>;
}

/**
 * Follows policy from commit to commit. A file that cannot be read at a commit stays what it was: nothing was delivered by that
 * commit, and what comes next tells what became of it.
 */
export function walk({ changes }: PolicyPast, read: (text: string) => PolicyFile | undefined): Walked {
  const tree = createPolicyTree();
  const gone = new Map<string, EarlierPlace>();
  for (const { commit, parent, changed } of changes) {
    for (const [path, text] of changed) {
      const file = text === undefined ? undefined : read(text);
      if (file || text === undefined) tree.set(path, file);
    }
    const { lost, won } = tree.settle();
    for (const key of won) gone.delete(key);
    for (const place of lost)
      gone.set(placeKey(place), { ...place, last: parent ?? commit, dropped: commit });
  }
  return { gone, left: new Map(tree.places().map((place) => [placeKey(place), place])) };
}
