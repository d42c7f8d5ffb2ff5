import {
  createDecipheriv,
  createHmac,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from "node:crypto";
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

const TAG_LENGTH = 16;
const NONCE_LENGTH = 16;
const CHUNK_LENGTH = 64 * 1024;
const ZERO_NONCE = Buffer.alloc(12);
// Counter 0, last chunk.
const FINAL_NONCE = Buffer.from("000000000000000000000001", "hex");

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
  const wrapKey = deriveWrapKey(entry.share, identity);
  if (!wrapKey) return "header";
  const fileKey = openChaCha(wrapKey, ZERO_NONCE, entry.wrapped);
  if (!fileKey) return "no-match";
  const { macInput, mac, payload } = entry.file;
  const headerKey = hkdf(fileKey, Buffer.alloc(0), "header");
  const payloadKey = hkdf(fileKey, payload.subarray(0, NONCE_LENGTH), "payload");
  fileKey.fill(0);
  const expected = createHmac("sha256", headerKey).update(macInput).digest();
  if (!timingSafeEqual(expected, mac)) return "header-mac";
  const chunk = payload.subarray(NONCE_LENGTH);
  if (chunk.length > CHUNK_LENGTH + TAG_LENGTH) return "payload";
  return openChaCha(payloadKey, FINAL_NONCE, chunk) ?? "payload";
}

/** Undefined for a share of low order, which the specification forbids. */
function deriveWrapKey(share: Buffer, { publicKey, privateKey }: Identity): KeyObject | undefined {
  // As JWK: with OpenSSL 3.0 (Node 22), reading DER takes ten times as long.
  const key = { kty: "OKP", crv: "X25519", x: share.toString("base64url") };
  const point = createPublicKey({ key, format: "jwk" });
  let shared: Buffer;
  try {
    shared = diffieHellman({ privateKey, publicKey: point });
  } catch {
    return undefined;
  }
  const wrapKey = hkdf(shared, Buffer.concat([share, publicKey]), "age-encryption.org/v1/X25519");
  shared.fill(0);
  return wrapKey;
}

/** Key objects throughout: on Node 24 a call with raw key bytes takes four times as long. */
function hkdf(secret: Buffer, salt: Buffer, info: string): KeyObject {
  const bytes = Buffer.from(hkdfSync("sha256", createSecretKey(secret), salt, info, 32));
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

function openChaCha(key: KeyObject, nonce: Buffer, sealed: Buffer): Buffer | undefined {
  if (sealed.length < TAG_LENGTH) return undefined;
  const decipher = createDecipheriv("chacha20-poly1305", key, nonce, { authTagLength: TAG_LENGTH });
  decipher.setAuthTag(sealed.subarray(-TAG_LENGTH));
  const plain = decipher.update(sealed.subarray(0, -TAG_LENGTH));
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}
