import { diagnostic } from "../core/diagnostic.ts";
import type { GitHub } from "../github-ports.ts";
import { createGitHub } from "../node/github/github.ts";
import type { Context } from "../node/runner/context.ts";
import { readInput, takeSecret } from "../node/runner/inputs.ts";
import { PortFailure } from "../ports.ts";

/** The process of a step, as the runner starts it. */
export interface Step {
  readonly out: (text: string) => void;
  /** Secrets are taken out of it as they are read. */
  readonly env: Record<string, string | undefined>;
}

/** What the step was given to ask GitHub with; read once. */
export interface Tokens {
  readonly own: string | undefined;
  /** May read teams. */
  readonly approvals: string | undefined;
}

export function takeTokens({ env }: Step): Tokens {
  return { own: takeSecret(env, "github-token"), approvals: takeSecret(env, "approvals-token") };
}

/** GitHub by the step's own token; undefined: it has none. */
export function githubOf({ own, approvals }: Tokens, { apiUrl, repository }: Context): GitHub | undefined {
  return own === undefined
    ? undefined
    : createGitHub({ apiUrl, repository, token: own, approvalsToken: approvals });
}

/** The same, where nothing can be told without. Throws PortFailure. */
export function neededGitHub(tokens: Tokens, context: Context): GitHub {
  const github = githubOf(tokens, context);
  if (github) return github;
  throw new PortFailure(diagnostic("JF765", undefined, { input: "github-token", wanted: "a token" }), "user");
}

/** What the step works on, in words of its own. */
export function targetOf({ env }: Step): string {
  return [readInput(env, "working-directory") ?? ".", readInput(env, "workspace") ?? ""].join(" ").trim();
}
