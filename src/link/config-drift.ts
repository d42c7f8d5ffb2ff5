import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Located, Recipient } from "../model/declaration.ts";

/** What the `.sops.yaml` beside a `jackfield.yaml` gives a Credential file. */
export interface ConfigRule {
  readonly at: Located<unknown>["at"];
  readonly recipients: readonly Recipient[];
  readonly scope: string;
}

/** The one scope of our documents (design: 3.2). */
const SCOPE = "encrypted_regex: ^secrets$";

const MADE_ANEW = "`jackfield secrets updatekeys --all` makes it anew from `jackfield.yaml`";

/** A Credential file that a rule is for. */
export interface ConfigUse {
  readonly rule: ConfigRule;
  /** The recipients of the environments it is addressed to. */
  readonly wanted: readonly Located<Recipient>[];
  readonly environments: string;
  /** The file itself has just these recipients. */
  readonly sound: boolean;
}

/**
 * `jackfield.yaml` is the truth: a `.sops.yaml` may be absent, but the rule it has for a Credential file gives the
 * recipients of the file's environments and our scope, or else the next `sops` run seals for others (design: 3).
 * Where a file is wrong and the rule fits others, it is the file that is at fault, and that is told by itself.
 */
export function* checkConfig(uses: readonly ConfigUse[]): Generator<Diagnostic> {
  const fitting = new Set(uses.filter(fits).map(({ rule }) => rule.at.start));
  for (const use of uses) {
    if (use.rule.scope !== SCOPE) {
      yield diagnostic("JF315", use.rule.at, {}, { hint: `${MADE_ANEW}; the scope is \`${SCOPE}\`` });
    }
    if (!fits(use) && (use.sound || !fitting.has(use.rule.at.start))) yield otherRecipients(use);
  }
}

function fits({ rule, wanted }: ConfigUse): boolean {
  return asText(rule.recipients) === asText(wanted.map(({ value }) => value));
}

function otherRecipients({ rule, wanted, environments }: ConfigUse): Diagnostic {
  const related = wanted.map(({ at }) => ({ at, message: "listed here" })).slice(0, 3);
  return diagnostic("JF314", rule.at, { environments }, { related, hint: MADE_ANEW });
}

function asText(recipients: readonly Recipient[]): string {
  return [...new Set(recipients.map(({ kind, id }) => `${kind} ${id}`))].sort().join("\n");
}
