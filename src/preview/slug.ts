import { createHash } from "node:crypto";

const LENGTH = 40;
const HASH = 8;

/**
 * A branch as part of a name in Kubernetes (DNS-1123): as it is where that is possible, else with a hash of it, so that no two branches
 * have one.
 */
export function slugOf(branch: string): string {
  const plain = branch
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  const short = plain.slice(0, LENGTH).replace(/-+$/, "");
  if (short === branch && short !== "") return short;
  const hash = createHash("sha256").update(branch).digest("hex").slice(0, HASH);
  return short === "" ? hash : `${short}-${hash}`;
}
