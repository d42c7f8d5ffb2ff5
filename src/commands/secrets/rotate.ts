import { compile } from "../../compile.ts";
import type { Outcome } from "../../outcome.ts";
import type { Files, NamedFiles, TreeWriter } from "../../ports.ts";
import { rotateText } from "../../sops/reseal.ts";
import { count, type Estate, isOutcome, type Narrowing, openEstate } from "../estate.ts";
import { newReaders, readersOf } from "./file-gate.ts";
import { type ReencryptPorts, reencryptAll, type Turn } from "./re-encrypt.ts";
import { type Reviewed, recipientsGate } from "./recipients-gate.ts";
import { type Wanted, wrongCall } from "./sealed-files.ts";
import {
  type Choice,
  changeText,
  choose,
  inTheWay,
  nothingDone,
  recipientChange,
  sealsForOf,
  workspaceFiles,
} from "./workspace-files.ts";

export interface RotatePorts extends ReencryptPorts {
  readonly files: Files;
  readonly named: NamedFiles;
  readonly writer: TreeWriter;
  readonly history: Reviewed;
}

export interface RotateRequest extends Wanted {
  /** New recipients that are meant. */
  readonly accepted: readonly string[];
}

/**
 * `jackfield secrets rotate`: a new data key for each file, and every value sealed anew, so that who had the old key cannot
 * open what comes. Files of ours get the recipients of their environments, others keep their own. All files, or none.
 */
export function rotate(ports: RotatePorts, request: RotateRequest, narrowing: Narrowing): Outcome {
  const wrong = wrongCall(request, "rotate");
  if (wrong) return wrong;
  const opened = openEstate(ports.files, narrowing);
  const estate = isOutcome(opened) && isAlone(opened, request) ? NO_ESTATE : opened;
  if (isOutcome(estate)) return estate;
  const choice = choose(workspaceFiles(estate), ports.named, request);
  const told = [...inTheWay(estate, request, choice), ...choice.diagnostics];
  if (told.length > 0) return nothingDone(told, estate);
  const refused = gate(choice, request, ports.history, estate);
  if (refused) return refused;
  const own = choice.own.map((file) => ({ source: file.file.file, ...recipientChange(file) }));
  const others = choice.others.map((source) => ({ source, recipients: undefined, added: [], removed: [] }));
  const turns = [...own, ...others];
  const { now } = ports;
  const made = reencryptAll(turns, ports, estate, (opened, recipients) =>
    rotateText(opened, { now, ...(recipients && { recipients }) }),
  );
  if ("result" in made) return made;
  ports.writer.replaceAll(made);
  return outcomeOf(turns, estate);
}

const NO_ESTATE: Estate = { compiled: compile([]), workspaces: [], diagnostics: [] };

/** A named file may be of nobody's Workspace. */
function isAlone({ diagnostics }: Outcome, { all }: RotateRequest): boolean {
  return !all && diagnostics.every(({ code }) => code === "JF001");
}

/** Environments speak for our files, and for others what they were on the default branch. */
function gate(
  choice: Choice,
  { accepted }: RotateRequest,
  history: Reviewed,
  estate: Estate,
): Outcome | undefined {
  const byAddress = Map.groupBy(choice.own, ({ wanted }) => wanted === "unaddressed");
  const files = [...choice.others, ...(byAddress.get(true) ?? []).map(({ file }) => file.file)];
  const fresh = newReaders(files, accepted, history);
  if (fresh.length > 0) return nothingDone(fresh, estate);
  const theirs = new Set(files.flatMap(readersOf).map(({ value }) => value.id));
  const rest = accepted.filter((one) => !theirs.has(one));
  return recipientsGate((byAddress.get(false) ?? []).map(sealsForOf), rest, history, estate.compiled);
}

function outcomeOf(turns: readonly Turn[], { compiled }: Estate): Outcome {
  const files = turns.map(({ source, added, removed }) => ({ file: source.path, added, removed }));
  const lines = turns.map((turn) => changeText(turn.source.path, turn));
  const summary =
    turns.length === 0 ? "no sealed files" : `${count(turns.length, "file")} with a new data key`;
  return { diagnostics: [], result: { files }, text: `${lines.join("")}${summary}\n`, compiled };
}
