import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPublicKey,
  createSecretKey,
  diffieHellman,
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

/** A public X25519 key from its 32 bytes. */
export function x25519Point(bytes: Buffer): KeyObject {
  // As JWK: with OpenSSL 3.0 (Node 22), reading DER takes ten times as long.
  return createPublicKey({
    key: { kty: "OKP", crv: "X25519", x: bytes.toString("base64url") },
    format: "jwk",
  });
}

/** The 32 bytes of a public X25519 key. */
export function pointBytes(publicKey: KeyObject): Buffer {
  const { x } = publicKey.export({ format: "jwk" });
  if (typeof x !== "string") throw new Error("a public key without its point");
  return Buffer.from(x, "base64url");
}

/** One private key, one public key, and the bytes of both public halves, those of the ephemeral key (share) first. */
export interface Exchange {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly share: Buffer;
  readonly recipient: Uint8Array;
}

/** What wraps the file key of an X25519 stanza; undefined for a point of low order, which the specification forbids. */
export function x25519WrapKey({ privateKey, publicKey, share, recipient }: Exchange): KeyObject | undefined {
  let shared: Buffer;
  try {
    shared = diffieHellman({ privateKey, publicKey });
  } catch {
    return undefined;
  }
  const wrapKey = hkdf(shared, Buffer.concat([share, recipient]), "age-encryption.org/v1/X25519");
  shared.fill(0);
  return wrapKey;
}

/** The MAC of a header, up to and including `---`. */
export function headerMac(fileKey: Buffer, header: string | Buffer): Buffer {
  return createHmac("sha256", hkdf(fileKey, Buffer.alloc(0), "header"))
    .update(header)
    .digest();
}

/** What seals the payload behind this nonce. */
export function payloadKeyOf(fileKey: Buffer, nonce: Buffer): KeyObject {
  return hkdf(fileKey, nonce, "payload");
}

function hkdf(secret: Buffer, salt: Buffer, info: string): KeyObject {
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
