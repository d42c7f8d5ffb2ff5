import { type Compiled, compile } from "../../compile.ts";
import {
  type Checked,
  type Diagnostic,
  diagnostic,
  hasErrors,
  sortDiagnostics,
} from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import type { Located, Recipient } from "../../model/declaration.ts";
import { parseFile } from "../../parse/parse.ts";
import type { SopsProgram } from "../../ports.ts";
import { sealByProgram } from "../../sops/by-program.ts";
import { generateIdentity } from "../../sops/identities.ts";
import { SCOPE } from "../../sops/lint.ts";
import type { OpenedText } from "../../sops/opened.ts";
import { resealText } from "../../sops/reseal.ts";
import { parsePlain, sealText } from "../../sops/seal.ts";
import { inPlainText } from "./edit-places.ts";
import { newReaders } from "./file-gate.ts";
import { unwrappable } from "./re-encrypt.ts";
import { type Reviewed, recipientsGate } from "./recipients-gate.ts";
import { type WorkspaceFile, workspaceFiles } from "./workspace-files.ts";

/** What an edited text is judged by. */
export interface Judging {
  readonly path: string;
  /** The file as it was; undefined: it is new. */
  readonly opened: OpenedText | undefined;
  /** All files in sight, as they are. */
  readonly files: readonly SourceFile[];
  readonly accepted: readonly string[];
  readonly history: Reviewed;
  /** Set: the user lets it seal for recipients that we cannot wrap a key for; then all is sealed anew. */
  readonly sops?: SopsProgram | undefined;
  readonly now: Date;
}

/**
 * Seals an edited text for who is to read it, and judges the Workspaces with it in its place. The value is undefined if it
 * must not be written; places are told in the plain text. The estate never sees that text, only the sealed one, so that no
 * message can hold a value.
 */
export function sealEdited(text: string, judging: Judging): Checked<string | undefined> {
  const { path, opened } = judging;
  const plain = parsePlain({ path, text });
  if (!plain.value) return { value: undefined, diagnostics: plain.diagnostics };
  // For nobody: only to learn whom it is for.
  const isGrouped = opened !== undefined && opened.metadata.groups.length > 1;
  const first = sealFor(text, judging, isGrouped ? undefined : [generateIdentity().recipient]);
  if (first.value === undefined) return first;
  const draft = compileWith(judging, first.value);
  const addressed = addressedAt(draft, path);
  const readers = typeof addressed?.wanted === "string" ? undefined : addressed?.wanted;
  const gated = gate(draft, judging);
  // Before a key service is asked for anything.
  if (gated.length > 0 && readers && unwrappable(readers).length > 0)
    return { value: undefined, diagnostics: gated };
  const sealed = readers
    ? sealForReaders(text, judging, readers)
    : opened
      ? sealFor(text, judging, undefined)
      : first;
  if (sealed.value === undefined) return sealed;
  const errors = errorsWith(compileWith(judging, sealed.value), judging);
  const troubles = [...errors, ...gated, ...unread(addressed, errors, judging)];
  const file = parseFile({ path, text: sealed.value }).value;
  const diagnostics = sortDiagnostics(file ? inPlainText(troubles, file, plain.value) : troubles);
  return { value: hasErrors(diagnostics) ? undefined : sealed.value, diagnostics };
}

/** Why a text without readers of its own must not be written: nobody could open it. */
function unread(
  addressed: WorkspaceFile | undefined,
  errors: readonly Diagnostic[],
  { path, opened }: Judging,
): readonly Diagnostic[] {
  if (opened || (addressed && typeof addressed.wanted !== "string")) return [];
  // Environments without recipients are told by themselves.
  if (errors.some(({ code }) => code === "JF432")) return [];
  if (!addressed) return [diagnostic("JF022", undefined, { path })];
  const at = addressed.credentials[0]?.at;
  const hint =
    addressed.wanted === "unaddressed"
      ? "its `for` names no environment and selects no Deployment"
      : "mend what `jackfield validate` tells first";
  return [diagnostic("JF396", at, {}, { hint })];
}

function sealFor(
  text: string,
  { path, opened, now }: Judging,
  recipients: readonly string[] | undefined,
): Checked<string | undefined> {
  if (opened) return resealText(opened, text, { now, ...(recipients && { recipients }) });
  return sealText({ path, text }, { groups: [recipients ?? []], now });
}

function sealForReaders(
  text: string,
  judging: Judging,
  readers: readonly Located<Recipient>[],
): Checked<string | undefined> {
  const { path, opened, sops } = judging;
  const all = readers.map(({ value }) => value);
  const ids = all.map(({ id }) => id);
  const foreign = unwrappable(readers);
  if (foreign.length === 0) return sealFor(text, judging, ids);
  if (!sops) return { value: undefined, diagnostics: foreign };
  if (opened && opened.metadata.groups.length > 1) return sealFor(text, judging, ids);
  return sealByProgram({ path, text }, all, sops, opened?.metadata.rule ?? SCOPE);
}

function compileWith({ files, path }: Judging, text: string): Compiled {
  return compile([...files.filter((file) => file.path !== path), { path, text }]);
}

function addressedAt(compiled: Compiled, path: string): WorkspaceFile | undefined {
  return workspaceFiles({ compiled, workspaces: compiled.workspaces, diagnostics: [] }).get(path);
}

/** Errors in this file, and those elsewhere that were not there before. */
function errorsWith(compiled: Compiled, { files, path }: Judging): readonly Diagnostic[] {
  const own = compiled.diagnostics.filter(
    ({ severity, at }) => severity === "error" && at?.file.path === path,
  );
  return [...own, ...newErrors(compile(files), compiled).filter((one) => !own.includes(one))];
}

/** The errors that a change of the files brings: others, or the same for more Deployments. */
export function newErrors(before: Compiled, after: Compiled): readonly Diagnostic[] {
  const nameOf = ({ code, message, at, cause }: Diagnostic) =>
    `${code} ${at?.file.path} ${cause?.key ?? message}`;
  const known = new Map(before.diagnostics.map((one) => [nameOf(one), new Set(one.cause?.members)]));
  return after.diagnostics.filter((one) => {
    const members = known.get(nameOf(one));
    const isKnown = members && (one.cause?.members ?? []).every((member) => members.has(member));
    return one.severity === "error" && !isKnown;
  });
}

/** Who would read it and nobody reviewed. */
function gate(compiled: Compiled, { path, opened, accepted, history }: Judging): readonly Diagnostic[] {
  const addressed = addressedAt(compiled, path);
  if (!addressed) return opened ? newReaders([opened.file.file], accepted, history) : [];
  const { environments, workspace } = addressed;
  const sealsFor = [{ declarations: workspace.declarations, environments }];
  return recipientsGate(sealsFor, accepted, history, compiled)?.diagnostics ?? [];
}
