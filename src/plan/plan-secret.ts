import { isResidue, type LiveSecret } from "../model/live.ts";
import type { ObjectView, SecretManifest, SecretView } from "../model/manifest.ts";
import type { Action, Operation, Reason, WithKey } from "../model/plan.ts";
import { type Before, compareOpened, compareSecret, digestsOf, heldNames } from "./compare.ts";
import { OWNER } from "./ownership.ts";
import { nameOf, RECORD, readRecord, type SecretRecord } from "./record.ts";

/** Where a Secret is, in words. */
export interface At {
  readonly clusterKey: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly secret: string;
}

/** One Secret that a Deployment is to have, and what is there. */
export interface SecretPlanning {
  readonly at: At;
  readonly view: SecretView;
  /** The labels it is to have, the owner's among them. */
  readonly labels: ReadonlyMap<string, string>;
  /** What a run with the key would write. */
  readonly manifest: SecretManifest | undefined;
  /** Undefined: there is no Secret of this name. */
  readonly live: LiveSecret | undefined;
  /** Values of the owner's label that are this Deployment's: its own, and the one of its former name. */
  readonly owners: readonly string[];
  /** A Secret of somebody else with the same connection id or variable key. */
  readonly rival: LiveSecret | undefined;
  /** The user named it to be taken over. */
  readonly isAdopted: boolean;
  readonly policyDigest: string;
  readonly before: Before;
}

const NONE = { objects: [], strayKeys: [], residue: [], labels: [] } as const;

/** What is to happen to one Secret that a Deployment is to have. */
export function planSecret(planning: SecretPlanning): Operation {
  const { at, view, live, rival } = planning;
  const objects = [...view.keys.values()].flatMap((key) => key.objects);
  const none = { ...NONE, ...at, ...(live && { seen: live.seen }) };
  if (rival) return { ...none, action: "conflict", reason: "same-id", other: rival.name };
  if (!live) return { ...none, action: "create", objects: objects.map(added) };
  const reason = conflictOf(live, planning);
  if (reason) return { ...none, action: "conflict", reason };
  return planOwned(planning, live);
}

function added({ kind, id }: ObjectView): Operation["objects"][number] {
  return { kind, id, action: "add", fields: [] };
}

/** Why what is there can be neither updated nor adopted. */
function conflictOf(live: LiveSecret, { owners, isAdopted }: SecretPlanning): Reason | undefined {
  const owner = live.labels.get(OWNER);
  if (owner !== undefined && !owners.includes(owner)) return "owned-by-other";
  if (owner === undefined && !isAdopted) return "unowned";
  if (live.type !== "Opaque") return "wrong-type";
  return live.isLeaving ? "leaving" : undefined;
}

function planOwned(planning: SecretPlanning, live: LiveSecret): Operation {
  const { at, view, policyDigest, before } = planning;
  const record = readRecord(live.annotations.get(RECORD)?.reveal());
  const objects = compareSecret(view, live, { record, before });
  const strayKeys = [...live.data.keys()].filter((key) => isStray(key, planning, live, record)).sort();
  const residue = [...live.annotations.keys()].filter(isResidue).sort();
  const labels = [...planning.labels].flatMap(([key, value]) =>
    live.labels.get(key) === value ? [] : [key],
  );
  const differs = objects.length + strayKeys.length + residue.length + labels.length > 0;
  const isNew = live.labels.get(OWNER) === undefined;
  const action = actionOf({ isNew, differs, isRecorded: isRecorded(record, view, policyDigest) });
  const withKey = seenWithKey(planning, live, { action, objects });
  return {
    action,
    ...at,
    seen: live.seen,
    objects,
    strayKeys,
    residue,
    labels,
    ...(live.immutable && differs && { recreate: true }),
    ...(withKey && { withKey }),
  };
}

/** A key that holds nothing of ours, now or before. */
function isStray(
  key: string,
  { view }: SecretPlanning,
  live: LiveSecret,
  record: SecretRecord | undefined,
): boolean {
  if (view.keys.has(key)) return false;
  return record === undefined || live.foreignKeys.has(key) || heldNames(live, record).length === 0;
}

function actionOf(facts: { isNew: boolean; differs: boolean; isRecorded: boolean }): Action {
  if (facts.isNew) return "adopt";
  if (facts.differs) return "update";
  return facts.isRecorded ? "keep" : "record";
}

/** True if the record says what it would say if it were written now; of commits it notes the first that was as it is. */
function isRecorded(record: SecretRecord | undefined, view: SecretView, policyDigest: string): boolean {
  if (record?.policyDigest !== policyDigest) return false;
  const digests = digestsOf(view);
  return (
    digests.size === record.objects.size &&
    [...digests].every(([name, fields]) => isSameMap(fields, record.objects.get(name)))
  );
}

function isSameMap(
  one: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string> | undefined,
): boolean {
  return one.size === other?.size && [...one].every(([key, value]) => other.get(key) === value);
}

/** What the key adds: nothing if it shows just what the plan says. */
function seenWithKey(
  { view, manifest }: SecretPlanning,
  live: LiveSecret,
  { action, objects }: Pick<Operation, "action" | "objects">,
): WithKey | undefined {
  if (!manifest) return undefined;
  const isSame = isSameData(manifest, live);
  const isQuiet = action === "keep" || action === "record";
  if (isSame) return isQuiet || objects.length === 0 ? undefined : { values: "same", objects: [] };
  const differing = compareOpened(view, live, manifest);
  if (!isQuiet && !hasMore(objects, differing)) return undefined;
  return { values: "differ", objects: differing };
}

/** True if the keyless view tells of more than what really differs. */
function hasMore(told: Operation["objects"], differing: Operation["objects"]): boolean {
  const fields = (changes: Operation["objects"]) =>
    new Set(
      changes.flatMap((one) => [nameOf(one), ...one.fields.map(({ path }) => `${nameOf(one)} ${path}`)]),
    );
  const real = fields(differing);
  return [...fields(told)].some((one) => !real.has(one));
}

function isSameData({ data }: SecretManifest, live: LiveSecret): boolean {
  if (data.size !== live.data.size) return false;
  return [...data].every(([key, value]) => live.data.get(key)?.reveal() === value.reveal());
}
