import type { Item } from "../../approval/coverage.ts";
import { placeOf, tokenOf } from "../../change/tokens.ts";
import type { Deployment } from "../../model/declaration.ts";
import type { ObjectView } from "../../model/manifest.ts";
import { type DeploymentPlan, isWrite, type ObjectChange, type Operation } from "../../model/plan.ts";
import { nameOf } from "../../plan/record.ts";
import type { PastDeployment } from "./history-views.ts";

/** A Deployment as HEAD has it; undefined: HEAD has it not. */
export interface Present {
  readonly deployment: Deployment;
  readonly objects: ReadonlyMap<string, ObjectView>;
}

/**
 * What of a plan has to be found in approved changes. What Git has as it had when it was applied is not among it: that is drift, and the plan
 * puts it right. `before` tells what was applied of each operation.
 */
export function itemsOf(
  { operations }: DeploymentPlan,
  present: Present | undefined,
  before: (operation: Operation) => PastDeployment | undefined,
): readonly Item[] {
  const items = operations.filter(isWrite).flatMap((operation): readonly Item[] => {
    const past = before(operation);
    const own = operation.objects.flatMap((change) => objectItems(change, present, past));
    return [...placeItems(present?.deployment, past?.deployment), ...own];
  });
  const keyOf = ({ object, path }: Item) => `${object ? nameOf(object) : ""}\0${path ?? ""}`;
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

function placeItems(now: Deployment | undefined, before: Deployment | undefined): readonly Item[] {
  if (!now) return [{ path: "environment" }];
  if (!before) return [];
  const places = placeOf(before);
  return placeOf(now).flatMap(({ path, value }, index) => {
    if (places[index]?.value === value) return [];
    return [{ path, ...(value !== undefined && { token: value }) }];
  });
}

function objectItems(
  { kind, id, action, fields }: ObjectChange,
  present: Present | undefined,
  past: PastDeployment | undefined,
): readonly Item[] {
  const object = { kind, id };
  const now = present?.objects.get(nameOf(object));
  const before = past?.objects.get(nameOf(object));
  if (!now) return past && !before ? [] : [{ object }];
  const paths = action === "change" ? fields.map(({ path }) => path) : [...now.fields.keys()];
  return paths.flatMap((path) => {
    const token = tokenOf(now.fields.get(path));
    if (before && tokenOf(before.fields.get(path)) === token) return [];
    return [{ object, path, ...(token !== undefined && { token }) }];
  });
}
