import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { OwnersFolder } from "../commands/codeowners/ports.ts";
import { diagnostic } from "../core/diagnostic.ts";
import { PortFailure } from "../ports.ts";
import { readBounded } from "./read-bounded.ts";

/** In the order in which GitHub looks; the first that is there counts. */
const PLACES = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
/** GitHub reads no larger one. */
const MAX_BYTES = 3_000_000;
const WORKFLOWS = ".github/workflows";

/** Of the repo whose work tree has this root. */
export function createOwnersFolder(root: string): OwnersFolder {
  return {
    codeowners() {
      const path = PLACES.find((one) => existsSync(join(root, one)));
      return path === undefined ? undefined : { path, text: read(root, path) };
    },
    workflows() {
      if (!existsSync(join(root, WORKFLOWS))) return [];
      const names = readdirSync(join(root, WORKFLOWS)).filter((name) => /\.ya?ml$/.test(name));
      return names.sort().map((name) => `${WORKFLOWS}/${name}`);
    },
  };
}

function read(root: string, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      readBounded(join(root, path), MAX_BYTES),
    );
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    const reason = code === "EFBIG" ? "GitHub reads none that is larger than 3 MB" : code;
    throw new PortFailure(diagnostic("JF003", undefined, { path, reason }));
  }
}
