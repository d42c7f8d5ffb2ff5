import { append } from "./core/append.ts";
import { type Diagnostic, diagnostic, hasErrors, sortDiagnostics } from "./core/diagnostic.ts";
import { once } from "./core/once.ts";
import { compareText, type SourceFile, type Span } from "./core/source.ts";
import type { OwnDocument } from "./declare/classify.ts";
import { declare } from "./declare/declare.ts";
import { findLost } from "./declare/lost.ts";
import { checkDelivery } from "./emit/check.ts";
import { checkPlaces } from "./emit/places.ts";
import { link } from "./link/link.ts";
import { checkReaders, type RuleOf } from "./link/readers.ts";
import { lintFiles } from "./lint/lint.ts";
import { plainByName } from "./lint/plain-by-name.ts";
import { ignoredConfig, lintConfig, unreadableConfig } from "./lint/sops-config.ts";
import type { Declarations } from "./model/declaration.ts";
import type { EffectiveWorkspace } from "./model/effective.ts";
import type { ParsedFile } from "./model/tree.ts";
import { parseFile } from "./parse/parse.ts";
import { creationRules } from "./sops/config.ts";
import { lintSealedFile, recipientsOf } from "./sops/lint.ts";
import { isPolicy, readSources, withPolicy } from "./sources.ts";
import { validateDocument } from "./validate/validate.ts";

/** One Workspace, compiled as far as goes without keys. */
export interface CompiledWorkspace {
  readonly declarations: Declarations;
  readonly effective: EffectiveWorkspace;
  /** The `.sops.yaml` beside its `jackfield.yaml`, if there is one. */
  readonly config: SourceFile | undefined;
  /** Its valid documents that are policy. */
  readonly policy: readonly OwnDocument[];
}

export interface Compiled {
  /** Sorted by folder. A Workspace whose own document is not valid is missing. */
  readonly workspaces: readonly CompiledWorkspace[];
  /** Files that parsed, by path. */
  readonly parsed: ReadonlyMap<string, ParsedFile>;
  /** Files of ours that do not parse. */
  readonly unread: readonly SourceFile[];
  readonly diagnostics: readonly Diagnostic[];
}

const WORKSPACE_FILE = /(^|\/)jackfield\.yaml$/;

export interface CompileOptions {
  /** Files whose Workspace and Deployment documents count instead of those of the files themselves (design: 3.5). */
  readonly policy?: readonly SourceFile[] | undefined;
  /** Adds what no document declares: previews. */
  readonly derive?: ((declarations: Declarations) => Declarations) | undefined;
}

/**
 * The keyless half of the pipeline: from texts to effective objects. Pure: the result depends on the set of
 * files alone, not on their order.
 */
export function compile(files: readonly SourceFile[], { policy, derive }: CompileOptions = {}): Compiled {
  const own = readSources(files);
  const { documents, parsed, unread, diagnostics: told } = policy ? withPolicy(own, policy) : own;
  const diagnostics = [...told];
  const rooted = policy ?? files;
  const unused: OwnDocument[] = [];
  if (policy) append(diagnostics, own.documents.filter(isPolicy).flatMap(validateOnce));
  const folders = workspaceFolders(rooted);
  const roots = new Map(rooted.map((file) => [file.path, file]));
  const filesByPath = new Map(files.map((file) => [file.path, file]));
  const byFolder = new Map<string, OwnDocument[]>(folders.map((folder) => [folder, []]));
  for (const document of documents) {
    const folder = folders.find((one) => isInside(document.file.file.path, one));
    if (folder !== undefined) byFolder.get(folder)?.push(document);
    else {
      diagnostics.push(outside(document));
      unused.push(document);
    }
  }
  const workspaces = [...byFolder].flatMap(([folder, documents]) => {
    const prefix = prefixOf(folder);
    const rootFile = roots.get(`${prefix}jackfield.yaml`) as SourceFile;
    const config = filesByPath.get(`${prefix}.sops.yaml`);
    append(diagnostics, ignoredConfig(filesByPath.get(`${prefix}.sops.yml`), config));
    const lost = unread.filter(({ path }) => isInside(path, folder));
    return compileWorkspace({
      folder,
      rootFile,
      config,
      documents,
      unread: lost,
      unused,
      diagnostics,
      derive,
    });
  });
  append(diagnostics, sameNames(workspaces));
  append(diagnostics, checkPlaces(workspaces.map(({ effective }) => effective)));
  append(
    diagnostics,
    unused.flatMap((document) => [...plainByName(document)]),
  );
  append(diagnostics, [...lintFiles(parsed.values(), unread, diagnostics)]);
  return { workspaces, parsed, unread, diagnostics: sortDiagnostics(diagnostics) };
}

/** Folders with a `jackfield.yaml`, outermost only; what lies below one belongs to it. */
function workspaceFolders(files: readonly SourceFile[]): readonly string[] {
  const folders = files.filter(({ path }) => WORKSPACE_FILE.test(path)).map(({ path }) => folderOf(path));
  return folders
    .sort((a, b) => a.length - b.length || compareText(a, b))
    .filter((folder, i, all) => !all.slice(0, i).some((outer) => isInside(`${folder}/x`, outer)))
    .sort(compareText);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function isInside(path: string, folder: string): boolean {
  return folder === "" || path.startsWith(`${folder}/`);
}

function outside({ document }: OwnDocument): Diagnostic {
  const hint = "move it below a folder with a `jackfield.yaml`, or run `jackfield init`";
  return diagnostic("JF114", document.root.entries[0]?.keySpan ?? document.root.span, {}, { hint });
}

interface WorkspaceInput {
  readonly folder: string;
  readonly rootFile: SourceFile;
  /** Its `.sops.yaml`, if there is one. */
  readonly config: SourceFile | undefined;
  readonly documents: readonly OwnDocument[];
  readonly unread: readonly SourceFile[];
  /** Documents that nothing is made of: here go those that are refused. */
  readonly unused: OwnDocument[];
  readonly diagnostics: Diagnostic[];
  readonly derive: CompileOptions["derive"];
}

function compileWorkspace(input: WorkspaceInput): readonly CompiledWorkspace[] {
  const { documents, unread, diagnostics } = input;
  const root = findRoot(input);
  const broken: OwnDocument[] = [];
  const valid: OwnDocument[] = [];
  for (const document of documents) {
    const troubles = validateOnce(document);
    append(diagnostics, troubles);
    (hasErrors(troubles) ? broken : valid).push(document);
  }
  const sealed = sealedFiles(documents);
  append(diagnostics, sealed.flatMap(lintSealedOnce));
  const config = readConfig(input, sealed);
  if (!root || broken.includes(root)) {
    append(input.unused, documents);
    return [];
  }
  append(input.unused, broken);
  const declared = declare(root, valid, findLost(broken, unread));
  const declarations = input.derive?.(declared) ?? declared;
  const linked = link(declarations);
  append(diagnostics, linked.diagnostics);
  append(diagnostics, checkReaders(declarations, recipientsOf, configRules(input.folder, config)));
  append(diagnostics, checkDelivery(linked.value));
  return [{ declarations, effective: linked.value, config: input.config, policy: valid.filter(isPolicy) }];
}

// Two trees of one repo share most documents and files: each is judged once.
const validateOnce = once(({ document, kind }: OwnDocument) => validateDocument(document, kind));
const lintSealedOnce = once((file: ParsedFile) => lintSealedFile(file));

/** The `.sops.yaml`, judged; undefined if it cannot be read. */
function readConfig(input: WorkspaceInput, sealed: readonly ParsedFile[]): ParsedFile | undefined {
  if (!input.config) return undefined;
  const { value, diagnostics } = parseFile(input.config);
  const troubles = diagnostics.filter(({ code }) => code !== INVISIBLE);
  if (!value || troubles.length > 0) {
    append(input.diagnostics, unreadableConfig(troubles));
    return undefined;
  }
  append(input.diagnostics, [...lintConfig(value, sealed, prefixOf(input.folder).length)]);
  return value;
}

/** The one trouble of YAML that leaves nothing out: merge keys, say, bring in what we do not read. */
const INVISIBLE = "JF115";

/** The rules of the `.sops.yaml` beside `jackfield.yaml`. */
function configRules(folder: string, config: ParsedFile | undefined): RuleOf {
  const { length } = prefixOf(folder);
  const ruleOf = config && creationRules(config);
  return ({ file }) => ruleOf?.(file.path.slice(length));
}

function prefixOf(folder: string): string {
  return folder === "" ? "" : `${folder}/`;
}

/** The Workspace document of a folder. Others below it are errors. */
function findRoot({ folder, rootFile, documents, diagnostics }: WorkspaceInput): OwnDocument | undefined {
  const all = documents.filter(({ kind }) => kind === "Workspace");
  const root = all.find(({ document }) => document.file === rootFile);
  // A near miss or a file that does not parse has been told.
  if (!root && !diagnostics.some(({ at }) => at?.file === rootFile)) {
    const at = { file: rootFile, start: 0, end: 0 };
    diagnostics.push(diagnostic("JF119", at, {}, { hint: "`jackfield init` writes one in an empty folder" }));
  }
  for (const other of all) if (other !== root) diagnostics.push(misplaced(other, folder, rootFile.path));
  return root;
}

function misplaced({ document }: OwnDocument, folder: string, rootPath: string): Diagnostic {
  const { path } = document.file;
  const at = document.root.entries[0]?.keySpan ?? document.root.span;
  if (path === rootPath || !WORKSPACE_FILE.test(path)) return diagnostic("JF113", at, {});
  const hint = "move it out of there, or make it part of the outer one";
  return diagnostic("JF112", at, { outer: folder || "." }, { hint });
}

/** Workspaces of one name would be built into one folder. */
function* sameNames(workspaces: readonly CompiledWorkspace[]): Generator<Diagnostic> {
  const first = new Map<string, Span>();
  for (const { declarations } of workspaces) {
    const { value: name, at } = declarations.workspace.name;
    const other = first.get(name);
    if (!other) first.set(name, at);
    else {
      const related = [{ at: other, message: "first declared here" }];
      yield diagnostic("JF401", at, { what: "Workspace", name }, { related });
    }
  }
}

function sealedFiles(documents: readonly OwnDocument[]): readonly ParsedFile[] {
  return [...new Set(documents.filter(({ kind }) => kind === "Credential").map(({ file }) => file))];
}
