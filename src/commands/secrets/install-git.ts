import { diagnostic } from "../../core/diagnostic.ts";
import { EXIT, type Outcome } from "../../outcome.ts";
import type { GitSetup, TreeWriter } from "../../ports.ts";

export interface InstallPorts {
  /** Undefined: there is no git repository. */
  readonly setup: GitSetup | undefined;
  readonly writer: TreeWriter;
}

const ATTRIBUTES = ".gitattributes";
const LINE = "*.sops.yaml diff=jackfield merge=jackfield";

/**
 * `jackfield secrets install-git`: lets this clone show sealed files masked and merge them by their keys. What it sets in
 * `.git/config` nobody else gets, and `.gitattributes` is committed; both stay as they are if they are right.
 */
export function installGit({ setup, writer }: InstallPorts): Outcome {
  if (!setup) {
    const hint = "`git init` makes one";
    return {
      diagnostics: [diagnostic("JF047", undefined, {}, { hint })],
      result: null,
      text: "",
      exit: EXIT.problems,
    };
  }
  const changed = Object.entries(settingsFor(setup.command)).filter(
    ([key, value]) => setup.get(key) !== value,
  );
  for (const [key, value] of changed) setup.set(key, value);
  const before = setup.attributes();
  const isThere = before?.split("\n").some((line) => line.trim().replaceAll(/\s+/g, " ") === LINE) === true;
  if (!isThere) writer.replaceAll(new Map([[ATTRIBUTES, { before, after: withLine(before) }]]));
  const keys = changed.map(([key]) => key);
  return { diagnostics: [], result: { config: keys, attributes: !isThere }, text: textOf(keys, !isThere) };
}

/** A cache would keep the marks in a branch of notes, from where they could be pushed. */
function settingsFor(command: string): Readonly<Record<string, string>> {
  return {
    "diff.jackfield.textconv": `${command} secrets textconv --`,
    "diff.jackfield.cachetextconv": "false",
    "merge.jackfield.name": "Jackfield: sealed files, by their keys",
    "merge.jackfield.driver": `${command.replaceAll("%", "%%")} secrets merge-driver -- %O %A %B %P`,
  };
}

/** Of several lines that fit a file the last one counts. */
function withLine(before = ""): string {
  return `${before}${before === "" || before.endsWith("\n") ? "" : "\n"}${LINE}\n`;
}

function textOf(keys: readonly string[], isNew: boolean): string {
  const config = keys.length > 0 ? `.git/config: ${keys.join(", ")}\n` : ".git/config: nothing to set\n";
  const attributes = isNew
    ? `${ATTRIBUTES}: ${LINE}\ncommit ${ATTRIBUTES}; every clone runs this command once, as git takes no programs from a repo\n`
    : `${ATTRIBUTES}: has the line\n`;
  return config + attributes;
}
