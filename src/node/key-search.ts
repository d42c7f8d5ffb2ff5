import { spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { compareText, type SourceFile } from "../core/source.ts";
import { PRIVATE_KEY } from "../lint/private-keys.ts";
import { type Place, scanBase } from "./files.ts";

const MAX_BYTES = 1024 * 1024;

/**
 * Text files below the Workspaces that git has or would take, and that hold what looks like a private key. Begins to search at
 * once, beside whatever else goes on. Without git nothing would be committed.
 */
export function searchPrivateKeys(place: Place): Promise<readonly SourceFile[]> {
  if (!place.git) return Promise.resolve([]);
  const below = relative(place.root, scanBase(place)).split(sep).join("/");
  const where = below === "" ? [] : ["--", `:(top,literal)${below}`];
  const args = [
    "grep",
    "-I",
    "-l",
    "-z",
    "--untracked",
    "--full-name",
    "--no-color",
    "-E",
    "-e",
    PRIVATE_KEY,
    ...where,
  ];
  return new Promise((resolve) => {
    const git = spawn("git", ["--no-pager", ...args], {
      cwd: place.root,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const chunks: Buffer[] = [];
    git.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    git.on("error", () => resolve([]));
    git.on("close", () => {
      const paths = Buffer.concat(chunks)
        .toString("utf8")
        .split("\0")
        .filter((path) => path !== "");
      resolve(paths.sort(compareText).flatMap((path) => read(place.root, path)));
    });
  });
}

/** A larger file is nobody's key file. */
function read(root: string, path: string): readonly SourceFile[] {
  try {
    const absolute = join(root, path);
    if (statSync(absolute).size > MAX_BYTES) return [];
    return [{ path, text: readFileSync(absolute, "utf8") }];
  } catch {
    return [];
  }
}
