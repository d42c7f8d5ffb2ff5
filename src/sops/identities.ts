import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { decodeBech32, encodeBech32 } from "./bech32.ts";

/** One age private key, ready to use. Prints without its secret half. */
export interface Identity {
  /** The public half, `age1…`. */
  readonly recipient: string;
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
}

/** Something in a key text that is no usable key. Never holds a byte of it. */
export interface KeyProblem {
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}

export interface ParsedIdentities {
  readonly identities: readonly Identity[];
  readonly problems: readonly KeyProblem[];
}

// The fixed bytes before a raw X25519 private key in PKCS #8 (RFC 8410).
const PKCS8_PREFIX = Buffer.from("302e020100300506032b656e04220420", "hex");

/**
 * Reads age private keys (`AGE-SECRET-KEY-1…`), separated by spaces or lines; a line that begins with `#` is a
 * comment. What is not a usable key becomes a problem, the rest still counts.
 */
export function parseIdentities(text: string): ParsedIdentities {
  const identities = new Map<string, Identity>();
  const problems: KeyProblem[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trimStart().startsWith("#")) continue;
    for (const word of line.split(/\s+/).filter((part) => part !== "")) {
      const identity = parseIdentity(word);
      if (typeof identity === "string") problems.push({ line: index + 1, reason: identity });
      else identities.set(identity.recipient, identity);
    }
  }
  return { identities: [...identities.values()], problems };
}

/** The public half of a key, `age1…`. */
export function recipientOf(identity: Identity): string {
  return identity.recipient;
}

/** One key, or why it is none. */
function parseIdentity(word: string): Identity | string {
  if (word.startsWith("AGE-SECRET-KEY-PQ-1")) return "a post-quantum age key, which is not supported";
  if (word.startsWith("AGE-PLUGIN-")) return "a key of an age plugin, which is not supported";
  if (word.startsWith("age1")) return "a public key; the private one begins with `AGE-SECRET-KEY-1`";
  if (!word.startsWith("AGE-SECRET-KEY-1")) return "not an age private key";
  const secret = decodeBech32(word, "age-secret-key-");
  if (secret?.length !== 32) return "a damaged age private key: it was cut or mistyped";
  const pkcs8 = Buffer.concat([PKCS8_PREFIX, secret]);
  const privateKey = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  const { x } = createPublicKey(privateKey).export({ format: "jwk" });
  pkcs8.fill(0);
  secret.fill(0);
  if (typeof x !== "string") throw new Error("a public key without its point");
  const publicKey = Buffer.from(x, "base64url");
  return { recipient: encodeBech32("age", publicKey), publicKey, privateKey };
}
