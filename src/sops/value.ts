import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from "node:crypto";
import { decodeBase64 } from "./base64.ts";

const TYPES = ["str", "int", "float", "bool", "bytes", "time", "comment"] as const;

/** SOPS' label of what a ciphertext holds. Not authenticated. */
export type SealedType = (typeof TYPES)[number];

/** The parts of `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`. */
export interface SealedText {
  readonly data: Buffer;
  readonly iv: Buffer;
  readonly tag: Buffer;
  readonly type: SealedType;
}

const SEALED =
  /^ENC\[AES256_GCM,data:([A-Za-z0-9+/=]+),iv:([A-Za-z0-9+/=]+),tag:([A-Za-z0-9+/=]+),type:([a-z]+)\]$/;
const IV_LENGTH = 32;
const TAG_LENGTH = 16;

/** Reads a ciphertext strictly; undefined if it is not exactly as SOPS writes it. */
export function readSealed(ciphertext: string): SealedText | undefined {
  const match = SEALED.exec(ciphertext);
  if (!match) return undefined;
  const [data, iv, tag] = match.slice(1, 4).map(decodeBase64);
  const type = TYPES.find((one) => one === match[4]);
  if (!data || iv?.length !== IV_LENGTH || tag?.length !== TAG_LENGTH || !type) return undefined;
  return { data, iv, tag, type };
}

/**
 * The plain bytes of a ciphertext; undefined if key, place or text do not belong together. `aad` is what binds
 * it to its place: the map keys above it, each with a `:` behind it.
 */
export function openSealed({ data, iv, tag }: SealedText, key: KeyObject, aad: string): Buffer | undefined {
  const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_LENGTH });
  decipher.setAAD(Buffer.from(aad));
  decipher.setAuthTag(tag);
  const plain = decipher.update(data);
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}

/** A ciphertext as SOPS writes it, under a fresh IV. `aad` as for `openSealed`. */
export function sealValue(plain: string, type: SealedType, key: KeyObject, aad: string): string {
  const iv = randomBytes(IV_LENGTH);
  const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_LENGTH });
  cipher.setAAD(Buffer.from(aad));
  const data = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  const [text, ivText, tag] = [data, iv, cipher.getAuthTag()].map((bytes) => bytes.toString("base64"));
  return `ENC[AES256_GCM,data:${text},iv:${ivText},tag:${tag},type:${type}]`;
}
