import { type Diagnostic, diagnostic, sortDiagnostics } from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import { EXIT, type Outcome } from "../../outcome.ts";
import type { Files, NamedFiles, TreeWriter } from "../../ports.ts";
import { visibleText } from "../../render/visible.ts";
import { rewrapText } from "../../sops/reseal.ts";
import { count, type Estate, isOutcome, type Narrowing, openEstate } from "../estate.ts";
import { type ConfigChange, configChange } from "./config-change.ts";
import { type ReencryptPorts, reencryptAll, type Turn } from "./re-encrypt.ts";
import { type Reviewed, recipientsGate } from "./recipients-gate.ts";
import { type Wanted, wrongCall } from "./sealed-files.ts";
import {
  changeText,
  choose,
  inTheWay,
  nothingDone,
  recipientChange,
  sealsForOf,
  type WorkspaceFile,
  workspaceFiles,
} from "./workspace-files.ts";

export interface UpdateKeysPorts extends ReencryptPorts {
  readonly files: Files;
  readonly named: NamedFiles;
  readonly writer: TreeWriter;
  readonly history: Reviewed;
}

export interface UpdateKeysRequest extends Wanted {
  /** Only tell what would change. */
  readonly check: boolean;
  /** New recipients that are meant. */
  readonly accepted: readonly string[];
}

interface Plan {
  /** Files whose recipients are not those that they should have. */
  readonly files: readonly (Turn & { readonly file: WorkspaceFile })[];
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
  if (request.check) return checked(plan, estate);
  const sealsFor = plan.files.map(({ file }) => sealsForOf(file));
  const refused = recipientsGate(sealsFor, request.accepted, ports.history, estate.compiled);
  return refused ?? apply(plan, estate, ports);
}

function notOurs({ path }: SourceFile): Diagnostic {
  const hint = "`sops updatekeys` gives other files the recipients of a `.sops.yaml`";
  return diagnostic("JF022", undefined, { path }, { hint });
}

function planFor(estate: Estate, chosen: readonly WorkspaceFile[], all: boolean): Plan {
  const workspaces = new Set(chosen.map(({ workspace }) => workspace));
  return {
    files: chosen
      .map((file) => ({ file, source: file.file.file, ...recipientChange(file) }))
      .filter(({ recipients }) => recipients),
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

function apply(plan: Plan, estate: Estate, ports: UpdateKeysPorts): Outcome {
  const made = reencryptAll(plan.files, ports, estate, (opened, recipients = []) =>
    rewrapText(opened, recipients),
  );
  if ("result" in made) return made;
  const configs = plan.configs.flatMap(({ path, replacement }) =>
    replacement ? [[path, replacement] as const] : [],
  );
  const written = new Map([...made, ...configs]);
  if (written.size > 0) ports.writer.replaceAll(written);
  return {
    diagnostics: sortDiagnostics([...plan.configs.flatMap((one) => one.diagnostics), ...oldReaders(plan)]),
    result: resultOf(plan),
    text: `${textOf(plan)}${written.size === 0 ? "nothing to change" : `${count(written.size, "file")} changed`}\n`,
    compiled: estate.compiled,
  };
}

/** Who was taken out has had the data key. */
function oldReaders({ files }: Plan): readonly Diagnostic[] {
  const paths = files.filter(({ removed }) => removed.length > 0).map(({ source }) => source.path);
  if (paths.length === 0) return [];
  const named = paths.length <= 3 ? paths.join(" ") : "--all";
  const hint = `\`jackfield secrets rotate ${named}\` makes new ones; then change the passwords themselves`;
  return [diagnostic("JF392", undefined, { files: count(paths.length, "file") }, { hint })];
}

function resultOf({ files, configs }: Plan): unknown {
  return {
    files: files.map(({ source, added, removed }) => ({ file: source.path, added, removed })),
    configs: configs.map(({ path, replacement }) => ({ file: path, written: replacement !== undefined })),
  };
}

function textOf({ files, configs }: Plan): string {
  const changes = files.map((change) => changeText(change.source.path, change));
  const written = configs.map(({ path, replacement, text }) =>
    replacement ? `${visibleText(path)}\n  as jackfield.yaml says\n` : byHand(path, text),
  );
  return [...changes, ...written].join("");
}

function byHand(path: string, text: string): string {
  const rules = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return `${visibleText(path)}: by hand, to\n${rules.map((line) => `  ${line}\n`).join("")}`;
}
