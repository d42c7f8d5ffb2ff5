import type { CommandSpec, Invocation } from "../../program.ts";
import { guarded, placeOf } from "../../shell.ts";
import type { OwnersPorts } from "./needed.ts";

/** The commands below `codeowners`. */
export function codeownersSpecs(): readonly CommandSpec[] {
  return [
    {
      name: "codeowners generate",
      description: "write who must review which file into CODEOWNERS, from `approvals`",
      subject: "folder",
      options: [["--org <name>", "the organisation of the teams"]],
      run: guarded(async ({ options }) => {
        const [{ generateOwners }, { createTreeWriter }, ports] = await Promise.all([
          import("./generate.ts"),
          import("../../node/write.ts"),
          portsOf(options),
        ]);
        const { root } = placeOf(options);
        const org = typeof options.org === "string" ? options.org : undefined;
        return generateOwners({ ...ports, writer: createTreeWriter(root) }, org);
      }),
    },
    {
      name: "codeowners check",
      description: "check that CODEOWNERS gives each file to those who may approve what it reaches",
      subject: "folder",
      run: guarded(async ({ options }) => {
        const [{ checkOwners }, ports] = await Promise.all([import("./check.ts"), portsOf(options)]);
        return checkOwners(ports);
      }),
    },
  ];
}

/** Of the whole repo, wherever in it the command starts: its Workspaces share one CODEOWNERS. */
async function portsOf(options: Invocation["options"]): Promise<OwnersPorts> {
  const [{ createFiles }, { createGitHubFiles }] = await Promise.all([
    import("../../node/files.ts"),
    import("../../node/github-files.ts"),
  ]);
  const place = placeOf(options);
  return { files: createFiles({ ...place, start: place.root }), github: createGitHubFiles(place.root) };
}
