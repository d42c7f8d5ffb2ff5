import { runBuild } from "./commands/build-spec.ts";
import { codeownersSpecs } from "./commands/codeowners/specs.ts";
import { liveSpecs } from "./commands/live/specs.ts";
import { optionsOf } from "./commands/options.ts";
import { previewSpecs } from "./commands/preview/specs.ts";
import { secretsSpecs } from "./commands/secrets/specs.ts";
import { ACCEPT } from "./commands/secrets/specs-files.ts";
import { validate } from "./commands/validate.ts";
import { hasErrors } from "./core/diagnostic.ts";
import { createScrubber } from "./core/scrub.ts";
import { findPlace } from "./node/files.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { type CommandSpec, createProgram, type Invocation, isUsageStop, type Streams } from "./program.ts";
import { renderOutcome } from "./render/outcome.ts";
import { DEPLOYMENT, filesOf, guarded, historyOf, narrowing, SOPS, treePorts } from "./shell.ts";
import { VERSION } from "./version.ts";

/** The terminal as the shell sees it. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** True if colours are welcome. */
  readonly color: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Runs one command line (without `node` and the program's name) and gives the exit code. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exit: number = EXIT.ok;
  const specs = commands(terminal);
  const program = createProgram(specs, GROUPS, VERSION, scrubbed(terminal), (invocation, outcome) => {
    exit = show(invocation, outcome, terminal);
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return exit;
  } catch (error) {
    if (isUsageStop(error)) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
}

/** What is said of a wrong call names its words: one may be a private key, pasted in the wrong place. */
function scrubbed({ out, err }: Terminal): Streams {
  const { scrub } = createScrubber();
  return { out: (text) => out(scrub(text)), err: (text) => err(scrub(text)) };
}

/** Prints an outcome, secrets scrubbed, and gives its exit code. */
function show({ command, options }: Invocation, outcome: Outcome, terminal: Terminal): number {
  const scrubber = createScrubber();
  for (const secret of outcome.secrets ?? []) scrubber.learn(secret);
  const color = options.color === "always" || (options.color === "auto" && terminal.color);
  const { scrub } = scrubber;
  const rendering = { command, version: VERSION, format: options.format, color, scrub };
  const { out, err } = renderOutcome(outcome, rendering);
  if (out !== "") terminal.out(out);
  if (outcome.plain) terminal.out(outcome.plain.reveal());
  if (err !== "") terminal.err(err);
  if (outcome.exit !== undefined) return outcome.exit;
  const warned =
    options.strict === true && outcome.diagnostics.some(({ severity }) => severity === "warning");
  return hasErrors(outcome.diagnostics) || warned ? EXIT.problems : EXIT.ok;
}

/** Commands that stand below a word of their own, and what the word is about. */
const GROUPS = {
  codeowners: "who must review which file on GitHub, from `approvals`",
  preview: "short-lived Deployments for pull requests and branches",
  secrets: "set, edit, verify and seal secrets, and tell who can read them",
};

function commands(terminal: Terminal): readonly CommandSpec[] {
  const specs: readonly CommandSpec[] = [
    {
      name: "init",
      description: "write a first Workspace into an empty folder, or beside existing files",
      subject: "folder",
      options: [
        ["--example", "the whole example estate, with a throw-away demo key"],
        ["--github", "the workflows of the GitHub Action instead, at the root of the repo"],
      ],
      run: guarded(async ({ options }) => {
        const [{ init, initGithub }, { createInitFolder, packagedContent }] = await Promise.all([
          import("./commands/init.ts"),
          import("./node/init.ts"),
        ]);
        if (options.github === true) {
          return initGithub(createInitFolder(findPlace(options.C ?? ".").root), packagedContent());
        }
        const folder = createInitFolder(options.C ?? ".");
        return init(folder, packagedContent(), options.example === true);
      }),
    },
    {
      name: "validate",
      description: "check everything that needs neither key nor cluster",
      subject: "tree",
      formats: ["sarif"],
      run: guarded(async ({ options }) => {
        const { searchPrivateKeys } = await import("./node/key-search.ts");
        const suspects = searchPrivateKeys(findPlace(options.C ?? "."));
        const history = () => historyOf(options);
        return validate({ files: filesOf(options), history, suspects }, options);
      }),
    },
    {
      name: "change",
      description: "tell what a branch changes in each Deployment, without keys and clusters",
      subject: "tree",
      formats: ["markdown", "sarif"],
      run: guarded(async ({ options }) => {
        const { change } = await import("./commands/change.ts");
        const { files, history } = treePorts(options);
        return change({ files, history, tool: VERSION }, { ...narrowing(options), ref: options.ref });
      }),
    },
    {
      name: "build",
      description: "write the Kubernetes Secrets and files that Airflow reads",
      subject: "tree",
      options: [
        DEPLOYMENT,
        ["--out <dir>", "where to (default: .jackfield/build)"],
        [
          "--for <tool>",
          "flux: sealed Secrets, to be committed; argocd: plain ones of one Deployment, printed",
        ],
        ["--accept-plain-cache", "with argocd: its caches may hold the secrets in plain text"],
        ACCEPT,
        SOPS,
      ],
      run: guarded((invocation) => runBuild(invocation, terminal.env)),
    },
    {
      name: "get",
      description: "list what each Deployment ends up with; no values",
      subject: "tree",
      options: [DEPLOYMENT],
      run: guarded(async ({ options }) => {
        const { get } = await import("./commands/get.ts");
        return get(filesOf(options), narrowing(options));
      }),
    },
    {
      name: "explain",
      description: "tell where each field of an object comes from, or what keeps it away",
      subject: "tree",
      args: [["<id>", "the object's id"]],
      required: [DEPLOYMENT],
      run: guarded(async ({ options, args }) => {
        const { explain } = await import("./commands/explain.ts");
        return explain(filesOf(options), args[0] ?? "", narrowing(options));
      }),
    },
    ...liveSpecs(terminal.env, VERSION),
    ...previewSpecs(terminal.env, VERSION),
    ...codeownersSpecs(),
    ...secretsSpecs(terminal.env),
    {
      name: "types",
      description: "list the connection types, or show one with its fields and an example",
      subject: "package",
      args: [["[type]", "a connection type"]],
      run: guarded(async ({ args }) => (await import("./commands/types.ts")).types(args[0])),
    },
    {
      name: "schema",
      description: "print the JSON Schema of the language, or of one kind, for editors",
      subject: "package",
      args: [["[kind]", "a kind of document"]],
      run: guarded(async ({ args }) => {
        const [{ schema }, { packagedSchema }] = await Promise.all([
          import("./commands/schema.ts"),
          import("./node/package.ts"),
        ]);
        return schema(args[0], packagedSchema);
      }),
    },
    {
      name: "completion",
      description: "print a completion script for bash, zsh or fish",
      subject: "package",
      args: [["<shell>", "bash, zsh or fish"]],
      run: guarded(async ({ args }) => {
        const { completion } = await import("./commands/completion.ts");
        return completion(args[0] ?? "", vocabularyOf(specs));
      }),
    },
  ];
  return specs;
}

function vocabularyOf(specs: readonly CommandSpec[]): ReadonlyMap<string, readonly string[]> {
  const own = ({ subject, options = [], required = [] }: CommandSpec) =>
    [...options, ...required, ...optionsOf(subject)].map(([syntax]) => syntax.split(" ")[0] ?? "");
  return new Map(specs.map((spec) => [spec.name, [...own(spec), "--format", "--color", "--help"]]));
}
