import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { main } from "../../src/cli.ts";
import { defect } from "../../src/defect.ts";

/** What one call of the program came to. */
export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
  /** Files that are new or changed, by path below the sandbox, and what they hold. */
  readonly written: ReadonlyMap<string, string>;
  /** Diagnostics that were told. */
  readonly codes: readonly string[];
}

export interface Call {
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  /** Done to the folder when its files are there. */
  readonly prepare?: ((folder: string) => void) | undefined;
}

const realTemporary = process.env.TMPDIR;
const realInput = Object.getOwnPropertyDescriptor(process, "stdin");

/**
 * Calls the program in this process, in a folder of its own, which is removed. `{}` in arguments and environment is the
 * folder. Its home and its temporary files are below that folder, too.
 */
export async function call({ files, args, env = {}, input = "", prepare }: Call): Promise<Ran> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "jackfield-leak-")));
  const back = process.cwd();
  try {
    for (const name of ["tmp", "home", "repo"]) mkdirSync(join(folder, name));
    for (const [path, content] of files) {
      mkdirSync(dirname(join(folder, "repo", path)), { recursive: true });
      writeFileSync(join(folder, "repo", path), content);
    }
    const repo = join(folder, "repo");
    prepare?.(repo);
    const before = contentsOf(folder);
    process.chdir(repo);
    process.env.TMPDIR = join(folder, "tmp");
    giveInput(input);
    const here = (text: string) => text.replaceAll("{}", repo);
    const shown = Object.entries(env).map(([name, value]) => [name, value && here(value)] as const);
    const told = await run(args.map(here), {
      HOME: join(folder, "home"),
      PATH: process.env.PATH,
      ...Object.fromEntries(shown),
    });
    const written = [...contentsOf(folder)].filter(([path, content]) => before.get(path) !== content);
    return { ...told, written: new Map(written) };
  } finally {
    process.chdir(back);
    if (realTemporary === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = realTemporary;
    if (realInput) Object.defineProperty(process, "stdin", realInput);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(args: readonly string[], env: Readonly<Record<string, string | undefined>>) {
  let out = "";
  let err = "";
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    color: true,
    env,
  };
  const exit = await main(args, terminal).catch((error: unknown) => {
    err += defect(error);
    return 3;
  });
  const codes = [...new Set(`${out}\n${err}`.match(/JF\d{3}/g) ?? [])].sort();
  return { exit, out, err, codes };
}

/** What is piped in; a stream that is no terminal. */
function giveInput(input: string | Uint8Array): void {
  const value = Readable.from(input.length === 0 ? [] : [Buffer.from(input)]);
  Object.defineProperty(process, "stdin", { value, configurable: true });
}

/** Every file below a folder, as text that tells each byte. */
function contentsOf(folder: string): ReadonlyMap<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]));
}
