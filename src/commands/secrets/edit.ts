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
  type TreeWriter,
} from "../../ports.ts";
import { visibleText } from "../../render/visible.ts";
import { SCOPE } from "../../sops/lint.ts";
import { type OpenedText, openText } from "../../sops/opened.ts";
import { compileScope } from "../../sops/scope.ts";
import { scopedLeaves } from "../../sops/walk.ts";
import { sealEdited } from "./edit-check.ts";
import { draftFor, reportOf, withErrors, withoutNotes, withWelcome } from "./edit-draft.ts";
import type { Reviewed } from "./recipients-gate.ts";
import { summedUp } from "./sealed-files.ts";

export interface EditPorts {
  readonly files: Files;
  readonly named: NamedFiles;
  readonly newFiles: NewFiles;
  readonly keys: KeySource;
  readonly writer: TreeWriter;
  readonly editor: Editor;
  readonly history: Reviewed;
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
  /** Undefined: a new file. */
  readonly opened: OpenedText | undefined;
  readonly text: string;
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
    const { history, now } = ports;
    // Read again each time: somebody may mend another file meanwhile.
    return sealEdited(edited, { path, opened, files: ports.files.scan().value, accepted, history, now });
  };
  const file = ports.editor.open(path);
  try {
    let shown = opened ? text : withWelcome(text);
    for (;;) {
      const edited = withoutNotes((await file.edit(new Secret(shown))).reveal());
      if (edited === text) return unchanged(subject, file);
      const { value, diagnostics } = judge(edited);
      const secrets = secretsOf(path, edited, opened);
      if (value !== undefined) return { ...write(ports, subject, file, value), secrets };
      if (!(await file.again(reportOf(diagnostics)))) return { ...givenUp(diagnostics, file), secrets };
      shown = withErrors(edited, diagnostics);
    }
  } finally {
    file.close();
  }
}

function subjectOf({ named, newFiles, keys }: EditPorts, name: string): Subject | Outcome {
  const path = newFiles.pathFor(name);
  if (path !== undefined) return { path, opened: undefined, text: draftFor(path) };
  const { value: source, diagnostics } = named.read(name);
  if (!source) return { diagnostics, result: null, text: "", exit: EXIT.usage };
  if (isOutside(source)) {
    const reason = "it is not in this tree";
    return failed([
      diagnostic("JF004", undefined, { path: name, reason }, { hint: "use `-C` with its folder" }),
    ]);
  }
  const found = keys.identities();
  const opened = openText(source, found.identities);
  if (!opened.value) return failed(summedUp(opened.diagnostics, found));
  return { path: source.path, opened: opened.value, text: opened.value.plain.reveal() };
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

function write({ writer }: EditPorts, { path, opened }: Subject, file: EditedFile, after: string): Outcome {
  try {
    writer.replaceAll(new Map([[path, { before: opened?.file.file.text, after }]]));
  } catch (error) {
    if (!(error instanceof PortFailure)) throw error;
    const hint = "remove it when you have what you need: `rm -r` its folder";
    const kept = diagnostic("JF046", undefined, { path: file.keep() }, { hint });
    return { ...failed([error.diagnostic, kept]), exit: EXIT.environment };
  }
  const text = `${visibleText(path)}: ${opened ? "changed" : "made"}, and sealed\n`;
  return { diagnostics: file.diagnostics, result: { file: path, changed: true }, text };
}

/** What the file held, and what the user wrote: never to be printed. */
function secretsOf(path: string, edited: string, opened: OpenedText | undefined): readonly Secret[] {
  const before = opened ? [...opened.values.values()].map(({ secret }) => secret) : [];
  const file = parseFile({ path, text: edited }).value;
  const scope = opened?.scope ?? compileScope(SCOPE);
  if (!file || !scope) return before;
  const written = file.documents.flatMap((document) => [...scopedLeaves(document, file, scope)]);
  const texts = written.flatMap(({ node, inScope }) =>
    inScope && node.kind === "scalar" ? [node.source] : [],
  );
  return [...before, ...texts.map((text) => new Secret(text))];
}
