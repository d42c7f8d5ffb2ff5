import type { DeploymentDifference, ObjectDifference } from "../model/change.ts";
import type { ObjectName } from "../model/plan.ts";

/** One thing that a plan does and Git says: a field of an object that gets a value or loses it, or an object that goes. */
export interface ObjectItem {
  readonly object: ObjectName;
  /** Undefined: the whole object goes. */
  readonly path?: string;
  /** Tells the value that HEAD has from others; undefined: it has none. */
  readonly token?: string;
}

/** One value of the policy that a plan is made by. */
export interface PolicyItem {
  /** `Workspace`, or `Deployment prod`. */
  readonly subject: string;
  /** Empty: whether there is such a document at all. */
  readonly path: string;
  /** As JSON; undefined: HEAD has none. */
  readonly token?: string;
}

export type Item = ObjectItem | PolicyItem;

/** The value of policy under a subject and a path, as JSON; undefined: there is none. */
export type PolicyAt = (subject: string, path: string) => string | undefined;

/** What an approved change did for a Deployment. */
export interface Offer {
  /** Undefined: nothing to its objects. */
  readonly difference?: DeploymentDifference | undefined;
  /** Policy before it and after; undefined: its branch's policy does not count. */
  readonly policy?: { readonly before: PolicyAt; readonly after: PolicyAt } | undefined;
}

/** What of a plan is yet to be found in changes that were approved. */
export interface Coverage {
  /** A change that was approved for this Deployment; the newest comes first. */
  offer(offer: Offer): void;
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
    offer(offer) {
      const left: Item[] = [];
      for (const item of open) {
        const set = "object" in item ? setBy(offer, item) : policySetBy(offer, item);
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
type Set = { readonly isAs: boolean } | undefined;

function setBy({ difference }: Offer, { object, path, token }: ObjectItem): Set {
  const found = difference?.objects.find(({ kind, id }) => kind === object.kind && id === object.id);
  if (!found) return undefined;
  return path === undefined ? { isAs: found.action === "remove" } : fieldSetBy(found, path, token);
}

function fieldSetBy({ action, fields }: ObjectDifference, path: string, token: string | undefined): Set {
  const field = fields.find((one) => one.path === path);
  if (field) return { isAs: field.token === token };
  // An object that is new, or gone, has no other fields.
  return action === "change" ? undefined : { isAs: token === undefined };
}

function policySetBy({ policy }: Offer, { subject, path, token }: PolicyItem): Set {
  if (!policy) return undefined;
  const [before, after] = [policy.before(subject, path), policy.after(subject, path)];
  return before === after ? undefined : { isAs: after === token };
}
