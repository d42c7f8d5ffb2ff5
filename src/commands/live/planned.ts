import { append } from "../../core/append.ts";
import { type Diagnostic, diagnostic, hasErrors, sortDiagnostics } from "../../core/diagnostic.ts";
import type { Secret } from "../../core/secret.ts";
import type { SourceFile } from "../../core/source.ts";
import type { EarlierPlace } from "../../model/place.ts";
import type { DeploymentPlan, Plan } from "../../model/plan.ts";
import { type Outcome, usage } from "../../outcome.ts";
import { earlierPlaces } from "../../places/earlier.ts";
import { deploymentKey, planDeployments } from "../../plan/plan.ts";
import { identify } from "../../plan/plan-id.ts";
import type { Clusters, Files, History, KeySource, SopsProgram } from "../../ports.ts";
import { type Estate, fallbackOf, isOutcome, type Narrowing, openEstate, type Placed } from "../estate.ts";
import { createBefore } from "./before.ts";
import { filesDigest } from "./digests.ts";
import { type Observed, observe } from "./observe.ts";
import { orphanTroubles } from "./orphans.ts";
import { policyNotes } from "./policy-notes.ts";
import { scopeOf } from "./scope.ts";
import { type Shard, sharded } from "./shard.ts";
import { identityOf, type Targets, targetsOf } from "./wanted.ts";

export interface LivePorts {
  readonly files: Files;
  readonly keys: KeySource;
  readonly clusters: Clusters;
  readonly history: History;
  /** Set: the user lets it open what no key at hand opens. */
  readonly sops?: SopsProgram | undefined;
  /** The version that is part of every plan's id. */
  readonly tool: string;
  /** Files whose policy counts, where that is another branch's (design: 3.5). */
  readonly policy?: readonly SourceFile[] | undefined;
}

/** The branch that a run is for. */
export interface Branch {
  readonly name: string;
  readonly isDefault: boolean;
}

export interface LiveRequest extends Narrowing {
  readonly shard?: Shard | undefined;
  /** Only Deployments that follow it. */
  readonly branch?: Branch | undefined;
  /** What a missing key comes to: a comparison without it, or an error. */
  readonly needsKeys: boolean;
  /** `NAMESPACE/NAME` of a Secret to take over; then the plan is of it alone. */
  readonly adopted?: string | undefined;
}

/** A plan, and all that is needed to carry it out. */
export interface Planned {
  readonly plan: Plan;
  readonly estate: Estate;
  readonly targets: Targets["targets"];
  readonly observed: Observed;
  /** Sorted. */
  readonly diagnostics: readonly Diagnostic[];
  readonly secrets: readonly Secret[];
}

/**
 * Desired against live. An `Outcome` is a wrong call, or an estate that is not fit to be delivered. Whoever gets a plan closes its
 * clusters: `closeAll`.
 */
export async function makePlan(ports: LivePorts, request: LiveRequest): Promise<Planned | Outcome> {
  const estate = openEstate(ports.files, request, ports.policy);
  if (isOutcome(estate)) return estate;
  const scope = scopeOf(estate, request);
  if ("result" in scope) return scope;
  if (hasErrors(estate.diagnostics)) return refused(estate, []);
  if (scope.length === 0 && isFiltered(request)) return usage(noDeployment());
  const placed = sharded(scope, request.shard);
  const fallback = fallbackOf(estate, ports.sops);
  const opening = { keys: ports.keys, fallback, isOptional: !request.needsKeys };
  const targets = targetsOf(placed, opening, createBefore(ports.history));
  if (hasErrors(targets.diagnostics))
    return { ...refused(estate, targets.diagnostics), secrets: targets.secrets };
  const declarations = estate.workspaces.map((one) => one.declarations);
  const places = earlierPlaces(ports.history, declarations);
  if (hasErrors(places.diagnostics)) return refused(estate, places.diagnostics);
  const earlier = places.value.filter((place) => isToBeRead(place, placed, request));
  const observed = await observe(ports.clusters, targets.targets, earlier);
  const deployments = planDeployments({
    wanted: observed.targets.map(({ wanted }) => wanted),
    workspaces: workspacesOf(estate, earlier),
    atHead: deploymentsOf(estate),
    isInScope: ({ cluster }) => mayRemoveGone(request, cluster),
    observation: observed.observation,
    adopted: request.adopted,
  });
  const basis = {
    tool: ports.tool,
    commit: ports.history.head(),
    filesDigest: filesDigest([...estate.compiled.parsed.values()].map(({ file }) => file)),
  };
  const diagnostics = [...estate.diagnostics, ...targets.diagnostics, ...places.diagnostics];
  // A branch's run takes the default branch's policy.
  if (!request.branch) append(diagnostics, policyNotes(ports.history, estate.workspaces));
  append(diagnostics, [...observed.diagnostics, ...orphanTroubles(earlier, observed, estate, ports.history)]);
  return {
    plan: identify(only(deployments, request.adopted), basis),
    estate,
    targets: observed.targets,
    observed,
    diagnostics: sortDiagnostics(diagnostics),
    secrets: targets.secrets,
  };
}

function isFiltered({ deployment, environment, cluster }: LiveRequest): boolean {
  return deployment !== undefined || environment !== undefined || cluster !== undefined;
}

/** What is gone from Git is removed only by a run that no filter keeps from it; of several parts the first sees to it. */
function mayRemoveGone(
  { deployment, environment, cluster, shard, branch }: LiveRequest,
  at: string,
): boolean {
  const isWide = deployment === undefined && environment === undefined && (branch?.isDefault ?? true);
  return isWide && (cluster ?? at) === at && (shard?.index ?? 1) === 1;
}

/** Filters limit what is removed, too: of a Deployment that moved, what is left in another cluster than the named one stays. */
function isToBeRead(place: EarlierPlace, placed: readonly Placed[], request: LiveRequest): boolean {
  const cluster = place.cluster.name.value;
  if ((request.cluster ?? cluster) !== cluster) return false;
  return concerns(place, placed) || mayRemoveGone(request, cluster);
}

/** True for an earlier place of one of these Deployments. */
function concerns(place: EarlierPlace, placed: readonly Placed[]): boolean {
  return placed.some(({ workspace, effective: { deployment } }) => {
    const names = [deployment.name.value, deployment.renamedFrom];
    return identityOf(workspace) === place.workspaceUid && names.includes(place.deployment);
  });
}

/** Workspaces at HEAD, and those that were: name by identity. */
function workspacesOf({ workspaces }: Estate, earlier: readonly EarlierPlace[]): ReadonlyMap<string, string> {
  const now = workspaces.map((one) => [identityOf(one), one.declarations.workspace.name.value] as const);
  return new Map([...earlier.map((one) => [one.workspaceUid, one.workspace] as const), ...now]);
}

/** Every Deployment at HEAD, whatever this run is about, by identity and name; a renamed one by both its names. */
function deploymentsOf({ workspaces }: Estate): ReadonlySet<string> {
  return new Set(
    workspaces.flatMap((workspace) =>
      workspace.effective.deployments.flatMap(({ deployment: { name, renamedFrom } }) =>
        [name.value, ...(renamedFrom === undefined ? [] : [renamedFrom])].map((one) =>
          deploymentKey(identityOf(workspace), one),
        ),
      ),
    ),
  );
}

/** The plan of one Secret, if one is to be adopted. */
function only(plans: readonly DeploymentPlan[], adopted: string | undefined): readonly DeploymentPlan[] {
  if (adopted === undefined) return plans;
  return plans.map((plan) => ({
    ...plan,
    loses: [],
    operations: plan.operations.filter(({ namespace, secret }) => `${namespace}/${secret}` === adopted),
  }));
}

function refused({ compiled, diagnostics }: Estate, more: readonly Diagnostic[]): Outcome {
  return { diagnostics: sortDiagnostics([...diagnostics, ...more]), result: null, text: "", compiled };
}

function noDeployment(): Diagnostic {
  return diagnostic("JF614", undefined, {}, { hint: "leave out one of the filters" });
}

export function closeAll({ observed }: Planned): void {
  for (const cluster of observed.clusters.values()) cluster.close();
}

export function isPlanned(value: Planned | Outcome): value is Planned {
  return "plan" in value;
}
