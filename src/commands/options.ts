import { type Command, Option } from "commander";

/**
 * What a command works on: the Workspaces in sight, as a commit has them too (`tree`) or only in the work tree (`estate`), one folder, or
 * only what the package holds.
 */
export type Subject = "tree" | "estate" | "folder" | "package";

export type Format = "text" | "json" | "markdown" | "sarif";

/** Options of more than one command. */
export interface CommonOptions {
  readonly C?: string;
  readonly workspace?: string;
  readonly ref?: string;
  readonly base?: string;
  readonly format: Format;
  readonly color: "auto" | "always" | "never";
  readonly strict?: boolean;
}

const FOLDER = [["-C <dir>", "work in this folder instead of the current one"]] as const;
const ESTATE = [
  ...FOLDER,
  ["--workspace <name>", "only this Workspace"],
  ["--strict", "exit with 1 on warnings too"],
  ["--base <commit>", "what others have reviewed: a branch, tag or commit instead of the default branch"],
] as const;
const TREE = [
  ...ESTATE,
  ["--ref <commit>", "read the tree of a branch, tag or commit instead of the work tree"],
] as const;

/** The common options that mean something for a subject, as commander writes them. */
export function optionsOf(subject: Subject): readonly (readonly [syntax: string, description: string])[] {
  if (subject === "package") return [];
  if (subject === "folder") return FOLDER;
  return subject === "tree" ? TREE : ESTATE;
}

export function addCommonOptions(command: Command, subject: Subject, more: readonly Format[] = []): Command {
  for (const [syntax, text] of optionsOf(subject)) command.option(syntax, text);
  const formats = ["text", "json", ...more];
  return command
    .addOption(new Option("--format <format>", "how to print").choices(formats).default("text"))
    .addOption(new Option("--color <when>", "colours").choices(["auto", "always", "never"]).default("auto"));
}
