import { diagnostic } from "./core/diagnostic.ts";

/** A defect of ours, told without a stack: a stack may hold values. */
export function defect(error: unknown): string {
  const reason = error instanceof Error ? error.name : "unknown";
  return `error ${diagnostic("JF901", undefined, { reason }).message}\n`;
}
