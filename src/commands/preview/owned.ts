import type { LiveNamespace } from "../../cluster-ports.ts";
import { compile } from "../../compile.ts";
import { compareText } from "../../core/source.ts";
import { clusterKey } from "../../model/cluster-key.ts";
import type { PreviewRecord } from "../../model/preview.ts";
import type { LiveCluster } from "../../ports.ts";
import { PREVIEWS, previewsLabel, readPreview } from "../../preview/record.ts";
import { identityOf } from "../live/wanted.ts";
import { allBases, type Base, nameOf } from "./bases.ts";
import type { PreviewPorts } from "./ports.ts";

/** A preview that lives. */
export interface Owned {
  readonly record: PreviewRecord;
  readonly live: LiveNamespace;
  /** As the default branch has its base; undefined: it is not there any more. */
  readonly base: Base | undefined;
}

/** A cluster, and the previews of one Workspace in it. */
export interface OwnedIn {
  readonly workspace: string;
  /** What the Workspace calls it. */
  readonly cluster: string;
  readonly open: LiveCluster;
  /** Sorted by name. */
  readonly owned: readonly Owned[];
}

/**
 * The previews of every Workspace in every cluster that it has Deployments in. Throws PortFailure: what cannot be listed is not taken for
 * none. Whoever gets them closes their clusters.
 */
export async function ownedPreviews(
  ports: PreviewPorts,
  wanted: string | undefined,
): Promise<readonly OwnedIn[]> {
  const all = allBases(compile(ports.reviewed)).filter(
    ({ workspace }) => (wanted ?? nameOf(workspace)) === nameOf(workspace),
  );
  const places = new Map(
    all.flatMap(({ workspace, deployment }) => {
      const { clusters, directory } = workspace.declarations.workspace;
      const cluster = clusters.get(deployment.cluster.value);
      return cluster
        ? [[`${identityOf(workspace)} ${clusterKey(cluster, directory)}`, { workspace, cluster }] as const]
        : [];
    }),
  );
  const found: OwnedIn[] = [];
  for (const { workspace, cluster } of places.values()) {
    const open = await ports.clusters.open(cluster, workspace.declarations.workspace.directory);
    const identity = identityOf(workspace);
    const bases = all.filter((one) => one.workspace === workspace);
    const lives = await open.previews.list(PREVIEWS, previewsLabel(identity));
    const owned = lives.flatMap((live): readonly Owned[] => {
      const record = readPreview(live);
      if (!record) return [];
      return [{ record, live, base: bases.find(({ deployment }) => deployment.name.value === record.base) }];
    });
    const sorted = owned.toSorted((a, b) => compareText(a.record.deployment, b.record.deployment));
    found.push({ workspace: nameOf(workspace), cluster: cluster.name.value, open, owned: sorted });
  }
  return found;
}
