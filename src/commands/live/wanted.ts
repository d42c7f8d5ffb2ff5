import type { CompiledWorkspace } from "../../compile.ts";
import { append } from "../../core/append.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { Secret } from "../../core/secret.ts";
import { emit } from "../../emit/emit.ts";
import { createViews } from "../../emit/view.ts";
import { clusterKey } from "../../model/cluster-key.ts";
import type { Cluster } from "../../model/declaration.ts";
import type { SecretManifest, SecretView } from "../../model/manifest.ts";
import { leaves, type ParsedFile, type SealedNode } from "../../model/tree.ts";
import type { UnsealedValue } from "../../model/unsealed.ts";
import type { Before } from "../../plan/compare.ts";
import type { Wanted } from "../../plan/planning.ts";
import type { KeySource } from "../../ports.ts";
import type { Fallback } from "../../sops/by-program.ts";
import { unseal } from "../../unseal/unseal.ts";
import type { Placed } from "../estate.ts";
import { policyDigest } from "./digests.ts";

/** A Deployment, what it is to have, and where. */
export interface Target {
  readonly placed: Placed;
  readonly wanted: Wanted;
  readonly cluster: Cluster;
  /** Of its Workspace. */
  readonly folder: string;
}

export interface Targets {
  readonly targets: readonly Target[];
  readonly diagnostics: readonly Diagnostic[];
  /** What was opened: not to be printed. */
  readonly secrets: readonly Secret[];
}

export interface Opening {
  readonly keys: KeySource;
  readonly fallback: Fallback | undefined;
  /** A Deployment whose files do not open is compared without them, not refused. */
  readonly isOptional: boolean;
}

/** Codes of what a missing key comes to; what a file that is not genuine comes to is never set aside. */
const NO_KEY = new Set(["JF321", "JF340"]);

/** What each Deployment is to have, opened as far as the keys at hand go. Those that are paused are not opened. */
export function targetsOf(
  placed: readonly Placed[],
  opening: Opening,
  before: (placed: Placed) => Before,
): Targets {
  const active = placed.filter(({ effective }) => effective.deployment.paused === undefined);
  const { value, diagnostics } = unseal(drawnFiles(active), opening.keys, opening.fallback);
  const hasNoKey = diagnostics.some(({ code }) => NO_KEY.has(code));
  // With a missing key come notes on why each source gave none.
  const told = opening.isOptional && hasNoKey ? diagnostics.filter(isFault) : [...diagnostics];
  const opened = active.filter((one) => isOpen(one, value));
  const manifests = manifestsOf(opened, value, told);
  const targets = closedTargets(placed).map((one) => withManifests(one, manifests.get(one.placed), before));
  const secrets = [...value.values()].map(({ secret }) => secret);
  return { targets, diagnostics: told, secrets };
}

/** What each Deployment is to have, as far as it is known without keys. */
export function closedTargets(placed: readonly Placed[]): readonly Target[] {
  const views = new Map(placed.map(({ workspace }) => [workspace, createViews(workspace.effective)]));
  return placed.map((one) => target(one, views.get(one.workspace)?.(one.effective) ?? []));
}

function withManifests(
  { wanted, ...target }: Target,
  manifests: readonly SecretManifest[] | undefined,
  before: (placed: Placed) => Before,
): Target {
  const byName = manifests && new Map(manifests.map((one) => [one.name, one]));
  const more = { ...(byName && { manifests: byName }), before: before(target.placed) };
  return { ...target, wanted: { ...wanted, ...more } };
}

function isFault({ code }: Diagnostic): boolean {
  return !NO_KEY.has(code) && !code.startsWith("JF34");
}

/** The files from which these Deployments draw a sealed value; no other is opened. */
export function drawnFiles(placed: readonly Placed[]): readonly ParsedFile[] {
  const drawn = new Set<ParsedFile>();
  for (const { effective } of placed) {
    for (const { fields } of effective.objects) {
      for (const { value, credential } of fields.values()) {
        if (credential && [...leaves(value)].some(({ kind }) => kind === "sealed"))
          drawn.add(credential.file);
      }
    }
  }
  return [...drawn];
}

/** True if all that a Deployment draws was opened. */
export function isOpen({ effective }: Placed, values: ReadonlyMap<SealedNode, UnsealedValue>): boolean {
  return effective.objects.every(({ fields }) =>
    [...fields.values()].every(({ value }) =>
      [...leaves(value)].every((leaf) => leaf.kind !== "sealed" || values.has(leaf)),
    ),
  );
}

/** The Secrets of Deployments that are open; troubles are added to `diagnostics`. */
export function manifestsOf(
  placed: readonly Placed[],
  values: ReadonlyMap<SealedNode, UnsealedValue>,
  diagnostics: Diagnostic[],
): ReadonlyMap<Placed, readonly SecretManifest[]> {
  const made = new Map<Placed, readonly SecretManifest[]>();
  const reveal = (node: SealedNode) => {
    const value = values.get(node);
    if (!value) throw new Error("a drawn value was not unsealed");
    return value;
  };
  for (const [workspace, own] of Map.groupBy(placed, (one) => one.workspace)) {
    const only = new Set(own.map(({ effective }) => effective.deployment.name.value));
    for (const { value, diagnostics: troubles } of emit(workspace.effective, reveal, only)) {
      append(diagnostics, troubles);
      const of = own.find(({ effective }) => effective.deployment === value?.deployment);
      if (of && value) made.set(of, value.manifests);
    }
  }
  return made;
}

function target(placed: Placed, secrets: readonly SecretView[]): Target {
  const { workspace } = placed.workspace.declarations;
  const { deployment } = placed.effective;
  const cluster = clusterOf(placed.workspace, deployment.cluster.value);
  const site = {
    key: clusterKey(cluster, workspace.directory),
    cluster: deployment.cluster.value,
    namespace: deployment.namespace.value,
  };
  const wanted: Wanted = {
    workspace: workspace.name.value,
    identity: identityOf(placed.workspace),
    deployment,
    protected: workspace.environments.get(deployment.environment.value)?.protected ?? false,
    site,
    secrets,
    policyDigest: policyDigest(workspace, deployment),
    before: () => undefined,
  };
  return { placed, wanted, cluster, folder: workspace.directory };
}

/** A Workspace in the labels of what it owns: its uid; its name where it has only directory clusters. */
export function identityOf({ declarations: { workspace } }: CompiledWorkspace): string {
  return workspace.uid ?? workspace.name.value;
}

function clusterOf({ declarations }: CompiledWorkspace, name: string): Cluster {
  const cluster = declarations.workspace.clusters.get(name);
  if (!cluster) throw new Error("an unknown cluster does not come as far as a plan");
  return cluster;
}
