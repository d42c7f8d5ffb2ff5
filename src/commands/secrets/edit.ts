import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import { Secret } from "../../core/secret.ts";
import type { SourceFile } from "../../core/source.ts";
import { EXIT, type Outcome } from "../../outcome.ts";
import { parseFile } from "../../parse/parse.ts";
import {
  type EditedFile,
  type Editor,
  type Files,
  type KeySource,
  type NamedFiles,
  type NewFiles,
  PortFailure,
  type SopsProgram,
  type TreeWriter,
} from "../../ports.ts";
import { visibleText } from "../../render/visible.ts";
import { SCOPE } from "../../sops/lint.ts";
import type { OpenedText } from "../../sops/opened.ts";
import { compileScope } from "../../sops/scope.ts";
import { scopedLeaves } from "../../sops/walk.ts";
import { fallbackOf, isOutcome, openEstate } from "../estate.ts";
import { sealEdited } from "./edit-check.ts";
import { draftFor, reportOf, withErrors, withoutNotes, withWelcome } from "./edit-draft.ts";
import { openFor } from "./open-for.ts";
import type { Reviewed } from "./recipients-gate.ts";

export interface EditPorts {
  readonly files: Files;
  readonly named: NamedFiles;
  readonly newFiles: NewFiles;
  readonly keys: KeySource;
  readonly writer: TreeWriter;
  readonly editor: Editor;
  readonly history: Reviewed;
  /** Set: the user lets it open and seal what we cannot. */
  readonly sops?: SopsProgram | undefined;
  readonly now: Date;
}

export interface EditRequest {
  readonly name: string;
  /** New recipients that are meant. */
  readonly accepted: readonly string[];
}

/** What is edited. */
interface Subject {
  readonly path: string;
  /** The sealed text; undefined: a new file. */
  readonly before: string | undefined;
  /** Undefined: all of it is sealed anew. */
  readonly opened: OpenedText | undefined;
  readonly text: string;
  /** What it held: not to be printed. */
  readonly secrets: readonly Secret[];
}

/**
 * `jackfield secrets edit FILE`: the plain text goes to the user's editor and comes back sealed, with what did not change as
 * it was. The Workspaces are judged with it before it is written; with errors the user may edit again. A file that is not
 * there yet begins with a draft.
 */
export async function edit(ports: EditPorts, { name, accepted }: EditRequest): Promise<Outcome> {
  const subject = subjectOf(ports, name);
  if ("result" in subject) return subject;
  const { path, opened, text } = subject;
  const judge = (edited: string) => {
    const { history, sops, now } = ports;
    // Read again each time: somebody may mend another file meanwhile.
    const files = ports.files.scan().value;
    return sealEdited(edited, { path, opened, files, accepted, history, sops, now });
  };
  const file = ports.editor.open(path);
  try {
    let shown = subject.before === undefined ? withWelcome(text) : text;
    for (;;) {
      const edited = withoutNotes((await file.edit(new Secret(shown))).reveal());
      if (edited === text) return unchanged(subject, file);
      const { value, diagnostics } = judge(edited);
      const secrets = [...subject.secrets, ...writtenIn(path, edited, opened)];
      if (value !== undefined) return { ...write(ports, subject, file, value), secrets };
      if (!(await file.again(reportOf(diagnostics)))) return { ...givenUp(diagnostics, file), secrets };
      shown = withErrors(edited, diagnostics);
    }
  } finally {
    file.close();
  }
}

function subjectOf({ files, named, newFiles, keys, sops }: EditPorts, name: string): Subject | Outcome {
  const path = newFiles.pathFor(name);
  if (path !== undefined) {
    return { path, before: undefined, opened: undefined, text: draftFor(path), secrets: [] };
  }
  const { value: source, diagnostics } = named.read(name);
  if (!source) return { diagnostics, result: null, text: "", exit: EXIT.usage };
  if (isOutside(source)) {
    const reason = "it is not in this tree";
    return failed([
      diagnostic("JF004", undefined, { path: name, reason }, { hint: "use `-C` with its folder" }),
    ]);
  }
  const file = parseFile(source);
  if (!file.value) return failed(file.diagnostics);
  const estate = openEstate(files, {});
  const fallback = isOutcome(estate) ? undefined : fallbackOf(estate, sops);
  const { value, diagnostics: troubles } = openFor(file.value, { keys, fallback });
  if (!value) return failed(troubles);
  const { plain, opened, secrets } = value;
  return { path: source.path, before: source.text, opened, text: plain.reveal(), secrets };
}

function isOutside({ path }: SourceFile): boolean {
  return path.startsWith("/") || path.split("/").includes("..");
}

function failed(diagnostics: readonly Diagnostic[]): Outcome {
  return { diagnostics, result: null, text: "", exit: EXIT.problems };
}

function unchanged({ path }: Subject, file: EditedFile): Outcome {
  const text = `${visibleText(path)}: not changed, nothing was written\n`;
  return { diagnostics: file.diagnostics, result: { file: path, changed: false }, text };
}

function givenUp(diagnostics: readonly Diagnostic[], file: EditedFile): Outcome {
  return { ...failed([...file.diagnostics, ...diagnostics]), text: "nothing was written\n" };
}

function write({ writer }: EditPorts, { path, before }: Subject, file: EditedFile, after: string): Outcome {
  try {
    writer.replaceAll(new Map([[path, { before, after }]]));
  } catch (error) {
    if (!(error instanceof PortFailure)) throw error;
    const hint = "remove it when you have what you need: `rm -r` its folder";
    const kept = diagnostic("JF046", undefined, { path: file.keep() }, { hint });
    return { ...failed([error.diagnostic, kept]), exit: EXIT.environment };
  }
  const text = `${visibleText(path)}: ${before === undefined ? "made" : "changed"}, and sealed\n`;
  return { diagnostics: file.diagnostics, result: { file: path, changed: true }, text };
}

/** What the user wrote to be sealed: not to be printed. */
function writtenIn(path: string, edited: string, opened: OpenedText | undefined): readonly Secret[] {
  const file = parseFile({ path, text: edited }).value;
  const scope = opened?.scope ?? compileScope(SCOPE);
  if (!file || !scope) return [];
  const written = file.documents.flatMap((document) => [...scopedLeaves(document, file, scope)]);
  return written.flatMap(({ node, inScope }) =>
    inScope && node.kind === "scalar" ? [new Secret(node.source)] : [],
  );
}
