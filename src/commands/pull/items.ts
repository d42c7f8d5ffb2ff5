import type { ObjectItem } from "../../approval/coverage.ts";
import { tokenOf } from "../../change/tokens.ts";
import type { ObjectView } from "../../model/manifest.ts";
import { type DeploymentPlan, isWrite, type ObjectChange, type Operation } from "../../model/plan.ts";
import { nameOf } from "../../plan/record.ts";

/** The objects of a Deployment by `nameOf` them. */
export type Objects = ReadonlyMap<string, ObjectView>;

/**
 * What of a plan's objects has to be found in approved changes. What Git has as it had when it was applied is not among it: that is drift, and
 * the plan puts it right. `before` tells what was applied of each operation; `now`: undefined where HEAD has no such Deployment.
 */
export function objectItems(
  { operations }: DeploymentPlan,
  now: Objects | undefined,
  before: (operation: Operation) => Objects | undefined,
): readonly ObjectItem[] {
  const items = operations
    .filter(isWrite)
    .flatMap((operation) => operation.objects.flatMap((change) => itemsOf(change, now, before(operation))));
  const keyOf = ({ object, path }: ObjectItem) => `${nameOf(object)}\0${path ?? ""}`;
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

function itemsOf(
  { kind, id, action, fields }: ObjectChange,
  now: Objects | undefined,
  past: Objects | undefined,
): readonly ObjectItem[] {
  const object = { kind, id };
  const own = now?.get(nameOf(object));
  const before = past?.get(nameOf(object));
  if (!own) return past && !before ? [] : [{ object }];
  const paths = action === "change" ? fields.map(({ path }) => path) : [...own.fields.keys()];
  return paths.flatMap((path) => {
    const token = tokenOf(own.fields.get(path));
    if (before && tokenOf(before.fields.get(path)) === token) return [];
    return [{ object, path, ...(token !== undefined && { token }) }];
  });
}
