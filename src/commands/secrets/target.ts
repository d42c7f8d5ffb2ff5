import { specOf, typeOf } from "../../catalogue/index.ts";
import type { CompiledWorkspace } from "../../compile.ts";
import { diagnostic, hasErrors } from "../../core/diagnostic.ts";
import { didYouMean } from "../../core/nearest.ts";
import { STANDARD_FIELDS } from "../../model/connection-type.ts";
import {
  type Credential,
  type Declarations,
  type ObjectDeclaration,
  type ObjectKind,
  REFERENCE_KEY,
} from "../../model/declaration.ts";
import { type Outcome, usage } from "../../outcome.ts";
import { scalarText } from "../../sops/scalar-text.ts";
import { type Estate, unknownName } from "../estate.ts";
import { type Aim, isAim, layoutWords, unknownAim } from "./aim.ts";
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
  readonly fields: readonly string[];
  readonly aim: Aim;
}

/** The one object that is meant; an `Outcome` is a wrong call. */
export function findTarget(estate: Estate, { id, fields, aim }: TargetRequest): Target | Outcome {
  const all = estate.workspaces.flatMap((workspace) =>
    workspace.declarations.objects.map((object) => ({ workspace, object })),
  );
  const named = all.filter(({ object }) => object.id.value === id);
  if (named.length === 0 && hasErrors(estate.diagnostics)) {
    // It may stand in a document that was refused: the diagnostics say so.
    return nothingDone(
      estate.diagnostics.filter(({ severity }) => severity === "error"),
      estate,
    );
  }
  if (named.length === 0)
    return usage(
      unknownName(
        "object",
        id,
        all.map(({ object }) => object.id.value),
      ),
    );
  const fitting = named.filter(({ object }) => fitsKind(object.kind, fields) && reaches(object, aim));
  const [first, ...others] = preferOwn(fitting.length > 0 ? fitting : named);
  if (!first) throw new Error("one at least is named so");
  if (others.length > 0) return usage(ambiguous(id, [first, ...others]));
  const { declarations } = first.workspace;
  const wrong = unknownAim(declarations, aim) ?? wrongField(first.object, fields);
  return wrong ?? { ...first, aim, credential: credentialFor(declarations, first.object, aim) };
}

/** `value` is what Variables and EnvironmentVariables have, the rest what Connections have. */
function fitsKind(kind: ObjectKind, fields: readonly string[]): boolean {
  return fields.every((field) => (field === "value") === (kind !== "Connection"));
}

/** A Deployment-level object is its Deployment's alone. */
function reaches({ deployment }: ObjectDeclaration, aim: Aim): boolean {
  return deployment === undefined || (aim.kind === "deployment" && deployment.value === aim.name);
}

type Candidate = Pick<Target, "workspace" | "object">;

/** In one Workspace the Deployment-level object comes before the other. */
function preferOwn(candidates: readonly Candidate[]): readonly Candidate[] {
  const own = candidates.filter(({ object }) => object.deployment !== undefined);
  return candidates.filter(
    (one) =>
      one.object.deployment !== undefined ||
      !own.some(({ workspace, object }) => workspace === one.workspace && object.kind === one.object.kind),
  );
}

function ambiguous(id: string, candidates: readonly Candidate[]) {
  const names = candidates.map(({ workspace, object }) => {
    return `${object.kind} of ${workspace.declarations.workspace.name.value}`;
  });
  const hint = `there is a ${names.join(", and a ")}: say which with \`--workspace\``;
  return diagnostic("JF031", undefined, { id }, { hint });
}

/** The complaint that an object has no such field, or none that a Credential may hold. */
function wrongField({ kind, type }: ObjectDeclaration, fields: readonly string[]): Outcome | undefined {
  if (kind !== "Connection") {
    const other = fields.find((field) => field !== "value");
    return other === undefined ? undefined : noField(other, ["value"]);
  }
  const known = type && typeOf(type.value);
  for (const field of fields) {
    const isKey = /^extra\../.test(field);
    const isKnown = known
      ? specOf(known, field) !== undefined || (isKey && known.openExtra !== undefined)
      : isKey;
    // Of a type with other fields by another Link only the compiler can judge.
    if (isKnown || (isKey && !known) || isStandard(field)) continue;
    return noField(field, known ? Object.keys(known.fields) : STANDARD_FIELDS);
  }
  return undefined;
}

function isStandard(field: string): boolean {
  return STANDARD_FIELDS.some((one) => one === field);
}

function noField(field: string, known: readonly string[]): Outcome {
  const near = didYouMean(field, known) ?? didYouMean(`extra.${field}`, known);
  const hint = near ?? `fields are ${known.slice(0, 9).join(", ")}${known.length > 9 ? ", …" : ""}`;
  return usage(diagnostic("JF032", undefined, { field }, { hint }));
}

function credentialFor(
  { credentials }: Declarations,
  object: ObjectDeclaration,
  aim: Aim,
): Credential | undefined {
  return credentials.find(
    (one) =>
      one.object.kind === object.kind &&
      one.object.id.value === object.id.value &&
      one.deployment?.value === object.deployment?.value &&
      (object.deployment !== undefined || isAim(one.for, aim)),
  );
}

/** Where a new Credential file goes: beside its object's file, named by the layout we teach. */
export function newCredentialPath({ workspace, object, aim }: Target): string {
  const { path } = object.at.file;
  const words = [encodeURIComponent(object.id.value), ...layoutWords(workspace.declarations, aim)];
  return `${path.slice(0, path.lastIndexOf("/") + 1)}${words.join(".")}.sops.yaml`;
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
