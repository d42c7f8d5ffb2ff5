import { Command, CommanderError } from "commander";
import { addCommonOptions, type CommonOptions, type Subject } from "./commands/options.ts";
import type { Outcome } from "./outcome.ts";

/** What a command line asks for: which command, with which words. */
export interface Invocation {
  readonly command: string;
  readonly options: CommonOptions & Readonly<Record<string, string | boolean | undefined>>;
  readonly args: readonly string[];
}

export type Handler = (invocation: Invocation) => Outcome | Promise<Outcome>;

/** The shell's words: a command, its arguments as commander writes them, what it does, and its own options. */
export interface CommandSpec {
  readonly name: string;
  readonly description: string;
  readonly subject: Subject;
  readonly args?: readonly (readonly [syntax: string, description: string])[];
  readonly options?: readonly (readonly [syntax: string, description: string])[];
  readonly required?: readonly (readonly [syntax: string, description: string])[];
  readonly run: Handler;
}

export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** A fresh program; `done` gets what each command comes to. It never exits the process. */
export function createProgram(
  specs: readonly CommandSpec[],
  version: string,
  streams: Streams,
  done: (invocation: Invocation, outcome: Outcome) => void,
): Command {
  const program = new Command("jackfield")
    .description("GitOps for Apache Airflow connections")
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: streams.out, writeErr: streams.err })
    .showHelpAfterError("(`jackfield --help` lists the commands)");
  for (const spec of specs) {
    const command = addCommonOptions(program.command(spec.name).description(spec.description), spec.subject);
    command.exitOverride();
    for (const [syntax, text] of spec.args ?? []) command.argument(syntax, text);
    for (const [syntax, text] of spec.options ?? []) command.option(syntax, text);
    for (const [syntax, text] of spec.required ?? []) command.requiredOption(syntax, text);
    command.action(async () => {
      const invocation = {
        command: spec.name,
        options: command.opts<Invocation["options"]>(),
        args: command.args,
      };
      done(invocation, await spec.run(invocation));
    });
  }
  return program;
}

/** True for what commander throws to say: the user was told, stop here. */
export function isUsageStop(error: unknown): error is CommanderError {
  return error instanceof CommanderError;
}
