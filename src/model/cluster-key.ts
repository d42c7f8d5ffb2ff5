import type { Cluster } from "./declaration.ts";

/** Tells clusters apart, whatever a Workspace calls them. `folder`: of the Workspace, from which its directories are told. */
export function clusterKey({ uid, directory, context }: Cluster, folder: string): string {
  if (directory === undefined) return uid === undefined ? `context ${context}` : `uid ${uid}`;
  return `directory ${directory.startsWith("/") ? normalized(directory, "/") : normalized(`${folder}/${directory}`, "")}`;
}

/** A path without what makes no difference. */
function normalized(path: string, root: "/" | ""): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    const canRise = parts.length > 0 && parts.at(-1) !== "..";
    if (part !== ".." || (!canRise && root === "")) parts.push(part);
    else parts.pop();
  }
  return `${root}${parts.join("/")}`;
}
