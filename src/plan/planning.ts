import type { Deployment } from "../model/declaration.ts";
import type { LiveSecret } from "../model/live.ts";
import type { SecretManifest, SecretView } from "../model/manifest.ts";
import type { Before } from "./compare.ts";

/** A namespace of a cluster. `key` tells clusters apart, `cluster` is its name in the Workspace. */
export interface Site {
  readonly key: string;
  readonly cluster: string;
  readonly namespace: string;
}

/** A Deployment at HEAD, and what it is to have. */
export interface Wanted {
  readonly workspace: string;
  /** Of the Workspace: its uid, or its name where it has none. */
  readonly identity: string;
  readonly deployment: Deployment;
  readonly protected: boolean;
  readonly site: Site;
  readonly secrets: readonly SecretView[];
  /** By name; set: this run has the key. */
  readonly manifests?: ReadonlyMap<string, SecretManifest>;
  readonly policyDigest: string;
  readonly before: Before;
}

/** What was read of clusters. */
export interface Observation {
  readonly found: readonly { readonly site: Site; readonly live: LiveSecret }[];
  /** Sites of Deployments at HEAD that could not be read. */
  readonly unread: readonly Site[];
  /** Where a Deployment was earlier, and nobody can look. */
  readonly orphans: readonly Orphan[];
}

export interface Orphan {
  readonly workspace: string;
  readonly identity: string;
  readonly deployment: string;
  readonly site: Site;
  readonly secret: string;
}

export interface Planning {
  readonly wanted: readonly Wanted[];
  /** Workspaces whose Secrets may be removed: name by identity. */
  readonly workspaces: ReadonlyMap<string, string>;
  /** Every Deployment at HEAD, by `deploymentKey`, whether this run is about it or not. */
  readonly atHead: ReadonlySet<string>;
  /** True where what belongs to no Deployment at HEAD is this run's to remove. */
  readonly isInScope: (site: Site) => boolean;
  readonly observation: Observation;
  /** `NAMESPACE/NAME` of a Secret to take over. */
  readonly adopted: string | undefined;
}

export function isSameSite(one: Site, other: Site): boolean {
  return one.key === other.key && one.namespace === other.namespace;
}
