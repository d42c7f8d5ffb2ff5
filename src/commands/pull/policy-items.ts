import type { PolicyItem } from "../../approval/coverage.ts";
import { environmentsOf, policyValues, WORKSPACE } from "../../change/policy.ts";
import type { Side } from "../../change/side.ts";

/**
 * What of the policy that a Deployment stands under differs from what was applied, where that touches its environments: it wants the
 * approval of the old policy (design: 3.5), else a change that nobody approved would be the old policy of the next one. `before`: undefined
 * where nothing was applied; then all of it is new.
 */
export function policyItems(
  before: Side | undefined,
  now: Side | undefined,
  deployment: string,
  environments: readonly string[],
): readonly PolicyItem[] {
  const own = `Deployment ${deployment}`;
  const touches = (path: string) =>
    environmentsOf({ base: before, head: now }, WORKSPACE, path).some((one) => environments.includes(one));
  const items = [
    ...differences(before, now, WORKSPACE).filter(({ path }) => touches(path)),
    ...differences(before, now, own),
  ];
  // That there are no approvals is as much as that there are some.
  const isSilent = before === undefined && !items.some(({ path }) => path === APPROVALS);
  return isSilent ? [...items, { subject: WORKSPACE, path: APPROVALS }] : items;
}

const APPROVALS = "approvals";

function differences(
  before: Side | undefined,
  now: Side | undefined,
  subject: string,
): readonly PolicyItem[] {
  const [old, own] = [before, now].map((side) => side && policyValues(side, subject));
  // One that goes, goes whole.
  if (!own) return old ? [{ subject, path: "" }] : [];
  const paths = [...new Set([...(old?.keys() ?? []), ...own.keys()])];
  return paths.flatMap((path) => {
    const token = own.get(path);
    if (token === old?.get(path)) return [];
    return [{ subject, path, ...(token !== undefined && { token }) }];
  });
}
