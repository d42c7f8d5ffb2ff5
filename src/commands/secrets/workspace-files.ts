import type { CompiledWorkspace } from "../../compile.ts";
import { type Diagnostic, sortDiagnostics } from "../../core/diagnostic.ts";
import { compareText, type SourceFile } from "../../core/source.ts";
import { type Addressed, addressees, without } from "../../link/readers.ts";
import type { Located, Recipient } from "../../model/declaration.ts";
import { EXIT, type Outcome } from "../../outcome.ts";
import type { NamedFiles } from "../../ports.ts";
import { visibleText } from "../../render/visible.ts";
import { recipientsOf } from "../../sops/lint.ts";
import type { Estate } from "../estate.ts";
import type { SealsFor } from "./recipients-gate.ts";
import type { Wanted } from "./sealed-files.ts";

/** A file with Credentials, and the Workspace it is of. */
export interface WorkspaceFile extends Addressed {
  readonly path: string;
  readonly workspace: CompiledWorkspace;
}

/** All files with Credentials of the Workspaces in sight, by path. */
export function workspaceFiles({ workspaces }: Estate): ReadonlyMap<string, WorkspaceFile> {
  const all = workspaces.flatMap((workspace) =>
    addressees(workspace.declarations).map((addressed) => {
      const { path } = addressed.file.file;
      return [path, { ...addressed, path, workspace }] as const;
    }),
  );
  return new Map(all.sort(([a], [b]) => compareText(a, b)));
}

/** How the recipients of a file have to change. */
export interface RecipientChange {
  /** All that it is to have; undefined: those that it has. */
  readonly recipients: readonly Located<Recipient>[] | undefined;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Nothing changes where nobody says who is to read it. */
export function recipientChange({ file, wanted }: WorkspaceFile): RecipientChange {
  const actual = recipientsOf(file);
  const all = typeof wanted === "string" ? actual : wanted;
  const added = without(all, actual).map(({ value }) => value.id);
  const removed = without(actual, all).map(({ value }) => value.id);
  return { recipients: added.length + removed.length > 0 ? all : undefined, added, removed };
}

/** What the gate of recipients has to judge before a file is sealed. */
export function sealsForOf({ workspace: { declarations }, environments }: WorkspaceFile): SealsFor {
  return { declarations, environments };
}

/** A file, and below it who is added and who is taken out. */
export function changeText(path: string, { added, removed }: RecipientChange): string {
  const lines = [...added.map((id) => `  + ${id}\n`), ...removed.map((id) => `  - ${id}\n`)];
  return `${visibleText(path)}\n${lines.join("")}`;
}

/** What a command line means by its files. */
export interface Choice {
  /** Files of ours. */
  readonly own: readonly WorkspaceFile[];
  /** What else was named. */
  readonly others: readonly SourceFile[];
  /** What could not be read. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Each file once, ours by path. */
export function choose(
  known: ReadonlyMap<string, WorkspaceFile>,
  named: NamedFiles,
  { all, names }: Wanted,
): Choice {
  if (all) return { own: [...known.values()], others: [], diagnostics: [] };
  const read = names.map((name) => named.read(name));
  const sources = new Map(read.flatMap(({ value }) => (value ? [[value.path, value] as const] : [])));
  return {
    own: [...sources.keys()].flatMap((path) => known.get(path) ?? []),
    others: [...sources.values()].filter(({ path }) => !known.has(path)),
    diagnostics: read.flatMap(({ diagnostics }) => diagnostics),
  };
}

/**
 * Why a command that changes recipients must not touch these files: an error in them, or one that hides who is to read them.
 * With `--all` any document that cannot be read may be of a sealed file. Empty: nothing is in the way.
 */
export function inTheWay(
  { diagnostics }: Pick<Estate, "diagnostics">,
  { all }: Wanted,
  { own, others }: Choice,
): readonly Diagnostic[] {
  const paths = new Set([...own, ...others].map(({ path }) => path));
  const unclear = own.some(({ wanted }) => wanted === "unclear" || wanted === "unlisted");
  const told = diagnostics.filter(({ severity, code, at }) => {
    if (severity !== "error") return false;
    if (UNREADABLE.test(code)) return all || unclear || (at !== undefined && paths.has(at.file.path));
    return unclear && UNCLEAR.includes(code);
  });
  if (unclear && told.length === 0) throw new Error("what makes readers unclear is an error");
  return told;
}

/** What is wrong with documents and sealed files as such. */
const UNREADABLE = /^JF([12]|30|31[012])/;
/** An unknown environment, several sets of them, and none that lists recipients. */
const UNCLEAR: readonly string[] = ["JF402", "JF429", "JF432"];

/** The outcome of a command that did nothing. */
export function nothingDone(
  diagnostics: readonly Diagnostic[],
  { compiled }: Estate,
  files: readonly string[] = [],
): Outcome {
  const lines = files.map((path) => `not changed  ${visibleText(path)}\n`);
  return {
    diagnostics: sortDiagnostics(diagnostics),
    result: null,
    text: `${lines.join("")}nothing was written\n`,
    exit: EXIT.problems,
    compiled,
  };
}
