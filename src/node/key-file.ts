import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { diagnostic } from "../core/diagnostic.ts";
import { type KeyFile, PortFailure } from "../ports.ts";
import { exposed, isExposed } from "./exposure.ts";
import { defaultKeysFile } from "./keys.ts";

/** A key file at a place of the user's choice, which must be new. */
export function createNewKeyFile(path: string): KeyFile {
  return {
    path,
    append(lines) {
      if (isExposed(resolve(path))) return { value: false, diagnostics: [exposed(path)] };
      return guarded(path, () => write(path, lines.reveal(), "wx"));
    },
  };
}

/** The keys file that SOPS and Jackfield read where nothing else is said; it may hold keys already. Throws PortFailure. */
export function createDefaultKeyFile(env: Readonly<Record<string, string | undefined>>): KeyFile {
  const path = defaultKeysFile(env);
  if (path === undefined) {
    const params = { path: "keys.txt", reason: "no folder for settings is known" };
    throw new PortFailure(diagnostic("JF004", undefined, params, { hint: "name a file with `--out`" }));
  }
  return {
    path,
    append(lines) {
      if (isExposed(resolve(path))) return { value: false, diagnostics: [exposed(path)] };
      return guarded(path, () => {
        if (!existsSync(path)) return write(path, lines.reveal(), "wx");
        const isCut = !/(^|\n)$/.test(readFileSync(path, "utf8"));
        write(path, `${isCut ? "\n" : ""}${lines.reveal()}`, "a");
      });
    },
  };
}

function write(path: string, text: string, flag: "wx" | "a"): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = openSync(path, flag, 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function guarded(path: string, action: () => void): ReturnType<KeyFile["append"]> {
  try {
    action();
    return { value: true, diagnostics: [] };
  } catch (error) {
    const { code: reason = "unknown", syscall } = error as NodeJS.ErrnoException;
    // A folder that is to be made can be in the way of a file, too.
    if (reason !== "EEXIST" || syscall !== "open")
      throw new PortFailure(diagnostic("JF004", undefined, { path, reason }));
    const hint = "a key that is overwritten is lost: choose another name";
    return { value: false, diagnostics: [diagnostic("JF007", undefined, { path }, { hint })] };
  }
}
