import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { compareText, type Span } from "../core/source.ts";
import type { Credential, Declarations, Deployment, Located, Recipient } from "../model/declaration.ts";
import type { ParsedFile } from "../model/tree.ts";
import { type ConfigRule, type ConfigUse, checkConfig } from "./config-drift.ts";
import { selects } from "./select.ts";

/** The recipients that a sealed file names, each at its place. */
export type RecipientsOf = (file: ParsedFile) => readonly Located<Recipient>[];

/** The rule of the Workspace's `.sops.yaml` for a file, if it has one. */
export type RuleOf = (file: ParsedFile) => ConfigRule | undefined;

/**
 * Who may read, without keys (design: 3.2): all Credentials of a file are addressed to one set of environments,
 * and the file's recipients are exactly the union of those environments' recipients.
 */
export function* checkReaders(
  declarations: Declarations,
  recipientsOf: RecipientsOf,
  ruleOf: RuleOf,
): Generator<Diagnostic> {
  const byFile = new Map<ParsedFile, Credential[]>();
  for (const credential of declarations.credentials) {
    byFile.set(credential.file, [...(byFile.get(credential.file) ?? []), credential]);
  }
  const uses: ConfigUse[] = [];
  for (const [file, credentials] of byFile) {
    const addressed = credentials.map((credential) => audience(declarations, credential));
    const environments = addressed[0] ?? [];
    const other = addressed.findIndex((one) => one.join() !== environments.join());
    const [first, second] = [credentials[0], credentials[other]];
    if (first && second) {
      const related = [{ at: first.at, message: `this one is for ${inWords(environments)}` }];
      yield diagnostic("JF429", second.at, {}, { related, hint: "give each set a file of its own" });
    } else if (first && environments.length > 0 && !credentials.some((one) => mayGrow(declarations, one))) {
      const troubles = [...checkFile(declarations, environments, recipientsOf(file), first.at)];
      yield* troubles;
      const rule = ruleOf(file);
      const wanted = recipientsOfAll(declarations, environments);
      if (rule && wanted && wanted.length > 0) {
        uses.push({ rule, wanted, environments: inWords(environments), sound: troubles.length === 0 });
      }
    }
  }
  yield* checkConfig(uses);
}

/**
 * The environments a Credential is addressed to: the one its `for` names, else those of the Deployments it
 * selects, drawn or not. Sorted; empty if it names none and selects none.
 */
export function audience(
  { deployments, workspace }: Declarations,
  credential: Credential,
): readonly string[] {
  const { for: selector, deployment } = credential;
  if (selector?.kind === "all") return [...workspace.environments.keys()].sort(compareText);
  if (selector?.kind === "match" && selector.environment) return [selector.environment.value];
  const selected = deployments.filter((one: Deployment) =>
    selector ? selects(selector, { deployment: one, preview: true }) : one.name.value === deployment?.value,
  );
  return [...new Set(selected.map((one) => one.environment.value))].sort(compareText);
}

/** True if a Deployment that could not be read may add to the environments of a Credential. */
function mayGrow({ broken }: Declarations, { for: selector }: Credential): boolean {
  if (selector?.kind === "all" || (selector?.kind === "match" && selector.environment)) return false;
  return [...broken].some((name) => name.startsWith("Deployment/"));
}

function* checkFile(
  declarations: Declarations,
  environments: readonly string[],
  actual: readonly Located<Recipient>[],
  at: Span,
): Generator<Diagnostic> {
  // Not sealed, or with metadata that cannot be read: told by itself.
  if (actual.length === 0) return;
  const wanted = recipientsOfAll(declarations, environments);
  if (!wanted) return;
  const params = { environments: inWords(environments) };
  if (wanted.length === 0) {
    const known = environments.flatMap((name) => declarations.workspace.environments.get(name) ?? []);
    const related = known.map(({ name }) => ({ at: name.at, message: "without `recipients`" }));
    yield diagnostic("JF432", at, params, { related, hint: "list the public keys that may read it" });
    return;
  }
  const missing = without(wanted, actual);
  if (missing.length > 0) {
    const related = missing.map((one) => ({ at: one.at, message: "listed here" }));
    const hint = rotateHint("--add-", missing, at);
    yield diagnostic("JF430", at, { ...params, count: missing.length }, { related, hint });
  }
  for (const extra of without(actual, wanted)) {
    yield diagnostic("JF431", extra.at, params, { hint: rotateHint("--rm-", [extra], at) });
  }
}

/** Undefined if one of the environments is unknown, which is told by itself. */
function recipientsOfAll(
  { workspace }: Declarations,
  environments: readonly string[],
): readonly Located<Recipient>[] | undefined {
  const known = environments.flatMap((name) => workspace.environments.get(name) ?? []);
  if (known.length < environments.length) return undefined;
  return known.flatMap((environment) => environment.recipients);
}

/** Works from any folder and without a `.sops.yaml`; it makes a new data key, as a change of readers should. */
function rotateHint(flag: "--add-" | "--rm-", recipients: readonly Located<Recipient>[], at: Span): string {
  const byKind = Map.groupBy(recipients, ({ value }) => value.kind);
  const flags = [...byKind].map(
    ([kind, all]) => `${flag}${kind} ${all.map(({ value }) => value.id).join(",")}`,
  );
  return `who can read it runs \`sops rotate --in-place ${flags.join(" ")} ${at.file.path}\``;
}

function without(
  all: readonly Located<Recipient>[],
  others: readonly Located<Recipient>[],
): readonly Located<Recipient>[] {
  const gone = new Set(others.map(({ value }) => keyOf(value)));
  const kept = new Map(
    all.filter(({ value }) => !gone.has(keyOf(value))).map((one) => [keyOf(one.value), one]),
  );
  return [...kept.values()];
}

function keyOf({ kind, id }: Recipient): string {
  return `${kind} ${id}`;
}

function inWords(environments: readonly string[]): string {
  return `environment${environments.length === 1 ? "" : "s"} ${environments.map((e) => `\`${e}\``).join(", ")}`;
}
