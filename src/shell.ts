import { createFiles, findPlace } from "./node/files.ts";
import { EXIT } from "./outcome.ts";
import { type Files, PortFailure } from "./ports.ts";
import type { CommandSpec, Invocation } from "./program.ts";

// What the specs of commands share.

export const DEPLOYMENT = ["--deployment <name>", "only this Deployment"] as const;

/** What fails in the outside world becomes a diagnostic here, and nowhere else. */
export function guarded(run: CommandSpec["run"]): CommandSpec["run"] {
  return async (invocation) => {
    try {
      return await run(invocation);
    } catch (error) {
      if (!(error instanceof PortFailure)) throw error;
      const exit = error.fault === "user" ? EXIT.usage : EXIT.environment;
      return { diagnostics: [error.diagnostic], result: null, text: "", exit };
    }
  };
}

export function filesOf({ C }: Invocation["options"]): Files {
  return createFiles(findPlace(C ?? "."));
}

export function narrowing({ workspace, deployment }: Invocation["options"]) {
  return { workspace, deployment: typeof deployment === "string" ? deployment : undefined };
}
