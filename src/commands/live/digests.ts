import { createHash } from "node:crypto";
import { compareText, type SourceFile } from "../../core/source.ts";
import type { Deployment, Workspace } from "../../model/declaration.ts";

const LENGTH = 16;

/** Of everything a plan was made from: the files of ours, as they stand. */
export function filesDigest(files: Iterable<SourceFile>): string {
  const sorted = [...files].sort((a, b) => compareText(a.path, b.path));
  const hash = createHash("sha256");
  for (const { path, text } of sorted) hash.update(`${path}\0${text.length}\0${text}\0`);
  return hash.digest("hex");
}

/** Of the policy that one Deployment stands under: its Workspace's document and its own, whatever their layout. */
export function policyDigest(workspace: Workspace, deployment: Deployment): string {
  const text = JSON.stringify([workspace, deployment], plain);
  return createHash("sha256").update(text).digest("base64url").slice(0, LENGTH);
}

/** Without places in files; a map as its entries. */
function plain(key: string, value: unknown): unknown {
  if (key === "at") return undefined;
  return value instanceof Map ? [...value] : value;
}
