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

/** Who is to read a sealed file. */
export interface Addressed {
  readonly file: ParsedFile;
  /** Its Credentials, at least one. */
  readonly credentials: readonly Credential[];
  /** Those that its first Credential is for; sorted. */
  readonly environments: readonly string[];
  /**
   * The union of their recipients, at least one. `unaddressed`: no Deployment is selected, so nobody judges. `unlisted`:
   * they list none. `unclear`: an error, told by itself, keeps it from being told.
   */
  readonly wanted: readonly Located<Recipient>[] | "unaddressed" | "unlisted" | "unclear";
}

/** All files with Credentials, by who is to read them. */
export function addressees(declarations: Declarations): readonly Addressed[] {
  const byFile = Map.groupBy(declarations.credentials, ({ file }) => file);
  return [...byFile].map(([file, credentials]) => {
    const addressed = credentials.map((credential) => audience(declarations, credential));
    const environments = addressed[0] ?? [];
    const mixed = addressed.some((one) => one.join() !== environments.join());
    const unclear = mixed || credentials.some((one) => mayGrow(declarations, one));
    return {
      file,
      credentials,
      environments,
      wanted: unclear ? "unclear" : wantedBy(declarations, environments),
    };
  });
}

function wantedBy({ workspace }: Declarations, environments: readonly string[]): Addressed["wanted"] {
  if (environments.length === 0) return "unaddressed";
  const known = environments.flatMap((name) => workspace.environments.get(name) ?? []);
  // One that is unknown is told by itself.
  if (known.length < environments.length) return "unclear";
  const recipients = known.flatMap((environment) => environment.recipients);
  return recipients.length > 0 ? recipients : "unlisted";
}

/**
 * Who may read, without keys (design: 3.2): all Credentials of a file are addressed to one set of environments,
 * and the file's recipients are exactly the union of those environments' recipients.
 */
export function* checkReaders(
  declarations: Declarations,
  recipientsOf: RecipientsOf,
  ruleOf: RuleOf,
): Generator<Diagnostic> {
  const uses: ConfigUse[] = [];
  for (const addressed of addressees(declarations)) {
    const { file, environments, wanted } = addressed;
    const troubles = [...checkFile(declarations, addressed, recipientsOf(file))];
    yield* troubles;
    const rule = ruleOf(file);
    if (rule && typeof wanted !== "string") {
      uses.push({ rule, wanted, environments: inWords(environments), sound: troubles.length === 0 });
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
  { credentials, environments, wanted }: Addressed,
  actual: readonly Located<Recipient>[],
): Generator<Diagnostic> {
  const [first] = credentials;
  const other = credentials.find((one) => audience(declarations, one).join() !== environments.join());
  if (first && other) {
    const related = [{ at: first.at, message: `this one is for ${inWords(environments)}` }];
    yield diagnostic("JF429", other.at, {}, { related, hint: "give each set a file of its own" });
    return;
  }
  // Not sealed, or with metadata that cannot be read: told by itself.
  if (!first || actual.length === 0) return;
  const params = { environments: inWords(environments) };
  if (wanted === "unlisted") {
    const known = environments.flatMap((name) => declarations.workspace.environments.get(name) ?? []);
    const related = known.map(({ name }) => ({ at: name.at, message: "without `recipients`" }));
    yield diagnostic("JF432", first.at, params, { related, hint: NO_RECIPIENTS });
  }
  if (typeof wanted === "string") return;
  const hint = updateHint(first.at);
  const missing = without(wanted, actual);
  if (missing.length > 0) {
    const related = missing.map((one) => ({ at: one.at, message: "listed here" }));
    yield diagnostic("JF430", first.at, { ...params, count: missing.length }, { related, hint });
  }
  for (const extra of without(actual, wanted)) yield diagnostic("JF431", extra.at, params, { hint });
}

const NO_RECIPIENTS = "list the public keys that may read it: `recipients: [age1…]`";

function updateHint({ file }: Span): string {
  return `who can read it runs \`jackfield secrets updatekeys ${file.path}\``;
}

/** Those that are not among the others, each once. */
export function without(
  all: readonly Located<Recipient>[],
  others: readonly Located<Recipient>[],
): readonly Located<Recipient>[] {
  const gone = new Set(others.map(({ value }) => recipientKey(value)));
  const kept = new Map(
    all.filter(({ value }) => !gone.has(recipientKey(value))).map((one) => [recipientKey(one.value), one]),
  );
  return [...kept.values()];
}

/** Recipients are the same if their keys are. */
export function recipientKey({ kind, id }: Recipient): string {
  return `${kind} ${id}`;
}

function inWords(environments: readonly string[]): string {
  return `environment${environments.length === 1 ? "" : "s"} ${environments.map((e) => `\`${e}\``).join(", ")}`;
}
