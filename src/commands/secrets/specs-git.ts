import type { CommandSpec, Invocation } from "../../program.ts";
import { guarded, historyOf, placeOf, SOPS, sopsOf } from "../../shell.ts";
import { ACCEPT, acceptedOf } from "./specs-files.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The commands that a person's editor and git work with. */
export function gitSpecs(env: Environment): readonly CommandSpec[] {
  return [...personSpecs(env), ...driverSpecs(env)];
}

function personSpecs(env: Environment): readonly CommandSpec[] {
  return [
    {
      name: "secrets edit",
      description: "edit a sealed file in your editor; it is checked, and sealed again, when you leave",
      subject: "folder",
      args: [["<file>", "a sealed file, or one that is to be made"]],
      options: [ACCEPT, SOPS],
      run: guarded(async ({ options, args }) => {
        const [{ edit }, ports, sops] = await Promise.all([
          import("./edit.ts"),
          editPortsOf(options, env),
          sopsOf(options, env),
        ]);
        return edit({ ...ports, sops }, { name: args[0] ?? "", accepted: acceptedOf(options) });
      }),
    },
    {
      name: "secrets install-git",
      description: "let git diff and git merge understand sealed files, in this clone",
      subject: "folder",
      run: guarded(async ({ options }) => {
        const [{ installGit }, { createGitSetup }, { createTreeWriter }] = await Promise.all([
          import("./install-git.ts"),
          import("../../node/git-setup.ts"),
          import("../../node/write.ts"),
        ]);
        const { root, git } = placeOf(options);
        const setup = git ? createGitSetup(root, process.argv[1] ?? "", env) : undefined;
        return installGit({ setup, writer: createTreeWriter(root) });
      }),
    },
  ];
}

/** What git runs. */
function driverSpecs(env: Environment): readonly CommandSpec[] {
  return [
    {
      name: "secrets textconv",
      description: "for git diff: print a sealed file with a mark for each secret",
      subject: "package",
      args: [["<file>", "what git gives"]],
      run: guarded(async ({ args }) => {
        const [{ textconv }, { createDriverFiles }, { createKeySource }] = await Promise.all([
          import("./textconv.ts"),
          import("../../node/driver-files.ts"),
          import("../../node/keys.ts"),
        ]);
        return textconv({ files: createDriverFiles(), keys: createKeySource(env) }, args[0] ?? "");
      }),
    },
    {
      name: "secrets merge-driver",
      description: "for git merge: merge three versions of a sealed file into that of ours",
      subject: "package",
      args: [
        ["<base>", "%O of git"],
        ["<ours>", "%A; the result is written there"],
        ["<theirs>", "%B"],
        ["<path>", "%P"],
      ],
      options: [ACCEPT],
      run: guarded(async ({ options, args }) => {
        const [{ mergeDriver }, { createDriverFiles }, { createKeySource }] = await Promise.all([
          import("./merge-driver.ts"),
          import("../../node/driver-files.ts"),
          import("../../node/keys.ts"),
        ]);
        const ports = { files: createDriverFiles(), keys: createKeySource(env) };
        const [base = "", ours = "", theirs = "", path = ""] = args;
        return mergeDriver(
          { ...ports, history: historyOf(options), now: new Date() },
          { base, ours, theirs, path, accepted: acceptedOf(options) },
        );
      }),
    },
  ];
}

async function editPortsOf(options: Invocation["options"], env: Environment) {
  const [{ createFiles }, { createNamedFiles }, { createNewFiles }, { createKeySource }] = await Promise.all([
    import("../../node/files.ts"),
    import("../../node/named-files.ts"),
    import("../../node/new-files.ts"),
    import("../../node/keys.ts"),
  ]);
  const [{ createTreeWriter }, { createEditor }] = await Promise.all([
    import("../../node/write.ts"),
    import("../../node/editor.ts"),
  ]);
  const place = placeOf(options);
  return {
    files: createFiles(place),
    named: createNamedFiles(place),
    newFiles: createNewFiles(place),
    keys: createKeySource(env),
    writer: createTreeWriter(place.root),
    editor: createEditor(env),
    history: historyOf(options),
    now: new Date(),
  };
}
