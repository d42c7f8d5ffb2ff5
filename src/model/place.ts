import type { Cluster, Delivery } from "./declaration.ts";

/** Where a Deployment's Secrets were at an earlier commit, and are not at HEAD. */
export interface EarlierPlace {
  /** The Workspace's uid; its name where it has none. */
  readonly workspaceUid: string;
  readonly workspace: string;
  readonly deployment: string;
  /** As declared then. */
  readonly cluster: Cluster;
  /** Of the Workspace then. */
  readonly folder: string;
  readonly namespace: string;
  readonly delivery: Delivery;
  /** What the names of its Secrets were made from. */
  readonly base: string;
  /** The newest commit that still had it. */
  readonly last: string;
  /** The commit after it, which dropped it. */
  readonly dropped: string;
}
