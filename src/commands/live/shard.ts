import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";

/** One of several runs that share the work. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly of: number;
}

/** What `--shard 2/5` says; a diagnostic for anything else. */
export function readShard(text: string): Shard | Diagnostic {
  const [, index, of] = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (index !== undefined && shard.index <= shard.of) return shard;
  return diagnostic("JF621", undefined, {}, { hint: "such as `2/5`: the second of five" });
}

/** The part of a sorted list that is this run's. The first run also sees to what is gone. */
export function sharded<T>(items: readonly T[], shard: Shard | undefined): readonly T[] {
  if (!shard) return items;
  return items.filter((_, position) => position % shard.of === shard.index - 1);
}
