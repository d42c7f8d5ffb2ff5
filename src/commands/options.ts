import { type Command, Option } from "commander";

/** What a command works on: the Workspaces in sight, one folder, or only what the package holds. */
export type Subject = "estate" | "folder" | "package";

/** Options of more than one command. */
export interface CommonOptions {
  readonly C?: string;
  readonly workspace?: string;
  readonly format: "text" | "json" | "markdown";
  readonly color: "auto" | "always" | "never";
  readonly strict?: boolean;
}

const FOLDER = [["-C <dir>", "work in this folder instead of the current one"]] as const;
const ESTATE = [
  ...FOLDER,
  ["--workspace <name>", "only this Workspace"],
  ["--strict", "exit with 1 on warnings too"],
] as const;

/** The common options that mean something for a subject, as commander writes them. */
export function optionsOf(subject: Subject): readonly (readonly [syntax: string, description: string])[] {
  if (subject === "package") return [];
  return subject === "folder" ? FOLDER : ESTATE;
}

export function addCommonOptions(command: Command, subject: Subject, markdown = false): Command {
  for (const [syntax, text] of optionsOf(subject)) command.option(syntax, text);
  const formats = markdown ? ["text", "json", "markdown"] : ["text", "json"];
  return command
    .addOption(new Option("--format <format>", "how to print").choices(formats).default("text"))
    .addOption(new Option("--color <when>", "colours").choices(["auto", "always", "never"]).default("auto"));
}
