import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { NewFiles } from "../ports.ts";
import { ancestors, type Place } from "./files.ts";

/** On the local disk; a name is meant from the start folder, and its folder need not be there yet. */
export function createNewFiles({ root, start }: Place): NewFiles {
  return {
    pathFor(name) {
      const absolute = resolve(start, name);
      const there = ancestors(dirname(absolute)).find((folder) => existsSync(folder)) ?? absolute;
      const real = join(realpathSync(there), relative(there, dirname(absolute)), basename(absolute));
      if (existsSync(real) || !real.startsWith(root + sep)) return undefined;
      return relative(root, real).split(sep).join("/");
    },
  };
}
