import { createHash } from "node:crypto";
import type { History } from "../../ports.ts";
import type { Estate } from "../estate.ts";

/** True if a file of ours is not as HEAD has it. */
export function isModified({ compiled }: Estate, history: History): boolean {
  const head = history.head();
  if (head === undefined) return false;
  const files = [...compiled.parsed.values()].map(({ file }) => file);
  const blobs = history.blobs(
    head,
    files.map(({ path }) => path),
  );
  return files.some(({ path, text }) => blobs.get(path) !== blobId(text, head.length));
}

/** Git's id of a content, in the kind of hash that the repo's commits have. */
function blobId(text: string, digits: number): string {
  const bytes = Buffer.from(text, "utf8");
  const hash = createHash(digits === 64 ? "sha256" : "sha1");
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
