import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { diagnostic } from "../core/diagnostic.ts";
import { Secret } from "../core/secret.ts";
import { type EditedFile, type Editor, PortFailure } from "../ports.ts";
import { makeMemoryFolder, wipeFolder } from "./memory-folder.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The editor that `$VISUAL` or `$EDITOR` names, else `vi`: words parted by blanks, run without a shell. */
export function createEditor(env: Environment): Editor {
  const command = commandOf(env);
  const candidates = ["/dev/shm", ...(env.XDG_RUNTIME_DIR ? [env.XDG_RUNTIME_DIR] : [])];
  return { open: (name) => new Session(command, candidates, name) };
}

interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** As messages name it: what it is was set by the user. */
  readonly source: string;
}

function commandOf(env: Environment): Command {
  const name = ["VISUAL", "EDITOR"].find((one) => env[one]?.trim());
  if (name === undefined && !process.stdin.isTTY) {
    const params = {
      source: "`vi`, as neither `$VISUAL` nor `$EDITOR` names one",
      reason: "needs a terminal",
    };
    throw new PortFailure(diagnostic("JF044", undefined, params), "user");
  }
  const [program = "vi", ...args] = (name === undefined ? "vi" : (env[name] ?? "")).trim().split(/\s+/);
  const source =
    name === undefined ? "`vi`, as neither `$VISUAL` nor `$EDITOR` names one" : `that of \`$${name}\``;
  return { program, args: [...args, ...discretion(program, env)], source };
}

/** Vim would keep what it edits in swap files, backups, undo files and registers elsewhere. */
function discretion(program: string, env: Environment): readonly string[] {
  if (!/vim/.test(basename(resolved(program, env)))) return [];
  return ["-n", "-i", "NONE", "-c", "silent! set nobackup nowritebackup", "-c", "silent! set noundofile"];
}

/** `vi` is often a link to some vim. */
function resolved(program: string, env: Environment): string {
  const folders = program.includes("/") ? [""] : (env.PATH ?? "").split(delimiter);
  for (const folder of folders) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return realpathSync(path);
    } catch {
      // The next one.
    }
  }
  return program;
}

/** What ends us while the text lies there. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
/** The terminal sends these to the editor as well: it decides what comes of them. */
const SHARED: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];

class Session implements EditedFile {
  readonly diagnostics;
  readonly #command: Command;
  readonly #folder: string;
  readonly #path: string;
  #child: ChildProcess | undefined;
  #isKept = false;
  readonly #onExit = () => this.#wipe();
  readonly #onSignal = (signal: NodeJS.Signals) => this.#interrupted(signal);

  constructor(command: Command, candidates: readonly string[], name: string) {
    this.#command = command;
    const { path, inMemory } = attempt("JF004", "a temporary folder", () => makeMemoryFolder(candidates));
    this.#folder = path;
    // Without the `.sops`: plugins of editors would take it for a sealed file.
    this.#path = join(path, basename(name).replace(/\.sops(?=\.\w+$)/, ""));
    this.diagnostics = inMemory ? [] : [diagnostic("JF045", undefined, {})];
    process.on("exit", this.#onExit);
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  async edit(text: Secret): Promise<Secret> {
    attempt("JF004", this.#path, () => writeFileSync(this.#path, text.reveal(), { mode: 0o600 }));
    await this.#run();
    const bytes = attempt("JF003", this.#path, () => readFileSync(this.#path));
    try {
      return new Secret(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    } catch {
      throw this.#failure("left a text that is not UTF-8");
    }
  }

  #run(): Promise<void> {
    const { program, args } = this.#command;
    return new Promise((resolve, reject) => {
      // What we print on standard output may be piped to a program.
      const screen = process.stdout.isTTY ? "inherit" : process.stderr;
      const child = spawn(program, [...args, this.#path], { stdio: ["inherit", screen, "inherit"] });
      this.#child = child;
      child.on("error", (error: NodeJS.ErrnoException) => {
        this.#child = undefined;
        reject(this.#failure(`cannot be started: ${error.code ?? "unknown"}`));
      });
      child.on("close", (code, signal) => {
        this.#child = undefined;
        if (code === 0) resolve();
        else reject(this.#failure(signal ? `was stopped by ${signal}` : `ended with ${code}`));
      });
    });
  }

  #failure(reason: string): PortFailure {
    const hint = "nothing was written";
    return new PortFailure(
      diagnostic("JF044", undefined, { source: this.#command.source, reason }, { hint }),
    );
  }

  again(report: string): Promise<boolean> {
    const { stdin, stderr } = process;
    if (!stdin.isTTY || !stderr.isTTY) return Promise.resolve(false);
    const asking = createInterface({ input: stdin, output: stderr });
    return new Promise((resolve) => {
      asking.on("close", () => resolve(false));
      asking.question(`${report}\nedit again? [Y/n] `, (answer) => {
        resolve(!/^\s*n/i.test(answer));
        asking.close();
      });
    });
  }

  keep(): string {
    this.#isKept = true;
    return this.#path;
  }

  close(): void {
    this.#wipe();
    process.off("exit", this.#onExit);
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }

  #wipe(): void {
    if (!this.#isKept) wipeFolder(this.#folder);
  }

  #interrupted(signal: NodeJS.Signals): void {
    if (this.#child && SHARED.includes(signal)) return;
    this.#child?.kill(signal);
    this.close();
    // As if nobody had listened.
    process.kill(process.pid, signal);
  }
}

function attempt<T>(code: "JF003" | "JF004", path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new PortFailure(diagnostic(code, undefined, { path, reason }));
  }
}
