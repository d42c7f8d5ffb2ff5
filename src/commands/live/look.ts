import { inPool } from "../../apply/pool.ts";
import type { KubernetesInspection } from "../../cluster-ports.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import { type Finding, trouble } from "../../doctor/finding.ts";
import { judgeUid, judgeVersion } from "../../doctor/places.ts";
import { IDENTITY_ROLE, type RoleManifest } from "../../doctor/rights.ts";
import { clusterKey } from "../../model/cluster-key.ts";
import type { Cluster } from "../../model/declaration.ts";
import type { SecretManifest } from "../../model/manifest.ts";
import type { Clusters, LiveCluster } from "../../ports.ts";
import type { Placed } from "../estate.ts";
import { attempt } from "./attempt.ts";
import { lookAtDeployment } from "./look-deployment.ts";
import { lookAtDirectory } from "./look-directory.ts";

/** A Deployment to be looked at. */
export interface Subject {
  readonly placed: Placed;
  /** What it is to have; absent where that does not open. */
  readonly manifests?: readonly SecretManifest[];
}

export interface Looked {
  readonly findings: readonly Finding[];
  /** What would give the rights that are missing. */
  readonly roles: readonly NeededRole[];
  /** A cluster did not answer, or not us. */
  readonly isOutOfReach: boolean;
}

export interface NeededRole {
  readonly cluster: string;
  readonly manifest: RoleManifest;
}

/** A cluster, and who is in it. */
interface Site {
  readonly cluster: Cluster;
  readonly folder: string;
  readonly subjects: Subject[];
}

/** Deployments that are looked at at a time, in each cluster. */
const DEPLOYMENTS = 8;

/** Looks at every cluster that these Deployments are in, and at what each of them needs there. */
export async function lookAtClusters(clusters: Clusters, subjects: readonly Subject[]): Promise<Looked> {
  const sites = sitesOf(subjects);
  const looked = await Promise.all(sites.map((site) => lookAt(clusters, site)));
  return {
    findings: looked.flatMap(({ findings }) => findings),
    roles: looked.flatMap(({ roles }) => roles),
    isOutOfReach: looked.some(({ isOutOfReach }) => isOutOfReach),
  };
}

function sitesOf(subjects: readonly Subject[]): readonly Site[] {
  const sites = new Map<string, Site>();
  for (const subject of subjects) {
    const { workspace } = subject.placed.workspace.declarations;
    const cluster = workspace.clusters.get(subject.placed.effective.deployment.cluster.value);
    // One that is not declared is an error of the files.
    if (!cluster) continue;
    const key = clusterKey(cluster, workspace.directory);
    const site = sites.get(key) ?? { cluster, folder: workspace.directory, subjects: [] };
    sites.set(key, site);
    site.subjects.push(subject);
  }
  return [...sites.values()];
}

async function lookAt(clusters: Clusters, site: Site): Promise<Looked> {
  const about = `cluster ${site.cluster.name.value}`;
  const live = await attempt(() => clusters.open(site.cluster, site.folder));
  if ("code" in live) return outOfReach(about, live);
  try {
    const { inspect } = live;
    if (inspect?.kind === "kubernetes") return await lookAtKubernetes(live, inspect, site, about);
    if (inspect?.kind === "directory") return await lookAtDirectory(live, inspect, site.subjects);
    return { findings: [], roles: [], isOutOfReach: false };
  } finally {
    live.close();
  }
}

function outOfReach(about: string, why: Diagnostic): Looked {
  return { findings: [trouble(about, "server", why)], roles: [], isOutOfReach: true };
}

async function lookAtKubernetes(
  live: LiveCluster,
  inspect: KubernetesInspection,
  { cluster, subjects }: Site,
  about: string,
): Promise<Looked> {
  const version = await attempt(() => inspect.version());
  if ("code" in version && !isRefusal(version)) return outOfReach(about, version);
  const identity = await attempt(async () => ({ uid: await live.identity() }));
  if ("code" in identity && !isRefusal(identity)) return outOfReach(about, identity);
  const name = cluster.name.value;
  const findings: Finding[] = [
    "code" in version ? trouble(about, "server", version) : judgeVersion(about, name, version),
    "code" in identity
      ? trouble(about, "server", identity)
      : judgeUid(about, name, cluster.uid, identity.uid ?? ""),
  ];
  const roles: NeededRole[] = "code" in identity ? [{ cluster: name, manifest: IDENTITY_ROLE }] : [];
  // Behind the context is another cluster: what is in it is none of our business.
  const isStranger = !("code" in identity) && cluster.uid !== undefined && cluster.uid !== identity.uid;
  const looked = isStranger
    ? []
    : await inPool(subjects, DEPLOYMENTS, (subject) =>
        lookAtDeployment({ live, inspect, cluster: name }, subject),
      );
  return {
    findings: [...findings, ...looked.flatMap((one) => one.findings)],
    roles: [...roles, ...looked.flatMap((one) => one.roles)],
    isOutOfReach: false,
  };
}

/** It answers, and knows us, but does not let us. */
function isRefusal({ code }: Diagnostic): boolean {
  return code === "JF706" || code === "JF714";
}
