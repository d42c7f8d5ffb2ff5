import type { OpenedText } from "../sops/opened.ts";

/** A sealed file in three versions, opened. */
export interface OpenedVersions {
  /** Undefined: both sides made the file. */
  readonly base: OpenedText | undefined;
  readonly ours: OpenedText;
  readonly theirs: OpenedText;
}

/** Who can read what came out: whom both have, and what either side added or took out since base. */
export function mergeRecipients({ base, ours, theirs }: OpenedVersions): readonly string[] {
  const [before, a, b] = [recipientsOf(base), recipientsOf(ours), recipientsOf(theirs)];
  return [...new Set([...a, ...b])].filter((id) =>
    a.has(id) === b.has(id) ? a.has(id) : a.has(id) !== before.has(id) ? a.has(id) : b.has(id),
  );
}

function recipientsOf(opened: OpenedText | undefined): ReadonlySet<string> {
  const groups = opened?.metadata.groups ?? [];
  return new Set(groups.flatMap(({ age }) => age.map(({ recipient }) => recipient.value)));
}

/** True if both sides have key groups of one and the same recipients. */
export function haveSameGroups({ ours, theirs }: OpenedVersions): boolean {
  return groupsText(ours) === groupsText(theirs);
}

function groupsText({ metadata: { groups, threshold } }: OpenedText): string {
  return JSON.stringify([
    threshold,
    groups.map(({ age, others }) => [
      age.map((one) => one.recipient.value),
      others.map(({ value }) => value),
    ]),
  ]);
}

/** Under whose data key the result is sealed. */
export interface Carrier {
  readonly opened: OpenedText;
  /** Both sides made a new data key: whom one of them took out knows the other's, so that it takes a third. */
  readonly fresh: boolean;
}

/** Ours', unless only theirs is new: a rotation must not be undone by a merge. */
export function carrierOf({ base, ours, theirs }: OpenedVersions): Carrier {
  if (ours.key.equals(theirs.key)) return { opened: withCiphertexts(ours, theirs), fresh: false };
  const isNew = ({ key }: OpenedText) => base !== undefined && !base.key.equals(key);
  if (isNew(theirs) && !isNew(ours)) return { opened: theirs, fresh: false };
  return { opened: ours, fresh: isNew(theirs) };
}

/** What theirs sealed under the same data key needs no new ciphertext. */
function withCiphertexts(ours: OpenedText, theirs: OpenedText): OpenedText {
  const all = new Map(ours.ciphertexts);
  for (const [name, ciphertexts] of theirs.ciphertexts) {
    all.set(name, [...new Set([...(all.get(name) ?? []), ...ciphertexts])]);
  }
  return { ...ours, ciphertexts: all };
}
