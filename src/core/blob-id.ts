import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

const SHA256_DIGITS = 64;

/** Git's id of a content; `digits`: of the ids of the repo, which tell the kind of hash. */
export function blobId(content: Buffer | string, digits: number): string {
  const bytes = Buffer.from(content);
  const hash = createHash(digits === SHA256_DIGITS ? "sha256" : "sha1");
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
