import { compareText } from "../core/source.ts";
import { OBJECT_KINDS, type ObjectKind } from "../model/declaration.ts";
import type { LiveSecret } from "../model/live.ts";
import type { FieldView, KeyView, ObjectView, SecretManifest, SecretView } from "../model/manifest.ts";
import type { FieldChange, ObjectChange, ObjectName } from "../model/plan.ts";
import { type Form, type HeldObject, heldIn } from "./contents.ts";
import { nameOf, type SecretRecord } from "./record.ts";

/** The JSON of a field at a commit, if it was plain and may be shown. Asked only for fields that change. */
export type Before = (commit: string, object: ObjectName, path: string) => string | undefined;

/** What the live Secret is compared with besides what it is to be. */
export interface Known {
  readonly record: SecretRecord | undefined;
  readonly before: Before;
}

/** What would change in a Secret that is ours, told without keys: at least all that does. Sorted by kind, id and path. */
export function compareSecret(view: SecretView, live: LiveSecret, known: Known): readonly ObjectChange[] {
  const changes = [...view.keys].flatMap(([key, content]) => compareKey(key, content, live, known));
  return sortObjects([...changes, ...dropped(view, live, changes, known.record)]);
}

function compareKey(key: string, content: KeyView, live: LiveSecret, known: Known): readonly ObjectChange[] {
  const text = live.data.get(key)?.reveal();
  const form = formOf(key, content);
  const held = text === undefined || !form ? NOTHING : heldIn(text, form);
  const isForeign = live.foreignKeys.has(key);
  const changes = content.objects.flatMap((object) => {
    const before = held.get(nameOf(object));
    if (!before) return [whole(object, "add")];
    const fields = compareFields(object, before, isForeign, known);
    return fields.length === 0
      ? []
      : [{ kind: object.kind, id: object.id, action: "change" as const, fields }];
  });
  const wanted = new Set(content.objects.map(nameOf));
  const gone = [...held.values()].filter((object) => !wanted.has(nameOf(object)));
  return [...changes, ...gone.map((object) => whole(object, "remove"))];
}

const NOTHING: ReadonlyMap<string, HeldObject> = new Map();

/** Undefined: no objects are in it, and nothing says of which kind they would be. */
function formOf(key: string, { form, objects }: KeyView): Form | undefined {
  const [first] = objects;
  if (form === "object") return first && { form, name: first };
  return { form, kind: first?.kind ?? (key === "variables.json" ? "Variable" : "Connection") };
}

function compareFields(
  object: ObjectView,
  held: HeldObject,
  isForeign: boolean,
  known: Known,
): readonly FieldChange[] {
  const digests = known.record?.objects.get(nameOf(object));
  const paths = [...new Set([...object.fields.keys(), ...held.fields.keys()])].sort(compareText);
  return paths.flatMap((path): readonly FieldChange[] => {
    const wanted = object.fields.get(path);
    const now = held.fields.get(path);
    if (wanted && "sealed" in wanted) return sealedChange(path, wanted.sealed, { now, digests, isForeign });
    if (wanted?.json === now) return [];
    const from = shownBefore(object, path, now, known);
    if (!wanted) return [{ path, action: "unset", word: "changed", ...(from && { shown: { from } }) }];
    const to = wanted.shown ? wanted.json : undefined;
    if (now === undefined) return [{ path, action: "set", word: "changed", ...(to && { shown: { to } }) }];
    const shown = from !== undefined && to !== undefined ? { shown: { from, to } } : {};
    return [{ path, action: "change", word: "changed", ...shown }];
  });
}

/** Only what Git had is shown: never what somebody wrote into the cluster. */
function shownBefore(
  object: ObjectName,
  path: string,
  now: string | undefined,
  { record, before }: Known,
): string | undefined {
  const json = record?.commit === undefined ? undefined : before(record.commit, object, path);
  return json !== undefined && json === now ? json : undefined;
}

interface SealedState {
  readonly now: string | undefined;
  readonly digests: ReadonlyMap<string, string> | undefined;
  readonly isForeign: boolean;
}

function sealedChange(path: string, digest: string, state: SealedState): readonly FieldChange[] {
  const { now, digests, isForeign } = state;
  if (now === undefined) return [{ path, action: "set", word: "changed" }];
  const before = digests?.get(path);
  if (before === undefined) return [{ path, action: "change", word: digests ? "changed" : "unknown" }];
  if (before !== digest) return [{ path, action: "change", word: "ciphertext changed" }];
  return isForeign ? [{ path, action: "change", word: "written by another" }] : [];
}

/** Objects that the Secret was made of, and that it is not to hold any more, as far as no key tells. */
function dropped(
  view: SecretView,
  live: LiveSecret,
  told: readonly ObjectChange[],
  record: SecretRecord | undefined,
): readonly ObjectChange[] {
  const known = new Set([...told, ...[...view.keys.values()].flatMap(({ objects }) => objects)].map(nameOf));
  const names = heldNames(live, record).filter((name) => !known.has(nameOf(name)));
  return names.map((name) => whole(name, "remove"));
}

function whole({ kind, id }: ObjectName, action: "add" | "remove"): ObjectChange {
  return { kind, id, action, fields: [] };
}

/** What really differs between what is live and what a run with the key would write. */
export function compareOpened(
  view: SecretView,
  live: LiveSecret,
  { data }: SecretManifest,
): readonly ObjectChange[] {
  const changes = [...view.keys].flatMap(([key, content]) => {
    const form = formOf(key, content);
    const text = data.get(key)?.reveal();
    const now = live.data.get(key)?.reveal();
    if (!form || text === undefined || text === now) return [];
    const wanted = heldIn(text, form);
    const held = now === undefined ? NOTHING : heldIn(now, form);
    return differences(wanted, held);
  });
  return sortObjects(changes);
}

function differences(
  wanted: ReadonlyMap<string, HeldObject>,
  held: ReadonlyMap<string, HeldObject>,
): readonly ObjectChange[] {
  const gone = [...held].filter(([name]) => !wanted.has(name)).map(([, object]) => whole(object, "remove"));
  const others = [...wanted].flatMap(([name, object]): readonly ObjectChange[] => {
    const before = held.get(name);
    if (!before) return [whole(object, "add")];
    const fields = [...new Set([...object.fields.keys(), ...before.fields.keys()])].sort(compareText);
    const changed = fields.flatMap((path): readonly FieldChange[] => {
      const [to, from] = [object.fields.get(path), before.fields.get(path)];
      if (to === from) return [];
      return [{ path, action: actionOf(from, to), word: "changed" }];
    });
    return changed.length === 0
      ? []
      : [{ kind: object.kind, id: object.id, action: "change", fields: changed }];
  });
  return [...gone, ...others];
}

function actionOf(from: string | undefined, to: string | undefined): FieldChange["action"] {
  if (from === undefined) return "set";
  return to === undefined ? "unset" : "change";
}

const BY_FILE: Readonly<Record<string, ObjectKind>> = {
  "connections.json": "Connection",
  "variables.json": "Variable",
};
const BY_LABEL: Readonly<Record<string, ObjectKind>> = {
  "airflow.apache.org/connection-id": "Connection",
  "airflow.apache.org/variable-key": "Variable",
};

/** The objects of a Secret of ours: as its record has them, else as it looks. */
export function heldNames(live: LiveSecret, record: SecretRecord | undefined): readonly ObjectName[] {
  if (record) {
    return [...record.objects.keys()].flatMap((name) => {
      const kind = OBJECT_KINDS.find((one) => name.startsWith(`${one}/`));
      return kind ? [{ kind, id: name.slice(kind.length + 1) }] : [];
    });
  }
  const labelled = Object.entries(BY_LABEL).flatMap(([label, kind]) => {
    const id = live.labels.get(label);
    return id === undefined ? [] : [{ kind, id }];
  });
  if (labelled.length > 0) return labelled;
  return [...live.data].flatMap(([key, value]): readonly ObjectName[] => {
    const kind = BY_FILE[key];
    if (!kind) return [{ kind: "EnvironmentVariable", id: key }];
    return [...heldIn(value.reveal(), { form: "entries", kind }).values()].map(({ id }) => ({ kind, id }));
  });
}

/** By kind in the usual order, then by id. */
export function compareNames(one: ObjectName, other: ObjectName): number {
  const kinds = OBJECT_KINDS.indexOf(one.kind) - OBJECT_KINDS.indexOf(other.kind);
  return kinds !== 0 ? kinds : compareText(one.id, other.id);
}

function sortObjects(changes: readonly ObjectChange[]): readonly ObjectChange[] {
  return [...changes].sort(compareNames);
}

/** The digests of a view, for its record. */
export function digestsOf({ keys }: SecretView): SecretRecord["objects"] {
  const objects = [...keys.values()].flatMap((key) => key.objects);
  return new Map(objects.map((object) => [nameOf(object), sealedFields(object)]));
}

function sealedFields({ fields }: ObjectView): ReadonlyMap<string, string> {
  const sealed = (entry: readonly [string, FieldView]) =>
    "sealed" in entry[1] ? [[entry[0], entry[1].sealed] as const] : [];
  return new Map([...fields].flatMap(sealed));
}
