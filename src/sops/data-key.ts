import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Identity } from "../model/unsealed.ts";
import { type AgeTrouble, openAgeEntry, readAgeEntry } from "./age.ts";
import { type AgeRecipient, type KeyGroup, recipientsIn, type SopsMetadata } from "./metadata.ts";
import { combineShares } from "./shamir.ts";

const KEY_LENGTH = 32;
/** What messages list at most. */
const MAX_LISTED = 9;

/**
 * The data key of a file, or the one reason why there is none. The caller wipes the key. Entries whose label names a
 * key at hand are tried first; an entry that opens with another key than its label names is refused, because
 * who may read is judged by the labels.
 */
export function findDataKey(metadata: SopsMetadata, identities: readonly Identity[]): Buffer | Diagnostic {
  const [only, ...more] = metadata.groups;
  if (only && more.length === 0) {
    const key = openGroup(only, identities) ?? noKey(metadata, identities);
    return checkLength(key, metadata);
  }
  const opened = metadata.groups.map((group) => openGroup(group, identities));
  const shares = opened.filter((share) => Buffer.isBuffer(share));
  const broken = opened.find((share): share is Diagnostic => share !== undefined && !Buffer.isBuffer(share));
  try {
    if (shares.length < metadata.threshold) {
      return (
        broken ?? (shares.length === 0 ? noKey(metadata, identities) : tooFewGroups(metadata, shares.length))
      );
    }
    const combined = combineShares(shares) ?? diagnostic("JF309", metadata.at, { what: "data key" });
    return checkLength(combined, metadata);
  } finally {
    for (const share of shares) share.fill(0);
  }
}

/** A group's share, what is wrong with it, or undefined if no key fits. */
function openGroup(group: KeyGroup, identities: readonly Identity[]): Buffer | Diagnostic | undefined {
  const own = (entry: AgeRecipient, identity: Identity) => entry.recipient.value === identity.recipient;
  const pairs = group.age.flatMap((entry) => identities.map((identity) => ({ entry, identity })));
  let trouble: Diagnostic | undefined;
  for (const { entry, identity } of pairs.filter((pair) => own(pair.entry, pair.identity))) {
    const opened = openEntry(entry, identity);
    if (Buffer.isBuffer(opened)) return opened;
    trouble ??= diagnostic("JF309", entry.enc.at, { what: "recipient entry" });
  }
  for (const { entry, identity } of pairs.filter((pair) => !own(pair.entry, pair.identity))) {
    const opened = openEntry(entry, identity);
    if (!Buffer.isBuffer(opened)) continue;
    opened.fill(0);
    return diagnostic("JF311", entry.recipient.at, {}, { hint: HINT_UPDATE });
  }
  return trouble;
}

const HINT_UPDATE = "somebody wrote this by hand: make the file again from a version you trust";

function openEntry(entry: AgeRecipient, identity: Identity): Buffer | AgeTrouble {
  const read = readAgeEntry(entry.enc.value);
  return typeof read === "string" ? read : openAgeEntry(read, identity);
}

function checkLength(key: Buffer | Diagnostic, { at }: SopsMetadata): Buffer | Diagnostic {
  if (!Buffer.isBuffer(key) || key.length === KEY_LENGTH) return key;
  key.fill(0);
  return diagnostic("JF309", at, { what: "data key" });
}

function noKey(metadata: SopsMetadata, identities: readonly Identity[]): Diagnostic {
  const wanted = recipientsIn(metadata);
  if (wanted.every(({ value }) => value.kind !== "age")) {
    const kinds = [...new Set(wanted.map(({ value }) => value.kind))].join(", ");
    const hint = "add an age recipient to its environment, and re-encrypt it with `sops`";
    return diagnostic("JF322", metadata.at, { kinds }, { hint });
  }
  const related = wanted
    .filter(({ value }) => value.kind === "age")
    .slice(0, MAX_LISTED)
    .map(({ value, at }) => ({ at, message: `sealed for ${value.id}` }));
  const tried = identities.slice(0, MAX_LISTED).map(({ recipient }) => recipient);
  const hint = tried.length === 0 ? undefined : `the keys at hand are those of ${tried.join(", ")}`;
  return diagnostic("JF321", related[0]?.at ?? metadata.at, {}, { related, hint });
}

function tooFewGroups({ threshold, at }: SopsMetadata, found: number): Diagnostic {
  return diagnostic("JF323", at, { found, needed: threshold });
}
