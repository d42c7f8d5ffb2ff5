import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { diagnostic } from "../../core/diagnostic.ts";
import { type Outcome, usage } from "../../outcome.ts";
import type { CommandSpec, Invocation } from "../../program.ts";
import { filesOf, guarded, historyOf, placeOf, SOPS, sopsOf } from "../../shell.ts";
import type { PreviewPorts, Which } from "./ports.ts";

const NUMBER = ["--number <n>", "of this pull request"] as const;
const BRANCH = [
  "--branch <name>",
  "of this branch; beside `--number`, the branch of the pull request",
] as const;
const REPO = ["--repo <id>", "whose previews they are (default: local)"] as const;
const BASE = [["<base>", "the Deployment that it is a preview of"]] as const;

type Env = Readonly<Record<string, string | undefined>>;

/** The commands below `preview`. */
export function previewSpecs(env: Env, tool: string): readonly CommandSpec[] {
  return [
    {
      name: "preview up",
      description: "make a preview of a Deployment, or bring it up to date",
      subject: "tree",
      args: BASE,
      options: [NUMBER, BRANCH, REPO, SOPS],
      run: guarded(async (invocation) => {
        const which = whichOf(invocation);
        const ports = await portsOf(invocation, env, tool);
        if ("result" in which) return which;
        if ("result" in ports) return ports;
        const [{ up }, { createKeySource }, sops] = await Promise.all([
          import("./up.ts"),
          import("../../node/keys.ts"),
          sopsOf(invocation.options, env),
        ]);
        const holder = `${hostname()}-${process.pid}-${randomBytes(4).toString("hex")}`;
        const more = { files: filesOf(invocation.options), keys: createKeySource(env), sops, holder };
        return up({ ...ports, ...more, isWanted: async () => true }, which);
      }),
    },
    {
      name: "preview down",
      description: "take a preview away, with all it holds",
      subject: "estate",
      args: BASE,
      options: [NUMBER, BRANCH, REPO],
      run: guarded(async (invocation) => {
        const which = whichOf(invocation);
        const ports = await portsOf(invocation, env, tool);
        if ("result" in which) return which;
        if ("result" in ports) return ports;
        return (await import("./down.ts")).down(ports, which);
      }),
    },
    {
      name: "preview list",
      description: "list the previews that live, and until when",
      subject: "estate",
      run: guarded(async (invocation) => {
        const ports = await portsOf(invocation, env, tool);
        if ("result" in ports) return ports;
        return (await import("./list.ts")).list(ports, invocation.options.workspace);
      }),
    },
    {
      name: "preview gc",
      description: "take away previews whose time is over, or whose base is gone",
      subject: "estate",
      options: [REPO, ["--dry-run", "only tell which would go"], ["--force", "however many they are"]],
      run: guarded(async (invocation) => {
        const ports = await portsOf(invocation, env, tool);
        if ("result" in ports) return ports;
        const { workspace, dryRun, force } = invocation.options;
        const request = {
          workspace,
          repo: repoOf(invocation),
          dryRun: dryRun === true,
          force: force === true,
        };
        return (await import("./gc.ts")).gc(ports, request);
      }),
    },
  ];
}

function repoOf({ options }: Invocation): string {
  return typeof options.repo === "string" ? options.repo : "local";
}

/** One of `--number` and `--branch`. */
function whichOf(invocation: Invocation): Which | Outcome {
  const { number, branch, workspace } = invocation.options;
  const common = { workspace, base: invocation.args[0] ?? "", repo: repoOf(invocation) };
  const name = typeof branch === "string" ? branch : "";
  if (number === undefined && name !== "") return { ...common, source: { kind: "branch", branch: name } };
  const parsed = Number(number);
  if (Number.isSafeInteger(parsed) && parsed > 0) {
    return { ...common, source: { kind: "pull", number: parsed, branch: name } };
  }
  return usage(
    diagnostic("JF624", undefined, {
      option: "--number",
      wanted: "a number, or `--branch` a branch instead",
    }),
  );
}

async function portsOf({ options }: Invocation, env: Env, tool: string): Promise<PreviewPorts | Outcome> {
  const { createClusters } = await import("../../node/clusters.ts");
  const history = historyOf(options);
  const base = history.defaultBranch();
  if (!base) return usage(diagnostic("JF741", undefined, {}));
  const { wholeTree } = await import("../estate.ts");
  return {
    clusters: createClusters(env, placeOf(options).root),
    history,
    reviewed: wholeTree(history.filesAt(base.commit)),
    tool,
    now: Math.floor(Date.now() / 1000),
  };
}
