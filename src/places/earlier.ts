import { type Checked, type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { compareText } from "../core/source.ts";
import type { Declarations } from "../model/declaration.ts";
import type { EarlierPlace } from "../model/place.ts";
import type { PolicyHistory } from "../ports.ts";
import { type Ground, isSameCluster, type Place, placeKey, placeOf } from "./place.ts";
import { createPolicyReader } from "./policy-file.ts";
import { type Walked, walk } from "./walk.ts";

/**
 * Where Deployments were, by the first-parent history of HEAD and of the default branch, and are not any more (design: 3.4). `now`:
 * what the tree at hand declares, which may be ahead of HEAD, and part of the repo; of a Workspace that is not among them nothing
 * counts as dropped since HEAD. Sorted. Errors where a cluster that cannot be looked through may hold what this clone does not
 * remember. Throws PortFailure.
 */
export function earlierPlaces(
  history: PolicyHistory,
  now: readonly Declarations[],
): Checked<readonly EarlierPlace[]> {
  const current = now.flatMap(placesNow);
  const head = history.head();
  if (head === undefined) return { value: [], diagnostics: nothingKnown(current) };
  const tips = [...new Set([head, history.defaultBranch()?.commit ?? head])];
  const pasts = tips.map((tip) => history.policyPast(tip));
  const read = createPolicyReader();
  const walks = pasts.map((past) => walk(past, read));
  const [own, main] = walks as [Walked, Walked | undefined];
  const gone = [
    ...goneOnDefault(own, main, history),
    ...goneOnHead(own, main, tips[1], history),
    ...goneSinceHead(own, head, now),
  ];
  const all = [...current, ...walks.flatMap(({ gone, left }) => [...gone.values(), ...left.values()])];
  const isWhole = !history.isShallow() && pasts.every((past) => past.isWhole);
  return {
    value: settle(gone, current, now),
    diagnostics: isWhole || !all.some(isKubernetes) ? [] : [forgotten(history.isShallow())],
  };
}

function placesNow({ workspace, deployments }: Declarations): readonly Place[] {
  return deployments.flatMap((one) => placeOf(workspace, workspace.directory, one) ?? []);
}

/** A directory is listed, so nothing needs to be remembered of it. */
function isKubernetes({ cluster }: Place): boolean {
  return cluster.context !== undefined;
}

function nothingKnown(current: readonly Place[]): readonly Diagnostic[] {
  if (!current.some(isKubernetes)) return [];
  const hint = "what is left of them in clusters stays there";
  return [diagnostic("JF601", undefined, {}, { hint })];
}

function forgotten(isShallow: boolean): Diagnostic {
  const [reason, hint] = isShallow
    ? [
        "this clone lacks its past",
        "`fetch-depth: 0` for `actions/checkout`, `git fetch --unshallow` elsewhere",
      ]
    : [
        "this clone lacks files of its past",
        "clone without `--filter`, or run `git fetch --refetch --no-filter`",
      ];
  return diagnostic("JF600", undefined, { reason }, { hint });
}

/** What the default branch dropped, and HEAD has not or dropped too, earlier. */
function goneOnDefault(
  own: Walked,
  main: Walked | undefined,
  history: PolicyHistory,
): readonly EarlierPlace[] {
  return [...(main?.gone ?? [])].flatMap(([key, place]) => {
    const other = own.gone.get(key);
    if (own.left.has(key) || (other && !history.isAncestor(other.dropped, place.dropped))) return [];
    return [place];
  });
}

/** What HEAD's own history dropped, unless the default branch brought it back since, or dropped it later. */
function goneOnHead(
  own: Walked,
  main: Walked | undefined,
  tip: string | undefined,
  history: PolicyHistory,
): readonly EarlierPlace[] {
  return [...own.gone].flatMap(([key, place]) => {
    const other = main?.gone.get(key);
    if (other && history.isAncestor(place.dropped, other.dropped)) return [];
    if (tip !== undefined && main?.left.has(key) && history.isAncestor(place.dropped, tip)) return [];
    return [place];
  });
}

/** What HEAD has: the tree at hand may have dropped it. */
function goneSinceHead(own: Walked, head: string, now: readonly Declarations[]): readonly EarlierPlace[] {
  const known = new Set(now.map(({ workspace }) => workspace.uid ?? workspace.name.value));
  return [...own.left.values()].flatMap((place) =>
    known.has(place.workspaceUid) ? [{ ...place, last: head, dropped: head }] : [],
  );
}

/**
 * Without what is current, each place once. Where a cluster was declared in several ways, the one that is declared now counts, else
 * the newest: of one cluster that is taken for two, what is current would be taken away as something earlier.
 */
function settle(
  gone: readonly EarlierPlace[],
  current: readonly Place[],
  now: readonly Declarations[],
): readonly EarlierPlace[] {
  const newestFirst = [...gone].reverse();
  const declared = groundsNow(now);
  const grounds: Owned[] = [...declared];
  for (const place of newestFirst) if (!groundOf(place, grounds)) grounds.push(place);
  const taken = new Set(current.map((place) => placeKey(grounded(place, grounds))));
  const places: EarlierPlace[] = [];
  for (const place of newestFirst.map((one) => grounded(one, grounds))) {
    const key = placeKey(place);
    if (taken.has(key)) continue;
    taken.add(key);
    places.push(place);
  }
  return places.sort((one, other) => compareText(sortKey(one), sortKey(other)));
}

/** A declaration of a cluster, and whose it is. */
type Owned = Ground & Pick<Place, "workspaceUid">;

function groundsNow(now: readonly Declarations[]): readonly Owned[] {
  return now.flatMap(({ workspace: { clusters, directory: folder, uid, name } }) =>
    [...clusters.values()].map((cluster) => ({ cluster, folder, workspaceUid: uid ?? name.value })),
  );
}

/** The declaration that counts: its own Workspace's before another's. */
function groundOf(place: Place, grounds: readonly Owned[]): Ground | undefined {
  const same = grounds.filter((one) => isSameCluster(one, place));
  return same.find(({ workspaceUid }) => workspaceUid === place.workspaceUid) ?? same[0];
}

function grounded<T extends Place>(place: T, grounds: readonly Owned[]): T {
  const { cluster, folder } = groundOf(place, grounds) ?? place;
  return { ...place, cluster, folder };
}

function sortKey(place: Place): string {
  return `${place.workspace}\0${placeKey(place)}`;
}
