import type { CompiledWorkspace } from "../../compile.ts";
import { type Diagnostic, diagnostic, hasErrors } from "../../core/diagnostic.ts";
import {
  type Credential,
  OBJECT_KINDS,
  type ObjectDeclaration,
  type ObjectKind,
  REFERENCE_KEY,
} from "../../model/declaration.ts";
import { type Outcome, usage } from "../../outcome.ts";
import { scalarText } from "../../sops/scalar-text.ts";
import { type Estate, unknownName } from "../estate.ts";
import { type Aim, aimWithin, isAim, layoutWords, unknownAim } from "./aim.ts";
import { nothingDone } from "./workspace-files.ts";

/** An object, and for whom a secret of it is to be. */
export interface Target {
  readonly workspace: CompiledWorkspace;
  readonly object: ObjectDeclaration;
  readonly aim: Aim;
  /** The Credential that is for just them, if there is one. */
  readonly credential: Credential | undefined;
}

/** What a command line says of it. */
export interface TargetRequest {
  readonly id: string;
  /** In any case; undefined: the id and the fields tell. */
  readonly kind?: string | undefined;
  readonly fields: readonly string[];
  readonly aim: Aim;
}

export type Candidate = Omit<Target, "credential">;

/** The one object that is meant; an `Outcome` is a wrong call. */
export function findTarget(estate: Estate, request: TargetRequest): Target | Outcome {
  const candidates = candidatesOf(estate, request);
  if ("result" in candidates) return candidates;
  const [first] = candidates;
  const unknown = first && unknownAim(first.workspace.declarations, first.aim);
  const known = candidates.filter(({ workspace, aim }) => !unknownAim(workspace.declarations, aim));
  if (unknown && known.length === 0) return unknown;
  const reached = known.filter(({ object, aim }) => reaches(object, aim));
  const [target, ...others] = preferOwn(reached);
  if (!target) return usage(notTheirs(known));
  if (others.length > 0) return usage(ambiguous([target, ...others]));
  return targetFor(target, request.fields);
}

/** The target that an object is, when somebody else found it. */
export function targetFor(candidate: Candidate, fields: readonly string[]): Target {
  return { ...candidate, credential: credentialFor(candidate, fields) };
}

/** All that the id, the kind and the fields leave; at least one. */
function candidatesOf(
  estate: Estate,
  { id, kind, fields, aim }: TargetRequest,
): readonly Candidate[] | Outcome {
  const kindNamed = OBJECT_KINDS.find((one) => one.toLowerCase() === kind?.toLowerCase());
  if (kind !== undefined && !kindNamed) {
    const names = OBJECT_KINDS.map((one) => one.toLowerCase());
    return usage(unknownName("kind of object", kind, names));
  }
  const all = estate.workspaces.flatMap((workspace) =>
    workspace.declarations.objects
      .filter((object) => kindNamed === undefined || object.kind === kindNamed)
      .map((object) => ({ workspace, object, aim: aimWithin(workspace.declarations, aim) })),
  );
  const named = all.filter(({ object }) => object.id.value === id);
  const errors = estate.diagnostics.filter(({ severity }) => severity === "error");
  // It may stand in a document that was refused: the diagnostics say so.
  if (named.length === 0 && hasErrors(errors)) return nothingDone(errors, estate);
  const ids = all.map(({ object }) => object.id.value);
  if (named.length === 0) return usage(unknownName("object", id, ids));
  const fitting = named.filter(({ object }) => fitsKind(object.kind, fields));
  return fitting.length > 0 ? fitting : named;
}

/** `value` is what Variables and EnvironmentVariables have, the rest what Connections have. */
function fitsKind(kind: ObjectKind, fields: readonly string[]): boolean {
  return fields.every((field) => (field === "value") === (kind !== "Connection"));
}

/** A Deployment-level object is its Deployment's alone. */
function reaches({ deployment }: ObjectDeclaration, aim: Aim): boolean {
  return deployment === undefined || (aim.kind === "deployment" && deployment.value === aim.name);
}

/** In one Workspace the Deployment-level object comes before the other. */
function preferOwn(candidates: readonly Candidate[]): readonly Candidate[] {
  const own = candidates.filter(({ object }) => object.deployment !== undefined);
  return candidates.filter(
    (one) =>
      one.object.deployment !== undefined ||
      !own.some(({ workspace, object }) => workspace === one.workspace && object.kind === one.object.kind),
  );
}

function notTheirs(candidates: readonly Candidate[]): Diagnostic {
  const owners = candidates.flatMap(({ object }) => object.deployment?.value ?? []);
  const id = candidates[0]?.object.id.value ?? "";
  const hint = `give ${owners.map((owner) => `\`--deployment ${owner}\``).join(" or ")}`;
  return diagnostic("JF395", candidates[0]?.object.at, { id, deployments: owners.join(", ") }, { hint });
}

function ambiguous(candidates: readonly Candidate[]): Diagnostic {
  const names = candidates.map(
    ({ workspace, object }) => `${object.kind} of ${workspace.declarations.workspace.name.value}`,
  );
  const inOne = candidates.every(({ workspace }) => workspace === candidates[0]?.workspace);
  const ofOne = candidates.every(({ object }) => object.kind === candidates[0]?.object.kind);
  const flags = [...(ofOne ? [] : ["`--kind`"]), ...(inOne ? [] : ["`--workspace`"])].join(" and ");
  const hint = `there are ${names.join(", ")}: say which with ${flags}`;
  return diagnostic("JF031", undefined, { id: candidates[0]?.object.id.value ?? "" }, { hint });
}

/** Of several for the same Deployments the one that holds a field already: two must not. */
function credentialFor(candidate: Candidate, fields: readonly string[]): Credential | undefined {
  const { credentials } = candidate.workspace.declarations;
  const fitting = credentials.filter((one) => isCredentialOf(one, candidate));
  return fitting.find((one) => holdsAny(one, fields)) ?? fitting[0];
}

/** True for a Credential of the object that is for just those Deployments. */
export function isCredentialOf(
  { object, deployment, for: selector }: Credential,
  { object: wanted, aim }: Candidate,
): boolean {
  const isOwn = wanted.deployment !== undefined;
  return (
    object.kind === wanted.kind &&
    object.id.value === wanted.id.value &&
    deployment?.value === wanted.deployment?.value &&
    (isOwn || isAim(selector, aim))
  );
}

/** True for a Credential that holds one of these fields. */
export function holdsAny({ secrets }: Credential, fields: readonly string[]): boolean {
  return secrets.some(({ path }) => fields.includes(path));
}

/** Where a new Credential file goes: beside its object's file, named by the layout we teach. */
export function newCredentialPath({ workspace, object, aim }: Target): string {
  const { path } = object.at.file;
  const words = [fileWord(object.id.value), ...layoutWords(workspace.declarations, aim)];
  return `${path.slice(0, path.lastIndexOf("/") + 1)}${words.join(".")}.sops.yaml`;
}

/** An id as every file system takes it: other characters become the `%XX` of their bytes, so that no two ids become one. */
function fileWord(id: string): string {
  const escaped = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  return id.replaceAll(/[^A-Za-z0-9_.-]/gu, (one) => [...Buffer.from(one)].map(escaped).join(""));
}

/** A Credential without values yet, in plain text, with the modeline of its object's file. */
export function credentialDraft({ object, aim }: Target): string {
  const modeline = /^# yaml-language-server: .*$/m.exec(object.at.file.text)?.[0];
  const own = object.deployment?.value;
  const selector = aim.kind === "all" ? "{ all: true }" : `{ ${selectorText(aim)} }`;
  return [
    ...(modeline === undefined ? [] : [modeline]),
    "apiVersion: jackfield.dev/v1",
    "kind: Credential",
    ...(own === undefined ? [] : [`metadata: { deployment: ${keyword(own)} }`]),
    "spec:",
    `  ${REFERENCE_KEY[object.kind]}: ${keyword(object.id.value)}`,
    ...(own === undefined ? [`  for: ${selector}`] : []),
    "  secrets: {}",
    "",
  ].join("\n");
}

function selectorText(aim: Exclude<Aim, { kind: "all" }>): string {
  const name = keyword(aim.name);
  return aim.kind === "environment" ? `environment: ${name}` : `deployments: [${name}]`;
}

/** A name as YAML, in quotes where it needs them. */
function keyword(name: string): string {
  return scalarText({ type: "str", text: name }, { format: "yaml", flow: true, indent: 0 });
}
