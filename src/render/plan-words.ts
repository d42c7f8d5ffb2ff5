import type { Action, DeploymentPlan, ObjectChange, Operation, Plan, Reason } from "../model/plan.ts";

// What texts and Markdown say of plans in the same words.

/** In the order of summaries. */
const ACTIONS: readonly Action[] = [
  "create",
  "update",
  "record",
  "adopt",
  "delete",
  "conflict",
  "orphan",
  "unknown",
  "keep",
];

/** How many operations there are of each action, those that there are. */
export function countActions(plans: readonly DeploymentPlan[]): ReadonlyMap<Action, number> {
  const all = plans.flatMap(({ operations }) => operations.map(({ action }) => action));
  const counts = ACTIONS.map((action) => [action, all.filter((one) => one === action).length] as const);
  return new Map(counts.filter(([, count]) => count > 0));
}

const SUMMARY: Readonly<Record<Action, string>> = {
  create: "to create",
  update: "to update",
  record: "to note anew where it comes from",
  adopt: "to adopt",
  delete: "to delete",
  conflict: "in conflict",
  orphan: "out of reach",
  unknown: "unknown",
  keep: "as it should be",
};

/** "1 to create, 2 as it should be"; what is paused is counted apart. */
export function summaryOf(plans: readonly DeploymentPlan[]): string {
  const active = plans.filter(({ paused }) => paused === undefined);
  const held = plans
    .filter(({ paused }) => paused !== undefined)
    .flatMap(({ operations }) => operations.filter((one) => !isQuiet(one)));
  const parts = [...countActions(active)].map(([action, count]) => `${count} ${SUMMARY[action]}`);
  if (held.length > 0) parts.push(`${held.length} held, paused`);
  return parts.length === 0 ? "no Secrets" : parts.join(", ");
}

/** True if there is more to say than that all is as it should be. */
export function isQuiet({ action, withKey }: Operation): boolean {
  return action === "keep" && withKey === undefined;
}

/** What else is to be said of an operation, a sentence each. */
export function notesOf(operation: Operation): readonly string[] {
  const { reason, strayKeys, residue, labels, recreate, withKey } = operation;
  return [
    ...(reason === undefined ? [] : [reasonWords(reason, operation)]),
    ...(strayKeys.length > 0 ? [`takes away keys that are not ours: ${strayKeys.join(", ")}`] : []),
    ...(residue.length > 0 ? [`takes away copies of values: ${residue.join(", ")}`] : []),
    ...(labels.length > 0 ? [`puts labels right: ${labels.join(", ")}`] : []),
    ...(recreate ? ["deletes it and makes it anew: it was made immutable"] : []),
    ...(withKey ? [withKeyNote(operation)] : []),
  ];
}

function withKeyNote({ action, withKey }: Operation): string {
  if (withKey?.values === "same") return "with the key: the values are the same, re-encrypted only";
  if (action === "keep" || action === "record") {
    return "with the key: edited in the cluster, behind the same ciphertext";
  }
  return "with the key: less differs, only what follows";
}

function reasonWords(reason: Reason, { namespace, secret, other }: Operation): string {
  switch (reason) {
    case "removed":
      return "its Deployment is not in Git any more";
    case "moved":
      return "its Deployment is elsewhere now";
    case "undelivered":
      return "its Deployment does not have it any more";
    case "unowned":
      return `it is there, and not ours: \`jackfield adopt ${namespace}/${secret}\` takes it over`;
    case "owned-by-other":
      return "it belongs to another Deployment or Workspace";
    case "same-id":
      return `Secret ${other ?? ""} of somebody else has the same id for Airflow`;
    case "wrong-type":
      return "it is not of type Opaque, which nothing can change";
    case "leaving":
      return "it is being deleted, and a finalizer keeps it";
    case "unreachable":
      return "its cluster cannot be asked";
  }
}

/** Where a Deployment is, and what holds it: "production, eu/airflow-prod". */
export function factsOf({
  environment,
  operations,
  protected: isProtected,
  paused,
  keyed,
}: DeploymentPlan): readonly string[] {
  const places = [...new Set(operations.map(({ cluster, namespace }) => `${cluster}/${namespace}`))];
  return [
    environment ?? "not in Git any more",
    ...places,
    ...(isProtected ? ["protected"] : []),
    ...(paused === undefined ? [] : [`paused: ${paused}`]),
    ...(keyed || paused !== undefined ? [] : ["compared without its key"]),
  ];
}

/** Deployments of which there is something to say. */
export function tellable({ deployments }: Plan): readonly DeploymentPlan[] {
  return deployments.filter(({ operations }) => operations.some((one) => !isQuiet(one)));
}

/** The objects to name: what really differs where the key tells, none of a Secret that is only elsewhere now. */
export function toldObjects({ reason, withKey, objects }: Operation): readonly ObjectChange[] {
  if (reason === "moved") return [];
  return withKey ? withKey.objects : objects;
}
