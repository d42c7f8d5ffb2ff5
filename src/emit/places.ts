import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Deployment, Workspace } from "../model/declaration.ts";
import type { EffectiveWorkspace } from "../model/effective.ts";
import { placesOf } from "./names.ts";

/** Two Deployments, of one Workspace or of two, may not write one Secret of one namespace of one cluster (design: 3.1.10). */
export function* checkPlaces(workspaces: readonly EffectiveWorkspace[]): Generator<Diagnostic> {
  yield* checkNamespaces(workspaces);
  const first = new Map<string, Deployment>();
  for (const { workspace, deployments } of workspaces) {
    for (const { deployment, objects } of deployments) {
      const clash = placesOf(deployment, objects).find(({ namespace, secret }) => {
        const place = [clusterOf(workspace, deployment), namespace, secret].join("\0");
        const other = first.get(place);
        first.set(place, other ?? deployment);
        return other !== undefined && other !== deployment;
      });
      if (!clash) continue;
      const place = [clusterOf(workspace, deployment), clash.namespace, clash.secret].join("\0");
      const other = first.get(place) as Deployment;
      const params = { one: other.name.value, other: deployment.name.value, secret: clash.secret };
      const related = [{ at: other.name.at, message: "the other one" }];
      const hint = "give one of them another `namespace` or `secretName`";
      yield diagnostic("JF427", deployment.name.at, params, { related, hint });
    }
  }
}

/**
 * `KubernetesSecretsBackend` finds Secrets by their labels in its whole namespace: two Deployments that use it in
 * one namespace would each read what the other has.
 */
function* checkNamespaces(workspaces: readonly EffectiveWorkspace[]): Generator<Diagnostic> {
  const first = new Map<string, Deployment>();
  for (const { workspace, deployments } of workspaces) {
    for (const { deployment } of deployments) {
      if (deployment.delivery !== "kubernetes") continue;
      const place = [clusterOf(workspace, deployment), deployment.namespace.value].join("\0");
      const other = first.get(place);
      first.set(place, other ?? deployment);
      if (!other) continue;
      const params = { one: other.name.value, other: deployment.name.value };
      const related = [{ at: other.namespace.at, message: "the other one" }];
      const hint = "with delivery `kubernetes` each Deployment needs a namespace of its own";
      yield diagnostic("JF519", deployment.namespace.at, params, { related, hint });
    }
  }
}

/** What tells one cluster from another across Workspaces: its uid, else how it is reached. */
function clusterOf(workspace: Workspace, { cluster }: Deployment): string {
  const declared = workspace.clusters.get(cluster.value);
  if (declared?.directory !== undefined) return `directory ${workspace.directory}/${declared.directory}`;
  return declared?.uid ?? declared?.context ?? `${workspace.name.value}/${cluster.value}`;
}
