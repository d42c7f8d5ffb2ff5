import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import { baseName, envSecretName } from "../../emit/names.ts";
import { clusterKey } from "../../model/cluster-key.ts";
import type { Cluster } from "../../model/declaration.ts";
import type { LiveSecret } from "../../model/live.ts";
import type { EarlierPlace } from "../../model/place.ts";
import type { Observation, Orphan, Site } from "../../plan/planning.ts";
import { type Clusters, type LiveCluster, PortFailure } from "../../ports.ts";
import type { Target } from "./wanted.ts";

/** What is to be read at one site: Secrets by name, or all of them. */
interface Lookup {
  readonly site: Site;
  readonly names: Set<string>;
  all: boolean;
  /** A Deployment at HEAD is here. */
  isCurrent: boolean;
}

interface ClusterLookups {
  readonly cluster: Cluster;
  readonly folder: string;
  readonly lookups: Map<string, Lookup>;
}

/** What was read, the clusters it was read from, and what went wrong. */
export interface Observed {
  /** Those that were given, with the one key of each one's cluster. */
  readonly targets: readonly Target[];
  readonly observation: Observation;
  /** By `clusterKey`. */
  readonly clusters: ReadonlyMap<string, LiveCluster>;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads what lives where these Deployments are, and where they were: by name where names are known, else all Secrets of the namespace;
 * a directory cluster is looked through. What cannot be read is never taken for absent.
 */
export async function observe(
  clusters: Clusters,
  targets: readonly Target[],
  earlier: readonly EarlierPlace[],
): Promise<Observed> {
  const wanted = lookupsOf(targets, earlier);
  const read = await Promise.all([...wanted].map(([key, one]) => readCluster(clusters, key, one)));
  const keys = keysOf(read);
  const settle = (site: Site): Site => ({ ...site, key: keys.get(site.key) ?? site.key });
  const unread = new Set(read.flatMap((one) => one.unread).map((site) => nameOf(settle(site))));
  const isUnread = (site: Site) => unread.has(nameOf(site));
  const settled = targets.map(({ wanted: one, ...target }) => ({
    ...target,
    wanted: { ...one, site: settle(one.site) },
  }));
  const orphans = earlier.map(orphanOf).map((one) => ({ ...one, site: settle(one.site) }));
  return {
    targets: settled,
    observation: {
      found: foundOnce(read, settle),
      unread: settled.map((one) => one.wanted.site).filter(isUnread),
      orphans: orphans.filter(({ site }) => isUnread(site)),
    },
    clusters: new Map(read.flatMap(({ key, live }) => (live ? [[key, live] as const] : []))),
    diagnostics: read.flatMap((one) => one.diagnostics),
  };
}

function nameOf({ key, namespace }: Site): string {
  return `${key}\0${namespace}`;
}

function lookupsOf(
  targets: readonly Target[],
  earlier: readonly EarlierPlace[],
): ReadonlyMap<string, ClusterLookups> {
  const wanted = new Map<string, ClusterLookups>();
  const lookup = (cluster: Cluster, folder: string, site: Site): Lookup => {
    const known = wanted.get(site.key);
    const of = known ?? { cluster, folder, lookups: new Map<string, Lookup>() };
    wanted.set(site.key, of);
    const one = of.lookups.get(site.namespace) ?? { site, names: new Set(), all: false, isCurrent: false };
    of.lookups.set(site.namespace, one);
    return one;
  };
  for (const { wanted: one, cluster, folder } of targets) {
    const at = lookup(cluster, folder, one.site);
    at.isCurrent = true;
    at.all ||= one.deployment.delivery === "kubernetes";
    for (const name of [baseName(one.deployment), envSecretName(one.deployment)]) at.names.add(name);
  }
  for (const place of earlier) {
    const at = lookup(place.cluster, place.folder, siteOf(place));
    at.all ||= place.delivery === "kubernetes";
    for (const name of [place.base, `${place.base}-env`]) at.names.add(name);
  }
  return wanted;
}

function siteOf({ cluster, folder, namespace }: EarlierPlace): Site {
  return { key: clusterKey(cluster, folder), cluster: cluster.name.value, namespace };
}

function orphanOf(place: EarlierPlace): Orphan {
  const { workspace, workspaceUid: identity, deployment, base: secret } = place;
  return { workspace, identity, deployment, site: siteOf(place), secret };
}

interface Read {
  readonly key: string;
  /** Of a Kubernetes cluster that was reached. */
  readonly uid?: string;
  readonly live?: LiveCluster;
  readonly found: Observation["found"];
  readonly unread: readonly Site[];
  readonly diagnostics: readonly Diagnostic[];
}

async function readCluster(
  clusters: Clusters,
  key: string,
  { cluster, folder, lookups }: ClusterLookups,
): Promise<Read> {
  const all = [...lookups.values()];
  try {
    const live = await clusters.open(cluster, folder);
    const sites = [...all, ...(await others(live, key, cluster, lookups))];
    // What is read is used only if it is of the very cluster that is meant.
    const [uid, read] = await Promise.all([
      live.identity(),
      Promise.all(sites.map((one) => readSite(live, one))),
    ]);
    if (cluster.uid !== undefined && uid !== cluster.uid) {
      live.close();
      return { key, found: [], unread: all.map(({ site }) => site), diagnostics: [stranger(cluster)] };
    }
    return {
      key,
      ...(uid !== undefined && { uid }),
      live,
      found: read.flatMap(({ found }) => found),
      unread: read.flatMap(({ unread }) => unread),
      diagnostics: read.flatMap((one) => one.diagnostics),
    };
  } catch (error) {
    if (!(error instanceof PortFailure)) throw error;
    return { key, found: [], unread: all.map(({ site }) => site), diagnostics: toldOf(all, error) };
  }
}

/** Only where a Deployment at HEAD is does it fail the run by itself: what became of earlier places is judged by their age. */
function toldOf(lookups: readonly Lookup[], { diagnostic: trouble }: PortFailure): readonly Diagnostic[] {
  return lookups.some(({ isCurrent }) => isCurrent) ? [trouble] : [];
}

/** Behind a context may be another cluster than the one that is meant. */
function stranger({ name }: Cluster): Diagnostic {
  const hint = "check the context; `uid` of the cluster is that of its namespace `kube-system`";
  return diagnostic("JF615", undefined, { cluster: name.value }, { hint });
}

/**
 * The one key of each cluster. It may go by two: after its context was renamed, say, and then the place under its former name is
 * the very place that it has now, where nothing is left over.
 */
function keysOf(read: readonly Read[]): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  for (const { key, uid } of read) if (uid !== undefined && !first.has(uid)) first.set(uid, key);
  return new Map(read.map(({ key, uid }) => [key, first.get(uid ?? "") ?? key]));
}

/** What was found, each Secret once. */
function foundOnce(read: readonly Read[], keyOf: (site: Site) => Site): Observation["found"] {
  const found = new Map<string, Observation["found"][number]>();
  for (const { site, live } of read.flatMap((one) => one.found)) {
    const only = keyOf(site);
    const key = `${only.key}\0${only.namespace}\0${live.name}`;
    if (!found.has(key)) found.set(key, { site: only, live });
  }
  return [...found.values()];
}

/** Namespaces of a directory that nobody asked for: an earlier place may be among them. */
async function others(
  live: LiveCluster,
  key: string,
  cluster: Cluster,
  lookups: ReadonlyMap<string, Lookup>,
): Promise<readonly Lookup[]> {
  const namespaces = await live.namespaces();
  for (const lookup of namespaces ? lookups.values() : []) lookup.all = true;
  return (namespaces ?? [])
    .filter((namespace) => !lookups.has(namespace))
    .map((namespace) => {
      const site = { key, cluster: cluster.name.value, namespace };
      return { site, names: new Set(), all: true, isCurrent: false };
    });
}

async function readSite(
  live: LiveCluster,
  lookup: Lookup,
): Promise<Pick<Read, "found" | "unread" | "diagnostics">> {
  const { site, names, all } = lookup;
  try {
    const secrets: readonly (LiveSecret | undefined)[] = all
      ? await live.list(site.namespace)
      : await Promise.all([...names].map((name) => live.get(site.namespace, name)));
    const found = secrets.flatMap((one) => (one ? [{ site, live: one }] : []));
    return { found, unread: [], diagnostics: [] };
  } catch (error) {
    if (!(error instanceof PortFailure)) throw error;
    return { found: [], unread: [site], diagnostics: toldOf([lookup], error) };
  }
}
