import type { Compiled } from "./compile.ts";
import type { Diagnostic } from "./core/diagnostic.ts";
import type { Secret } from "./core/secret.ts";
import type { Risk } from "./model/change.ts";

/** Exit codes (design: 4). The last three are those of plan and apply. */
export const EXIT = {
  ok: 0,
  problems: 1,
  usage: 2,
  environment: 3,
  /** Changes are pending. */
  pending: 4,
  /** A rail refused; the result's `reason` names it. */
  refused: 5,
  /** Some was applied, some was not. */
  partly: 6,
} as const;

/** What a command comes to, before it is rendered. Holds no secret but what `output` files hold. */
export interface Outcome {
  readonly diagnostics: readonly Diagnostic[];
  /** For `--format json`: plain data. */
  readonly result: unknown;
  /** For people: the answer, on standard output. */
  readonly text: string;
  /** The same as Markdown, of commands that offer it. */
  readonly markdown?: string;
  /** For SARIF beside diagnostics, of commands that tell changes. */
  readonly risks?: readonly Risk[];
  /** For code frames: what was compiled, if anything was. */
  readonly compiled?: Compiled;
  /** Secrets that the user asked to have printed: the only output that is not scrubbed. */
  readonly plain?: Secret;
  /** What was unsealed on the way: scrubbed from all output. */
  readonly secrets?: Iterable<Secret>;
  /** Those of the diagnostics that the text tells itself. */
  readonly told?: ReadonlySet<Diagnostic>;
  /** Set where diagnostics alone do not tell. */
  readonly exit?: number;
}

/** An outcome that is only a complaint about how the command was called. */
export function usage(diagnostic: Diagnostic): Outcome {
  return { diagnostics: [diagnostic], result: null, text: "", exit: EXIT.usage };
}
