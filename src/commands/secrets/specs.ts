import type { CommandSpec } from "../../program.ts";

/**
 * The commands below `secrets`, in the order that help lists them. What a command needs is imported when it runs, so
 * that no other command starts later for it.
 */
export function secretsSpecs(_env: Readonly<Record<string, string | undefined>>): readonly CommandSpec[] {
  return [];
}
