import { type Diagnostic, hasErrors } from "../../core/diagnostic.ts";
import type { Secret } from "../../core/secret.ts";
import type { AppliedDeployment } from "../../model/plan.ts";
import { deploymentKey, planDeployments } from "../../plan/plan.ts";
import { identify } from "../../plan/plan-id.ts";
import { fallbackOf } from "../estate.ts";
import { carryOut } from "../live/carry-out.ts";
import { filesDigest } from "../live/digests.ts";
import { observe } from "../live/observe.ts";
import { closeAll, type Planned } from "../live/planned.ts";
import { identityOf, targetsOf } from "../live/wanted.ts";
import type { UpPorts } from "./ports.ts";
import type { Prepared } from "./prepare.ts";

/** What became of a preview's Secrets. */
export interface Delivered {
  readonly applied: readonly AppliedDeployment[];
  readonly diagnostics: readonly Diagnostic[];
  readonly secrets: readonly Secret[];
  readonly isWhole: boolean;
}

/** Opened, before anything is written: a preview without its keys leaves no namespace behind. */
export interface Opened {
  readonly targets: ReturnType<typeof targetsOf>;
}

/** Opens what the preview draws, and no other file. */
export function openPreview({ keys, sops }: UpPorts, { placed, estate }: Prepared): Opened {
  const opening = { keys, fallback: fallbackOf(estate, sops), isOptional: false };
  return { targets: targetsOf([placed], opening, () => () => undefined) };
}

/** Makes the Secrets of a preview what they are to be, as apply does: guarded, and locked. */
export async function deliver(ports: UpPorts, prepared: Prepared, opened: Opened): Promise<Delivered> {
  const planned = await planPreview(ports, prepared, opened);
  try {
    const { deployments } = planned.plan;
    const executed = await carryOut({
      planned,
      plans: deployments,
      facts: () => ({
        tool: ports.tool,
        commit: ports.history.head(),
        isModified: false,
        breakGlass: undefined,
      }),
      holder: ports.holder,
      isStopped: () => false,
      progress: { report: () => undefined },
    });
    const applied = deployments.map(({ workspace, deployment }, index) => ({
      workspace,
      deployment,
      results: executed[index]?.results ?? [],
    }));
    const diagnostics = [...planned.diagnostics, ...executed.flatMap((one) => one.diagnostics)];
    const isDone = applied.every(({ results }) => results.every(({ outcome }) => outcome === "done"));
    const isFree = executed.every(({ lockedBy }) => lockedBy === undefined);
    return {
      applied,
      diagnostics,
      secrets: planned.secrets,
      isWhole: isDone && isFree && !hasErrors(diagnostics),
    };
  } finally {
    closeAll(planned);
  }
}

async function planPreview(ports: UpPorts, prepared: Prepared, { targets }: Opened): Promise<Planned> {
  const { estate, placed } = prepared;
  const observed = await observe(ports.clusters, targets.targets, []);
  const identity = identityOf(placed.workspace);
  const { name } = prepared.deployment;
  const deployments = planDeployments({
    wanted: observed.targets.map(({ wanted }) => wanted),
    workspaces: new Map([[identity, placed.workspace.declarations.workspace.name.value]]),
    atHead: new Set([deploymentKey(identity, name.value)]),
    isInScope: () => false,
    observation: observed.observation,
    adopted: undefined,
  });
  const files = [...estate.compiled.parsed.values()].map(({ file }) => file);
  const basis = { tool: ports.tool, commit: ports.history.head(), filesDigest: filesDigest(files) };
  const { diagnostics } = observed;
  return {
    plan: identify(deployments, basis),
    estate,
    targets: observed.targets,
    observed,
    diagnostics,
    secrets: targets.secrets,
  };
}
