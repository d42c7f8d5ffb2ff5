import { blobId } from "../../core/blob-id.ts";
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
