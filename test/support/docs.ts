import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// Pages of the docs as programs: their commands run, their files are written, their outputs are compared.

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A fenced block: its language and its lines. */
export interface Block {
  readonly language: string;
  readonly lines: readonly string[];
  /** The line of the page at which its text begins, from 1. */
  readonly at: number;
}

/** One command of a `console` block and what the page says it prints. */
export interface Step {
  readonly command: string;
  readonly expected: readonly string[];
  readonly at: number;
}

/** What a command came to: its lines, with a last `exit N` unless N is 0. */
export interface Ran {
  readonly step: Step;
  readonly actual: readonly string[];
}

/** The pages that are tested: README.md and all of docs/. */
export function pages(): readonly string[] {
  const docs = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  return ["README.md", ...docs.sort().map((name) => `docs/${name}`)];
}

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}

/** The fenced blocks of a page, in order. */
export function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { language: string; lines: string[]; at: number } | undefined;
  for (const [i, line] of text.split("\n").entries()) {
    if (!line.startsWith("```")) open?.lines.push(line);
    else if (open) {
      blocks.push(open);
      open = undefined;
    } else open = { language: line.slice(3).trim(), lines: [], at: i + 2 };
  }
  return blocks;
}

/** The commands of a `console` block; lines before the first are an error of the page. */
export function stepsOf({ lines, at }: Block): readonly Step[] {
  const steps: { command: string; expected: string[]; at: number }[] = [];
  for (const [i, line] of lines.entries()) {
    const last = steps.at(-1);
    if (line.startsWith("$ ")) steps.push({ command: line.slice(2), expected: [], at: at + i });
    else if (last?.command.endsWith("\\") && last.expected.length === 0) last.command += `\n${line}`;
    else if (last) last.expected.push(line);
    else throw new Error(`line ${at + i}: a console block begins with a command`);
  }
  return steps;
}

/**
 * Runs a page in a fresh folder with a fresh home and gives what each command printed. Commands for which `skip` is
 * true are left out. A `yaml` block that begins with `# file: PATH` is written there, that line included, so that
 * places in diagnostics are the reader's.
 */
export function runPage(text: string, skip: (command: string) => boolean): readonly Ran[] {
  const root = mkdtempSync(join(tmpdir(), "jackfield-docs-"));
  try {
    const env = prepare(root);
    return blocksOf(text).flatMap((block) => {
      if (block.language === "yaml") writeNamed(join(root, "page"), block);
      if (block.language !== "console") return [];
      const steps = stepsOf(block).filter(({ command }) => !skip(command));
      return steps.map((step) => ({ step, actual: run(step.command, join(root, "page"), env) }));
    });
  } finally {
    rmSync(root, { recursive: true });
  }
}

/**
 * True if the lines are what the page says, where `…` stands for any lines, or within a line for any text. It never
 * stands for a last `exit N`: a page must say that a command fails.
 */
export function matches(actual: readonly string[], expected: readonly string[]): boolean {
  if (exitOf(actual) !== exitOf(expected)) return false;
  const pattern = expected.map((line) =>
    line === "…" ? "(?:[^\\n]*\\n)*" : `${line.split("…").map(escapeRegExp).join("[^\\n]*")}\\n`,
  );
  return new RegExp(`^${pattern.join("")}$`).test(actual.map((line) => `${line}\n`).join(""));
}

function exitOf(lines: readonly string[]): string | undefined {
  return /^exit \d+$/.exec(lines.at(-1) ?? "")?.[0];
}

/** Folders for the page and its home, and `jackfield` on the PATH. Nothing of the caller's SOPS settings. */
function prepare(root: string): NodeJS.ProcessEnv {
  for (const name of ["page", "home"]) mkdirSync(join(root, name));
  return { HOME: join(root, "home"), PATH: pathWithProgram(root), LC_ALL: "C.UTF-8" };
}

/** The PATH with a `jackfield` in front, which is put into a folder. */
export function pathWithProgram(root: string): string {
  mkdirSync(join(root, "bin"));
  const shim = join(root, "bin/jackfield");
  writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, "bin/jackfield.js")}' "$@"\n`);
  chmodSync(shim, 0o755);
  return `${join(root, "bin")}:${process.env.PATH}`;
}

export function writeNamed(folder: string, { lines }: Block): void {
  const name = /^# file: ([\w./-]+)$/.exec(lines[0] ?? "")?.[1];
  if (name === undefined) return;
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${lines.join("\n")}\n`);
}

/** What a command of a page prints, in a folder. */
export function run(command: string, cwd: string, env: NodeJS.ProcessEnv): readonly string[] {
  const { status, stdout, error } = spawnSync("bash", ["-c", `exec 2>&1\n${command}`], {
    cwd,
    env,
    encoding: "utf8",
    input: "",
  });
  if (error) throw error;
  const lines = stdout.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return status === 0 ? lines : [...lines, `exit ${status}`];
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
