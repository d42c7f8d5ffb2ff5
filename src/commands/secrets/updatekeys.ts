import { type Diagnostic, diagnostic, sortDiagnostics } from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import type { Located, Recipient } from "../../model/declaration.ts";
import { EXIT, type Outcome } from "../../outcome.ts";
import type { Files, KeySource, NamedFiles, Progress, Replacement, TreeWriter } from "../../ports.ts";
import { visibleText } from "../../render/visible.ts";
import { openText } from "../../sops/opened.ts";
import { rewrapText } from "../../sops/reseal.ts";
import { count, type Estate, isOutcome, type Narrowing, openEstate } from "../estate.ts";
import { type ConfigChange, configChange } from "./config-change.ts";
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

export interface UpdateKeysPorts {
  readonly files: Files;
  readonly named: NamedFiles;
  readonly keys: KeySource;
  readonly writer: TreeWriter;
  readonly progress: Progress;
}

export interface UpdateKeysRequest extends Wanted {
  /** Only tell what would change. */
  readonly check: boolean;
  /** New recipients that are meant. */
  readonly accepted: readonly string[];
}

/** A file whose recipients are not those that it should have. */
interface FileChange extends RecipientChange {
  readonly file: WorkspaceFile;
  readonly recipients: readonly Located<Recipient>[];
}

interface Plan {
  readonly looked: number;
  readonly files: readonly FileChange[];
  readonly configs: readonly ConfigChange[];
}

/**
 * `jackfield secrets updatekeys`: gives sealed files of ours the recipients of the environments they are for, and each
 * Workspace its `.sops.yaml`. The data keys stay, and so does every ciphertext of a value. All files, or none.
 */
export function updatekeys(
  ports: UpdateKeysPorts,
  request: UpdateKeysRequest,
  narrowing: Narrowing,
): Outcome {
  const wrong = wrongCall(request, "update");
  if (wrong) return wrong;
  const estate = openEstate(ports.files, narrowing);
  if (isOutcome(estate)) return estate;
  const choice = choose(workspaceFiles(estate), ports.named, request);
  const told = [...inTheWay(estate, request, choice), ...choice.diagnostics, ...choice.others.map(notOurs)];
  if (told.length > 0) return nothingDone(told, estate);
  const plan = planFor(estate, choice.own, request.all);
  return request.check ? checked(plan, estate) : apply(plan, estate, ports);
}

function notOurs({ path }: SourceFile): Diagnostic {
  const hint = "`sops updatekeys` gives other files the recipients of a `.sops.yaml`";
  return diagnostic("JF022", undefined, { path }, { hint });
}

function planFor(estate: Estate, chosen: readonly WorkspaceFile[], all: boolean): Plan {
  const workspaces = new Set(chosen.map(({ workspace }) => workspace));
  return {
    looked: chosen.length,
    files: chosen.flatMap((file) => {
      const { recipients, ...change } = recipientChange(file);
      return recipients ? [{ file, recipients, ...change }] : [];
    }),
    configs: estate.workspaces
      .filter((workspace) => all || workspaces.has(workspace))
      .flatMap((workspace) => configChange(workspace, estate) ?? []),
  };
}

function checked(plan: Plan, { compiled }: Estate): Outcome {
  const changes = plan.files.length + plan.configs.length;
  return {
    diagnostics: [],
    result: resultOf(plan),
    text: `${textOf(plan)}${changes === 0 ? "nothing would change" : `${count(changes, "file")} would change`}\n`,
    compiled,
    ...(changes > 0 && { exit: EXIT.problems }),
  };
}

function apply(plan: Plan, estate: Estate, { keys, writer, progress }: UpdateKeysPorts): Outcome {
  const found = plan.files.length > 0 ? keys.identities() : undefined;
  const made = inSteps(
    plan.files,
    ({ file }) => file.path,
    progress,
    (change) => {
      const opened = openText(change.file.file.file, found?.identities ?? []);
      if (!opened.value) return { change, text: undefined, diagnostics: opened.diagnostics };
      const rewrapped = rewrapText(
        opened.value,
        change.recipients.map(({ value }) => value.id),
      );
      return { change, text: rewrapped.value, diagnostics: rewrapped.diagnostics };
    },
  );
  const troubles = made.flatMap(({ diagnostics }) => diagnostics);
  const failed = made.filter(({ text }) => text === undefined);
  if (found && failed.length > 0) {
    const paths = failed.map(({ change }) => change.file.path);
    return nothingDone(summedUp(troubles, found), estate, paths);
  }
  const replacements = new Map<string, Replacement>();
  for (const { change, text } of made) {
    replacements.set(change.file.path, { before: change.file.file.file.text, after: text });
  }
  for (const { path, replacement } of plan.configs) if (replacement) replacements.set(path, replacement);
  writer.replaceAll(replacements);
  return {
    diagnostics: sortDiagnostics([...plan.configs.flatMap((one) => one.diagnostics), ...oldReaders(plan)]),
    result: resultOf(plan),
    text: `${textOf(plan)}${count(replacements.size, "file")} changed, of ${plan.looked}\n`,
    compiled: estate.compiled,
  };
}

/** Who was taken out has had the data key. */
function oldReaders({ files }: Plan): readonly Diagnostic[] {
  const paths = files.filter(({ removed }) => removed.length > 0).map(({ file }) => file.path);
  if (paths.length === 0) return [];
  const named = paths.length <= 3 ? paths.join(" ") : "--all";
  const hint = `make new data keys with \`jackfield secrets rotate ${named}\`, and then change the passwords themselves`;
  return [diagnostic("JF392", undefined, { files: count(paths.length, "file") }, { hint })];
}

function resultOf({ files, configs }: Plan): unknown {
  return {
    files: files.map(({ file: { path }, added, removed }) => ({ file: path, added, removed })),
    configs: configs.map(({ path, replacement }) => ({ file: path, written: replacement !== undefined })),
  };
}

function textOf({ files, configs }: Plan): string {
  const changes = files.map((change) => changeText(change.file.path, change));
  const written = configs.map(({ path, replacement, text }) =>
    replacement ? `${visibleText(path)}\n  as jackfield.yaml says\n` : byHand(path, text),
  );
  return [...changes, ...written].join("");
}

function byHand(path: string, text: string): string {
  const rules = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return `${visibleText(path)}: by hand, to\n${rules.map((line) => `  ${line}\n`).join("")}`;
}
