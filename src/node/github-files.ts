import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { diagnostic } from "../core/diagnostic.ts";
import type { SourceFile } from "../core/source.ts";
import { type GitHubFiles, PortFailure } from "../ports.ts";
import { readBounded } from "./read-bounded.ts";

/** In the order in which GitHub looks; the first that is there counts. */
const PLACES = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
const WORKFLOWS = ".github/workflows";
/** GitHub reads no larger CODEOWNERS. */
const MAX_BYTES = 3_000_000;

/** Of the work tree with this root. */
export function createGitHubFiles(root: string): GitHubFiles {
  return {
    codeowners() {
      const path = PLACES.find((one) => existsSync(join(root, one)));
      return path === undefined ? undefined : read(root, path);
    },
    workflows() {
      if (!existsSync(join(root, WORKFLOWS))) return [];
      const names = readdirSync(join(root, WORKFLOWS)).filter((name) => /\.ya?ml$/.test(name));
      return names.sort().map((name) => read(root, `${WORKFLOWS}/${name}`));
    },
  };
}

function read(root: string, path: string): SourceFile {
  try {
    const bytes = readBounded(join(root, path), MAX_BYTES);
    return { path, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    const reason = code === "EFBIG" ? "it is larger than 3 MB" : code;
    throw new PortFailure(diagnostic("JF003", undefined, { path, reason }));
  }
}
