import type { Checked } from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import type { Credential } from "../../model/declaration.ts";
import { type MapNode, nodeAt } from "../../model/tree.ts";
import type { Outcome } from "../../outcome.ts";
import { parseFile } from "../../parse/parse.ts";
import type { Replacement } from "../../ports.ts";
import { removeAt, setNodeAt } from "../../sops/edit-yaml.ts";
import { type Estate, fallbackOf } from "../estate.ts";
import { type Aim, aimOf, aimWithin, unknownAim } from "./aim.ts";
import { baseOf } from "./base.ts";
import { sealEdited } from "./edit-check.ts";
import { pathOf, withNodes } from "./plain-credential.ts";
import type { SealPorts, SealRequest, Spilt } from "./seal.ts";
import { holdsAny, isCredentialOf, type Target, targetFor } from "./target.ts";
import { nothingDone } from "./workspace-files.ts";

export interface Splitting {
  readonly spilt: readonly Spilt[];
  /** The file they stand in. */
  readonly source: SourceFile;
  readonly files: readonly SourceFile[];
  readonly estate: Estate;
  readonly ports: SealPorts;
  readonly request: SealRequest;
}

export interface Split {
  readonly replacements: ReadonlyMap<string, Replacement>;
  readonly credentials: readonly SplitCredential[];
}

/** A Credential that took fields out of an object. */
export interface SplitCredential {
  readonly path: string;
  readonly isMeant: (one: Credential) => boolean;
  readonly fields: readonly string[];
}

/** What becomes of the file and of a Credential file for each of its objects; an `Outcome` says why nothing does. */
export function splitObjects(splitting: Splitting): Split | Outcome {
  const { source, spilt, files, estate } = splitting;
  const bare = withoutSecrets(source, spilt);
  const replacements = new Map<string, Replacement>([[source.path, { before: source.text, after: bare }]]);
  const credentials: SplitCredential[] = [];
  for (const one of spilt) {
    const target = targetOf(one, splitting);
    if ("result" in target) return target;
    const fields = one.fields.map(({ path }) => path);
    const sealed = sealInto(one, target, replaced(files, replacements), splitting);
    if (!sealed.value) return nothingDone(sealed.diagnostics, estate);
    const { path, after } = sealed.value;
    replacements.set(path, { before: files.find(at(path))?.text, after });
    const isMeant = (credential: Credential) =>
      isCredentialOf(credential, target) && holdsAny(credential, fields);
    credentials.push({ path, isMeant, fields });
  }
  return { replacements, credentials };
}

function at(path: string): (file: SourceFile) => boolean {
  return (file) => file.path === path;
}

/** The files as they are once these are written. */
export function replaced(
  files: readonly SourceFile[],
  replacements: ReadonlyMap<string, Replacement>,
): readonly SourceFile[] {
  const changed = [...replacements].flatMap(([path, { after: text }]) =>
    text === undefined ? [] : [{ path, text }],
  );
  return [...files.filter(({ path }) => !replacements.has(path)), ...changed];
}

/** A Deployment-level object says itself for whom its secrets are. */
function targetOf({ object, fields }: Spilt, { estate, request }: Splitting): Target | Outcome {
  const workspace = estate.workspaces.find(({ declarations }) => declarations.objects.includes(object));
  if (!workspace) throw new Error("the object is of a Workspace in sight");
  const owner = object.deployment?.value;
  const asked = owner === undefined ? aimOf(request.aim) : ({ kind: "deployment", name: owner } as const);
  if ("result" in asked) return asked;
  const aim: Aim = aimWithin(workspace.declarations, asked);
  const candidate = { workspace, object, aim };
  return (
    unknownAim(workspace.declarations, aim) ??
    targetFor(
      candidate,
      fields.map(({ path }) => path),
    )
  );
}

function withoutSecrets(source: SourceFile, spilt: readonly Spilt[]): string {
  const documents = parseFile(source).value?.documents ?? [];
  let text = source.text;
  for (const { object, fields } of spilt) {
    const index = documents.findIndex(({ root }) => root.span.start === object.at.start);
    for (const { path } of fields) text = found(removeAt(text, ["spec", ...pathOf(path).slice(2)], index));
    // An object without anything of its own still has a `spec`.
    const root = parseFile({ ...source, text }).value?.documents[index]?.root;
    if (!nodeAt(root, "spec")) text = found(setNodeAt(text, ["spec"], EMPTY, index));
  }
  return text;
}

function found(text: string | undefined): string {
  if (text === undefined) throw new Error("the field is there");
  return text;
}

const EMPTY: MapNode = { kind: "map", entries: [], span: { file: { path: "", text: "" }, start: 0, end: 0 } };

/** The path and the new text of the target's Credential file. */
function sealInto(
  { fields }: Spilt,
  target: Target,
  files: readonly SourceFile[],
  { ports, request: { accepted }, estate }: Splitting,
): Checked<{ readonly path: string; readonly after: string } | undefined> {
  const { keys, sops, history, now } = ports;
  const names = fields.map(({ path }) => path);
  const base = baseOf(target, names, files, { keys, fallback: fallbackOf(estate, sops) });
  if (!base.value) return { value: undefined, diagnostics: base.diagnostics };
  const plain = withNodes(
    base.value,
    target,
    fields.map(({ path, value }) => [path, value] as const),
  );
  if (plain.value === undefined) return { value: undefined, diagnostics: plain.diagnostics };
  const judging = { ...base.value, files, accepted, history, sops, now };
  const { value: after, diagnostics } = sealEdited(plain.value, judging);
  return { value: after === undefined ? undefined : { path: base.value.path, after }, diagnostics };
}
