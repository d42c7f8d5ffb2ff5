import type { Diagnostic } from "./core/diagnostic.ts";
import type { Cluster } from "./model/declaration.ts";
import type { LiveSecret, Seen, WantedSecret } from "./model/live.ts";
import type { Pod } from "./model/pod.ts";

// Clusters, as the pipeline sees them; readers throw the `PortFailure` of `ports.ts`.

/** The clusters of Workspaces. */
export interface Clusters {
  /**
   * Nothing is asked of the cluster yet. `folder`: of the Workspace, that the path of a directory cluster is told from. Throws
   * PortFailure: an unknown context, say.
   */
  open(cluster: Cluster, folder: string): Promise<LiveCluster>;
}

/**
 * One cluster. Readers throw PortFailure: what cannot be read is never taken for absent. Writers are guarded: each does its work on
 * the one state that was seen, or nothing at all, so each may be tried again. No value is ever part of what goes wrong.
 */
export interface LiveCluster {
  /** As messages name it. */
  readonly name: string;
  /** The uid of its namespace `kube-system`; undefined for a directory, which is what its path says. */
  identity(): Promise<string | undefined>;
  get(namespace: string, name: string): Promise<LiveSecret | undefined>;
  /** Every Secret of a namespace, whoever's, but for kinds that are never anything's connection; sorted by name. */
  list(namespace: string): Promise<readonly LiveSecret[]>;
  /** Every namespace; undefined: a cluster whose namespaces are not ours to look through. */
  namespaces(): Promise<readonly string[] | undefined>;
  /** Makes it; `changed` if there is one of this name. `dryRun`: only asks whether it would be taken. */
  create(wanted: WantedSecret, dryRun?: boolean): Promise<WriteAnswer>;
  /**
   * Makes of what was seen what is wanted, and takes away whatever else it holds. `changed` if it is no longer what was seen.
   */
  update(wanted: WantedSecret, seen: LiveSecret, dryRun?: boolean): Promise<WriteAnswer>;
  /** `changed` if it is no longer what was seen; it is `done` if it is gone already. */
  remove(namespace: string, name: string, seen: Seen): Promise<WriteAnswer>;
  /**
   * Takes the lock of this name, and keeps it until it is released or the process ends; another's is waited for as long as a dead
   * process could hold it. `holder` tells runs apart.
   */
  lock(namespace: string, name: string, holder: string): Promise<LockAnswer>;
  /** Namespaces of ours, for previews. */
  readonly previews: PreviewNamespaces;
  /** For `doctor`: what else can be asked of it. */
  readonly inspect?: KubernetesInspection | DirectoryInspection;
  /** Ends connections. Harmless if done before. */
  close(): void;
}

/** Whole namespaces, which previews are given. Guarded as the rest; readers throw PortFailure. */
export interface PreviewNamespaces {
  get(name: string): Promise<LiveNamespace | undefined>;
  /** Those with a label, sorted by name. */
  list(label: string, value: string): Promise<readonly LiveNamespace[]>;
  /** Makes it; `changed` if there is one of this name. */
  create(wanted: WantedNamespace): Promise<WriteAnswer>;
  /** Gives it these annotations, beside those of others; `changed` if it is no longer what was seen. */
  annotate(name: string, annotations: ReadonlyMap<string, string>, seen: Seen): Promise<WriteAnswer>;
  /** With all it holds. `changed` if it is no longer what was seen; `done` if it is gone already, or going. */
  remove(name: string, seen: Seen): Promise<WriteAnswer>;
}

export interface WantedNamespace {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
}

export interface LiveNamespace extends WantedNamespace {
  readonly seen: Seen;
  /** It is being deleted. */
  readonly isLeaving: boolean;
}

/** Readers throw PortFailure. */
export interface KubernetesInspection {
  readonly kind: "kubernetes";
  version(): Promise<ServerVersion>;
  /** True if we may do this. */
  may(right: Right): Promise<boolean>;
  /** `hidden`: nobody lets us look. */
  namespace(name: string): Promise<"there" | "leaving" | "absent" | "hidden">;
  /** Those that run or are to; undefined: nobody lets us look. */
  pods(namespace: string): Promise<readonly Pod[] | undefined>;
  /** When a Secret was last written, in ms since 1970; undefined: it is not there, or does not tell. */
  writtenAt(namespace: string, name: string): Promise<number | undefined>;
}

export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
}

/** One thing that may be allowed. Without a name, to all of its kind. */
export interface Right {
  readonly group: "" | "coordination.k8s.io";
  readonly resource: "secrets" | "leases" | "namespaces";
  readonly verb: "get" | "list" | "create" | "patch" | "delete";
  readonly namespace?: string;
  readonly name?: string;
}

export interface DirectoryInspection {
  readonly kind: "directory";
  /** As messages name it. */
  readonly path: string;
  /** How a directory, and the folder of a namespace in it, are. Throws PortFailure. */
  state(namespace: string): Promise<DirectoryState>;
}

export interface DirectoryState {
  readonly exists: boolean;
  /** We can write there, or make it. */
  readonly isWritable: boolean;
  /** Git would see what lies in it. */
  readonly isExposed: boolean;
  /** Its mode and group are those that are declared. */
  readonly hasMode: boolean;
  readonly hasGroup: boolean;
  /** Octal digits. */
  readonly wantedMode: string;
}

export type WriteAnswer =
  | { readonly kind: "done" }
  /** It is not what was seen: somebody was faster. */
  | { readonly kind: "changed" }
  /** The cluster says no, and would say so again. */
  | { readonly kind: "refused"; readonly diagnostic: Diagnostic }
  /** Nobody knows whether it was done: the cluster was out of reach, whatever was tried. */
  | { readonly kind: "unreachable"; readonly diagnostic: Diagnostic };

export type LockAnswer =
  | { readonly kind: "locked"; readonly lock: Lock }
  /** `by`: its holder. */
  | { readonly kind: "taken"; readonly by: string }
  | { readonly kind: "refused"; readonly diagnostic: Diagnostic };

export interface Lock {
  /** False once it could not be kept: nothing more may be written under it. */
  isHeld(): boolean;
  release(): Promise<void>;
}
