import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from "node:crypto";

// The primitives of age (C2SP age specification, v1). Key objects throughout: on Node 24 a call with raw key bytes
// takes four times as long.

export const TAG_LENGTH = 16;
/** The nonce before the payload. */
export const NONCE_LENGTH = 16;
export const FILE_KEY_LENGTH = 16;
/** What wraps a file key. */
export const ZERO_NONCE = Buffer.alloc(12);
/** The first chunk of a payload that is also the last: counter 0, then the flag. */
export const FINAL_NONCE = Buffer.from("000000000000000000000001", "hex");

/** The MAC of a header, up to and including `---`. */
export function headerMac(fileKey: Buffer, header: string | Buffer): Buffer {
  const key = hkdf(fileKey, Buffer.alloc(0), "header");
  return createHmac("sha256", key).update(header).digest();
}

/** What seals the payload behind this nonce. */
export function payloadKeyOf(fileKey: Buffer, nonce: Buffer): KeyObject {
  return hkdf(fileKey, nonce, "payload");
}

/** 32 bytes of HKDF with SHA-256. */
export function hkdf(secret: Buffer, salt: Buffer, info: string): KeyObject {
  const bytes = Buffer.from(hkdfSync("sha256", createSecretKey(secret), salt, info, 32));
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

/** Ciphertext and tag. */
export function sealChaCha(key: KeyObject, nonce: Buffer, plain: Uint8Array): Buffer {
  const cipher = createCipheriv("chacha20-poly1305", key, nonce, { authTagLength: TAG_LENGTH });
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** The plain bytes; undefined if the key does not fit or a bit is wrong. */
export function openChaCha(key: KeyObject, nonce: Buffer, sealed: Buffer): Buffer | undefined {
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
