import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openText } from "../../src/sops/opened.ts";
import { resealText } from "../../src/sops/reseal.ts";
import { identitiesOf, keyText } from "./sealed-files.ts";

/** The built program. */
export const PROGRAM = fileURLToPath(new URL("../../bin/jackfield.js", import.meta.url));

export interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** A real repository in a folder of its own, with a home of its own and the first throw-away key at hand. */
export interface Repo {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  git(...args: readonly string[]): Ran;
  /** Throws if git does. */
  must(...args: readonly string[]): string;
  jackfield(...args: readonly string[]): Ran;
  read(path: string): string;
  write(path: string, text: string): void;
  /** The plain text of a sealed file. */
  plain(path: string): string;
  /** Edits the plain text of a sealed file. */
  edit(path: string, ...pairs: readonly (readonly [from: string, to: string])[]): void;
  commit(message: string): void;
  remove(): void;
}

export function makeRepo(program: string = PROGRAM): Repo {
  const folder = mkdtempSync(join(tmpdir(), "jackfield-repo-"));
  const root = join(folder, "repo");
  const home = join(folder, "home");
  for (const one of [root, home]) mkdirSync(one);
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: home,
    LC_ALL: "C.UTF-8",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_EDITOR: "true",
    SOPS_AGE_KEY: keyText("one"),
    TERM: "xterm",
  };
  const run = (command: string, args: readonly string[]): Ran => {
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, env, encoding: "utf8" });
    if (error) throw error;
    return { status, out: stdout, err: stderr };
  };
  const git = (...args: readonly string[]) => run("git", args);
  const repo: Repo = {
    root,
    env,
    git,
    must(...args) {
      const { status, out, err } = git(...args);
      if (status !== 0) throw new Error(`git ${args.join(" ")}: ${out}${err}`);
      return out;
    },
    jackfield: (...args) => run(process.execPath, [program, ...args]),
    read: (path) => readFileSync(join(root, path), "utf8"),
    write(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    plain: (path) => open(repo, path).plain.reveal(),
    edit(path, ...pairs) {
      const opened = open(repo, path);
      const plain = pairs.reduce((text, [from, to]) => {
        if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
        return text.replace(from, to);
      }, opened.plain.reveal());
      const { value } = resealText(opened, plain, { now: new Date() });
      if (value === undefined) throw new Error(`${path} cannot be sealed`);
      repo.write(path, value);
    },
    commit(message) {
      repo.must("add", "-A");
      repo.must("commit", "-qm", message);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  repo.must("init", "-q", "-b", "main");
  repo.must("config", "user.name", "t");
  repo.must("config", "user.email", "t@example.com");
  return repo;
}

function open(repo: Repo, path: string) {
  const { value, diagnostics } = openText({ path, text: repo.read(path) }, identitiesOf("one"));
  if (!value) throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join());
  return value;
}
