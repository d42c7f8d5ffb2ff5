/** What a commit did to the policy of the tree, against its first parent. */
export interface PolicyChange {
  readonly commit: string;
  /** Undefined: it has none here. */
  readonly parent: string | undefined;
  /** By path; undefined: it is no file with policy any more. */
  readonly changed: ReadonlyMap<string, string | undefined>;
}

/** How policy became what it is. */
export interface PolicyPast {
  /** Oldest first; only commits that changed policy. */
  readonly changes: readonly PolicyChange[];
  /** False where this clone lacks contents of earlier commits. */
  readonly isWhole: boolean;
}
