import { createHmac } from "node:crypto";
import { compareText } from "../core/source.ts";
import { hkdf } from "./age-crypto.ts";
import type { Identity } from "./identities.ts";
import { secretBytes } from "./x25519.ts";

/** A short mark of a text: 8 hex digits, the same for the same text. */
export type Fingerprint = (text: string) => string;

const INFO = "jackfield/fingerprint v1";

/**
 * Marks that tell whether a secret changed and nothing else: HMAC-SHA256, cut to 32 bits. Its key comes through HKDF, with an
 * info of its own, from a private key at hand: the one whose public half sorts first, so that what is at hand decides, not the
 * file. So the marks of a value stay the same over commits, files and new data keys, nobody can guess a value from its mark
 * without that private key, and two people see different marks. Undefined without a private key.
 */
export function createFingerprint(identities: readonly Identity[]): Fingerprint | undefined {
  const [first] = [...identities].sort((a, b) => compareText(a.recipient, b.recipient));
  if (!first) return undefined;
  const { kind, privateKey } = first;
  const secret = kind === "X25519" ? secretBytes(privateKey) : privateKey.export();
  const key = hkdf(secret, Buffer.alloc(0), INFO);
  secret.fill(0);
  return (text) => createHmac("sha256", key).update(text).digest("hex").slice(0, 8);
}
