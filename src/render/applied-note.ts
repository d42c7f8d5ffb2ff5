import { EXIT } from "../outcome.ts";

export interface AppliedFacts {
  readonly commit: string;
  readonly exit: number;
  /** The rail that held something. */
  readonly reason: string | undefined;
  readonly runUrl: string;
  /** What of the estate the run was about: `environment production`; empty: all of it. */
  readonly scope: readonly string[];
}

/** What an apply came to, as one line of Markdown. */
export function appliedNote({ commit, exit, reason, runUrl, scope }: AppliedFacts): string {
  const where = scope.length === 0 ? "" : ` to ${scope.map((one) => `\`${one}\``).join(", ")}`;
  const why = reason === undefined ? "" : `, held by \`${reason}\``;
  return `**${VERDICTS[exit] ?? "Not applied"}**${where} as of \`${commit.slice(0, SHORT)}\`${why} ([the run](${runUrl}))`;
}

const SHORT = 12;

const VERDICTS: Readonly<Record<number, string>> = {
  [EXIT.ok]: "Applied",
  [EXIT.partly]: "Applied in part",
  [EXIT.refused]: "Held",
};
