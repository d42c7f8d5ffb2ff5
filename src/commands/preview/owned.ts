import type { LiveNamespace } from "../../cluster-ports.ts";
import { type CompiledWorkspace, compile } from "../../compile.ts";
import { type Diagnostic, hasErrors } from "../../core/diagnostic.ts";
import { compareText } from "../../core/source.ts";
import { clusterKey } from "../../model/cluster-key.ts";
import type { Cluster } from "../../model/declaration.ts";
import type { PreviewRecord } from "../../model/preview.ts";
import { type LiveCluster, PortFailure } from "../../ports.ts";
import { PREVIEWS, previewsLabel, readPreview } from "../../preview/record.ts";
import { identityOf } from "../live/wanted.ts";
import { allBases, type Base, nameOf } from "./bases.ts";
import type { PreviewPorts } from "./ports.ts";

/** A preview that lives. */
export interface Owned {
  readonly record: PreviewRecord;
  readonly live: LiveNamespace;
  /** As the default branch has its base; undefined: it is not there, or could not be read. */
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

export interface Lookout {
  readonly places: readonly OwnedIn[];
  /** Clusters that cannot be asked: what may be there is not taken for nothing. */
  readonly diagnostics: readonly Diagnostic[];
  /** The default branch has no errors: what it does not have is not there. */
  readonly isWhole: boolean;
}

interface Place {
  readonly workspace: CompiledWorkspace;
  readonly cluster: Cluster;
  /** A Deployment there allows previews. */
  readonly hasBase: boolean;
}

/**
 * The previews of every Workspace in the clusters of its bases; `isThorough`: in every cluster that may have had one, too, where what cannot be asked is a
 * warning. Whoever gets them closes their clusters.
 */
export async function ownedPreviews(
  ports: PreviewPorts,
  wanted: string | undefined,
  isThorough: boolean,
): Promise<Lookout> {
  const compiled = compile(ports.reviewed);
  const all = allBases(compiled);
  const workspaces = compiled.workspaces.filter((one) => (wanted ?? nameOf(one)) === nameOf(one));
  const places: OwnedIn[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const place of workspaces.flatMap(placesOf)) {
    if (!place.hasBase && !isThorough) continue;
    try {
      places.push(await lookInto(ports, place, all));
    } catch (error) {
      if (!(error instanceof PortFailure)) throw error;
      diagnostics.push(place.hasBase ? error.diagnostic : { ...error.diagnostic, severity: "warning" });
    }
  }
  return { places, diagnostics, isWhole: !hasErrors(compiled.diagnostics) };
}

/** Its clusters, but for those where all Deployments are protected: they never had a preview, and its account has no business there. */
function placesOf(workspace: CompiledWorkspace): readonly Place[] {
  const { deployments } = workspace.declarations;
  const { clusters, directory, environments } = workspace.declarations.workspace;
  const places = new Map<string, Place>();
  for (const cluster of clusters.values()) {
    const own = deployments.filter((one) => one.cluster.value === cluster.name.value);
    const open = own.filter(({ environment }) => !environments.get(environment.value)?.protected);
    if (own.length > 0 && open.length === 0) continue;
    // Two names of one cluster are one place.
    const key = clusterKey(cluster, directory);
    const hasBase = own.some(({ previews }) => previews !== undefined) || places.get(key)?.hasBase === true;
    places.set(key, { workspace, cluster, hasBase });
  }
  return [...places.values()];
}

async function lookInto(
  { clusters }: PreviewPorts,
  { workspace, cluster }: Place,
  all: readonly Base[],
): Promise<OwnedIn> {
  const open = await clusters.open(cluster, workspace.declarations.workspace.directory);
  try {
    const lives = await open.previews.list(PREVIEWS, previewsLabel(identityOf(workspace)));
    const owned = lives.flatMap((live): readonly Owned[] => {
      const record = readPreview(live);
      const isIts = (one: Base) => one.workspace === workspace && one.deployment.name.value === record?.base;
      return record ? [{ record, live, base: all.find(isIts) }] : [];
    });
    const sorted = owned.toSorted((a, b) => compareText(a.record.deployment, b.record.deployment));
    return { workspace: nameOf(workspace), cluster: cluster.name.value, open, owned: sorted };
  } catch (error) {
    open.close();
    throw error;
  }
}
