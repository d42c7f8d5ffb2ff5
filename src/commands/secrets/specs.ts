import type { CommandSpec } from "../../program.ts";
import { filesOf, guarded, narrowing } from "../../shell.ts";
import { fileSpecs } from "./specs-files.ts";
import { gitSpecs } from "./specs-git.ts";
import { valueSpecs } from "./specs-values.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The commands below `secrets`, in the order that help lists them. What a command needs is imported when it runs, so
 * that no other command starts later for it.
 */
export function secretsSpecs(env: Environment): readonly CommandSpec[] {
  return [
    ...valueSpecs(env),
    ...fileSpecs(env),
    {
      name: "secrets recipients",
      description: "list who can read what, and who is missing or left over; no key needed",
      subject: "estate",
      run: guarded(async ({ options }) => {
        const { recipients } = await import("./recipients.ts");
        return recipients(filesOf(options), narrowing(options));
      }),
    },
    {
      name: "secrets keygen",
      description: "make an age key, and print its public half",
      subject: "package",
      options: [["--out <file>", "a new file (default: the keys file that SOPS reads)"]],
      run: guarded(async ({ options }) => {
        const [{ keygen }, { createDefaultKeyFile, createNewKeyFile }] = await Promise.all([
          import("./keygen.ts"),
          import("../../node/key-file.ts"),
        ]);
        const file =
          typeof options.out === "string" ? createNewKeyFile(options.out) : createDefaultKeyFile(env);
        return keygen(file, new Date());
      }),
    },
    ...gitSpecs(env),
  ];
}
