import type { CommandSpec, Invocation } from "../../program.ts";
import { guarded, historyOf, narrowing, placeOf, SOPS, sopsOf } from "../../shell.ts";
import type { Wanted } from "./sealed-files.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const FILES = ["[files...]", "sealed files"] as const;
const ALL = ["--all", "every sealed file of the Workspaces"] as const;

/** For commands that seal. */
export const ACCEPT = [
  "--accept-recipient <recipient...>",
  "seal for this one, though the default branch does not list it",
] as const;

/** The commands that work on whole sealed files. */
export function fileSpecs(env: Environment): readonly CommandSpec[] {
  return [
    {
      name: "secrets verify",
      description: "open SOPS files, ours or not, and check every value, every recipient entry and the MAC",
      subject: "estate",
      args: [FILES],
      options: [ALL, SOPS],
      run: guarded(async ({ options, args }) => {
        const [{ verify }, ports] = await Promise.all([import("./verify.ts"), portsOf(options, env)]);
        return verify(ports, wantedOf(options, args), narrowing(options));
      }),
    },
    {
      name: "secrets updatekeys",
      description: "give sealed files the recipients of their environments, and write .sops.yaml",
      subject: "estate",
      args: [FILES],
      options: [ALL, ["--check", "only list what would change; needs no key"], ACCEPT, SOPS],
      run: guarded(async ({ options, args }) => {
        const [{ updatekeys }, ports] = await Promise.all([
          import("./updatekeys.ts"),
          writingPortsOf(options, env),
        ]);
        const request = { ...wantedOf(options, args), check: options.check === true };
        return updatekeys(ports, { ...request, accepted: acceptedOf(options) }, narrowing(options));
      }),
    },
    {
      name: "secrets rotate",
      description: "seal files anew under a new data key, for the recipients of their environments",
      subject: "estate",
      args: [FILES],
      options: [ALL, ACCEPT, SOPS],
      run: guarded(async ({ options, args }) => {
        const [{ rotate }, ports] = await Promise.all([import("./rotate.ts"), writingPortsOf(options, env)]);
        const request = { ...wantedOf(options, args), accepted: acceptedOf(options) };
        return rotate(ports, request, narrowing(options));
      }),
    },
  ];
}

function wantedOf({ all }: Invocation["options"], names: readonly string[]): Wanted {
  return { names, all: all === true };
}

export function acceptedOf(options: Invocation["options"]): readonly string[] {
  const { acceptRecipient } = options;
  return Array.isArray(acceptRecipient) ? acceptRecipient : [];
}

async function writingPortsOf(options: Invocation["options"], env: Environment) {
  const [ports, { createTreeWriter }] = await Promise.all([
    portsOf(options, env),
    import("../../node/write.ts"),
  ]);
  return {
    ...ports,
    writer: createTreeWriter(ports.place.root),
    history: historyOf(options),
    now: new Date(),
  };
}

/** What all of them need; the adapters are loaded only now. */
async function portsOf(options: Invocation["options"], env: Environment) {
  const [{ createFiles }, { createNamedFiles }, { createKeySource }, { createProgress }, sops] =
    await Promise.all([
      import("../../node/files.ts"),
      import("../../node/named-files.ts"),
      import("../../node/keys.ts"),
      import("../../node/progress.ts"),
      sopsOf(options, env),
    ]);
  const place = placeOf(options);
  return {
    place,
    files: createFiles(place),
    named: createNamedFiles(place),
    keys: createKeySource(env),
    progress: createProgress(),
    sops,
  };
}
