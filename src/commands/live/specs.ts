import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { diagnostic } from "../../core/diagnostic.ts";
import { usage } from "../../outcome.ts";
import type { CommandSpec, Invocation } from "../../program.ts";
import { DEPLOYMENT, filesOf, guarded, historyOf, narrowing, placeOf, SOPS, sopsOf } from "../../shell.ts";
import type { ApplyPorts, ApplyRequest } from "../apply.ts";
import { readReviewed } from "./reviewed.ts";
import { readShard } from "./shard.ts";

const FILTERS = [
  DEPLOYMENT,
  ["--environment <name>", "only Deployments of this environment"],
  ["--cluster <name>", "only Deployments in this cluster"],
] as const;
const SHARD = ["--shard <i/n>", "only the i-th of n parts of the work"] as const;
const ALLOW_PRUNE = ["--allow-prune <n>", "so many objects may be lost, beyond all budgets"] as const;
const YES = ["--yes", "write to protected environments without a reviewed plan"] as const;
const BREAK_GLASS = [
  "--break-glass <reason>",
  "set budgets and protection aside; the reason is recorded in the cluster",
] as const;

type Env = Readonly<Record<string, string | undefined>>;

/** The commands that look at clusters, and those that write to them. */
export function liveSpecs(env: Env, tool: string): readonly CommandSpec[] {
  return [
    {
      name: "plan",
      description: "show what apply would do to the clusters; writes nothing",
      subject: "tree",
      formats: ["markdown"],
      options: [
        ...FILTERS,
        SHARD,
        ["--out <file>", "write the plan, without any value, for `apply --plan`"],
        ["--exit-code", "exit with 4 if anything is to be changed"],
        SOPS,
      ],
      run: guarded(async (invocation) => {
        const { options } = invocation;
        const request = liveRequest(invocation);
        if ("result" in request) return request;
        const [{ plan }, { createArtifact }, ports] = await Promise.all([
          import("../plan.ts"),
          import("../../node/artifact.ts"),
          livePorts(invocation, env, tool),
        ]);
        const artifact = typeof options.out === "string" ? createArtifact(options.out) : undefined;
        return plan({ ...ports, artifact }, { ...request, exitCode: options.exitCode === true });
      }),
    },
    {
      name: "apply",
      description: "make the clusters what Git says",
      subject: "tree",
      options: [
        ...FILTERS,
        SHARD,
        ["--plan <file>", "apply this plan of `plan --out`, or nothing"],
        ["--plan-id <id>", "apply the plan with this id, or nothing"],
        YES,
        ALLOW_PRUNE,
        BREAK_GLASS,
        SOPS,
      ],
      run: guarded(async (invocation) => {
        const request = await applyRequest(invocation);
        if ("result" in request) return request;
        const [{ apply }, ports] = await Promise.all([
          import("../apply.ts"),
          applyPorts(invocation, env, tool),
        ]);
        return apply(ports, request);
      }),
    },
    {
      name: "drift",
      description: "tell whether the clusters are still what Git says; exit 4 if not",
      subject: "tree",
      formats: ["markdown"],
      options: [
        ...FILTERS,
        SHARD,
        ["--repair", "make them so, as apply does"],
        YES,
        ALLOW_PRUNE,
        BREAK_GLASS,
        SOPS,
      ],
      run: guarded(async (invocation) => {
        const request = await applyRequest(invocation);
        if ("result" in request) return request;
        const [{ drift }, ports] = await Promise.all([
          import("../drift.ts"),
          applyPorts(invocation, env, tool),
        ]);
        return drift(ports, request, invocation.options.repair === true);
      }),
    },
    {
      name: "status",
      description: "tell what is live in each Deployment: from which commit, how old, how much",
      subject: "tree",
      options: [...FILTERS],
      run: guarded(async (invocation) => {
        const request = liveRequest(invocation);
        if ("result" in request) return request;
        const [{ status }, ports] = await Promise.all([
          import("../status.ts"),
          livePorts(invocation, env, tool),
        ]);
        return status({ ...ports, now: new Date() }, request);
      }),
    },
    {
      name: "doctor",
      description: "check keys, clone, clusters, rights and pods, and tell what to do",
      subject: "tree",
      options: [...FILTERS, SOPS],
      run: guarded(async (invocation) => {
        const request = liveRequest(invocation);
        if ("result" in request) return request;
        const [{ doctor }, { createGitHubFiles }, ports] = await Promise.all([
          import("../doctor.ts"),
          import("../../node/github-files.ts"),
          livePorts(invocation, env, tool),
        ]);
        const github = createGitHubFiles(placeOf(invocation.options).root);
        return doctor({ ...ports, github }, request);
      }),
    },
    {
      name: "matrix",
      description: "list environments and clusters that have Deployments, for the matrix of a GitHub job",
      subject: "tree",
      options: [...FILTERS],
      run: guarded(async (invocation) => {
        const request = liveRequest(invocation);
        if ("result" in request) return request;
        const { matrix } = await import("../matrix.ts");
        return matrix(filesOf(invocation.options), request);
      }),
    },
    {
      name: "adopt",
      description: "take over a Secret that somebody else made; it becomes what Git says",
      subject: "estate",
      args: [["<namespace/name>", "the Secret"]],
      options: [DEPLOYMENT, YES, SOPS],
      run: guarded(async (invocation) => {
        const request = await applyRequest(invocation);
        if ("result" in request) return request;
        const [{ adopt }, ports] = await Promise.all([
          import("../adopt.ts"),
          applyPorts(invocation, env, tool),
        ]);
        return adopt(ports, invocation.args[0] ?? "", request);
      }),
    },
  ];
}

async function livePorts(invocation: Invocation, env: Env, tool: string) {
  const place = placeOf(invocation.options);
  const [{ createKeySource }, { createClusters }, sops] = await Promise.all([
    import("../../node/keys.ts"),
    import("../../node/clusters.ts"),
    sopsOf(invocation.options, env),
  ]);
  return {
    files: filesOf(invocation.options),
    keys: createKeySource(env),
    history: historyOf(invocation.options),
    clusters: createClusters(env, place.root),
    sops,
    tool,
  };
}

async function applyPorts(invocation: Invocation, env: Env, tool: string): Promise<ApplyPorts> {
  const [ports, { createProgress }, { watchInterrupts }] = await Promise.all([
    livePorts(invocation, env, tool),
    import("../../node/progress.ts"),
    import("../../node/interrupt.ts"),
  ]);
  const holder = `${hostname()}-${process.pid}-${randomBytes(4).toString("hex")}`;
  return { ...ports, progress: createProgress(), holder, isStopped: watchInterrupts() };
}

/** The filters, and the part of the work; an `Outcome` if a word is wrong. */
function liveRequest({ options }: Invocation) {
  const shard = typeof options.shard === "string" ? readShard(options.shard) : undefined;
  if (shard && "code" in shard) return usage(shard);
  const { environment, cluster } = options;
  return {
    ...narrowing(options),
    environment: typeof environment === "string" ? environment : undefined,
    cluster: typeof cluster === "string" ? cluster : undefined,
    shard,
    needsKeys: false,
  };
}

async function applyRequest(invocation: Invocation) {
  const { options } = invocation;
  const request = liveRequest(invocation);
  if ("result" in request) return request;
  const { createNamedFiles } = await import("../../node/named-files.ts");
  const reviewed = readReviewed(options, createNamedFiles(placeOf(options)));
  if (reviewed && "result" in reviewed) return reviewed;
  const allowPrune = options.allowPrune === undefined ? 0 : Number(options.allowPrune);
  if (!Number.isInteger(allowPrune) || allowPrune < 0) {
    return usage(diagnostic("JF624", undefined, { option: "--allow-prune", wanted: "a whole number" }));
  }
  return {
    ...request,
    needsKeys: true,
    allowPrune,
    yes: options.yes === true,
    ...(reviewed && { reviewed }),
    ...(typeof options.breakGlass === "string" && { breakGlass: options.breakGlass }),
  } satisfies ApplyRequest;
}
