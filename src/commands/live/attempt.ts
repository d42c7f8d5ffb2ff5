import type { Diagnostic } from "../../core/diagnostic.ts";
import { PortFailure } from "../../ports.ts";

/** What something gives, or what kept it from it. */
export async function attempt<T extends object>(action: () => Promise<T>): Promise<T | Diagnostic> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof PortFailure) return error.diagnostic;
    throw error;
  }
}
