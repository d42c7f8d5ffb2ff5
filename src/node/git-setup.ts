import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync, realpathSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { diagnostic } from "../core/diagnostic.ts";
import { type GitSetup, PortFailure } from "../ports.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Of the clone whose work tree has this root. `script` is the program that runs. */
export function createGitSetup(root: string, script: string, env: Environment): GitSetup {
  return {
    command: commandOf(script, env),
    get(key) {
      const { status, stdout } = git(root, ["--get", key]);
      return status === 0 ? stdout.replace(/\n$/, "") : undefined;
    },
    set(key, value) {
      const { status, error } = git(root, [key, value]);
      if (status === 0) return;
      const reason = error ? "the `git` program is missing" : `it ended with ${status}`;
      throw new PortFailure(diagnostic("JF048", undefined, { what: key, reason }));
    },
    attributes: () => readIfThere(join(root, ".gitattributes")),
  };
}

function git(root: string, args: readonly string[]) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, LC_ALL: "C" };
  return spawnSync("git", ["config", "--local", ...args], { cwd: root, env, encoding: "utf8" });
}

/** `jackfield` if that is this very program, else Node and the program by their paths. */
function commandOf(script: string, env: Environment): string {
  const own = realpathSync(script);
  for (const folder of (env.PATH ?? "").split(delimiter).filter((one) => one !== "")) {
    const path = join(folder, "jackfield");
    try {
      accessSync(path, constants.X_OK);
      if (realpathSync(path) === own) return "jackfield";
      break;
    } catch {
      // The next one.
    }
  }
  return `${quoted(process.execPath)} ${quoted(resolve(script))}`;
}

/** A word for `sh`. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new PortFailure(
      diagnostic("JF003", undefined, { path: ".gitattributes", reason: code ?? "unknown" }),
    );
  }
}
