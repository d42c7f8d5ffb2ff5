import { timingSafeEqual } from "node:crypto";
import {
  FILE_KEY_LENGTH,
  FINAL_NONCE,
  headerMac,
  NONCE_LENGTH,
  openChaCha,
  payloadKeyOf,
  TAG_LENGTH,
} from "./age-crypto.ts";
import { type AgeFile, readAgeFile, readArmor } from "./age-header.ts";
import { AGE_KINDS, type AgeKind, isAgeKind, type WrappedFileKey } from "./age-kinds.ts";
import { decodeRawBase64 } from "./base64.ts";
import type { Identity } from "./identities.ts";

/** The layer of an age file that is at fault; `no-match`: the file is sound as far as this key can tell. */
export type AgeTrouble = "armor" | "header" | "stanzas" | "no-match" | "header-mac" | "payload";

/** An age file for one recipient, parsed. */
export interface AgeEntry extends WrappedFileKey {
  readonly file: AgeFile;
  readonly kind: AgeKind;
}

const BODY_LENGTH = FILE_KEY_LENGTH + TAG_LENGTH;
const CHUNK_LENGTH = 64 * 1024;

/**
 * Reads one `enc` of SOPS' `age` list, strictly: exactly one stanza, of a kind that needs no plugin. More would be
 * recipients that the entry's label does not show. Needs no key.
 */
export function readAgeEntry(armor: string): AgeEntry | AgeTrouble {
  const bytes = readArmor(armor);
  return bytes ? readBinaryEntry(bytes) : "armor";
}

/** The same for an age file without armor. */
export function readBinaryEntry(bytes: Buffer): AgeEntry | AgeTrouble {
  const file = readAgeFile(bytes);
  if (!file || file.payload.length < NONCE_LENGTH) return "header";
  const [stanza, ...others] = file.stanzas;
  const kind = stanza?.args[0];
  if (!stanza || others.length > 0 || !isAgeKind(kind)) return "stanzas";
  const [, text, ...rest] = stanza.args;
  const share = text === undefined ? undefined : decodeRawBase64(text);
  const isSound = share?.length === AGE_KINDS[kind].shareLength && stanza.body.length === BODY_LENGTH;
  return isSound && rest.length === 0 ? { file, kind, share, body: stanza.body } : "header";
}

/** The payload (one chunk at most), opened with one key. The caller wipes it. */
export function openAgeEntry(entry: AgeEntry, identity: Identity): Buffer | AgeTrouble {
  if (entry.kind !== identity.kind) return "no-match";
  const fileKey = AGE_KINDS[entry.kind].unwrap(entry, identity);
  if (typeof fileKey === "string") return fileKey;
  const { file } = entry;
  const nonce = file.payload.subarray(0, NONCE_LENGTH);
  const expected = headerMac(fileKey, file.macInput);
  const payloadKey = payloadKeyOf(fileKey, nonce);
  fileKey.fill(0);
  if (!timingSafeEqual(expected, file.mac)) return "header-mac";
  const chunk = file.payload.subarray(NONCE_LENGTH);
  if (chunk.length > CHUNK_LENGTH + TAG_LENGTH) return "payload";
  return openChaCha(payloadKey, FINAL_NONCE, chunk) ?? "payload";
}
