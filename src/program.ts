import { Command, CommanderError } from "commander";
import { addCommonOptions, type CommonOptions, type Format, type Subject } from "./commands/options.ts";
import type { Outcome } from "./outcome.ts";
import { visibleText } from "./render/visible.ts";

/** What a command line asks for: which command, with which words. */
export interface Invocation {
  /** The full name: `validate`, `secrets set`. */
  readonly command: string;
  readonly options: CommonOptions &
    Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly args: readonly string[];
}

export type Handler = (invocation: Invocation) => Outcome | Promise<Outcome>;

/**
 * The shell's words: a command, its arguments as commander writes them, what it does, and its own options. An option
 * `--name <value...>` may be repeated, and its value is a list.
 */
export interface CommandSpec {
  /** One word, or a group and a word (`secrets set`). */
  readonly name: string;
  readonly description: string;
  readonly subject: Subject;
  readonly args?: readonly (readonly [syntax: string, description: string])[];
  readonly options?: readonly (readonly [syntax: string, description: string])[];
  /** How its answer can be had besides text and JSON. */
  readonly formats?: readonly Format[];
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
  groups: Readonly<Record<string, string>>,
  version: string,
  streams: Streams,
  done: (invocation: Invocation, outcome: Outcome) => void,
): Command {
  const program = new Command("jackfield")
    .description("GitOps for Apache Airflow connections")
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: streams.out,
      writeErr: streams.err,
      outputError: (text, write) => write(visibleUsage(text)),
    })
    .showHelpAfterError("(`jackfield --help` lists the commands)");
  for (const spec of specs) {
    const [name, parent] = placeOf(program, spec, groups);
    const command = addCommonOptions(
      parent.command(name).description(spec.description),
      spec.subject,
      spec.formats,
    );
    for (const [syntax, text] of spec.args ?? []) command.argument(syntax, text);
    for (const [syntax, text] of spec.options ?? []) addOption(command, syntax, text);
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

/**
 * Commander quotes the words of the command line as they are, and ends with a line of its own if it knows a better one. What
 * stands behind the `=` of an unknown option may be a secret.
 */
function visibleUsage(words: string): string {
  const text = words.replace(/^(error: unknown option '-[^=']*=).+'/s, "$1…'");
  const [, message = "", better = ""] = /^(.*?)(\n\(Did you mean .+\))?\n$/s.exec(text) ?? ["", text];
  return `${visibleText(message)}${better && `\n${visibleText(better.slice(1))}`}\n`;
}

/** A command's last word, and the command below which it stands: the program, or its group, made when first met. */
function placeOf(
  program: Command,
  { name }: CommandSpec,
  groups: Readonly<Record<string, string>>,
): readonly [name: string, parent: Command] {
  const [group = "", word] = name.split(" ");
  if (word === undefined) return [group, program];
  const known = program.commands.find((command) => command.name() === group);
  const made = () =>
    program
      .command(group)
      .description(groups[group] ?? "")
      .showHelpAfterError(`(\`jackfield ${group} --help\` lists its commands)`);
  return [word, known ?? made()];
}

/** `<value...>` means: once for each value. Commander's own takes all words behind it, a FILE too. */
function addOption(command: Command, syntax: string, text: string): void {
  if (!syntax.endsWith("...>")) command.option(syntax, text);
  else {
    const collect = (value: string, before: readonly string[] = []) => [...before, value];
    command.option(syntax.replace("...>", ">"), `${text}; may be repeated`, collect);
  }
}

/** True for what commander throws to say: the user was told, stop here. */
export function isUsageStop(error: unknown): error is CommanderError {
  return error instanceof CommanderError;
}
