import type { Cluster, Delivery } from "./declaration.ts";

/** Where a Deployment's Secrets were at an earlier commit, and are not at HEAD. */
export interface EarlierPlace {
  /** The Workspace's uid; its name where it has none. */
  readonly workspaceUid: string;
  readonly workspace: string;
  readonly deployment: string;
  /** As it is declared now, or, if it is not any more, as it was last. */
  readonly cluster: Cluster;
  /** Of the Workspace that declares it so, which a directory is told from. */
  readonly folder: string;
  readonly namespace: string;
  readonly delivery: Delivery;
  /** What the names of its Secrets were made from. */
  readonly base: string;
  /** The parent of `dropped`; HEAD, where only the tree at hand drops it. */
  readonly last: string;
  /** The first commit without it; HEAD, where only the tree at hand drops it. */
  readonly dropped: string;
}
