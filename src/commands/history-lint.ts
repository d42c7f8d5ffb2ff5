import { createHash } from "node:crypto";
import type { Compiled } from "../compile.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { ParsedFile } from "../model/tree.ts";
import { parseFile } from "../parse/parse.ts";
import type { History } from "../ports.ts";
import { type EarlierVersion, judgeChange } from "../sops/history.ts";

/**
 * What the changes of sealed files show without any key, beside what the files show by themselves: on a branch against where
 * it left the default branch, on that one against its last commit. No commit, no judgement.
 */
export function lintHistory({ parsed }: Compiled, remember: () => History): readonly Diagnostic[] {
  const sealed = [...parsed.values()].filter(({ documents }) => documents.some(({ sops }) => sops));
  if (sealed.length === 0) return [];
  const history = remember();
  const base = baseOf(history);
  if (base === undefined) return [];
  const blobs = history.blobs(
    base,
    sealed.map(({ file }) => file.path),
  );
  return sealed.flatMap((file) => {
    const old = blobs.get(file.file.path);
    return old === undefined || old === blobId(file.file.text, old) ? [] : judgeFile(file, base, history);
  });
}

function baseOf(history: History): string | undefined {
  const head = history.head();
  const branch = head === undefined ? undefined : history.defaultBranch()?.commit;
  if (head === undefined || branch === undefined || branch === head) return head;
  return history.mergeBase(head, branch) ?? head;
}

/** As git names a content; the length of another id tells how. */
function blobId(text: string, like: string): string {
  const bytes = Buffer.from(text);
  const hash = createHash(like.length === 64 ? "sha256" : "sha1");
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

function judgeFile(file: ParsedFile, base: string, history: History): readonly Diagnostic[] {
  const { path } = file.file;
  const before = versionAt(base, path, history.fileAt(base, path));
  return before ? judgeChange(before, file, () => earlierVersions(path, base, history)) : [];
}

function* earlierVersions(path: string, base: string, history: History): Generator<EarlierVersion> {
  for (const { commit, text } of history.versionsOf(path, base)) {
    const version = versionAt(commit, path, text());
    if (version) yield version;
  }
}

function versionAt(commit: string, path: string, text: string | undefined): EarlierVersion | undefined {
  const file = text === undefined ? undefined : parseFile({ path, text }).value;
  return file && { name: commit.slice(0, SHORT), file };
}

/** As many digits of a commit as nobody confuses. */
const SHORT = 12;
