/** What a bench gives: a table for people, figures for programs. */
export interface BenchResult {
  readonly table: string;
  readonly metrics: Readonly<Record<string, number>>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** At most three digits that matter. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
