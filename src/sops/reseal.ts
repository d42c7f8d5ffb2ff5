import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { type Checked, type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { blockEdit } from "./block-text.ts";
import { applyEdits } from "./edits.ts";
import { checkSealed, macOnly } from "./open.ts";
import { ciphertextKey, type OpenedText } from "./opened.ts";
import { parsePlain, sealParsed } from "./seal.ts";
import type { SealValue } from "./sealing-edits.ts";
import { sealValue } from "./value.ts";
import { wrapDataKey } from "./wrap.ts";

export interface Change {
  /** Becomes `lastmodified`. */
  readonly now: Date;
  /** Default: those that the file names. Every entry is wrapped anew from its label. */
  readonly recipients?: readonly string[];
}

/**
 * Seals an edited plain text under the same data key. What did not change keeps its ciphertext, so that a diff shows
 * what did.
 */
export function resealText(opened: OpenedText, plain: string, change: Change): Checked<string | undefined> {
  const { key, ciphertexts } = opened;
  // Equal items of a list have one place, so each ciphertext is used once.
  const left = new Map([...ciphertexts].map(([name, all]) => [name, [...all]]));
  return seal(opened, plain, change, key, (text, type, aad) => {
    return left.get(ciphertextKey(text, type, aad))?.shift() ?? sealValue(text, type, key, aad);
  });
}

/** Seals everything anew under a new data key: who had the old one cannot open what comes after. */
export function rotateText(opened: OpenedText, change: Change): Checked<string | undefined> {
  const bytes = randomBytes(32);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  const fresh: SealValue = (text, type, aad) => sealValue(text, type, key, aad);
  return seal(opened, opened.plain.reveal(), change, key, fresh);
}

/** Same data key, values and MAC, other recipients, as `sops updatekeys`. */
export function rewrapText(opened: OpenedText, recipients: readonly string[]): Checked<string | undefined> {
  const groups = groupsOf(opened, recipients);
  if ("code" in groups) return refused(groups);
  const { metadata, file, key } = opened;
  const wrapped = wrapDataKey(key, groups, metadata.threshold);
  if (!wrapped.value) return { value: undefined, diagnostics: wrapped.diagnostics };
  const content = {
    groups: wrapped.value,
    threshold: metadata.threshold,
    lastmodified: metadata.lastmodified.value,
    mac: metadata.mac.value,
    ...(metadata.rule && { rule: metadata.rule }),
  };
  const edits = file.documents.map((document) => blockEdit(document, content));
  const text = applyEdits(file.file.text, edits);
  checkSealed({ ...file.file, text }, key);
  return { value: text, diagnostics: [] };
}

function seal(
  opened: OpenedText,
  plain: string,
  { now, recipients }: Change,
  key: KeyObject,
  sealOne: SealValue,
): Checked<string | undefined> {
  const groups = groupsOf(opened, recipients);
  if ("code" in groups) return refused(groups);
  const parsed = parsePlain({ path: opened.file.file.path, text: plain });
  if (!parsed.value) return { value: undefined, diagnostics: parsed.diagnostics };
  const { threshold, rule } = opened.metadata;
  return sealParsed(parsed.value, key, sealOne, { groups, threshold, now, ...(rule && { rule }) });
}

/** Who is to read the file, by key group. */
function groupsOf(
  { metadata }: OpenedText,
  recipients: readonly string[] | undefined,
): readonly (readonly string[])[] | Diagnostic {
  const { groups, at } = metadata;
  // Sealed again, the whole file would have to be under the MAC, and nobody vouches for what was not.
  const uncovered = macOnly(metadata);
  if (uncovered) return uncovered;
  if (recipients && groups.length === 1) return [recipients];
  if (recipients)
    return diagnostic("JF356", at, {}, { hint: "change its key groups with the `sops` program" });
  const others = groups.flatMap((group) => group.others.map(({ value }) => value.kind));
  if (others.length > 0) return diagnostic("JF351", at, { kinds: [...new Set(others)].join(", ") });
  return groups.map(({ age }) => age.map(({ recipient }) => recipient.value));
}

function refused(trouble: Diagnostic): Checked<undefined> {
  return { value: undefined, diagnostics: [trouble] };
}
