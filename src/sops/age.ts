import { timingSafeEqual } from "node:crypto";
import {
  FINAL_NONCE,
  headerMac,
  NONCE_LENGTH,
  openChaCha,
  payloadKeyOf,
  TAG_LENGTH,
  x25519Point,
  x25519WrapKey,
  ZERO_NONCE,
} from "./age-crypto.ts";
import { type AgeFile, readAgeFile, readArmor } from "./age-header.ts";
import { decodeRawBase64 } from "./base64.ts";
import type { Identity } from "./identities.ts";

/** The layer of an age file that is at fault; `no-match`: the file is sound as far as this key can tell. */
export type AgeTrouble = "armor" | "header" | "stanzas" | "no-match" | "header-mac" | "payload";

/** An age file for one X25519 recipient, parsed. */
export interface AgeEntry {
  readonly file: AgeFile;
  /** The ephemeral public key. */
  readonly share: Buffer;
  readonly wrapped: Buffer;
}

const CHUNK_LENGTH = 64 * 1024;

/**
 * Reads one `enc` of SOPS' `age` list, strictly: exactly one stanza, of X25519. More would be recipients that the
 * entry's label does not show. Needs no key.
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
  if (!stanza || others.length > 0 || stanza.args[0] !== "X25519") return "stanzas";
  const [, share = "", ...rest] = stanza.args;
  const point = share.length === 43 ? decodeRawBase64(share) : undefined;
  if (!point || rest.length > 0 || stanza.body.length !== 32) return "header";
  return { file, share: point, wrapped: stanza.body };
}

/** The payload (one chunk at most), opened with one key. The caller wipes it. */
export function openAgeEntry(entry: AgeEntry, identity: Identity): Buffer | AgeTrouble {
  const { share, wrapped, file } = entry;
  const { privateKey, publicKey: recipient } = identity;
  const wrapKey = x25519WrapKey({ privateKey, publicKey: x25519Point(share), share, recipient });
  if (!wrapKey) return "header";
  const fileKey = openChaCha(wrapKey, ZERO_NONCE, wrapped);
  if (!fileKey) return "no-match";
  const nonce = file.payload.subarray(0, NONCE_LENGTH);
  const expected = headerMac(fileKey, file.macInput);
  const payloadKey = payloadKeyOf(fileKey, nonce);
  fileKey.fill(0);
  if (!timingSafeEqual(expected, file.mac)) return "header-mac";
  const chunk = file.payload.subarray(NONCE_LENGTH);
  if (chunk.length > CHUNK_LENGTH + TAG_LENGTH) return "payload";
  return openChaCha(payloadKey, FINAL_NONCE, chunk) ?? "payload";
}
