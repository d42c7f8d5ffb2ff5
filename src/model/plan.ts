import type { ObjectKind } from "./declaration.ts";
import type { Seen } from "./live.ts";

/**
 * What happens to one Secret. `record`: only what it notes of its origin is rewritten. `conflict`: it is somebody else's, or not
 * fit to be ours. `unknown`: the cluster of the Deployment cannot be asked. `orphan`: nor can one where it was earlier. The last three write nothing.
 */
export type Action =
  | "create"
  | "update"
  | "record"
  | "delete"
  | "keep"
  | "adopt"
  | "conflict"
  | "orphan"
  | "unknown";

/** Why, where the action does not tell. */
export type Reason =
  /** `delete`: no Deployment is at HEAD what it was for. */
  | "removed"
  /** `delete`: its Deployment is elsewhere, or its Secrets have other names. */
  | "moved"
  /** `delete`: its Deployment delivers in another way, or the object is no longer its own. */
  | "undelivered"
  /** `conflict`: a Secret of this name is there, and nobody's of ours. */
  | "unowned"
  /** `conflict`: it belongs to another Deployment or Workspace. */
  | "owned-by-other"
  /** `conflict`: a Secret of somebody else claims the same connection id or variable key. */
  | "same-id"
  /** `conflict`: of a type other than `Opaque`, which nobody can change. */
  | "wrong-type"
  /** `conflict`: it is being deleted, and a finalizer keeps it. */
  | "leaving"
  /** `orphan`, `unknown`: its cluster cannot be asked. */
  | "unreachable";

export type FieldAction = "set" | "change" | "unset";

/** What is known of a change without showing it. */
export type FieldWord =
  | "changed"
  /** Sealed, and its ciphertext is another than that it came from. */
  | "ciphertext changed"
  /** Sealed and as it was; but somebody else wrote the Secret since. */
  | "written by another"
  /** Nothing says what the live value came from. */
  | "unknown";

/** One field of an object. `path` is `type`, `host`, `value`, … or `extra.<key>`. */
export interface FieldChange {
  readonly path: string;
  readonly action: FieldAction;
  readonly word: FieldWord;
  /** As JSON, where both come from Git and the catalogue calls the field plain. */
  readonly shown?: { readonly from?: string; readonly to?: string };
}

export interface ObjectChange {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly action: "add" | "change" | "remove";
  /** Sorted by path. None for those that are added or removed whole. */
  readonly fields: readonly FieldChange[];
}

/** What only a run with the key sees. */
export interface WithKey {
  /** `same`: the values are what they are to be, so at most the record is rewritten. */
  readonly values: "same" | "differ";
  /** What really differs; no words but `changed`. */
  readonly objects: readonly ObjectChange[];
}

/** What is to happen to one Secret, and to what was seen of it alone. */
export interface Operation {
  readonly action: Action;
  readonly reason?: Reason;
  /** Tells clusters apart; `cluster` is what the Workspace calls it. */
  readonly clusterKey: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly secret: string;
  /** Absent: there was none. */
  readonly seen?: Seen;
  /** Sorted by kind and id. */
  readonly objects: readonly ObjectChange[];
  /** Names of keys that are none of ours, and go. */
  readonly strayKeys: readonly string[];
  /** Names of what it carries of other tools that may hold a copy of all values, and goes. */
  readonly residue: readonly string[];
  /** Names of labels of ours that it lacks, or has otherwise. */
  readonly labels: readonly string[];
  /** `conflict` with `same-id`: the other Secret. */
  readonly other?: string;
  /** It was made immutable: it is deleted and made anew. */
  readonly recreate?: true;
  /** Set where this run has the key and sees more than the rest tells; no part of the plan's id. */
  readonly withKey?: WithKey;
}

/** An object by name. */
export interface ObjectName {
  readonly kind: ObjectKind;
  readonly id: string;
}

export interface DeploymentPlan {
  readonly workspace: string;
  readonly deployment: string;
  /** Absent: it is not at HEAD any more. */
  readonly environment?: string;
  readonly protected: boolean;
  /** Set: apply leaves it alone, and why. */
  readonly paused?: string;
  /** True if this run could open what it draws. */
  readonly keyed: boolean;
  /** Effective objects that live in the cluster now, and that are to. */
  readonly had: number;
  readonly gets: number;
  /** What it has and does not get any more, wherever its Secrets are. */
  readonly loses: readonly ObjectName[];
  /** Sorted by cluster, namespace and Secret. */
  readonly operations: readonly Operation[];
}

/** Desired against live. Holds no value but those in `shown`. */
export interface Plan {
  /** Binds tool, policy, files, operations, and what was seen. The same with and without keys. */
  readonly id: string;
  readonly tool: string;
  /** Absent: there is no Git. */
  readonly commit?: string;
  /** Sorted by Workspace and name. */
  readonly deployments: readonly DeploymentPlan[];
}

/** True for what writes. */
export function isWrite({ action }: Operation): boolean {
  return ["create", "update", "record", "delete", "adopt"].includes(action);
}

/** What became of the operations of one Deployment. */
export interface AppliedDeployment {
  readonly workspace: string;
  readonly deployment: string;
  readonly results: readonly OperationResult[];
}

/** What became of one operation. */
export interface OperationResult {
  readonly operation: Operation;
  /** `held`: not tried, as `why` says. */
  readonly outcome: "done" | "changed" | "refused" | "unreachable" | "held";
  readonly why?: string;
}
