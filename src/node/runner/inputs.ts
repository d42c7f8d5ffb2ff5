import { diagnostic } from "../../core/diagnostic.ts";
import { PortFailure } from "../../ports.ts";

type Env = Record<string, string | undefined>;

/** An input as the runner gives it; undefined: it is empty. */
export function readInput(env: Env, name: string): string | undefined {
  const text = env[variableOf(name)]?.trim();
  return text === "" ? undefined : text;
}

/** An input that is a secret: nothing that is started later finds it in the environment. */
export function takeSecret(env: Env, name: string): string | undefined {
  const text = readInput(env, name);
  delete env[variableOf(name)];
  return text;
}

/** Throws PortFailure: a word that is neither. */
export function readBoolean(env: Env, name: string, usual: boolean): boolean {
  const text = readInput(env, name)?.toLowerCase();
  if (text === undefined) return usual;
  if (text === "true" || text === "false") return text === "true";
  throw new PortFailure(diagnostic("JF765", undefined, { input: name, wanted: "`true` or `false`" }), "user");
}

/** The runner keeps hyphens. */
function variableOf(name: string): string {
  return `INPUT_${name.toUpperCase()}`;
}
