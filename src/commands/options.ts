import { type Command, Option } from "commander";

/** Options that every command takes. */
export interface CommonOptions {
  readonly C?: string;
  readonly workspace?: string;
  readonly format: "text" | "json";
  readonly color: "auto" | "always" | "never";
  readonly strict?: boolean;
}

export function addCommonOptions(command: Command): Command {
  return command
    .option("-C <dir>", "work in this folder instead of the current one")
    .option("--workspace <name>", "only this Workspace")
    .addOption(new Option("--format <format>", "how to print").choices(["text", "json"]).default("text"))
    .addOption(new Option("--color <when>", "colours").choices(["auto", "always", "never"]).default("auto"))
    .option("--strict", "exit with 1 on warnings too");
}
