import { type Checked, type Diagnostic, diagnostic, hasErrors } from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import { leaves } from "../../model/tree.ts";
import { EXIT, type Outcome } from "../../outcome.ts";
import type { Files, KeySource, Prompt, TreeWriter } from "../../ports.ts";
import { type OpenedText, openText } from "../../sops/opened.ts";
import { withoutSealing } from "../../sops/unsealed-layout.ts";
import { type Estate, isOutcome, openEstate } from "../estate.ts";
import { type AimOptions, aimOf } from "./aim.ts";
import { sealEdited } from "./edit-check.ts";
import { type NewValue, secretsIn, withValues } from "./plain-credential.ts";
import { readValues } from "./read-values.ts";
import type { Reviewed } from "./recipients-gate.ts";
import { isUnopened, summedUp } from "./sealed-files.ts";
import { credentialDraft, findTarget, newCredentialPath, type Target } from "./target.ts";
import { nothingDone } from "./workspace-files.ts";
import { written } from "./written.ts";

export interface SetPorts {
  readonly files: Files;
  readonly keys: KeySource;
  readonly prompt: Prompt;
  readonly writer: TreeWriter;
  readonly history: Reviewed;
  readonly now: Date;
}

export interface SetRequest {
  readonly id: string;
  readonly fields: readonly string[];
  readonly aim: AimOptions;
  readonly workspace: string | undefined;
  /** New recipients that are meant. */
  readonly accepted: readonly string[];
}

/**
 * `jackfield secrets set ID FIELD…`: puts values into the Credential that is for just these Deployments, or makes one in
 * the layout we teach. Needs no key where every sealed value of the file is given anew. The Workspaces are judged with it
 * first: an error that it would bring is told, and nothing is written.
 */
export async function set(ports: SetPorts, request: SetRequest): Promise<Outcome> {
  const { id, fields, workspace, accepted } = request;
  const aim = aimOf(request.aim);
  if ("result" in aim) return aim;
  const estate = openEstate(ports.files, { workspace });
  if (isOutcome(estate)) return estate;
  const target = findTarget(estate, { id, fields, aim });
  if ("result" in target) return target;
  const files = ports.files.scan().value;
  const place = placeOf(target, files);
  if ("code" in place) return nothingDone([place], estate);
  const base = baseOf(place, target, fields, ports.keys);
  if (!base.value) return nothingDone(base.diagnostics, estate);
  const values = await readValues(ports.prompt, target, fields);
  const secrets = values.map(({ secret }) => secret);
  const plain = plainText(base.value, target, values);
  if (plain.value === undefined) return { ...nothingDone(plain.diagnostics, estate), secrets };
  if (plain.value === base.value.opened?.plain.reveal()) return { ...unchanged(place.path, estate), secrets };
  const { opened } = base.value;
  const { history, now } = ports;
  const judging = { path: place.path, opened, files, accepted, history, now };
  const sealed = sealEdited(plain.value, judging);
  if (sealed.value === undefined) return { ...nothingDone(sealed.diagnostics, estate), secrets };
  ports.writer.replaceAll(new Map([[place.path, { before: place.source?.text, after: sealed.value }]]));
  return { ...written(target, place.path, fields, files, sealed.value), secrets };
}

/** The file that the Credential stands in, or will. */
interface Place {
  readonly path: string;
  /** Undefined: it is new. */
  readonly source: SourceFile | undefined;
}

function placeOf(target: Target, files: readonly SourceFile[]): Place | Diagnostic {
  const { credential } = target;
  if (credential) return { path: credential.file.file.path, source: credential.file.file };
  const path = newCredentialPath(target);
  if (!files.some((file) => file.path === path)) return { path, source: undefined };
  const hint = "put the Credential into a file of its own, or mend that one with `jackfield secrets edit`";
  return diagnostic("JF035", undefined, { path }, { hint });
}

/** What new values go into. */
interface Base {
  readonly text: string;
  /** Undefined: sealed anew, under a new data key. */
  readonly opened: OpenedText | undefined;
}

function baseOf(
  { source }: Place,
  target: Target,
  fields: readonly string[],
  keys: KeySource,
): Checked<Base | undefined> {
  if (!source) return fine({ text: credentialDraft(target), opened: undefined });
  const kept = otherSecrets(target, fields);
  if (kept.length === 0) return fine({ text: source.text, opened: undefined });
  const found = keys.identities();
  const { value: opened, diagnostics } = openText(source, found.identities);
  if (opened) return fine({ text: opened.plain.reveal(), opened });
  const told = summedUp(diagnostics, found);
  if (!diagnostics.every(isUnopened)) return { value: undefined, diagnostics: told };
  const hint =
    "with a value for each of them no key is needed: name them all, if they are of this Credential";
  const needsKey = diagnostic("JF033", target.credential?.at, { fields: kept.join(", ") }, { hint });
  return { value: undefined, diagnostics: [...told, needsKey] };
}

function fine(value: Base): Checked<Base> {
  return { value, diagnostics: [] };
}

/** What a file seals beside these fields of this Credential. */
function otherSecrets({ credential }: Target, fields: readonly string[]): readonly string[] {
  return (credential?.file.documents ?? []).flatMap((document) => {
    if (document === credential?.document) return secretsIn(document).filter((one) => !fields.includes(one));
    const sealed = [...leaves(document.root)].filter(({ kind }) => kind === "sealed");
    return sealed.length === 0 ? [] : [`those of document ${document.index + 1}`];
  });
}

function plainText(
  base: Base,
  { credential, object }: Target,
  values: readonly NewValue[],
): Checked<string | undefined> {
  const index = credential?.document.index ?? 0;
  const made = withValues(base.text, index, object, values);
  if (made.value === undefined || hasErrors(made.diagnostics) || base.opened || !credential) return made;
  const path = credential.file.file.path;
  const text = withoutSealing({ path, text: made.value });
  if (text === undefined) throw new Error("every sealed value was given anew");
  return { value: text, diagnostics: [] };
}

function unchanged(path: string, { compiled }: Estate): Outcome {
  const text = `${path}: that is what it holds already, nothing was written\n`;
  return { diagnostics: [], result: { file: path, changed: false }, text, compiled, exit: EXIT.ok };
}
