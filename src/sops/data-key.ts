import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Span } from "../core/source.ts";
import { type AgeEntry, type AgeTrouble, openAgeEntry, readAgeEntry } from "./age.ts";
import { checkForeignEntry, isForeignAge, kindInWords, needsProgram } from "./foreign.ts";
import type { Identity } from "./identities.ts";
import { type KeyGroup, recipientsIn, type SopsMetadata } from "./metadata.ts";
import { combineShares } from "./shamir.ts";

const KEY_LENGTH = 32;
/** What messages list at most. */
const MAX_LISTED = 9;

/**
 * The data key of a file, or the one reason why there is none. The caller wipes the key. Every entry is checked, not
 * only the one that opens; an entry that opens with another key than its label names is refused, because who may read
 * is judged by the labels.
 */
export function findDataKey(metadata: SopsMetadata, identities: readonly Identity[]): Buffer | Diagnostic {
  const shares: Buffer[] = [];
  try {
    for (const group of metadata.groups) {
      const opened = openGroup(group, identities);
      if (Buffer.isBuffer(opened)) shares.push(opened);
      else if (opened) return opened;
    }
    if (shares.length === 0) return noKey(metadata, identities);
    if (shares.length < metadata.threshold) return tooFewGroups(metadata, shares.length);
    const key = metadata.groups.length > 1 ? combineShares(shares) : Buffer.from(shares[0] ?? []);
    return key?.length === KEY_LENGTH ? key : diagnostic("JF309", metadata.at, { what: "data key" });
  } finally {
    for (const share of shares) share.fill(0);
  }
}

/** A group's share, what is wrong with the group, or undefined if no key fits. */
function openGroup(group: KeyGroup, identities: readonly Identity[]): Buffer | Diagnostic | undefined {
  const pairs: Pair[] = [];
  for (const { recipient, enc } of group.age) {
    if (isForeignAge(recipient.value)) {
      const trouble = checkForeignEntry(enc.value, recipient.value);
      if (trouble) return entryTrouble(trouble, enc.at);
      continue;
    }
    const entry = readAgeEntry(enc.value);
    if (typeof entry === "string") return entryTrouble(entry, enc.at);
    pairs.push(...identities.map((identity) => ({ entry, identity, recipient, enc })));
  }
  const isOwn = ({ recipient, identity }: Pair) => recipient.value === identity.recipient;
  return openOwn(pairs.filter(isOwn)) ?? findMislabelled(pairs.filter((pair) => !isOwn(pair)));
}

interface Pair {
  readonly entry: AgeEntry;
  readonly identity: Identity;
  readonly recipient: { readonly value: string; readonly at: Span };
  readonly enc: { readonly at: Span };
}

/** What an entry that names a key at hand holds: the first that opens, else the first trouble. */
function openOwn(pairs: readonly Pair[]): Buffer | Diagnostic | undefined {
  let trouble: Diagnostic | undefined;
  for (const { entry, identity, enc } of pairs) {
    const opened = openAgeEntry(entry, identity);
    if (Buffer.isBuffer(opened)) return opened;
    trouble ??= entryTrouble(opened, enc.at);
  }
  return trouble;
}

function findMislabelled(pairs: readonly Pair[]): Diagnostic | undefined {
  for (const { entry, identity, recipient } of pairs) {
    const opened = openAgeEntry(entry, identity);
    if (!Buffer.isBuffer(opened)) continue;
    opened.fill(0);
    const hint = "this was made by hand: seal the file again for the recipients that it is meant for";
    return diagnostic("JF311", recipient.at, {}, { hint });
  }
  return undefined;
}

const REASONS: Readonly<Record<Exclude<AgeTrouble, "stanzas">, string>> = {
  armor: "is not armored as age does it",
  header: "is not an age file for one recipient",
  "no-match": "does not open with the key that it names",
  "header-mac": "is damaged: its header was changed",
  payload: "is damaged: its content was changed",
};

/** What is wrong with a wrapped key. */
export function entryTrouble(trouble: AgeTrouble, at: Span): Diagnostic {
  if (trouble !== "stanzas") return diagnostic("JF312", at, { reason: REASONS[trouble] });
  return diagnostic("JF310", at, {}, { hint: "other stanzas are readers that the entry does not name" });
}

function noKey(metadata: SopsMetadata, identities: readonly Identity[]): Diagnostic {
  const wanted = recipientsIn(metadata);
  const own = wanted.filter(({ value }) => !needsProgram(value));
  if (own.length === 0) {
    const kinds = [...new Set(wanted.map(({ value }) => kindInWords(value)))].join(", ");
    const hint = "`--sops sops` lets the `sops` program open it";
    return diagnostic("JF322", metadata.at, { kinds }, { hint });
  }
  const related = own
    .slice(0, MAX_LISTED)
    .map(({ value, at }) => ({ at, message: `sealed for ${value.id}` }));
  const tried = identities.slice(0, MAX_LISTED).map(({ recipient }) => recipient);
  const others =
    own.length < wanted.length ? ["`--sops sops` lets the `sops` program try its other recipients"] : [];
  const known = tried.length === 0 ? [] : [`the keys at hand are those of ${tried.join(", ")}`];
  const hint = [...known, ...others].join("; ") || undefined;
  return diagnostic("JF321", metadata.at, {}, { related, hint });
}

function tooFewGroups({ threshold, at }: SopsMetadata, found: number): Diagnostic {
  return diagnostic("JF323", at, { found, needed: threshold });
}
