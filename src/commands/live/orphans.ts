import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import { clusterKey } from "../../model/cluster-key.ts";
import type { EarlierPlace } from "../../model/place.ts";
import { RECORD, readRecord } from "../../plan/record.ts";
import type { History } from "../../ports.ts";
import type { Estate } from "../estate.ts";
import type { Observed } from "./observe.ts";

/**
 * Of places where Secrets may be left and nobody can look: an error in the run that dropped the place, and for as long as its
 * cluster is declared; later a warning.
 */
export function orphanTroubles(
  earlier: readonly EarlierPlace[],
  { observation }: Observed,
  estate: Estate,
  history: History,
): readonly Diagnostic[] {
  const declared = declaredClusters(estate);
  const applied = observation.found.flatMap(({ live }) => {
    const record = readRecord(live.annotations.get(RECORD)?.reveal());
    return record?.commit === undefined ? [] : [record.commit];
  });
  return observation.orphans.map((orphan) => {
    const place = earlier.find(
      (one) =>
        one.deployment === orphan.deployment && clusterKey(one.cluster, one.folder) === orphan.site.key,
    );
    const isNew = place !== undefined && isSince(place.dropped, [...new Set(applied)], history);
    const { cluster, namespace } = orphan.site;
    const params = { cluster, namespace, deployment: orphan.deployment };
    if (isNew || declared.has(orphan.site.key)) {
      const hint =
        "let this run reach the cluster, or look there yourself: what is left still holds the secrets";
      return diagnostic("JF616", undefined, params, { hint });
    }
    return diagnostic("JF617", undefined, params);
  });
}

/** True if a commit came after what was applied last, or is the newest. */
function isSince(dropped: string, applied: readonly string[], history: History): boolean {
  if (dropped === history.head()) return true;
  return applied.some((commit) => commit !== dropped && history.isAncestor(commit, dropped));
}

/** Keys of the clusters that Workspaces declare. */
function declaredClusters({ workspaces }: Estate): ReadonlySet<string> {
  return new Set(
    workspaces.flatMap(({ declarations: { workspace } }) =>
      [...workspace.clusters.values()].map((one) => clusterKey(one, workspace.directory)),
    ),
  );
}
