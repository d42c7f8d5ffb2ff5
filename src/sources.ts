import { append } from "./core/append.ts";
import type { Diagnostic } from "./core/diagnostic.ts";
import { once } from "./core/once.ts";
import { compareText, type SourceFile } from "./core/source.ts";
import { classify, type OwnDocument } from "./declare/classify.ts";
import type { ParsedFile } from "./model/tree.ts";
import { parseFile } from "./parse/parse.ts";

/** What files hold that is ours. */
export interface Sources {
  /** In the order of paths. */
  readonly documents: readonly OwnDocument[];
  /** Files that parsed and hold ours, by path. */
  readonly parsed: ReadonlyMap<string, ParsedFile>;
  /** Files of ours that do not parse. */
  readonly unread: readonly SourceFile[];
  readonly diagnostics: readonly Diagnostic[];
}

const GROUP = "jackfield.dev/";
const MENTIONS_US =
  /jackfield|\bkind["']?\s*:\s*["']?(Workspace|Deployment|Connection|Variable|EnvironmentVariable|Link|Credential)\b/im;
const MENTIONS_POLICY = /\b(?:Workspace|Deployment)\b/;

/** Parses what may be ours. What is wrong with a file that holds none of ours is not told. */
export function readSources(files: readonly SourceFile[]): Sources {
  const documents: OwnDocument[] = [];
  const parsed = new Map<string, ParsedFile>();
  const unread: SourceFile[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const file of [...files].sort((a, b) => compareText(a.path, b.path))) {
    if (!MENTIONS_US.test(file.text)) continue;
    const read = readOnce(file);
    if (read.parsed) parsed.set(file.path, read.parsed);
    if (read.isLost) unread.push(file);
    append(documents, read.documents);
    append(diagnostics, read.diagnostics);
  }
  return { documents, parsed, unread, diagnostics };
}

/**
 * The same with the policy of other files: their Workspace and Deployment documents stand in the place of those that `files` have,
 * which are left (design: 3.5).
 */
export function withPolicy(own: Sources, policy: readonly SourceFile[]): Sources {
  const mentioned = readSources(policy.filter(({ text }) => MENTIONS_POLICY.test(text)));
  const other = mentioned.documents.filter(isPolicy);
  const holders = new Set([...other.map(({ file }) => file.file), ...mentioned.unread]);
  const documents = [...own.documents.filter((one) => !isPolicy(one)), ...other];
  const known = new Set(own.diagnostics);
  const told = mentioned.diagnostics.filter(
    (one) => one.at && holders.has(one.at.file as SourceFile) && !known.has(one),
  );
  return { ...own, documents, diagnostics: [...own.diagnostics, ...told] };
}

/** True for documents that say who gets what, and where it goes. */
export function isPolicy({ kind }: OwnDocument): boolean {
  return kind === "Workspace" || kind === "Deployment";
}

interface ReadFile {
  readonly parsed?: ParsedFile;
  readonly isLost: boolean;
  readonly documents: readonly OwnDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Two trees of one repo share most files: each is read once. */
const readOnce = once(readFile);

const NOTHING: ReadFile = { isLost: false, documents: [], diagnostics: [] };

function readFile(file: SourceFile): ReadFile {
  const { value, diagnostics } = parseFile(file);
  if (!value) return file.text.includes(GROUP) ? { isLost: true, documents: [], diagnostics } : NOTHING;
  const classified = classify(value);
  if (classified.value.length === 0 && classified.diagnostics.length === 0) return NOTHING;
  return {
    parsed: value,
    isLost: false,
    documents: classified.value,
    diagnostics: [...diagnostics, ...classified.diagnostics],
  };
}
