import { type Checked, type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { ParsedFile } from "../model/tree.ts";
import type { Identity } from "../sops/identities.ts";
import { type OpenedText, openText } from "../sops/opened.ts";
import { resealText, rotateText } from "../sops/reseal.ts";
import { parsePlain } from "../sops/seal.ts";
import { nameOf, withNotes } from "./conflict-notes.ts";
import {
  type Carrier,
  carrierOf,
  haveSameGroups,
  mergeRecipients,
  type OpenedVersions,
} from "./merge-recipients.ts";
import { type Conflict, type MergedText, mergeTexts } from "./merge-texts.ts";

/** What a merge comes to, before anything is sealed. Holds plain text: nothing of it must be shown. */
export interface SealedMerge {
  readonly merged: MergedText;
  /** Who is to read the result. */
  readonly recipients: readonly string[];
  readonly carrier: Carrier;
  readonly versions: OpenedVersions;
}

/** The sealed result. */
export interface MergeResult {
  readonly text: string;
  /** The names of what both sides changed differently: ours is kept there, below a comment. */
  readonly conflicts: readonly string[];
}

/**
 * Merges three versions of a sealed file: values by keys, recipients one by one. A diagnostic if that cannot be done, or
 * must not: under another scope, say, other values would be sealed.
 */
export function mergeSealed(versions: OpenedVersions, path: string): SealedMerge | Diagnostic {
  const refused = (reason: string) => diagnostic("JF042", undefined, { path, reason });
  const { base, ours, theirs } = versions;
  if (ruleOf(ours) !== ruleOf(theirs)) return refused("the two sides are sealed by different rules");
  const others = [ours, theirs].flatMap(({ metadata }) => metadata.groups.flatMap((group) => group.others));
  if (others.length > 0) {
    const kinds = [...new Set(others.map(({ value }) => value.kind))].join(", ");
    return diagnostic("JF351", undefined, { kinds });
  }
  const isGrouped = [ours, theirs].some(({ metadata }) => metadata.groups.length > 1);
  if (isGrouped && !haveSameGroups(versions)) return refused("the two sides have different key groups");
  const recipients = mergeRecipients(versions);
  if (recipients.length === 0) return refused("no recipient would be left");
  const [inBase, inOurs, inTheirs] = [base && plainOf(base), plainOf(ours), plainOf(theirs)];
  if (!inOurs || !inTheirs || (base && !inBase)) return refused("one of its versions has nothing in it");
  const merged = mergeTexts({ base: inBase, ours: inOurs, theirs: inTheirs });
  if (!merged) return refused("its layout does not let both changes be written into one file");
  return { merged, recipients, carrier: carrierOf(versions), versions };
}

function ruleOf({ metadata: { rule } }: OpenedText): string {
  return JSON.stringify([rule?.name, rule?.text]);
}

function plainOf({ plain, file }: OpenedText): ParsedFile | undefined {
  return parsePlain({ path: file.file.path, text: plain.reveal() }).value;
}

/**
 * Seals the result; what did not change keeps its ciphertext. If nothing came from theirs that is ours, byte by byte.
 * `identities` opens what was sealed first, where it needs a new data key.
 */
export function sealMerge(
  { merged, recipients, carrier, versions: { ours } }: SealedMerge,
  identities: readonly Identity[],
  now: Date,
): Checked<MergeResult | undefined> {
  const { file } = ours.file;
  const isOurs = merged.text === ours.plain.reveal() && carrier.opened.key.equals(ours.key) && !carrier.fresh;
  const sealed =
    isOurs && recipients.join() === mergeRecipients({ base: undefined, ours, theirs: ours }).join()
      ? { value: file.text, diagnostics: [] }
      : seal(carrier, merged, recipients, identities, now);
  if (sealed.value === undefined) return { value: undefined, diagnostics: sealed.diagnostics };
  const several = ours.file.documents.length > 1 || merged.conflicts.some(({ document }) => document !== 0);
  return {
    value: {
      text: withNotes({ path: file.path, text: sealed.value }, ours.scope, merged.conflicts),
      conflicts: merged.conflicts.map((conflict: Conflict) => nameOf(conflict, several)),
    },
    diagnostics: [],
  };
}

function seal(
  { opened, fresh }: Carrier,
  { text }: MergedText,
  recipients: readonly string[],
  identities: readonly Identity[],
  now: Date,
): Checked<string | undefined> {
  const change = { now, ...(opened.metadata.groups.length === 1 && { recipients }) };
  const sealed = resealText(opened, text, change);
  if (!fresh || sealed.value === undefined) return sealed;
  const reopened = openText({ ...opened.file.file, text: sealed.value }, identities);
  if (!reopened.value) return { value: undefined, diagnostics: reopened.diagnostics };
  return rotateText(reopened.value, change);
}
