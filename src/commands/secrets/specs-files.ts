import type { CommandSpec, Invocation } from "../../program.ts";
import { guarded, narrowing, placeOf, SOPS, sopsOf } from "../../shell.ts";
import type { Wanted } from "./sealed-files.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const FILES = ["[files...]", "sealed files"] as const;
const ALL = ["--all", "every sealed file of the Workspaces"] as const;

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
  ];
}

function wantedOf({ all }: Invocation["options"], names: readonly string[]): Wanted {
  return { names, all: all === true };
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
