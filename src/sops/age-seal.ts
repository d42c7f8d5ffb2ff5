import { generateKeyPairSync, randomBytes } from "node:crypto";
import {
  FILE_KEY_LENGTH,
  FINAL_NONCE,
  headerMac,
  NONCE_LENGTH,
  payloadKeyOf,
  pointBytes,
  sealChaCha,
  x25519Point,
  x25519WrapKey,
  ZERO_NONCE,
} from "./age-crypto.ts";
import { writeArmor } from "./age-header.ts";
import { encodeRawBase64 } from "./base64.ts";
import { readRecipient } from "./identities.ts";

/**
 * A data key (or a share of it), wrapped for one age recipient: an age v1 file with exactly one X25519 stanza, armored
 * as `age -a` does it. Undefined if the text is no such recipient.
 */
export function wrapForAge(dataKey: Uint8Array, recipient: string): string | undefined {
  const point = readRecipient(recipient);
  if (!point) return undefined;
  const ephemeral = generateKeyPairSync("x25519");
  const share = pointBytes(ephemeral.publicKey);
  const { privateKey } = ephemeral;
  const wrapKey = x25519WrapKey({ privateKey, publicKey: x25519Point(point), share, recipient: point });
  if (!wrapKey) return undefined;
  const fileKey = randomBytes(FILE_KEY_LENGTH);
  const body = sealChaCha(wrapKey, ZERO_NONCE, fileKey);
  const stanza = `-> X25519 ${encodeRawBase64(share)}\n${encodeRawBase64(body)}\n`;
  const header = `age-encryption.org/v1\n${stanza}---`;
  const nonce = randomBytes(NONCE_LENGTH);
  const payload = sealChaCha(payloadKeyOf(fileKey, nonce), FINAL_NONCE, dataKey);
  const mac = encodeRawBase64(headerMac(fileKey, header));
  fileKey.fill(0);
  return writeArmor(Buffer.concat([Buffer.from(`${header} ${mac}\n`), nonce, payload]));
}
