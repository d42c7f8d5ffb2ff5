import { type Compiled, compile } from "../../compile.ts";
import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import { addressees } from "../../link/readers.ts";
import { noteOf } from "../../merge/conflict-notes.ts";
import type { OpenedVersions } from "../../merge/merge-recipients.ts";
import { mergeSealed, type SealedMerge, sealMerge } from "../../merge/merge-sealed.ts";
import { EXIT, type Outcome } from "../../outcome.ts";
import type { DriverFiles, FoundKeys, KeySource } from "../../ports.ts";
import { openText } from "../../sops/opened.ts";
import { withoutKeys } from "../../unseal/unseal.ts";
import { newReaders } from "./file-gate.ts";
import type { Reviewed } from "./recipients-gate.ts";

export interface MergePorts {
  readonly files: DriverFiles;
  readonly keys: KeySource;
  readonly history: Reviewed;
  readonly now: Date;
}

/** What git gives a merge driver: three files of its own, and the path that they are versions of. */
export interface MergeRequest {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
  readonly path: string;
  /** New recipients that are meant. */
  readonly accepted: readonly string[];
}

/**
 * `jackfield secrets merge-driver`: merges three versions of a sealed file into that of ours. With a conflict, or if it
 * cannot be done, the exit code is 1, by which git marks the file. Nothing is written but a sealed file.
 */
export function mergeDriver(ports: MergePorts, request: MergeRequest): Outcome {
  const { files, keys, history, now } = ports;
  const texts = {
    base: files.read(request.base),
    ours: files.read(request.ours),
    theirs: files.read(request.theirs),
  };
  const { base, ours, theirs } = texts;
  const { path } = request;
  if (base === undefined || ours === undefined || theirs === undefined) {
    return failed([diagnostic("JF042", undefined, { path, reason: "one of its versions is no UTF-8 text" })]);
  }
  if (ours === theirs || base === theirs) return done(path);
  if (base === ours) {
    files.write(request.ours, theirs);
    return done(path);
  }
  const found = keys.identities();
  const opened = openAll(path, { base, ours, theirs }, found);
  if ("diagnostics" in opened) return failed(opened.diagnostics);
  const merge = mergeSealed(opened, path);
  if ("code" in merge) return failed([merge]);
  const { value, diagnostics } = sealMerge(merge, found.identities, now);
  if (!value) return failed(diagnostics);
  const refused = unreviewed(merge, { path, text: value.text }, request.accepted, history);
  if (refused.length > 0) return failed(refused);
  files.write(request.ours, value.text);
  if (value.conflicts.length === 0) return done(path);
  return inConflict(path, value.text, value.conflicts);
}

function done(path: string): Outcome {
  return { diagnostics: [], result: { file: path, conflicts: [] }, text: "" };
}

function failed(diagnostics: readonly Diagnostic[]): Outcome {
  return { diagnostics, result: null, text: "", exit: EXIT.problems };
}

/** Each told where its comment stands in what was written. */
function inConflict(path: string, text: string, conflicts: readonly string[]): Outcome {
  const file = { path, text };
  const diagnostics = conflicts.map((what) => {
    const note = noteOf(what);
    const start = Math.max(0, text.indexOf(note));
    return diagnostic("JF040", { file, start, end: start + note.length }, { what }, { hint: HINT });
  });
  return { diagnostics, result: { file: path, conflicts }, text: "", exit: EXIT.problems };
}

const HINT =
  "`jackfield secrets edit` opens the file; delete the comments that tell of conflicts, and `git add` it";

interface Texts {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

/** All three, verified. Git gives an empty base if both sides made the file. */
function openAll(
  path: string,
  texts: Texts,
  found: FoundKeys,
): OpenedVersions | { readonly diagnostics: readonly Diagnostic[] } {
  const open = (text: string) => openText({ path, text }, found.identities);
  const base = texts.base === "" ? { value: undefined, diagnostics: [] } : open(texts.base);
  const [ours, theirs] = [open(texts.ours), open(texts.theirs)];
  const troubles = [
    ...told("what both sides come from", base.diagnostics),
    ...told("our side", ours.diagnostics),
    ...told("their side", theirs.diagnostics),
  ];
  if (ours.value && theirs.value && troubles.length === 0) {
    return { base: base.value, ours: ours.value, theirs: theirs.value };
  }
  return { diagnostics: found.identities.length > 0 ? troubles : withoutKeys(troubles, found) };

  function told(side: string, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
    return diagnostics.length > 0 ? [diagnostic("JF041", undefined, { path, side }), ...diagnostics] : [];
  }
}

/**
 * Recipients of the result that nobody reviewed as such: not those that the default branch gives the environments it is for,
 * or, without Credentials, not those of its version there. The labels of the sides prove nothing: whoever can push a branch
 * can write one.
 */
function unreviewed(
  { recipients }: SealedMerge,
  result: SourceFile,
  accepted: readonly string[],
  history: Reviewed,
): readonly Diagnostic[] {
  const branch = history.defaultBranch();
  if (!branch) return [];
  const policy = history.yamlAt(branch.commit).filter(({ path }) => path !== result.path);
  const reviewed = wantedReaders(compile([...policy, result]), result.path);
  if (!reviewed) return newReaders([result], accepted, history);
  const known = new Set([...accepted, ...reviewed]);
  const params = { path: result.path, branch: branch.name };
  return recipients
    .filter((recipient) => !known.has(recipient))
    .map((recipient) => diagnostic("JF043", undefined, { ...params, recipient }, { hint: HINT_NEW }));
}

const HINT_NEW =
  "ask its owner whether it is right; then `git -c merge.jackfield.driver='… --accept-recipient …' checkout --merge -- FILE` " +
  "merges it again, with what `git config merge.jackfield.driver` says in the place of the first …";

/** Of a file with Credentials; undefined for any other. */
function wantedReaders({ workspaces }: Compiled, path: string): readonly string[] | undefined {
  const all = workspaces.flatMap(({ declarations }) => addressees(declarations));
  const addressed = all.find(({ file }) => file.file.path === path);
  if (!addressed) return undefined;
  return typeof addressed.wanted === "string" ? [] : addressed.wanted.map(({ value }) => value.id);
}
