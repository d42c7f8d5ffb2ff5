/** What a policy demands of a change that reaches an environment, and how far it is met. */
export interface Approval {
  readonly workspace: string;
  readonly environment: string;
  /** Whose policy says so: the default branch's, or the one that was applied last. */
  readonly policy: "default branch" | "applied";
  readonly count: number;
  /** Who may approve: logins, and teams as `team data-platform`. */
  readonly of: readonly string[];
  /** Who did, of those; sorted. */
  readonly by: readonly string[];
}

/** How many approvals are missing. */
export function missing({ count, by }: Approval): number {
  return Math.max(0, count - by.length);
}
