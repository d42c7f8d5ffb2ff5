import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { type Checked, diagnostic } from "../core/diagnostic.ts";
import type { SourceFile } from "../core/source.ts";
import type { NamedFiles } from "../ports.ts";
import type { Place } from "./files.ts";
import { readBounded } from "./read-bounded.ts";

const MAX_BYTES = 5 * 1024 * 1024;

/**
 * Files on the local disk. A name is meant from the start folder; if nothing is there, from the root, as diagnostics tell
 * paths.
 */
export function createNamedFiles({ root, start }: Place): NamedFiles {
  return {
    read(name) {
      const near = resolve(start, name);
      const absolute = existsSync(near) ? near : resolve(root, name);
      return readNamed(absolute, shownPath(root, absolute) ?? name, name);
    },
  };
}

function readNamed(absolute: string, path: string, name: string): Checked<SourceFile | undefined> {
  try {
    const bytes = readBounded(absolute, MAX_BYTES);
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { value: { path, text }, diagnostics: [] };
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    const reason = REASONS[code] ?? code;
    return { value: undefined, diagnostics: [diagnostic("JF003", undefined, { path: name, reason })] };
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EFBIG: "it is larger than 5 MiB",
  ERR_ENCODING_INVALID_ENCODED_DATA: "it is not UTF-8 text",
};

/** Told from the root, with `/`; undefined for what is outside. The file itself may be a link: its name counts. */
function shownPath(root: string, absolute: string): string | undefined {
  if (!existsSync(dirname(absolute))) return undefined;
  const real = join(realpathSync(dirname(absolute)), basename(absolute));
  return real.startsWith(root + sep) ? relative(root, real).split(sep).join("/") : undefined;
}
