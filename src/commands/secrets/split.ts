import type { Diagnostic } from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import type { Outcome } from "../../outcome.ts";
import { parseFile } from "../../parse/parse.ts";
import type { KeySource, Replacement } from "../../ports.ts";
import { visibleText } from "../../render/visible.ts";
import { removeAt, setNodeAt } from "../../sops/edit-yaml.ts";
import { openText } from "../../sops/opened.ts";
import type { Estate } from "../estate.ts";
import { type Aim, aimText } from "./aim.ts";
import { sealEdited } from "./edit-check.ts";
import { pathOf } from "./plain-credential.ts";
import type { Reviewed } from "./recipients-gate.ts";
import type { Spilt } from "./seal.ts";
import { summedUp } from "./sealed-files.ts";
import { credentialDraft, findTarget, newCredentialPath, type Target } from "./target.ts";
import { nothingDone } from "./workspace-files.ts";

export interface Splitting {
  readonly spilt: readonly Spilt[];
  /** The file they stand in. */
  readonly source: SourceFile;
  readonly aim: Aim;
  readonly files: readonly SourceFile[];
  readonly estate: Estate;
  readonly ports: { readonly keys: KeySource; readonly history: Reviewed; readonly now: Date };
  readonly accepted: readonly string[];
}

export interface Split {
  readonly replacements: ReadonlyMap<string, Replacement>;
  readonly text: string;
}

/** What becomes of the file and of a Credential file for each of its objects; an `Outcome` says why nothing does. */
export function splitObjects(splitting: Splitting): Split | Outcome {
  const { source, spilt, files, estate, aim } = splitting;
  const replacements = new Map<string, Replacement>();
  const bare = withoutSecrets(source, spilt);
  replacements.set(source.path, { before: source.text, after: bare });
  const lines: string[] = [];
  for (const one of spilt) {
    const target = targetOf(one, splitting);
    if ("result" in target) return target;
    const path = target.credential?.file.file.path ?? newCredentialPath(target);
    const before = replacements.get(path)?.after ?? files.find((file) => file.path === path)?.text;
    const around = files.map((file) => ({ ...file, text: replacements.get(file.path)?.after ?? file.text }));
    const sealed = sealInto(one, target, { path, before, around }, splitting);
    if (typeof sealed !== "string") return nothingDone(sealed, estate);
    replacements.set(path, { before: files.find((file) => file.path === path)?.text, after: sealed });
    const names = one.fields.map((field) => field.path).join(", ");
    lines.push(`${visibleText(path)}: ${names} of ${one.object.id.value} for ${aimText(aim)}, sealed\n`);
  }
  return { replacements, text: `${visibleText(source.path)}: without its secrets\n${lines.join("")}` };
}

function targetOf({ object, fields }: Spilt, { estate, aim }: Splitting): Target | Outcome {
  const workspaces = estate.workspaces.filter(({ declarations }) => declarations.objects.includes(object));
  const request = { id: object.id.value, fields: fields.map(({ path }) => path), aim };
  const target = findTarget({ ...estate, workspaces }, request);
  return "result" in target ? target : { ...target, object };
}

function withoutSecrets(source: SourceFile, spilt: readonly Spilt[]): string {
  const documents = parseFile(source).value?.documents ?? [];
  let text = source.text;
  for (const { object, fields } of spilt) {
    const index = documents.findIndex(({ root }) => root.span.start === object.at.start);
    for (const { path } of fields) {
      const keys = ["spec", ...pathOf(path).slice(2)];
      const next = removeAt(text, keys, index);
      if (next === undefined) throw new Error("the field is there");
      text = next;
    }
  }
  return text;
}

interface Into {
  readonly path: string;
  /** The text there, as far as it is; undefined: a new file. */
  readonly before: string | undefined;
  /** All files, as they will be without it. */
  readonly around: readonly SourceFile[];
}

/** The sealed text, or why there is none. */
function sealInto(
  { fields }: Spilt,
  target: Target,
  { path, before, around }: Into,
  { ports, accepted }: Splitting,
): string | readonly Diagnostic[] {
  const found = before === undefined ? undefined : ports.keys.identities();
  const opened =
    before === undefined || !found ? undefined : openText({ path, text: before }, found.identities);
  if (found && opened && !opened.value) return summedUp(opened.diagnostics, found);
  let text = opened?.value?.plain.reveal() ?? credentialDraft(target);
  for (const field of fields) {
    const index = target.credential?.document.index ?? 0;
    const next = setNodeAt(text, pathOf(field.path), field.value, index);
    if (next === undefined) throw new Error("a Credential takes every field");
    text = next;
  }
  const { history, now } = ports;
  const judging = { path, opened: opened?.value, files: around, accepted, history, now, ownErrorsOnly: true };
  const sealed = sealEdited(text, judging);
  return sealed.value ?? sealed.diagnostics;
}
