import { diagnostic } from "./core/diagnostic.ts";
import { createFiles, findPlace, type Place, settlePlace } from "./node/files.ts";
import { createHistory } from "./node/git.ts";
import { EXIT } from "./outcome.ts";
import { type Files, type History, PortFailure, type SopsProgram } from "./ports.ts";
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

/** The files of the work tree, or of the commit that `--ref` names. */
export function filesOf(options: Invocation["options"]): Files {
  return options.ref === undefined ? createFiles(findPlace(options.C ?? ".")) : treePorts(options).files;
}

/**
 * What Git remembers: `--ref` stands for HEAD, and `--base` for the default branch. Throws PortFailure: they name no commit here.
 */
export function historyOf(options: Invocation["options"]): History {
  const { root, start } = placeOf(options);
  const history = createHistory(root, start);
  const commitOf = (name: string) => history.resolve(name) ?? unknownCommit(name);
  const head = options.ref === undefined ? undefined : commitOf(options.ref);
  const base =
    options.base === undefined ? undefined : { name: options.base, commit: commitOf(options.base) };
  return { ...history, ...(head && { head: () => head }), ...(base && { defaultBranch: () => base }) };
}

function unknownCommit(name: string): never {
  const hint = "name a branch, a tag or a commit that this clone has";
  throw new PortFailure(diagnostic("JF009", undefined, { name }, { hint }), "user");
}

export function treePorts(options: Invocation["options"]): {
  readonly files: Files;
  readonly history: History;
} {
  const history = historyOf(options);
  const files =
    options.ref === undefined
      ? createFiles(findPlace(options.C ?? "."))
      : history.filesAt(history.head() ?? "");
  return { files, history };
}

/** For commands that write, too: all their ports tell paths from one root. */
export function placeOf({ C }: Invocation["options"]): Place {
  return settlePlace(findPlace(C ?? "."));
}

export function narrowing({ workspace, deployment }: Invocation["options"]) {
  return { workspace, deployment: typeof deployment === "string" ? deployment : undefined };
}
