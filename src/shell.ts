import { createFiles, findPlace, type Place, settlePlace } from "./node/files.ts";
import { EXIT } from "./outcome.ts";
import { type Files, PortFailure, type SopsProgram } from "./ports.ts";
import type { CommandSpec, Invocation } from "./program.ts";

// What the specs of commands share.

export const DEPLOYMENT = ["--deployment <name>", "only this Deployment"] as const;

/** For all that opens or seals; without it no program is ever run. */
export const SOPS = [
  "--sops <program>",
  "let this program (`sops`, or a path) serve KMS, PGP, Vault, SSH and plugin keys",
] as const;

/** The program that `SOPS` names; undefined without the option. */
export async function sopsOf(
  { sops }: Invocation["options"],
  env: Readonly<Record<string, string | undefined>>,
): Promise<SopsProgram | undefined> {
  if (typeof sops !== "string") return undefined;
  const { createSopsProgram } = await import("./node/sops-program.ts");
  return createSopsProgram(sops, env);
}

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

/** For commands that write, too: all their ports tell paths from one root. */
export function placeOf({ C }: Invocation["options"]): Place {
  return settlePlace(findPlace(C ?? "."));
}

export function narrowing({ workspace, deployment }: Invocation["options"]) {
  return { workspace, deployment: typeof deployment === "string" ? deployment : undefined };
}
