import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { ancestors } from "./files.ts";
import { environment, QUIET } from "./git-process.ts";

/** True if a file would be in a git work tree and git does not ignore it: plain secrets must not be committed. */
export function isExposed(file: string): boolean {
  let there = file;
  while (!existsSync(there)) there = dirname(there);
  const real = join(realpathSync(there), relative(there, file));
  const repo = ancestors(dirname(real)).find((above) => existsSync(join(above, ".git")));
  if (repo === undefined) return false;
  const args = [...QUIET, "-C", repo, "check-ignore", "--quiet", "--", real];
  const { error, status } = spawnSync("git", args, { env: environment(repo), encoding: "utf8" });
  // Where no git is installed nobody can be asked: only a dot-folder, as `init` has it ignored, will do.
  if (error)
    return !relative(repo, dirname(real))
      .split(sep)
      .some((name) => name.startsWith("."));
  return status !== 0;
}

/** What is told of such a place. */
export function exposed(path: string): Diagnostic {
  const hint = "add it to `.gitignore`, or choose a place outside the work tree";
  return diagnostic("JF005", undefined, { path }, { hint });
}
