import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { hkdf, openChaCha, sealChaCha, ZERO_NONCE } from "./age-crypto.ts";
import type { WrappedFileKey } from "./age-kinds.ts";

// X25519 on node:crypto, and age's stanza of that name.

// The fixed bytes before a raw private key in PKCS #8, and a raw public one in SPKI (RFC 8410).
const PKCS8_PREFIX = Buffer.from("302e020100300506032b656e04220420", "hex");
const SPKI_PREFIX = Buffer.from("302a300506032b656e032100", "hex");

export interface X25519Pair {
  readonly privateKey: KeyObject;
  /** The 32 bytes of its public half. */
  readonly publicKey: Buffer;
}

export function newPair(): X25519Pair {
  const { privateKey, publicKey } = generateKeyPairSync("x25519");
  return { privateKey, publicKey: bytesOf(publicKey) };
}

/** A pair from the 32 bytes of its private half. */
export function pairOf(secret: Uint8Array): X25519Pair {
  const pkcs8 = Buffer.concat([PKCS8_PREFIX, secret]);
  const privateKey = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  pkcs8.fill(0);
  return { privateKey, publicKey: bytesOf(createPublicKey(privateKey)) };
}

/** The 32 bytes of a private half. The caller wipes them. */
export function secretBytes(privateKey: KeyObject): Buffer {
  return privateKey.export({ format: "der", type: "pkcs8" }).subarray(PKCS8_PREFIX.length);
}

/** The shared secret; undefined for a point of low order, which age forbids. The caller wipes it. */
export function agree(privateKey: KeyObject, point: Uint8Array): Buffer | undefined {
  // As a text: on Node 24 anything that is an object takes three times as long.
  const spki = Buffer.concat([SPKI_PREFIX, point]).toString("base64");
  const publicKey = createPublicKey(`-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----`);
  try {
    return diffieHellman({ privateKey, publicKey });
  } catch {
    return undefined;
  }
}

/** Wraps a file key for a recipient; undefined if its point is of low order. */
export function wrapX25519(fileKey: Buffer, recipient: Uint8Array): WrappedFileKey | undefined {
  const { privateKey, publicKey: share } = newPair();
  const shared = agree(privateKey, recipient);
  if (!shared) return undefined;
  return { share, body: sealChaCha(wrapKeyOf(shared, share, recipient), ZERO_NONCE, fileKey) };
}

/** The file key. The caller wipes it. */
export function unwrapX25519(
  { share, body }: WrappedFileKey,
  { privateKey, publicKey }: X25519Pair,
): Buffer | "header" | "no-match" {
  const shared = agree(privateKey, share);
  if (!shared) return "header";
  return openChaCha(wrapKeyOf(shared, share, publicKey), ZERO_NONCE, body) ?? "no-match";
}

/** Wipes the shared secret. */
function wrapKeyOf(shared: Buffer, share: Uint8Array, recipient: Uint8Array): KeyObject {
  const key = hkdf(shared, Buffer.concat([share, recipient]), "age-encryption.org/v1/X25519");
  shared.fill(0);
  return key;
}

function bytesOf(publicKey: KeyObject): Buffer {
  const { x } = publicKey.export({ format: "jwk" });
  if (typeof x !== "string") throw new Error("a public key without its point");
  return Buffer.from(x, "base64url");
}
