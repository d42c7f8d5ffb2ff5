import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { Secret } from "../core/secret.ts";
import { pointBytes } from "./age-crypto.ts";
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

/** The point of an X25519 recipient (`age1…`); undefined if the text is anything else. */
export function readRecipient(text: string): Buffer | undefined {
  // In capitals it is Bech32 still, but age refuses it.
  const bytes = text.startsWith("age1") ? decodeBech32(text, "age") : undefined;
  return bytes?.length === 32 ? bytes : undefined;
}

/** Whether a text is an age recipient that we can seal for. */
export function isAgeRecipient(text: string): boolean {
  return readRecipient(text) !== undefined;
}

/** A new key: the line of a key file, and its public half. */
export function generateIdentity(): { readonly recipient: string; readonly text: Secret } {
  const { privateKey, publicKey } = generateKeyPairSync("x25519");
  const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" });
  const text = encodeBech32("age-secret-key-", pkcs8.subarray(PKCS8_PREFIX.length)).toUpperCase();
  pkcs8.fill(0);
  return { recipient: encodeBech32("age", pointBytes(publicKey)), text: new Secret(text) };
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
  const publicKey = pointBytes(createPublicKey(privateKey));
  pkcs8.fill(0);
  secret.fill(0);
  return { recipient: encodeBech32("age", publicKey), publicKey, privateKey };
}
