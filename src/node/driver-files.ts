import { readFileSync, writeFileSync } from "node:fs";
import { diagnostic } from "../core/diagnostic.ts";
import { type DriverFiles, PortFailure } from "../ports.ts";

/** Files on the local disk, by paths from the current folder, as git gives them. */
export function createDriverFiles(): DriverFiles {
  return {
    read(path) {
      const bytes = attempt("JF003", path, () => readFileSync(path));
      try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
      } catch {
        return undefined;
      }
    },
    // Git made the file, and reads it by its path: there is no one else to see half of it.
    write: (path, text) => attempt("JF004", path, () => writeFileSync(path, text)),
  };
}

function attempt<T>(code: "JF003" | "JF004", path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new PortFailure(diagnostic(code, undefined, { path, reason }));
  }
}
