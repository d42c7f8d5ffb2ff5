import { createSecretKey, type KeyObject } from "node:crypto";
import { Secret } from "../core/secret.ts";
import { type AgeKind, readRecipient, recipientText } from "./age-kinds.ts";
import { decodeBech32, encodeBech32 } from "./bech32.ts";
import { hybridPublicKey } from "./post-quantum.ts";
import { newPair, pairOf, secretBytes } from "./x25519.ts";

/** One age private key, ready to use. Prints without its secret half. */
export interface Identity {
  readonly kind: AgeKind;
  /** The public half, `age1…`. */
  readonly recipient: string;
  readonly publicKey: Buffer;
  /** Of a post-quantum key: its seed. */
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

/**
 * Reads age private keys (`AGE-SECRET-KEY-1…`, `AGE-SECRET-KEY-PQ-1…`), separated by spaces or lines; a line that begins with `#` is a
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

/** Whether a text has the form of an age recipient that needs no plugin. */
export function isAgeRecipient(text: string): boolean {
  return readRecipient(text) !== undefined;
}

/** A new X25519 key: the line of a key file, and its public half. */
export function generateIdentity(): { readonly recipient: string; readonly text: Secret } {
  const { privateKey, publicKey } = newPair();
  const secret = secretBytes(privateKey);
  const text = encodeBech32("age-secret-key-", secret).toUpperCase();
  secret.fill(0);
  return { recipient: recipientText("X25519", publicKey), text: new Secret(text) };
}

const SECRET_LENGTH = 32;

/** One key, or why it is none. */
function parseIdentity(word: string): Identity | string {
  if (word.startsWith("AGE-PLUGIN-")) return "a key of an age plugin, which is not supported";
  if (word.startsWith("age1")) return "a public key; the private one begins with `AGE-SECRET-KEY-1`";
  if (!/^AGE-SECRET-KEY-(PQ-)?1/.test(word)) return "not an age private key";
  const kind = word.startsWith("AGE-SECRET-KEY-PQ-") ? "mlkem768x25519" : "X25519";
  const secret = decodeBech32(word, kind === "X25519" ? "age-secret-key-" : "age-secret-key-pq-");
  if (secret?.length !== SECRET_LENGTH) return "a damaged age private key: it was cut or mistyped";
  const pair = kind === "X25519" ? pairOf(secret) : hybridPair(secret);
  secret.fill(0);
  return { kind, recipient: recipientText(kind, pair.publicKey), ...pair };
}

function hybridPair(seed: Buffer): Pick<Identity, "privateKey" | "publicKey"> {
  return { privateKey: createSecretKey(seed), publicKey: hybridPublicKey(seed) };
}
