import { normalize } from "node:path/posix";
import type { Cluster } from "./declaration.ts";

/** Tells clusters apart, whatever a Workspace calls them. `folder`: of the Workspace, from which its directories are told. */
export function clusterKey({ uid, directory, context }: Cluster, folder: string): string {
  if (directory !== undefined) {
    const path = directory.startsWith("/") ? directory : `${folder}/${directory}`;
    return `directory ${normalize(path)}`;
  }
  return uid === undefined ? `context ${context}` : `uid ${uid}`;
}
