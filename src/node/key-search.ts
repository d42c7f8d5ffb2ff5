import { spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { type Checked, diagnostic } from "../core/diagnostic.ts";
import { compareText, type SourceFile } from "../core/source.ts";
import { listByWalk, type Place, scanBase } from "./files.ts";
import { environment, QUIET } from "./git-process.ts";

/** What every private key has in it. Fixed texts, so that files that are not text cost nothing. */
const SIGNS: readonly string[] = ["AGE-SECRET-KEY-", "PRIVATE KEY", "PuTTY-User-Key-File-"];
/** No git host takes larger ones. */
const MAX_BYTES = 100 * 1024 * 1024;
/** Where nobody says what git ignores, only what has the size of a key file is read. */
const MAX_WALKED = 64 * 1024;
/** As far as git looks, too, to tell text from other files. */
const HEAD_BYTES = 8000;

/**
 * Text files below the Workspaces that git has or would take, and that may hold a private key, whatever attributes they have. Begins to
 * search at once, beside whatever else goes on. Outside of a repo nothing would be committed; where no git is installed, small files are
 * read. A diagnostic if git cannot search: nobody is to take that for "there are none".
 */
export async function searchPrivateKeys(place: Place): Promise<Checked<readonly SourceFile[]>> {
  if (!place.git) return { value: [], diagnostics: [] };
  const base = scanBase(place);
  const found = await searchByGit(place.root, base);
  if (found === "no git") return { value: searchByWalk(place.root, base), diagnostics: [] };
  if (typeof found === "number") {
    const reason = `its search for private keys ended with ${found}`;
    return { value: [], diagnostics: [diagnostic("JF008", undefined, { path: place.root, reason })] };
  }
  const files = found.flatMap((name) => read(place.root, name, MAX_BYTES));
  return { value: files.sort((a, b) => compareText(a.path, b.path)), diagnostics: [] };
}

/** Names of files, as the bytes that they are, or the status that git failed with. */
function searchByGit(root: string, base: string): Promise<readonly Buffer[] | "no git" | number> {
  const signs = SIGNS.flatMap((sign) => ["-e", sign]);
  // Where the user has it recurse into submodules, it refuses to look at files that are not tracked.
  const options = ["-a", "-F", "-l", "-z", "--untracked", "--no-recurse-submodules", "--full-name"];
  const below = base === root ? [] : ["--", `:(top,literal)${relative(root, base).split(sep).join("/")}`];
  const env = environment(root);
  return new Promise((resolve) => {
    const git = spawn("git", ["--no-pager", ...QUIET, "grep", "--no-color", ...options, ...signs, ...below], {
      cwd: root,
      env,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const chunks: Buffer[] = [];
    git.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    git.on("error", () => resolve("no git"));
    // 1: found nothing.
    git.on("close", (code) =>
      resolve(code === 0 || code === 1 ? namesIn(Buffer.concat(chunks)) : (code ?? -1)),
    );
  });
}

function namesIn(output: Buffer): readonly Buffer[] {
  const names: Buffer[] = [];
  for (let start = 0, end = output.indexOf(0); end >= 0; start = end + 1, end = output.indexOf(0, start)) {
    names.push(output.subarray(start, end));
  }
  return names;
}

function searchByWalk(root: string, base: string): readonly SourceFile[] {
  const paths = listByWalk(root, base).filter((path) => !path.split("/").includes("site-packages"));
  return [...paths]
    .sort(compareText)
    .flatMap((path) => read(root, Buffer.from(path), MAX_WALKED))
    .filter(({ text }) => SIGNS.some((sign) => text.includes(sign)));
}

function read(root: string, name: Buffer, limit: number): readonly SourceFile[] {
  try {
    const absolute = Buffer.concat([Buffer.from(join(root, "/")), name]);
    const stat = statSync(absolute);
    if (!stat.isFile() || stat.size > limit) return [];
    const bytes = readFileSync(absolute);
    if (bytes.subarray(0, HEAD_BYTES).includes(0)) return [];
    return [{ path: name.toString("utf8"), text: bytes.toString("utf8") }];
  } catch {
    return [];
  }
}
