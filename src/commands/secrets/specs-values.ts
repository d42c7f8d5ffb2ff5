import type { CommandSpec, Invocation } from "../../program.ts";
import { DEPLOYMENT, guarded, historyOf, placeOf, SOPS, sopsOf } from "../../shell.ts";
import type { AimOptions } from "./aim.ts";
import { ACCEPT, acceptedOf } from "./specs-files.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const ID = ["<id>", "the object's id"] as const;
const KIND = [
  "--kind <kind>",
  "where several objects have the id: connection, variable or environmentvariable",
] as const;
const FOR = [
  ["--environment <name>", "for the Deployments of this environment"],
  [DEPLOYMENT[0], "for this Deployment"],
  ["--all", "for all Deployments"],
] as const;

/** The commands that work on single secrets. */
export function valueSpecs(env: Environment): readonly CommandSpec[] {
  return [
    {
      name: "secrets set",
      description: "seal a secret of an object, from a prompt or a pipe, into the right Credential file",
      subject: "estate",
      args: [ID, ["<fields...>", "`password`, `extra.token`, `value`, …"]],
      options: [...FOR, KIND, ACCEPT, SOPS],
      run: guarded(async ({ options, args: [id = "", ...fields] }) => {
        const [{ set }, { createPrompt }, ports] = await Promise.all([
          import("./set.ts"),
          import("../../node/prompt.ts"),
          portsOf(options, env),
        ]);
        const prompt = createPrompt(process.stdin, process.stderr);
        return set({ ...ports, prompt }, { id, fields: [...new Set(fields)], ...requestOf(options) });
      }),
    },
    {
      name: "secrets unset",
      description: "take a secret of an object away",
      subject: "estate",
      args: [ID, ["<field>", "`password`, `extra.token`, `value`, …"]],
      options: [...FOR, KIND, ACCEPT, SOPS],
      run: guarded(async ({ options, args: [id = "", field = ""] }) => {
        const [{ unset }, ports] = await Promise.all([import("./unset.ts"), portsOf(options, env)]);
        return unset(ports, { id, field, ...requestOf(options) });
      }),
    },
    {
      name: "secrets seal",
      description: "seal a plain Credential, or take the secrets out of an object into one",
      subject: "estate",
      args: [["<file>", "a file with secrets in plain text"]],
      options: [...FOR, ACCEPT, SOPS],
      run: guarded(async ({ options, args: [name = ""] }) => {
        const [{ seal }, { createNamedFiles }, ports] = await Promise.all([
          import("./seal.ts"),
          import("../../node/named-files.ts"),
          portsOf(options, env),
        ]);
        const named = createNamedFiles(placeOf(options));
        return seal({ ...ports, named }, { name, ...requestOf(options) });
      }),
    },
  ];
}

function requestOf(options: Invocation["options"]) {
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  const aim: AimOptions = {
    environment: text(options.environment),
    deployment: text(options.deployment),
    all: options.all === true,
  };
  const kind = text(options.kind);
  return { aim, kind, workspace: options.workspace, accepted: acceptedOf(options) };
}

async function portsOf(options: Invocation["options"], env: Environment) {
  const [{ createFiles }, { createKeySource }, { createTreeWriter }, sops] = await Promise.all([
    import("../../node/files.ts"),
    import("../../node/keys.ts"),
    import("../../node/write.ts"),
    sopsOf(options, env),
  ]);
  const place = placeOf(options);
  return {
    files: createFiles(place),
    keys: createKeySource(env),
    writer: createTreeWriter(place.root),
    history: historyOf(options),
    sops,
    now: new Date(),
  };
}
