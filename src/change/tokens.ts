import type { PlaceDifference } from "../model/change.ts";
import type { Deployment } from "../model/declaration.ts";
import type { FieldView } from "../model/manifest.ts";

/** Tells what a field holds from anything else it may hold: its JSON; sealed, its ciphertext. */
export function tokenOf(view: FieldView | undefined): string | undefined {
  if (!view) return undefined;
  return "sealed" in view ? `sealed ${view.sealed}` : `plain ${view.json}`;
}

interface PlaceValue {
  readonly path: PlaceDifference["path"];
  readonly value: string | undefined;
}

/** What of a Deployment decides where its Secrets are, and whether and how they are delivered; always in one order. */
export function placeOf(deployment: Deployment): readonly PlaceValue[] {
  const { environment, cluster, namespace, delivery, secretName, branch, paused } = deployment;
  return [
    { path: "environment", value: environment.value },
    { path: "cluster", value: cluster.value },
    { path: "namespace", value: namespace.value },
    { path: "delivery", value: delivery },
    { path: "secretName", value: secretName?.value },
    { path: "branch", value: branch },
    { path: "paused", value: paused },
  ];
}
