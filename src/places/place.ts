import { baseName } from "../model/base-name.ts";
import { clusterKey } from "../model/cluster-key.ts";
import type { Deployment, Workspace } from "../model/declaration.ts";
import type { EarlierPlace } from "../model/place.ts";

/** A place of some tree. */
export type Place = Omit<EarlierPlace, "last" | "dropped">;

/** Where a Deployment is; undefined: its cluster is not declared. `folder`: of the Workspace. */
export function placeOf(workspace: Workspace, folder: string, deployment: Deployment): Place | undefined {
  const cluster = workspace.clusters.get(deployment.cluster.value);
  return (
    cluster && {
      workspaceUid: workspace.uid ?? workspace.name.value,
      workspace: workspace.name.value,
      deployment: deployment.name.value,
      cluster,
      folder,
      namespace: deployment.namespace.value,
      delivery: deployment.delivery,
      base: baseName(deployment),
    }
  );
}

/** Tells places apart. */
export function placeKey(place: Place): string {
  const { workspaceUid, deployment, cluster, folder, namespace, base, delivery } = place;
  return [workspaceUid, deployment, clusterKey(cluster, folder), namespace, base, delivery].join("\0");
}

/** A cluster, and the folder of the Workspace that declares it. */
export type Ground = Pick<Place, "cluster" | "folder">;

/**
 * True if two declarations mean one cluster. A uid that is written down later, or no longer, makes no other cluster of it: then
 * the context tells.
 */
export function isSameCluster(one: Ground, other: Ground): boolean {
  const [{ uid, context }, { uid: otherUid, context: otherContext }] = [one.cluster, other.cluster];
  if (context !== undefined && (uid === undefined) !== (otherUid === undefined))
    return context === otherContext;
  return clusterKey(one.cluster, one.folder) === clusterKey(other.cluster, other.folder);
}
