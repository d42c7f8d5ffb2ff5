import { compile } from "../../compile.ts";
import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { Secret } from "../../core/secret.ts";
import type { Credential } from "../../model/declaration.ts";
import type { Outcome } from "../../outcome.ts";
import { parseFile } from "../../parse/parse.ts";
import type { Files, KeySource, TreeWriter } from "../../ports.ts";
import { visibleText } from "../../render/visible.ts";
import { removeAt } from "../../sops/edit-yaml.ts";
import { openText } from "../../sops/opened.ts";
import { type Estate, isOutcome, openEstate } from "../estate.ts";
import { type AimOptions, aimOf, aimText } from "./aim.ts";
import { newErrors, sealEdited } from "./edit-check.ts";
import { pathOf, secretsIn } from "./plain-credential.ts";
import type { Reviewed } from "./recipients-gate.ts";
import { summedUp } from "./sealed-files.ts";
import { findTarget, newCredentialPath, type Target } from "./target.ts";
import { nothingDone } from "./workspace-files.ts";

export interface UnsetPorts {
  readonly files: Files;
  readonly keys: KeySource;
  readonly writer: TreeWriter;
  readonly history: Reviewed;
  readonly now: Date;
}

export interface UnsetRequest {
  readonly id: string;
  readonly field: string;
  readonly aim: AimOptions;
  readonly workspace: string | undefined;
  /** New recipients that are meant. */
  readonly accepted: readonly string[];
}

/**
 * `jackfield secrets unset ID FIELD`: takes a value out of the Credential that is for just these Deployments. With the last
 * one the Credential goes, and its file if that held nothing else; that needs no key.
 */
export function unset(
  ports: UnsetPorts,
  { id, field, workspace, accepted, ...request }: UnsetRequest,
): Outcome {
  const aim = aimOf(request.aim);
  if ("result" in aim) return aim;
  const estate = openEstate(ports.files, { workspace });
  if (isOutcome(estate)) return estate;
  const target = findTarget(estate, { id, fields: [field], aim });
  if ("result" in target) return target;
  const { credential } = target;
  if (!credential || !secretsIn(credential.document).includes(field)) {
    return nothingDone([notThere(target, field)], estate);
  }
  const isLast = secretsIn(credential.document).length === 1;
  if (isLast && credential.file.documents.length === 1)
    return removeFile(ports, target, credential, field, estate);
  return reseal(ports, target, credential, { field, isLast, accepted, estate });
}

function notThere(target: Target, field: string): Diagnostic {
  const { credential } = target;
  const path = credential?.file.file.path ?? newCredentialPath(target);
  const held = credential ? secretsIn(credential.document) : [];
  const hint =
    held.length > 0
      ? `it holds ${held.join(", ")}`
      : `there is no Credential for ${aimText(target.aim)} alone`;
  return diagnostic("JF034", credential?.at, { path, field }, { hint });
}

function removeFile(
  { files, writer }: UnsetPorts,
  target: Target,
  { file }: Credential,
  field: string,
  estate: Estate,
): Outcome {
  const { path, text } = file.file;
  const all = files.scan().value;
  const errors = newErrors(compile(all), compile(all.filter((one) => one.path !== path)));
  if (errors.length > 0) return nothingDone(errors, estate);
  writer.replaceAll(new Map([[path, { before: text, after: undefined }]]));
  return done(target, path, field, estate, [], "removed: it held nothing else");
}

interface Step {
  readonly field: string;
  readonly isLast: boolean;
  readonly accepted: readonly string[];
  readonly estate: Estate;
}

function reseal(ports: UnsetPorts, target: Target, { file, document }: Credential, step: Step): Outcome {
  const { field, isLast, accepted, estate } = step;
  const { path } = file.file;
  const found = ports.keys.identities();
  const { value: opened, diagnostics } = openText(file.file, found.identities);
  if (!opened) return nothingDone(summedUp(diagnostics, found), estate);
  const secrets = [...opened.values.values()].map(({ secret }) => secret);
  const plain = opened.plain.reveal();
  const text = isLast
    ? withoutDocument(plain, document.index)
    : removeAt(plain, pathOf(field), document.index);
  if (text === undefined) throw new Error("the field is there");
  const { files, history, now } = ports;
  const sealed = sealEdited(text, { path, opened, files: files.scan().value, accepted, history, now });
  if (sealed.value === undefined) return { ...nothingDone(sealed.diagnostics, estate), secrets };
  ports.writer.replaceAll(new Map([[path, { before: file.file.text, after: sealed.value }]]));
  return done(target, path, field, estate, secrets, isLast ? "the Credential went with it" : "sealed again");
}

function withoutDocument(text: string, index: number): string {
  const documents = parseFile({ path: "x.yaml", text }).value?.documents ?? [];
  const start = index === 0 ? 0 : (documents[index]?.span.start ?? text.length);
  return text.slice(0, start) + text.slice(documents[index + 1]?.span.start ?? text.length);
}

function done(
  { object, aim }: Target,
  path: string,
  field: string,
  { compiled }: Estate,
  secrets: readonly Secret[],
  what: string,
): Outcome {
  const text = `${visibleText(path)}: ${field} of ${object.id.value} for ${aimText(aim)} taken out, ${what}\n`;
  return { diagnostics: [], result: { file: path, changed: true, field }, text, compiled, secrets };
}
