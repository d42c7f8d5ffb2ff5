import { createHash } from "node:crypto";
import type { Compiled } from "../compile.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { ParsedFile } from "../model/tree.ts";
import { parseFile } from "../parse/parse.ts";
import type { History } from "../ports.ts";
import { type EarlierVersion, judgeChange } from "../sops/history.ts";

/**
 * What the changes of sealed files show without any key, beside what the files show by themselves: on a branch against where
 * it left the default branch, on that one against its last commit. No commit, no judgement; and a note where Git lacks what
 * it would take.
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
  const isNew = ({ file }: ParsedFile) => !blobs.has(file.path);
  const changed = sealed.filter(({ file }) => {
    const old = blobs.get(file.path);
    return old !== undefined && old !== blobId(file.text, old);
  });
  return [
    ...blindSpots(history),
    ...changed.flatMap((file) => judgeFile(file, file.file.path, base, history)),
    ...judgeRenamed(sealed.filter(isNew), parsed, base, history),
  ];
}

function blindSpots(history: History): readonly Diagnostic[] {
  const hint = "with the whole past, and `git remote set-head origin --auto`, it can";
  if (history.isShallow()) {
    return [diagnostic("JF389", undefined, { reason: "this clone lacks its past" }, { hint })];
  }
  if (history.defaultBranch()) return [];
  return [
    diagnostic("JF389", undefined, { reason: "nobody says which branch is the default one" }, { hint }),
  ];
}

/** A file under a new name is the one that had its MAC and is gone. */
function judgeRenamed(
  files: readonly ParsedFile[],
  present: Compiled["parsed"],
  base: string,
  history: History,
): readonly Diagnostic[] {
  if (files.length === 0) return [];
  const gone = history
    .yamlAt(base)
    .filter(({ path, text }) => !present.has(path) && text.includes("ENC[AES256_GCM,"));
  const byMac = new Map(gone.flatMap(({ path, text }) => macsIn(text).map((mac) => [mac, path] as const)));
  return files.flatMap((file) => {
    const before = macsIn(file.file.text).flatMap((mac) => byMac.get(mac) ?? [])[0];
    return before === undefined ? [] : judgeFile(file, before, base, history);
  });
}

function macsIn(text: string): readonly string[] {
  return [...text.matchAll(/\bmac["']?: *["']?(ENC\[[^\]]+\])/g)].map((match) => match[1] ?? "");
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

/** `path`: where the file stood in the base. */
function judgeFile(file: ParsedFile, path: string, base: string, history: History): readonly Diagnostic[] {
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
