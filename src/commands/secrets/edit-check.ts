import { type Compiled, compile } from "../../compile.ts";
import {
  type Checked,
  type Diagnostic,
  diagnostic,
  hasErrors,
  sortDiagnostics,
} from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import { parseFile } from "../../parse/parse.ts";
import { generateIdentity } from "../../sops/identities.ts";
import type { OpenedText } from "../../sops/opened.ts";
import { resealText } from "../../sops/reseal.ts";
import { parsePlain, sealText } from "../../sops/seal.ts";
import { inPlainText } from "./edit-places.ts";
import { newReaders } from "./file-gate.ts";
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
  readonly now: Date;
  /** Errors that the text brings to other files are told by somebody else. */
  readonly ownErrorsOnly?: boolean;
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
  const first = sealFor(text, judging, opened ? undefined : [generateIdentity().recipient]);
  if (first.value === undefined) return first;
  const addressed = addressedAt(compileWith(judging, first.value), path);
  const wanted = typeof addressed?.wanted === "string" ? undefined : addressed?.wanted;
  const sealed = wanted
    ? sealFor(
        text,
        judging,
        wanted.map(({ value }) => value.id),
      )
    : first;
  if (sealed.value === undefined) return sealed;
  const compiled = compileWith(judging, sealed.value);
  const troubles = [
    ...errorsWith(compiled, judging),
    ...gate(compiled, judging),
    ...(opened || wanted ? [] : [diagnostic("JF022", undefined, { path })]),
  ];
  const file = parseFile({ path, text: sealed.value }).value;
  const diagnostics = sortDiagnostics(file ? inPlainText(troubles, file, plain.value) : troubles);
  return { value: hasErrors(diagnostics) ? undefined : sealed.value, diagnostics };
}

function sealFor(
  text: string,
  { path, opened, now }: Judging,
  recipients: readonly string[] | undefined,
): Checked<string | undefined> {
  if (opened) return resealText(opened, text, { now, ...(recipients && { recipients }) });
  return sealText({ path, text }, { groups: [recipients ?? []], now });
}

function compileWith({ files, path }: Judging, text: string): Compiled {
  return compile([...files.filter((file) => file.path !== path), { path, text }]);
}

function addressedAt(compiled: Compiled, path: string): WorkspaceFile | undefined {
  return workspaceFiles({ compiled, workspaces: compiled.workspaces, diagnostics: [] }).get(path);
}

/** Errors in this file, and those elsewhere that were not there before. */
function errorsWith(compiled: Compiled, { files, path, ownErrorsOnly }: Judging): readonly Diagnostic[] {
  const own = compiled.diagnostics.filter(
    ({ severity, at }) => severity === "error" && at?.file.path === path,
  );
  if (ownErrorsOnly) return own;
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
