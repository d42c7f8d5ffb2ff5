import { type Diagnostic, hasErrors, sortDiagnostics } from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import type { Outcome } from "../../outcome.ts";
import type { Files, KeySource, NamedFiles, Progress, TreeWriter } from "../../ports.ts";
import { openText } from "../../sops/opened.ts";
import { rotateText } from "../../sops/reseal.ts";
import { count, type Estate, isOutcome, type Narrowing, openEstate } from "../estate.ts";
import { inSteps, summedUp, type Wanted, wrongCall } from "./sealed-files.ts";
import {
  changeText,
  choose,
  inTheWay,
  nothingDone,
  type RecipientChange,
  recipientChange,
  type WorkspaceFile,
  workspaceFiles,
} from "./workspace-files.ts";

export interface RotatePorts {
  readonly files: Files;
  readonly named: NamedFiles;
  readonly keys: KeySource;
  readonly writer: TreeWriter;
  readonly progress: Progress;
  readonly now: Date;
}

export interface RotateRequest extends Wanted {
  /** New recipients that are meant. */
  readonly accepted: readonly string[];
}

/** A file to seal anew. */
interface Turn extends RecipientChange {
  readonly source: SourceFile;
}

/**
 * `jackfield secrets rotate`: a new data key for each file, and every value sealed anew, so that who had the old key cannot
 * open what comes. Files of ours get the recipients of their environments, others keep their own. All files, or none.
 */
export function rotate(ports: RotatePorts, request: RotateRequest, narrowing: Narrowing): Outcome {
  const wrong = wrongCall(request, "rotate");
  if (wrong) return wrong;
  const estate = openEstate(ports.files, narrowing);
  // A named file may be of nobody's Workspace.
  if (isOutcome(estate) && request.all) return estate;
  const known = isOutcome(estate) ? new Map<string, WorkspaceFile>() : workspaceFiles(estate);
  const choice = choose(known, ports.named, request);
  const told = [...(isOutcome(estate) ? [] : inTheWay(estate, request, choice)), ...choice.diagnostics];
  const compiled = isOutcome(estate) ? {} : estate;
  if (told.length > 0) return nothingDone(told, compiled);
  const own = choice.own.map((file) => ({ source: file.file.file, ...recipientChange(file) }));
  const others = choice.others.map((source) => ({ source, recipients: undefined, added: [], removed: [] }));
  return apply([...own, ...others], ports, compiled);
}

function apply(turns: readonly Turn[], ports: RotatePorts, estate: Partial<Estate>): Outcome {
  const { keys, writer, progress, now } = ports;
  const found = keys.identities();
  const made = inSteps(
    turns,
    ({ source }) => source.path,
    progress,
    (turn) => {
      const { source, recipients } = turn;
      const opened = openText(source, found.identities);
      if (!opened.value) return { turn, text: undefined, diagnostics: opened.diagnostics };
      const rotated = rotateText(opened.value, {
        now,
        ...(recipients && { recipients: recipients.map(({ value }) => value.id) }),
      });
      return { turn, text: rotated.value, diagnostics: rotated.diagnostics };
    },
  );
  const diagnostics: readonly Diagnostic[] = made.flatMap((one) => one.diagnostics);
  const failed = made.filter(({ text }) => text === undefined);
  if (failed.length > 0 || hasErrors(diagnostics)) {
    return nothingDone(
      summedUp(diagnostics, found),
      estate,
      failed.map(({ turn }) => turn.source.path),
    );
  }
  writer.replaceAll(
    new Map(made.map(({ turn: { source }, text }) => [source.path, { before: source.text, after: text }])),
  );
  return {
    diagnostics: sortDiagnostics(diagnostics),
    result: { files: turns.map(({ source, added, removed }) => ({ file: source.path, added, removed })) },
    text: `${turns.map((turn) => changeText(turn.source.path, turn)).join("")}${count(turns.length, "file")} with a new data key${NEXT}\n`,
    ...(estate.compiled && { compiled: estate.compiled }),
  };
}

const NEXT =
  "; what the old ones opened stays known, so change passwords that somebody should no longer have";
