import type { GitHub } from "../github-ports.ts";
import { createGitHub } from "../node/github/github.ts";
import type { Context } from "../node/runner/context.ts";
import { readInput, takeSecret } from "../node/runner/inputs.ts";

/** The process of a step, as the runner starts it. */
export interface Step {
  readonly out: (text: string) => void;
  /** Secrets are taken out of it as they are read. */
  readonly env: Record<string, string | undefined>;
}

/** GitHub by the step's own token; undefined: it has none. */
export function githubOf({ env }: Step, { apiUrl, repository }: Context): GitHub | undefined {
  const token = takeSecret(env, "github-token");
  const approvalsToken = takeSecret(env, "approvals-token");
  if (token === undefined) return undefined;
  return createGitHub({ apiUrl, repository, token, approvalsToken });
}

/** What the step works on, in words of its own. */
export function targetOf({ env }: Step): string {
  return [readInput(env, "working-directory") ?? ".", readInput(env, "workspace") ?? ""].join(" ").trim();
}
