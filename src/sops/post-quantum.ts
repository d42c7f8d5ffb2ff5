import { createHash, createHmac, createSecretKey } from "node:crypto";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { openChaCha, sealChaCha } from "./age-crypto.ts";
import type { WrappedFileKey } from "./age-kinds.ts";
import { agree, newPair, pairOf } from "./x25519.ts";

// age's post-quantum stanza `mlkem768x25519`: HPKE (RFC 9180) with the hybrid key encapsulation X-Wing
// (draft-connolly-cfrg-xwing-kem: ML-KEM-768 and X25519), HKDF-SHA256 and ChaCha20-Poly1305. Node has no ML-KEM before
// 24.7. The bundle evaluates this file when one of its functions is called first; so it exports functions only.

const KEM_PUBLIC_LENGTH = 1184;
const KEM_CIPHERTEXT_LENGTH = 1088;
const INFO = Buffer.from("age-encryption.org/mlkem768x25519");
const COMBINER_LABEL = Buffer.from("\\.//^\\");
const EMPTY = Buffer.alloc(0);
// KEM 0x647a, KDF 1, AEAD 3.
const SUITE = Buffer.from("HPKE\x64\x7a\x00\x01\x00\x03", "latin1");

/** The public half of a key, 1,216 bytes, from its seed of 32. */
export function hybridPublicKey(seed: Uint8Array): Buffer {
  const { kem, point } = expand(seed);
  kem.secretKey.fill(0);
  return Buffer.concat([kem.publicKey, point.publicKey]);
}

/** Wraps a file key for a recipient of 1,216 bytes; undefined if they are no usable key. */
export function wrapHybrid(fileKey: Buffer, recipient: Uint8Array): WrappedFileKey | undefined {
  const point = recipient.subarray(KEM_PUBLIC_LENGTH);
  const ephemeral = newPair();
  const pointSecret = agree(ephemeral.privateKey, point);
  const kem = encapsulate(recipient.subarray(0, KEM_PUBLIC_LENGTH));
  if (!pointSecret || !kem) return undefined;
  const shared = combine(kem.sharedSecret, pointSecret, ephemeral.publicKey, point);
  const { key, nonce } = schedule(shared);
  return {
    share: Buffer.concat([kem.cipherText, ephemeral.publicKey]),
    body: sealChaCha(key, nonce, fileKey),
  };
}

/** The file key, with the seed of a key. The caller wipes it. */
export function unwrapHybrid(
  { share, body }: WrappedFileKey,
  seed: Uint8Array,
): Buffer | "header" | "no-match" {
  const { kem, point } = expand(seed);
  const sharedPoint = share.subarray(KEM_CIPHERTEXT_LENGTH);
  const pointSecret = agree(point.privateKey, sharedPoint);
  if (!pointSecret) return "header";
  const kemSecret = ml_kem768.decapsulate(share.subarray(0, KEM_CIPHERTEXT_LENGTH), kem.secretKey);
  kem.secretKey.fill(0);
  const { key, nonce } = schedule(combine(kemSecret, pointSecret, sharedPoint, point.publicKey));
  return openChaCha(key, nonce, body) ?? "no-match";
}

/** X-Wing: the keys of both parts from one seed. */
function expand(seed: Uint8Array) {
  const bytes = createHash("shake256", { outputLength: 96 }).update(seed).digest();
  const keys = { kem: ml_kem768.keygen(bytes.subarray(0, 64)), point: pairOf(bytes.subarray(64)) };
  bytes.fill(0);
  return keys;
}

function encapsulate(publicKey: Uint8Array) {
  try {
    return ml_kem768.encapsulate(publicKey);
  } catch {
    // Numbers out of range: its length is right.
    return undefined;
  }
}

/** X-Wing: one secret from those of both parts, which are wiped. */
function combine(kem: Uint8Array, pointSecret: Buffer, share: Uint8Array, recipient: Uint8Array): Buffer {
  const hash = createHash("sha3-256").update(kem).update(pointSecret).update(share).update(recipient);
  kem.fill(0);
  pointSecret.fill(0);
  return hash.update(COMBINER_LABEL).digest();
}

/** HPKE's key and first nonce in its base mode; wipes the shared secret. */
function schedule(shared: Buffer) {
  const context = Buffer.concat([
    Buffer.of(0),
    extract(EMPTY, "psk_id_hash", EMPTY),
    extract(EMPTY, "info_hash", INFO),
  ]);
  const secret = extract(shared, "secret", EMPTY);
  shared.fill(0);
  const bytes = expandLabel(secret, "key", context, 32);
  const schedule = { key: createSecretKey(bytes), nonce: expandLabel(secret, "base_nonce", context, 12) };
  bytes.fill(0);
  secret.fill(0);
  return schedule;
}

function extract(salt: Buffer, label: string, input: Buffer): Buffer {
  return hmac(salt, [Buffer.from("HPKE-v1"), SUITE, Buffer.from(label), input]);
}

/** At most one block of HKDF's output. */
function expandLabel(secret: Buffer, label: string, context: Buffer, length: number): Buffer {
  const labelled = [Buffer.of(0, length), Buffer.from("HPKE-v1"), SUITE, Buffer.from(label), context];
  return hmac(secret, [...labelled, Buffer.of(1)]).subarray(0, length);
}

function hmac(key: Buffer, parts: readonly Buffer[]): Buffer {
  return createHmac("sha256", key).update(Buffer.concat(parts)).digest();
}
