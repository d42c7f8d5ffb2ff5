import type { DeploymentDifference, ObjectDifference } from "../model/change.ts";
import type { ObjectName } from "../model/plan.ts";

/** One thing that a plan does and Git says: a field of an object that gets a value or loses it, an object that goes, a place that changes. */
export interface Item {
  /** Undefined: it is about the place of the Deployment; then, without a token, the Deployment is gone. */
  readonly object?: ObjectName;
  /** Undefined: the whole object goes. */
  readonly path?: string;
  /** Tells the value that HEAD has from others; undefined: it has none. */
  readonly token?: string;
}

/** What of a plan is yet to be found in changes that were approved. */
export interface Coverage {
  /** A change that was approved for this Deployment; the newest comes first. */
  offer(difference: DeploymentDifference): void;
  /** True if nothing is left to be found, or nothing more can be. */
  isSettled(): boolean;
  /** What no approved change set as HEAD has it. */
  uncovered(): readonly Item[];
}

/**
 * An item is covered if the latest approved change that it occurs in set the value that HEAD has (design: 3.4). What an earlier one set does not
 * count any more.
 */
export function createCoverage(items: readonly Item[]): Coverage {
  let open = items;
  const wrong: Item[] = [];
  return {
    offer(difference) {
      const left: Item[] = [];
      for (const item of open) {
        const set = setBy(difference, item);
        if (set === undefined) left.push(item);
        else if (!set.isAs) wrong.push(item);
      }
      open = left;
    },
    isSettled: () => open.length === 0,
    uncovered: () => [...wrong, ...open],
  };
}

/** Whether a change leaves an item as HEAD has it; undefined: it says nothing of it. */
function setBy(
  { action, place, objects }: DeploymentDifference,
  item: Item,
): { readonly isAs: boolean } | undefined {
  const { object, path, token } = item;
  if (!object) {
    // A Deployment that is new has all of its place from this change; one that is gone has none any more.
    if (action !== "change") return { isAs: (token !== undefined) === (action === "add") };
    const changed = place.find((one) => one.path === path);
    return changed && { isAs: changed.to === token };
  }
  const difference = objects.find(({ kind, id }) => kind === object.kind && id === object.id);
  if (!difference) return undefined;
  return path === undefined ? { isAs: difference.action === "remove" } : fieldSetBy(difference, path, token);
}

function fieldSetBy({ action, fields }: ObjectDifference, path: string, token: string | undefined) {
  const field = fields.find((one) => one.path === path);
  if (field) return { isAs: field.token === token };
  // An object that is new, or gone, has no other fields.
  return action === "change" ? undefined : { isAs: token === undefined };
}
