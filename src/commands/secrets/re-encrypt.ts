import { type Checked, type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import type { Located, Recipient } from "../../model/declaration.ts";
import type { Outcome } from "../../outcome.ts";
import { parseFile } from "../../parse/parse.ts";
import type { KeySource, Progress, Replacement, SopsProgram } from "../../ports.ts";
import { type Fallback, isWithoutKey, openByProgram, sealByProgram } from "../../sops/by-program.ts";
import { kindInWords, needsProgram } from "../../sops/foreign.ts";
import type { Identity } from "../../sops/identities.ts";
import { type OpenedText, openText } from "../../sops/opened.ts";
import { DEFAULT_RULE } from "../../sops/scope.ts";
import { sealText } from "../../sops/seal.ts";
import { type Estate, fallbackOf } from "../estate.ts";
import { readersOf } from "./file-gate.ts";
import { inSteps, summedUp } from "./sealed-files.ts";
import { nothingDone, type RecipientChange } from "./workspace-files.ts";

/** A file to encrypt again. */
export interface Turn extends RecipientChange {
  readonly source: SourceFile;
}

export interface ReencryptPorts {
  readonly keys: KeySource;
  readonly progress: Progress;
  /** Set: the user lets it open and seal what we cannot. */
  readonly sops?: SopsProgram | undefined;
  readonly now: Date;
}

/** Makes the new text of an opened file; without recipients those that it has stay. */
export type Reencrypt = (
  opened: OpenedText,
  recipients: readonly string[] | undefined,
) => Checked<string | undefined>;

/** What becomes of the files, for the writer: all, or else the outcome that names each file that is in the way. */
export function reencryptAll(
  turns: readonly Turn[],
  { keys, progress, sops, now }: ReencryptPorts,
  estate: Estate,
  reencrypt: Reencrypt,
): ReadonlyMap<string, Replacement> | Outcome {
  if (turns.length === 0) return new Map();
  const found = keys.identities();
  const ways = { identities: found.identities, fallback: fallbackOf(estate, sops), now, reencrypt };
  const made = inSteps(
    turns,
    ({ source }) => source.path,
    progress,
    (turn) => reencryptOne(turn, ways),
  );
  const replacements = new Map<string, Replacement>();
  const failed: string[] = [];
  for (const [index, { source }] of turns.entries()) {
    const after = made[index]?.value;
    if (after === undefined) failed.push(source.path);
    else replacements.set(source.path, { before: source.text, after });
  }
  if (failed.length === 0) return replacements;
  const diagnostics = made.flatMap((one) => one.diagnostics);
  return nothingDone(summedUp(diagnostics, found), estate, failed);
}

interface Ways {
  readonly identities: readonly Identity[];
  readonly fallback: Fallback | undefined;
  readonly now: Date;
  readonly reencrypt: Reencrypt;
}

function reencryptOne({ source, recipients }: Turn, ways: Ways): Checked<string | undefined> {
  const { identities, fallback, reencrypt } = ways;
  const { value: opened, diagnostics } = openText(source, identities);
  const all = recipients ?? readersOf(source);
  const foreign = unwrappable(all);
  if (opened && foreign.length === 0)
    return reencrypt(
      opened,
      recipients?.map(({ value }) => value.id),
    );
  if (!opened && !(fallback && isWithoutKey(diagnostics))) return refused([...diagnostics, ...foreign]);
  if (!fallback) return refused(foreign);
  return sealAnew(source, opened, all, { ...ways, fallback });
}

/** With the program in the way a file gets a new data key in any case, and the layout that SOPS gives it. */
function sealAnew(
  source: SourceFile,
  opened: OpenedText | undefined,
  recipients: readonly Located<Recipient>[],
  { fallback, now }: Ways & { readonly fallback: Fallback },
): Checked<string | undefined> {
  const file = parseFile(source).value;
  const plain = opened ? { value: opened, diagnostics: [] } : file && openByProgram(file, fallback);
  if (!plain?.value) return { value: undefined, diagnostics: plain?.diagnostics ?? [] };
  const { metadata } = plain.value;
  if (metadata.groups.length > 1) {
    const hint = "change its key groups with the `sops` program";
    return refused([diagnostic("JF356", metadata.at, {}, { hint })]);
  }
  const text = { path: source.path, text: plain.value.plain.reveal() };
  const all = recipients.map(({ value }) => value);
  const { rule } = metadata;
  if (all.some(needsProgram)) return sealByProgram(text, all, fallback.program, rule);
  return sealText(text, { groups: [all.map(({ id }) => id)], now, scope: rule ?? DEFAULT_RULE });
}

/** Recipients that the engine cannot wrap a data key for, each kind once. */
export function unwrappable(recipients: readonly Located<Recipient>[]): readonly Diagnostic[] {
  const foreign = recipients.filter(({ value }) => needsProgram(value));
  const byKind = Map.groupBy(foreign, ({ value }) => kindInWords(value));
  const hint = "`--sops sops` lets the `sops` program do it";
  return [...byKind].flatMap(([kinds, [first]]) =>
    first ? [diagnostic("JF351", first.at, { kinds }, { hint })] : [],
  );
}

function refused(diagnostics: readonly Diagnostic[]): Checked<undefined> {
  return { value: undefined, diagnostics };
}
