import { accessSync, constants, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DirectoryInspection, DirectoryState } from "../../cluster-ports.ts";
import { isExposed } from "../exposure.ts";
import { ancestors } from "../files.ts";
import { attempt, type Ground, gidOf, guarded, isFolder, namespaceFolder, shownOf } from "./ground.ts";

const MODES = 0o777;

/** What `doctor` asks of a directory cluster. Nothing is written. */
export function inspectDirectory(ground: Ground): DirectoryInspection {
  return {
    kind: "directory",
    path: ground.shown,
    state: async (namespace) => stateOf(ground, namespace),
  };
}

function stateOf(ground: Ground, namespace: string): DirectoryState {
  const folder = namespaceFolder(ground, namespace);
  return guarded("JF730", shownOf(ground, folder), () => {
    const gid = gidOf(ground);
    const there = [ground.path, folder].filter((one) => isFolder(ground, one));
    const stats = there.map((one) => statSync(one));
    const nearest = ancestors(folder).find((one) => existsSync(one)) ?? ground.path;
    const isWritable =
      attempt(() => {
        accessSync(nearest, constants.W_OK | constants.X_OK);
        return true;
      }) ?? false;
    return {
      exists: there.includes(ground.path),
      isWritable,
      // A name that only a pattern for whole folders matches.
      isExposed: isExposed(join(folder, "..secret", "value")),
      hasMode: stats.every(({ mode }) => (mode & MODES) === ground.folderMode),
      hasGroup: stats.every((one) => gid === undefined || one.gid === gid),
      wantedMode: ground.folderMode.toString(8),
    };
  });
}
