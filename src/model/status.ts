/** What is live of one Deployment. */
export interface LiveStatus {
  readonly workspace: string;
  readonly deployment: string;
  readonly environment: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly paused?: string;
  /** False: its cluster could not be asked. */
  readonly reached: boolean;
  readonly secrets: number;
  readonly objects: Readonly<Record<string, number>>;
  /** What its Secrets say that they came from; more than one where an apply stopped half-way. */
  readonly applied: readonly Applied[];
  /** By the name of the Secret, as it stands there; null: there is none, or none of ours. */
  readonly records: Readonly<Record<string, unknown>>;
}

export interface Applied {
  readonly commit?: string;
  /** When that commit was made (ISO 8601), and how long ago, in seconds; absent if this clone does not know it. */
  readonly committed?: string;
  readonly age?: number;
  readonly modified?: true;
  readonly tool: string;
  readonly breakGlass?: string;
}
