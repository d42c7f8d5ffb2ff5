import type { Code } from "../core/catalog.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { didYouMean } from "../core/nearest.ts";
import type {
  Credential,
  Deployment,
  Located,
  ObjectDeclaration,
  WrittenField,
} from "../model/declaration.ts";
import type { EffectiveField, EffectiveObject, Origin } from "../model/effective.ts";
import { textOf } from "../model/tree.ts";
import { checkBound } from "./bound.ts";
import type { Subject } from "./directory.ts";
import { createFindings, type Findings, memberName } from "./findings.ts";
import { judge } from "./judge.ts";
import { type Layer, layersOf, type Selection, typing } from "./layers.ts";
import { type MergedField, mergeLayers } from "./merge.ts";
import { linkedAndExcluded, reachOf } from "./reach.ts";
import { baseOf } from "./select.ts";

/** What one subject gives: for each Deployment by index, its effective object or nothing. */
export type Resolved = readonly (EffectiveObject | undefined)[];

/**
 * Resolves one subject for all Deployments (design: 3.1, rules 1 to 6 and 9). Deployments with the same layers
 * share one effective object. Previews are resolved where `previewsOf` selects them, to be judged only.
 */
export function resolve(
  subject: Subject,
  selection: Selection,
  report: (trouble: Diagnostic) => void,
): Resolved {
  const findings = createFindings();
  const result: (EffectiveObject | undefined)[] = new Array(selection.deployments.length);
  const { shared } = subject;
  if (shared) resolveShared(subject, shared, selection, findings, result);
  const reach = shared && reachOf(selection, shared, subject.links);
  selection.deployments.forEach((deployment, index) => {
    const own = subject.own.get(baseOf(deployment));
    if (!own) return;
    if (shared && reach?.reaches(index)) reportShadowed(findings, shared, own, deployment);
    result[index] = resolveOwn(subject, own, deployment, findings);
  });
  for (const trouble of findings.all()) {
    if (!(subject.incomplete && OF_ABSENCE.has(trouble.code))) report(trouble);
  }
  return result;
}

/** What may be due to a Link or Credential that could not be read, which is reported by itself. */
const OF_ABSENCE: ReadonlySet<Code> = new Set<Code>([
  "JF410",
  "JF411",
  "JF413",
  "JF421",
  "JF422",
  "JF423",
  "JF425",
  "JF426",
]);

function resolveShared(
  subject: Subject,
  object: ObjectDeclaration,
  selection: Selection,
  findings: Findings,
  result: (EffectiveObject | undefined)[],
): void {
  for (const trouble of linkedAndExcluded(object, subject.links)) findings.report(trouble);
  const layers = layersOf(subject.links, subject.credentials);
  const removed = new Set<Located<string>>();
  const applied = new Set<Layer>();
  for (const preview of [false, true]) {
    const indices = reachedIndices(subject, object, layers, selection, preview);
    for (const group of partition(indices, layers, selection, preview)) {
      for (const layer of group.layers) applied.add(layer);
      const members = group.indices.map((i) => memberName(selection.deployments[i] as Deployment, preview));
      const made = makeObject(object, group.layers, { members, findings, removed });
      if (!preview) for (const index of group.indices) result[index] = made;
    }
  }
  reportIdleUnsets(object, applied, removed, findings);
  reportIdleCredentials(subject, applied, selection, findings);
}

/**
 * Deployments that end up with the object, by index: those it reaches and that have none of their own. Of
 * previews, those that `previewsOf` treats apart.
 */
function reachedIndices(
  subject: Subject,
  object: ObjectDeclaration,
  layers: readonly Layer[],
  selection: Selection,
  preview: boolean,
): readonly number[] {
  const previewLayers = layers.filter((layer) => layer.selector?.kind === "previewsOf");
  if (preview && previewLayers.length === 0) return [];
  const reach = reachOf(selection, object, subject.links, preview);
  const apart = previewLayers.map((layer) =>
    layer.selector ? selection.of(layer.selector, true) : undefined,
  );
  return selection.deployments.flatMap((deployment, index) => {
    if (preview && !apart.some((bits) => bits?.[index] === 1)) return [];
    // One that is derived is looked at as what it is.
    if (preview && deployment.previewOf !== undefined) return [];
    if (subject.own.has(baseOf(deployment))) return [];
    return reach.reaches(index) ? [index] : [];
  });
}

interface Group {
  readonly indices: readonly number[];
  readonly layers: readonly Layer[];
}

/** Deployments that the very same layers select, in order of their first member. */
function partition(
  indices: readonly number[],
  layers: readonly Layer[],
  selection: Selection,
  preview: boolean,
): readonly Group[] {
  let groups: readonly Group[] = indices.length > 0 ? [{ indices, layers: [] }] : [];
  for (const layer of layers) {
    if (!layer.selector) continue;
    const bits = selection.of(layer.selector, preview);
    groups = groups.flatMap((group) => {
      const inside = group.indices.filter((index) => bits[index] === 1);
      if (inside.length === 0) return [group];
      const selected = { indices: inside, layers: [...group.layers, layer] };
      if (inside.length === group.indices.length) return [selected];
      return [{ ...group, indices: group.indices.filter((index) => bits[index] !== 1) }, selected];
    });
  }
  return groups;
}

interface Making {
  readonly members: readonly string[];
  readonly findings: Findings;
  readonly removed: Set<Located<string>>;
}

function makeObject(object: ObjectDeclaration, layers: readonly Layer[], making: Making): EffectiveObject {
  const own: readonly WrittenField[] = [...typing(object.type, object.auth), ...object.fields];
  const merged = mergeLayers({ id: object.id.value, ...making }, own, layers);
  const auth = judge({ object, fields: merged, ...making });
  const made = effectiveObject(object, merged, auth);
  checkBound(made, making);
  return made;
}

function effectiveObject(
  object: ObjectDeclaration,
  merged: ReadonlyMap<string, MergedField>,
  auth: string | undefined,
): EffectiveObject {
  const fields = new Map<string, EffectiveField>();
  const unset = new Map<string, readonly Origin[]>();
  for (const [path, { value, origins, credential }] of merged) {
    if (path === "type" || path === "auth") continue;
    if (value) fields.set(path, { path, value, origins, ...(credential && { credential }) });
    else unset.set(path, origins);
  }
  const type = merged.get("type");
  const typeName = textOf(type?.value);
  const typeAt = type?.origins.at(-1)?.at;
  return {
    kind: object.kind,
    id: object.id.value,
    declaration: object,
    ...(typeName !== undefined && typeAt && { type: { value: typeName, at: typeAt } }),
    ...(auth !== undefined && { auth }),
    typing: { type: type?.origins ?? [], auth: merged.get("auth")?.origins ?? [] },
    fields,
    unset,
  };
}

/** A Deployment-level object and the Credentials of that Deployment alone (design: 3.1.1). */
function resolveOwn(
  subject: Subject,
  object: ObjectDeclaration,
  deployment: Deployment,
  findings: Findings,
): EffectiveObject {
  const credentials = subject.ownCredentials.get(baseOf(deployment)) ?? [];
  const members = [memberName(deployment, false)];
  return makeObject(object, credentials.map(ownLayer), { members, findings, removed: new Set() });
}

function ownLayer(credential: Credential): Layer {
  return { rank: 0, by: "credential", credential, fields: credential.secrets, unset: [] };
}

function reportShadowed(
  findings: Findings,
  shared: ObjectDeclaration,
  own: ObjectDeclaration,
  deployment: Deployment,
): void {
  const params = { kind: own.kind, id: own.id.value, deployment: deployment.name.value };
  const related = [{ at: own.id.at, message: "by this one" }];
  findings.report(diagnostic("JF405", shared.id.at, params, { related }));
}

function reportIdleUnsets(
  object: ObjectDeclaration,
  applied: ReadonlySet<Layer>,
  removed: ReadonlySet<Located<string>>,
  findings: Findings,
): void {
  const known = [...object.fields, ...[...applied].flatMap((layer) => layer.fields)].map(({ path }) => path);
  for (const unset of [...applied].flatMap((layer) => layer.unset)) {
    if (removed.has(unset)) continue;
    const params = { field: unset.value, id: object.id.value };
    const hint = didYouMean(unset.value, known) ?? "remove it from `unset`";
    findings.report(diagnostic("JF410", unset.at, params, { hint }));
  }
}

/** A selector that selects nothing at all is reported by itself. */
function reportIdleCredentials(
  subject: Subject,
  applied: ReadonlySet<Layer>,
  selection: Selection,
  findings: Findings,
): void {
  const used = new Set([...applied].map((layer) => layer.credential));
  for (const credential of subject.credentials) {
    const selected = credential.for && selection.of(credential.for, true);
    if (used.has(credential) || !selected?.includes(1)) continue;
    const hint = "link the object to them, or delete the Credential";
    findings.report(diagnostic("JF426", credential.at, { id: subject.id }, { hint }));
  }
}
