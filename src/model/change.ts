import type { Span } from "../core/source.ts";
import type { ObjectKind } from "./declaration.ts";
import type { ObjectName } from "./plan.ts";

// The change of a pull request: tree against tree, without keys and clusters (design: 3.4).

/** What is known of a field's change without a key, and without showing a value. */
export type ChangeWord =
  | "changed"
  /** Sealed, by another ciphertext. */
  | "ciphertext changed"
  /** Sealed by the same ciphertext, for other recipients. */
  | "recipients changed"
  /** It was plain, and is sealed now. */
  | "now sealed"
  | "now plain";

export interface FieldDifference {
  /** As in a plan: `type`, `host`, `value`, … or `extra.<key>`. */
  readonly path: string;
  readonly action: "set" | "change" | "unset";
  readonly word: ChangeWord;
  /** As JSON, where the catalogue calls the field plain. */
  readonly shown?: { readonly from?: string; readonly to?: string };
  readonly isSealed: boolean;
  /** What sets it now, or, of one that is unset, set it before; and in words what that is: `object`, `link to environment production`, … */
  readonly at?: Span;
  readonly by?: string;
  /** Tells its new value from others; undefined: it has none. Not to be shown. */
  readonly token?: string;
}

export interface ObjectDifference {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly action: "add" | "change" | "remove";
  /** Sorted by path. Of an object that is added: all it has; that is removed: none. */
  readonly fields: readonly FieldDifference[];
  /** Where the object is declared, or was. */
  readonly at?: Span;
}

export interface PlaceDifference {
  readonly path: "environment" | "cluster" | "namespace" | "delivery" | "secretName" | "branch" | "paused";
  readonly from?: string;
  readonly to?: string;
}

/** What becomes of one Deployment. */
export interface DeploymentDifference {
  readonly workspace: string;
  /** Of the Workspace: its uid; its name where it has none. */
  readonly identity: string;
  readonly deployment: string;
  /** As it is now; of one that is removed, as it was. */
  readonly environment: string;
  /** Its environment is, or was. */
  readonly protected: boolean;
  readonly action: "add" | "change" | "remove";
  readonly place: readonly PlaceDifference[];
  /** Effective objects before and now. */
  readonly had: number;
  readonly gets: number;
  /** Sorted by kind, then id. */
  readonly objects: readonly ObjectDifference[];
}

/** One difference of policy, by the path of what differs in its document. */
export interface PolicyDifference {
  readonly workspace: string;
  /** `Workspace` or `Deployment prod`. */
  readonly subject: string;
  /** `add`, `remove`: the whole document, or this one value. */
  readonly action: "add" | "change" | "remove";
  /** As `environments.production.recipients`; undefined: the whole document. */
  readonly path?: string;
  /** As JSON. Policy holds no secrets. */
  readonly from?: string;
  readonly to?: string;
  /** The environments that it touches, before and now; sorted. */
  readonly environments: readonly string[];
  readonly at?: Span;
}

/** In the order they are told. */
export const RISKS = [
  "policy-changed",
  "new-destination",
  "newly-shared",
  "removed",
  "recipients-changed",
  "rolled-back",
  "shadowed",
  "protection-lifted",
  "odd-text",
] as const;

export type RiskKind = (typeof RISKS)[number];

/** What a reviewer must not miss. */
export interface Risk {
  readonly kind: RiskKind;
  readonly workspace: string;
  /** Sorted. */
  readonly environments: readonly string[];
  /** Sorted; empty: it is not about some Deployments. */
  readonly deployments: readonly string[];
  /** An environment that it touches is protected. */
  readonly protected: boolean;
  readonly object?: ObjectName;
  /** One sentence, without values. Names in it are code: `in backticks`. */
  readonly message: string;
  readonly at?: Span;
}

/** A tree in Git. */
export interface TreeName {
  /** Undefined: of no commit (a merge that was tried, the work tree). */
  readonly commit?: string;
  readonly tree: string;
}

/** An environment that a change reaches, of a Workspace as it is told apart from others. */
export interface Touched {
  readonly identity: string;
  readonly environment: string;
}

export interface Change {
  /** Binds tool, policy, both trees and the operations (design: 3.4). */
  readonly id: string;
  readonly tool: string;
  readonly base: TreeName;
  readonly head: TreeName;
  /** Those that differ; sorted by Workspace and name. */
  readonly deployments: readonly DeploymentDifference[];
  readonly policy: readonly PolicyDifference[];
  /** By kind in the order of `RISKS`, protected environments first. */
  readonly risks: readonly Risk[];
  /** Whose approval it wants, if policy demands one: environments that get something else, that policy changes for, or whose credentials are sent elsewhere. Sorted. */
  readonly touches: readonly Touched[];
  /** Deployments that were compared. */
  readonly compared: number;
}
