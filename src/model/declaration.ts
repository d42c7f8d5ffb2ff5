import type { Span } from "../core/source.ts";
import type { Document, Node, ParsedFile } from "./tree.ts";

/** A value and the place it was written. */
export interface Located<T> {
  readonly value: T;
  readonly at: Span;
}

/** Every kind of document. */
export type Kind = "Workspace" | "Deployment" | ObjectKind | "Link" | "Credential";

export type ObjectKind = "Connection" | "Variable" | "EnvironmentVariable";

/** In the order they are listed everywhere. */
export const OBJECT_KINDS: readonly ObjectKind[] = ["Connection", "Variable", "EnvironmentVariable"];

/** The property that names an object of a kind in Links and Credentials. */
export const REFERENCE_KEY = {
  Connection: "connection",
  Variable: "variable",
  EnvironmentVariable: "environmentVariable",
} as const satisfies Record<ObjectKind, string>;

export type Sharing = "restricted" | "all";
export type Delivery = "file" | "kubernetes" | "env";

/**
 * Which Deployments a Link or Credential selects (`to`, `for`).
 * - `all`: every present and future one.
 * - `match`: those that have the environment, the cluster and every label named (ANDed).
 * - `deployments`: by name. - `previewsOf`: preview Deployments of the named bases.
 */
export type Selector =
  | { readonly kind: "all"; readonly at: Span }
  | {
      readonly kind: "match";
      readonly environment?: Located<string>;
      readonly cluster?: Located<string>;
      readonly labels: ReadonlyMap<string, Located<string>>;
      readonly at: Span;
    }
  | {
      readonly kind: "deployments" | "previewsOf";
      readonly names: readonly Located<string>[];
      readonly at: Span;
    };

/** One recipient entry, as SOPS writes it: the kind of key and its identifying text. */
export interface Recipient {
  /** `age`, `pgp`, `kms`, `gcp_kms`, `azure_kv`, `hc_vault` or `hckms`. */
  readonly kind: string;
  /** The text that names the key (age1…, a fingerprint, an ARN, …): recipients are equal if kind and id are. */
  readonly id: string;
}

export interface Environment {
  readonly name: Located<string>;
  readonly protected: boolean;
  readonly recipients: readonly Located<Recipient>[];
}

export interface Cluster {
  readonly name: Located<string>;
  /** kubeconfig context, or `in-cluster`; absent for a directory cluster. */
  readonly context?: string;
  readonly uid?: string;
  readonly directory?: string;
  /** Of a directory cluster: the mode of its files (octal digits) and their group (a name, or a number). */
  readonly mode?: string;
  readonly group?: string;
}

export interface Approval {
  readonly environment: Located<string>;
  readonly count: number;
  readonly teams: readonly string[];
  readonly users: readonly string[];
}

export interface Workspace {
  readonly name: Located<string>;
  readonly uid?: string;
  /** The folder, relative to the repo's root, without a trailing slash; `""` is the root. */
  readonly directory: string;
  readonly sharing: Sharing;
  readonly environments: ReadonlyMap<string, Environment>;
  readonly clusters: ReadonlyMap<string, Cluster>;
  /** As written: a count ("5") or a share ("20%") of a Deployment's effective objects. */
  readonly pruneMax: string;
  readonly approvals: readonly Approval[];
  readonly at: Span;
}

export interface Previews {
  readonly namespace: string;
  readonly maxAge?: string;
  readonly limit?: number;
  readonly never: readonly Located<string>[];
  readonly destinations: readonly string[];
}

export interface Deployment {
  readonly name: Located<string>;
  readonly labels: ReadonlyMap<string, string>;
  readonly environment: Located<string>;
  /** Absent: the repo's default branch. */
  readonly branch?: string;
  readonly cluster: Located<string>;
  readonly namespace: Located<string>;
  readonly delivery: Delivery;
  readonly airflow?: { readonly version?: string; readonly requirements?: string };
  readonly previews?: Previews;
  readonly paused?: string;
  readonly secretName?: Located<string>;
  readonly renamedFrom?: string;
  /** Set: no document declares it; it is a preview of this base, by name. */
  readonly previewOf?: string;
  readonly at: Span;
}

/** A field as one document writes it. `path` is `host`, `value`, … or `extra.<key>`. */
export interface WrittenField {
  readonly path: string;
  /** The path's key in the file. */
  readonly keyAt: Span;
  readonly value: Node;
}

/** Where a reference to an object stands. */
export interface ObjectReference {
  readonly kind: ObjectKind;
  readonly id: Located<string>;
}

/** What a Link changes in an object where it selects. */
export interface Overrides {
  readonly type?: Located<string>;
  readonly auth?: Located<string>;
  readonly fields: readonly WrittenField[];
  readonly unset: readonly Located<string>[];
}

export interface Link {
  /** Absent: written inline in its object. */
  readonly name?: Located<string>;
  readonly object: ObjectReference;
  readonly to: Selector;
  readonly overrides: Overrides;
  readonly at: Span;
}

/** An opt-out: a name, or a shape of `to`. */
export type Exclusion = Selector;

export interface ObjectDeclaration {
  readonly kind: ObjectKind;
  readonly id: Located<string>;
  /** Set: Deployment-level, that Deployment's alone. */
  readonly deployment?: Located<string>;
  readonly description?: Located<string>;
  readonly sharing: Located<Sharing>;
  readonly exclude: readonly Exclusion[];
  readonly type?: Located<string>;
  readonly auth?: Located<string>;
  readonly fields: readonly WrittenField[];
  readonly protect: boolean;
  /** Extra keys (without `extra.`) declared not to be secret. */
  readonly plain: ReadonlyMap<string, Located<string>>;
  readonly links: readonly Link[];
  readonly at: Span;
}

export interface Credential {
  readonly name?: Located<string>;
  readonly object: ObjectReference;
  /** Set: belongs to the Deployment-level object of that Deployment; then `for` is absent. */
  readonly deployment?: Located<string>;
  readonly for?: Selector;
  readonly secrets: readonly WrittenField[];
  readonly document: Document;
  /** The file it stands in: sealed as a whole, opened as a whole. */
  readonly file: ParsedFile;
  readonly at: Span;
}

/** Everything one Workspace declares, typed; nothing resolved yet. */
export interface Declarations {
  readonly workspace: Workspace;
  readonly deployments: readonly Deployment[];
  readonly objects: readonly ObjectDeclaration[];
  /** Standalone Links; inline ones stand in their object. */
  readonly links: readonly Link[];
  readonly credentials: readonly Credential[];
  /** Names declared by documents that had to be dropped, as `Kind/name`: not unknown, so not reported again. */
  readonly broken: ReadonlySet<string>;
  /** Objects, as `Kind/id`, of which a Link or Credential had to be dropped: what they lack may be in there. */
  readonly incomplete: ReadonlySet<string>;
}
