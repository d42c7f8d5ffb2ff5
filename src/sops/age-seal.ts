import { randomBytes } from "node:crypto";
import {
  FILE_KEY_LENGTH,
  FINAL_NONCE,
  headerMac,
  NONCE_LENGTH,
  payloadKeyOf,
  sealChaCha,
} from "./age-crypto.ts";
import { writeArmor } from "./age-header.ts";
import { AGE_KINDS, readRecipient } from "./age-kinds.ts";
import { encodeRawBase64 } from "./base64.ts";

/**
 * A data key (or a share of it), wrapped for one age recipient: an age v1 file with exactly one stanza, armored as
 * `age -a` does it. Undefined if the text is no recipient (`age1…`, `age1pq1…`), or if its key is unusable.
 */
export function wrapForAge(dataKey: Uint8Array, recipient: string): string | undefined {
  const key = readRecipient(recipient);
  if (!key) return undefined;
  const fileKey = randomBytes(FILE_KEY_LENGTH);
  const wrapped = AGE_KINDS[key.kind].wrap(fileKey, key.publicKey);
  if (!wrapped) return undefined;
  const stanza = `-> ${key.kind} ${encodeRawBase64(wrapped.share)}\n${encodeRawBase64(wrapped.body)}\n`;
  const header = `age-encryption.org/v1\n${stanza}---`;
  const nonce = randomBytes(NONCE_LENGTH);
  const payload = sealChaCha(payloadKeyOf(fileKey, nonce), FINAL_NONCE, dataKey);
  const mac = encodeRawBase64(headerMac(fileKey, header));
  fileKey.fill(0);
  return writeArmor(Buffer.concat([Buffer.from(`${header} ${mac}\n`), nonce, payload]));
}
