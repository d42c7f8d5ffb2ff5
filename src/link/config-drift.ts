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

/**
 * `jackfield.yaml` is the truth: a `.sops.yaml` may be absent, but the rule it has for a Credential file gives the
 * recipients of the file's environments and our scope, or else the next `sops` run seals for others (design: 3).
 */
export function* checkConfigRule(
  rule: ConfigRule,
  wanted: readonly Located<Recipient>[],
  environments: string,
): Generator<Diagnostic> {
  if (rule.scope !== SCOPE) {
    yield diagnostic("JF315", rule.at, {}, { hint: `write \`${SCOPE}\` and no other scope` });
  }
  if (asText(rule.recipients) === asText(wanted.map(({ value }) => value))) return;
  const related = wanted.map(({ at }) => ({ at, message: "listed here" })).slice(0, 3);
  const ages = wanted.filter(({ value }) => value.kind === "age").map(({ value }) => value.id);
  const hint = ages.length === wanted.length ? `write \`age: ${[...new Set(ages)].join(",")}\`` : undefined;
  yield diagnostic("JF314", rule.at, { environments }, { related, hint });
}

function asText(recipients: readonly Recipient[]): string {
  return [...new Set(recipients.map(({ kind, id }) => `${kind} ${id}`))].sort().join("\n");
}
