import { compile } from "../../compile.ts";
import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Secret } from "../../core/secret.ts";
import type { Credential } from "../../model/declaration.ts";
import { leaves } from "../../model/tree.ts";
import type { Outcome } from "../../outcome.ts";
import { parseFile } from "../../parse/parse.ts";
import type { Files, KeySource, SopsProgram, TreeWriter } from "../../ports.ts";
import { visibleText } from "../../render/visible.ts";
import { removeAt } from "../../sops/edit-yaml.ts";
import { withoutSealing } from "../../sops/unsealed-layout.ts";
import { type Estate, fallbackOf, isOutcome, openEstate } from "../estate.ts";
import { type AimOptions, aimOf, aimText } from "./aim.ts";
import { newErrors, sealEdited } from "./edit-check.ts";
import { openFor } from "./open-for.ts";
import { pathOf, secretsIn } from "./plain-credential.ts";
import type { Reviewed } from "./recipients-gate.ts";
import { findTarget, newCredentialPath, type Target } from "./target.ts";
import { nothingDone } from "./workspace-files.ts";

export interface UnsetPorts {
  readonly files: Files;
  readonly keys: KeySource;
  readonly writer: TreeWriter;
  readonly history: Reviewed;
  /** Set: the user lets it open and seal what we cannot. */
  readonly sops?: SopsProgram | undefined;
  readonly now: Date;
}

export interface UnsetRequest {
  readonly id: string;
  readonly kind?: string | undefined;
  readonly field: string;
  readonly aim: AimOptions;
  readonly workspace: string | undefined;
  /** New recipients that are meant. */
  readonly accepted: readonly string[];
}

/**
 * `jackfield secrets unset ID FIELD`: takes a value out of the Credential that is for just these Deployments. With the last
 * one the Credential goes, and its file if that held nothing else. Needs no key if nothing else is sealed.
 */
export function unset(ports: UnsetPorts, { field, ...request }: UnsetRequest): Outcome {
  const aim = aimOf(request.aim);
  if ("result" in aim) return aim;
  const estate = openEstate(ports.files, request);
  if (isOutcome(estate)) return estate;
  const target = findTarget(estate, { ...request, fields: [field], aim });
  if ("result" in target) return target;
  const { credential } = target;
  const held = credential ? secretsIn(credential.document) : new Map();
  if (!credential || !held.has(field))
    return nothingDone([notThere(target, field, [...held.keys()])], estate);
  const isLast = held.size === 1;
  const step = { ports, target, credential, field, isLast, accepted: request.accepted, estate };
  return isLast && isAlone(credential) ? removeUnopened(step) : reseal(step);
}

interface Step {
  readonly ports: UnsetPorts;
  readonly target: Target;
  readonly credential: Credential;
  readonly field: string;
  readonly isLast: boolean;
  readonly accepted: readonly string[];
  readonly estate: Estate;
}

function notThere(target: Target, field: string, held: readonly string[]): Diagnostic {
  const { credential, aim } = target;
  const path = credential?.file.file.path ?? newCredentialPath(target);
  const hint = credential
    ? (didYouMean(field, held) ?? `it holds ${held.join(", ")}`)
    : `there is no Credential for ${aimText(aim)} alone`;
  return diagnostic("JF034", credential?.at, { path, field }, { hint });
}

/** True for the only document of its file that seals anything. */
function isAlone({ file, document }: Credential): boolean {
  const others = file.documents.filter(({ index }) => index !== document.index);
  return others.every(({ root }) => [...leaves(root)].every(({ kind }) => kind !== "sealed"));
}

/** Nothing stays sealed, so nothing has to be opened. */
function removeUnopened({ ports, target, credential, field, estate }: Step): Outcome {
  const { path, text: before } = credential.file.file;
  const isWhole = credential.file.documents.length === 1;
  const bare = isWhole ? undefined : withoutDocument(before, credential.document.index);
  const after = bare === undefined ? undefined : withoutSealing({ path, text: bare });
  const all = ports.files.scan().value.filter((one) => one.path !== path);
  const next = compile(after === undefined ? all : [...all, { path, text: after }]);
  const errors = newErrors(estate.compiled, next);
  if (errors.length > 0) return nothingDone(errors, estate);
  ports.writer.replaceAll(new Map([[path, { before, after }]]));
  const what = isWhole ? "removed: it held nothing else" : "not sealed any more: it holds no other secret";
  return done({ target, field, estate }, path, [], what);
}

function reseal({ ports, target, credential, field, isLast, accepted, estate }: Step): Outcome {
  const { file, document } = credential;
  const { path, text: before } = file.file;
  const { keys, files, history, sops, now } = ports;
  const { value: base, diagnostics } = openFor(file, { keys, fallback: fallbackOf(estate, sops) });
  if (!base) return nothingDone(diagnostics, estate);
  const { opened, plain, secrets } = base;
  const text = isLast
    ? withoutDocument(plain.reveal(), document.index)
    : removeAt(plain.reveal(), pathOf(field), document.index);
  if (text === undefined) throw new Error("the field is there");
  const sealed = sealEdited(text, { path, opened, files: files.scan().value, accepted, history, sops, now });
  if (sealed.value === undefined) return { ...nothingDone(sealed.diagnostics, estate), secrets };
  ports.writer.replaceAll(new Map([[path, { before, after: sealed.value }]]));
  const what = isLast ? "the Credential went with it" : "sealed again";
  return done({ target, field, estate }, path, secrets, what);
}

/** The begin of a document is where the one before it ends: at its `---`. */
function withoutDocument(text: string, index: number): string {
  const documents = parseFile({ path: "x.yaml", text }).value?.documents ?? [];
  const start = index === 0 ? 0 : (documents[index]?.span.start ?? text.length);
  return text.slice(0, start) + text.slice(documents[index + 1]?.span.start ?? text.length);
}

function done(
  { target: { object, aim }, field, estate }: Pick<Step, "target" | "field" | "estate">,
  path: string,
  secrets: readonly Secret[],
  what: string,
): Outcome {
  const text = `${visibleText(`${path}: ${field}`)} of ${object.id.value} for ${aimText(aim)} taken out, ${what}\n`;
  const { compiled } = estate;
  return { diagnostics: [], result: { file: path, changed: true, field }, text, compiled, secrets };
}
