import { typeOf } from "../../catalogue/index.ts";
import { compile } from "../../compile.ts";
import type { Code } from "../../core/catalog.ts";
import { type Diagnostic, diagnostic, sortDiagnostics } from "../../core/diagnostic.ts";
import { Secret } from "../../core/secret.ts";
import type { SourceFile } from "../../core/source.ts";
import type { ObjectDeclaration, WrittenField } from "../../model/declaration.ts";
import { leaves, type Node, nodeAt, type ParsedFile, textOf } from "../../model/tree.ts";
import { EXIT, type Outcome, usage } from "../../outcome.ts";
import { parseFile } from "../../parse/parse.ts";
import type { Files, History, KeySource, NamedFiles, SopsProgram, TreeWriter } from "../../ports.ts";
import { visibleText } from "../../render/visible.ts";
import { lintSealedFile } from "../../sops/lint.ts";
import { type Estate, isOutcome, openEstate } from "../estate.ts";
import type { AimOptions } from "./aim.ts";
import { newErrors, sealEdited } from "./edit-check.ts";
import { replaced, splitObjects } from "./split.ts";
import { nothingDone } from "./workspace-files.ts";
import { written } from "./written.ts";

export interface SealPorts {
  readonly files: Files;
  readonly named: NamedFiles;
  readonly keys: KeySource;
  readonly writer: TreeWriter;
  readonly history: Pick<History, "defaultBranch" | "fileAt" | "yamlAt" | "head">;
  /** Set: the user lets it open and seal what we cannot. */
  readonly sops?: SopsProgram | undefined;
  readonly now: Date;
}

export interface SealRequest {
  readonly name: string;
  readonly aim: AimOptions;
  readonly workspace: string | undefined;
  /** New recipients that are meant. */
  readonly accepted: readonly string[];
}

/** An object with what of it must not stand in plain text. */
export interface Spilt {
  readonly object: ObjectDeclaration;
  readonly fields: readonly WrittenField[];
}

/**
 * `jackfield secrets seal FILE`: a plain Credential becomes a sealed one. An object with secrets in it is split: they go into
 * the Credential that is for the given Deployments, all else stays. Both files are written, or none.
 */
export function seal(ports: SealPorts, request: SealRequest): Outcome {
  const read = ports.named.read(request.name);
  if (!read.value) return { diagnostics: read.diagnostics, result: null, text: "", exit: EXIT.usage };
  const estate = openEstate(ports.files, { workspace: request.workspace });
  if (isOutcome(estate)) return estate;
  const source = read.value;
  const file = parseFile(source).value;
  if (file?.documents.some(({ sops }) => sops)) return sealedAlready(file, estate);
  if (file && holdsCredential(file)) return sealDraft(ports, request, file, estate);
  const spilt = spiltIn(estate, source.path);
  if (spilt.length === 0) return nothingToSeal(source, estate);
  const files = ports.files.scan().value;
  const split = splitObjects({ spilt, source, files, estate, ports, request });
  const secrets = spilt.flatMap(({ fields }) => fields.flatMap(secretsOf));
  if ("result" in split) return { ...split, secrets };
  ports.writer.replaceAll(split.replacements);
  const after = compile(replaced(files, split.replacements));
  // What other Deployments lack now shows that they had it in plain text before; a Link may still have one.
  const left = [...newErrors(estate.compiled, after), ...errorsIn(after.diagnostics, source.path)];
  const diagnostics = sortDiagnostics([...leaks(ports.history, source, secrets), ...left]);
  const told = split.credentials.flatMap((one) => written(after, one.path, one.isMeant, one.fields));
  const text = [`${visibleText(source.path)}: without its secrets\n`, ...told.map((one) => one.text)].join(
    "",
  );
  const result = {
    files: [...split.replacements.keys()],
    changed: true,
    sealed: told.map((one) => one.result),
  };
  return { diagnostics, result, text, compiled: after, secrets };
}

/** Something may have been added to it since, in plain text: that must not pass for sealed. */
function sealedAlready(file: ParsedFile, estate: Estate): Outcome {
  const { path } = file.file;
  const lint = holdsCredential(file) ? lintSealedFile(file) : [];
  const errors = [...lint, ...errorsIn(estate.diagnostics, path)].filter(
    ({ severity }) => severity === "error",
  );
  if (errors.length > 0) return nothingDone(errors, estate);
  const text = `${visibleText(path)}: sealed already, nothing was written\n`;
  return {
    diagnostics: [],
    result: { files: [], changed: false, sealed: [] },
    text,
    compiled: estate.compiled,
  };
}

function nothingToSeal({ path }: SourceFile, estate: Estate): Outcome {
  const hint = "a Credential without a `sops` block is sealed, or a secret field of an object";
  const nothing = diagnostic("JF036", undefined, { path }, { hint });
  // What the file is wrong in may be why nothing is found.
  return nothingDone([nothing, ...errorsIn(estate.diagnostics, path)], estate);
}

function errorsIn(diagnostics: readonly Diagnostic[], path: string): readonly Diagnostic[] {
  return diagnostics.filter(({ severity, at }) => severity === "error" && at?.file.path === path);
}

function holdsCredential({ documents }: ParsedFile): boolean {
  return documents.some(({ root }) => textOf(nodeAt(root, "kind")) === "Credential");
}

function sealDraft(
  ports: SealPorts,
  { aim, accepted }: SealRequest,
  { file: source, documents }: ParsedFile,
  estate: Estate,
): Outcome {
  const { path, text } = source;
  if (aim.environment !== undefined || aim.deployment !== undefined || aim.all) {
    return usage(diagnostic("JF039", undefined, { path }));
  }
  const secrets = documents.flatMap(({ root }) => textsIn(nodeAt(root, "spec", "secrets")));
  const { history, sops, now } = ports;
  const files = ports.files.scan().value;
  const judging = { path, opened: undefined, files, accepted, history, sops, now };
  const sealed = sealEdited(text, judging);
  if (sealed.value === undefined) return { ...nothingDone(sealed.diagnostics, estate), secrets };
  const replacements = new Map([[path, { before: text, after: sealed.value }]]);
  ports.writer.replaceAll(replacements);
  const compiled = compile(replaced(files, replacements));
  const told = written(compiled, path);
  return {
    diagnostics: leaks(history, source, secrets),
    result: { files: [path], changed: true, sealed: told.map((one) => one.result) },
    text: told.map((one) => one.text).join(""),
    compiled,
    secrets,
  };
}

/** The compiler has judged what is a secret, by schema or by its form; of a type that nobody knows, what is not said to be plain. */
function spiltIn({ workspaces, diagnostics }: Estate, path: string): readonly Spilt[] {
  const starts = (code: Code) =>
    diagnostics.flatMap((one) => (one.code === code && one.at?.file.path === path ? [one.at.start] : []));
  const [secret, unknown, formed] = [starts("JF414"), starts("JF415"), starts("JF370")];
  return workspaces
    .flatMap(({ declarations }) => declarations.objects)
    .filter(({ at }) => at.file.path === path)
    .map((object) => {
      const isKnown = object.type !== undefined && typeOf(object.type.value) !== undefined;
      const fields = object.fields.filter(
        ({ keyAt, value }) =>
          secret.includes(keyAt.start) ||
          (!isKnown && unknown.includes(keyAt.start)) ||
          (!value.alias && formed.some((start) => keyAt.end <= start && start < value.span.end)),
      );
      return { object, fields };
    })
    .filter(({ fields }) => fields.length > 0);
}

function secretsOf({ value }: WrittenField): readonly Secret[] {
  return textsIn(value);
}

function textsIn(node: Node | undefined): readonly Secret[] {
  const all = node ? [...leaves(node)] : [];
  return all.flatMap((leaf) => (leaf.kind === "scalar" ? [new Secret(leaf.source)] : []));
}

/** Shorter values stand in any text. */
const MIN_LENGTH = 4;

/** Whoever has the repo has what was ever committed. */
function leaks(
  history: Pick<History, "head" | "fileAt">,
  { path }: SourceFile,
  secrets: readonly Secret[],
): readonly Diagnostic[] {
  const head = history.head();
  const text = head === undefined ? undefined : history.fileAt(head, path);
  const values = secrets.map((secret) => secret.reveal()).filter((value) => value.length >= MIN_LENGTH);
  if (head === undefined || !values.some((value) => text?.includes(value))) return [];
  const hint = "change the secret itself, and seal the new one: `jackfield secrets set`";
  return [diagnostic("JF037", undefined, { commit: head.slice(0, 12) }, { hint })];
}
