import { type Checked, type Diagnostic, diagnostic, hasErrors } from "../core/diagnostic.ts";
import { Secret } from "../core/secret.ts";
import type { SourceFile } from "../core/source.ts";
import type { Recipient } from "../model/declaration.ts";
import type { ParsedFile } from "../model/tree.ts";
import { parseFile } from "../parse/parse.ts";
import type { SopsProgram } from "../ports.ts";
import { kindInWords } from "./foreign.ts";
import { valuesFromPlain } from "./from-program.ts";
import { checkEntries } from "./lint.ts";
import { recipientsIn, type SopsMetadata } from "./metadata.ts";
import { readForOpening, type Unsealed } from "./open.ts";
import { DEFAULT_RULE, type ScopeRule } from "./scope.ts";
import { isUnlisted } from "./servers.ts";

/** The `sops` program, which the user opted into, and the recipients that the Workspaces list. */
export interface Fallback {
  readonly program: SopsProgram;
  readonly listed: readonly Recipient[];
}

/** A file that the program opened; its MAC was verified. */
export interface OpenedByProgram {
  /** Its whole text in the layout of SOPS, comments in it, without `sops` blocks. */
  readonly plain: Secret;
  readonly values: Unsealed;
  readonly metadata: SopsMetadata;
}

/** The troubles of a file that is sound so far but that no key at hand opens: there the program may help. */
export function isWithoutKey(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ code }) => code === "JF321" || code === "JF322" || code === "JF323");
}

/**
 * Opens a file with the program. What the metadata shows to be wrong is refused before anything
 * runs: no MAC or one over sealed values only, an entry with a hidden reader, a server that no environment lists (JF349). What
 * comes back must be this file, value by value (JF348). Nothing is given with an error.
 */
export function openByProgram(
  file: ParsedFile,
  { program, listed }: Fallback,
): Checked<OpenedByProgram | undefined> {
  const { value: readable, diagnostics } = readForOpening(file);
  if (!readable) return { value: undefined, diagnostics };
  const { metadata, scope } = readable;
  const troubles = [...checkEntries(metadata), ...unlistedServers(metadata, listed)];
  if (troubles.length > 0) return { value: undefined, diagnostics: troubles };
  const { value: plain, diagnostics: told } = program.decrypt(file.file, listed);
  if (!plain) return { value: undefined, diagnostics: told.map((one) => withRecipients(one, metadata)) };
  const values = valuesFromPlain(file, scope, plain);
  if (!values) return refused(diagnostic("JF348", metadata.at, { what: "this file opened" }));
  return { value: { plain, values, metadata }, diagnostics: told };
}

function unlistedServers(metadata: SopsMetadata, listed: readonly Recipient[]): readonly Diagnostic[] {
  const hint =
    "who wrote the file chose it, and it would get a token: list the recipient in an environment if it is yours";
  return recipientsIn(metadata)
    .filter(({ value }) => isUnlisted(value, listed))
    .map(({ at }) => diagnostic("JF349", at, {}, { hint }));
}

const MAX_LISTED = 9;

/** Without a data key it helps to see whose key it would take. */
function withRecipients(trouble: Diagnostic, metadata: SopsMetadata): Diagnostic {
  if (trouble.code !== "JF346") return trouble;
  const related = recipientsIn(metadata)
    .slice(0, MAX_LISTED)
    .map(({ value, at }) => ({ at, message: `sealed for this ${kindInWords(value)} key` }));
  const hint = `\`sops decrypt --output /dev/null ${metadata.at.file.path}\` tells what each of them lacks`;
  return { ...trouble, at: metadata.at, related, hint };
}

/**
 * Seals a plain file with the program, with a new data key, for exactly these recipients and by this rule (undefined: the one
 * that SOPS has for files without any). What comes back is
 * checked as far as it can be without a key (JF348): recipients, rule, MAC, one stanza an entry, and the same keys and plain values.
 */
export function sealByProgram(
  plain: SourceFile,
  recipients: readonly Recipient[],
  program: SopsProgram,
  wantedRule: Pick<ScopeRule, "name" | "text"> | undefined,
): Checked<string | undefined> {
  const rule = wantedRule ?? DEFAULT_RULE;
  const { value: text, diagnostics } = program.encrypt(plain, recipients, rule);
  if (text === undefined) return { value: undefined, diagnostics };
  // Without its text: no message is to show a line of it.
  const start = { file: { path: plain.path, text: "" }, start: 0, end: 0 };
  const what = faultOf({ ...plain, text }, plain, recipients, rule);
  return what ? refused(diagnostic("JF348", start, { what })) : { value: text, diagnostics };
}

function faultOf(
  sealed: SourceFile,
  plain: SourceFile,
  recipients: readonly Recipient[],
  rule: Pick<ScopeRule, "name" | "text">,
): string | undefined {
  const { value: file, diagnostics } = parseFile(sealed);
  const readable = file && readForOpening(file).value;
  if (!file || !readable || hasErrors(diagnostics.filter(({ code }) => code !== "JF107")))
    return "a sealed file";
  const { metadata, scope } = readable;
  const [group, second] = metadata.groups;
  if (!group || second || keysOf(recipientsIn(metadata).map(({ value }) => value)) !== keysOf(recipients))
    return "sealed for exactly these recipients";
  if (checkEntries(metadata).length > 0) return "sealed for one reader an entry";
  if (metadata.rule?.name !== rule.name || metadata.rule.text !== rule.text) return "sealed by this rule";
  return valuesFromPlain(file, scope, new Secret(plain.text)) ? undefined : "this file sealed";
}

function keysOf(recipients: readonly Recipient[]): string {
  return [...new Set(recipients.map(({ kind, id }) => `${kind} ${id}`))].sort().join("\n");
}

function refused(trouble: Diagnostic): Checked<undefined> {
  return { value: undefined, diagnostics: [trouble] };
}
