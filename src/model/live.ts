import type { Secret } from "../core/secret.ts";

/** What tells one state of one object in a cluster from every other. */
export interface Seen {
  /** Of this very object: one that is deleted and made again has another. */
  readonly uid: string;
  readonly resourceVersion: string;
}

/** A Secret as a cluster has it. */
export interface LiveSecret {
  readonly namespace: string;
  readonly name: string;
  readonly seen: Seen;
  readonly labels: ReadonlyMap<string, string>;
  /** A `Secret` each: what others write there may be a copy of all values. */
  readonly annotations: ReadonlyMap<string, Secret>;
  readonly type: string;
  readonly immutable: boolean;
  /** It is being deleted, and only waits for a finalizer. */
  readonly isLeaving: boolean;
  /** By key. Bytes that are no UTF-8 come with a lone surrogate, which no text of ours has. */
  readonly data: ReadonlyMap<string, Secret>;
  /** Keys of `data` that somebody besides Jackfield wrote since, as far as the cluster keeps track. */
  readonly foreignKeys: ReadonlySet<string>;
}

/** A Secret as it is to be. All of it is ours: what else it has goes. */
export interface WantedSecret {
  readonly namespace: string;
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  /** No secrets in here. */
  readonly annotations: ReadonlyMap<string, string>;
  readonly data: ReadonlyMap<string, Secret>;
}

/** True for annotations in which other tools keep a copy of all that they once applied, values too. */
export function isResidue(annotation: string): boolean {
  return (
    annotation === "kubectl.kubernetes.io/last-applied-configuration" ||
    /^kapp\.k14s\.io\/original/.test(annotation)
  );
}
