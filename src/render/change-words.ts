import type {
  Change,
  DeploymentDifference,
  FieldDifference,
  ObjectDifference,
  PolicyDifference,
  Risk,
} from "../model/change.ts";

// What texts and Markdown say of changes in the same words.

export interface Counts {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
}

/** Objects of Deployments, each counted in every Deployment that it is in. */
export function countObjects(deployments: readonly DeploymentDifference[]): Counts {
  const all = deployments.flatMap(({ objects }) => objects.map(({ action }) => action));
  const count = (action: ObjectDifference["action"]) => all.filter((one) => one === action).length;
  return { add: count("add"), change: count("change"), remove: count("remove") };
}

/** "2 added, 1 changed"; "nothing changes in 12 Deployments". */
export function verdictOf({ deployments, policy, risks, compared }: Change): string {
  if (deployments.length === 0 && policy.length === 0 && risks.length === 0) {
    return `nothing changes in ${counted(compared, "Deployment")}`;
  }
  const { add, change, remove } = countObjects(deployments);
  const parts = [
    add > 0 ? `${add} added` : "",
    change > 0 ? `${change} changed` : "",
    remove > 0 ? `${remove} removed` : "",
    policy.length > 0 ? `${counted(policy.length, "difference")} of policy` : "",
    risks.length > 0 ? counted(risks.length, "risk") : "",
  ];
  const told = parts.filter((part) => part !== "").join(", ") || "no object changes";
  return `${counted(deployments.length, "Deployment")}: ${told}`;
}

/** "1 Deployment", "2 Deployments". */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** `"DEV" → "PROD"` of what may be shown, else a word. */
export function fieldText({ action, word, shown, isSealed }: FieldDifference): string {
  const { from, to } = shown ?? {};
  if (action === "change") return from !== undefined && to !== undefined ? `${from} → ${to}` : word;
  if (action === "set") return to === undefined ? (isSealed ? "sealed" : "set") : to;
  return from === undefined ? "unset" : `unset (was ${from})`;
}

/** As `environments.production.protected: false → true`. */
export function policyText({ path, action, from, to }: PolicyDifference): string {
  if (path === undefined) return action === "add" ? "new" : "gone";
  return `${path}: ${from ?? "not set"} → ${to ?? "not set"}`;
}

/** Those that the differences of policy do not tell better. */
export function otherRisks({ risks }: Change): readonly Risk[] {
  return risks.filter(({ kind }) => kind !== "policy-changed");
}

/** Deployments that the very same happens to. */
export interface Group {
  readonly members: readonly DeploymentDifference[];
  readonly first: DeploymentDifference;
}

/** In order of their first member. */
export function groupsOf(deployments: readonly DeploymentDifference[]): readonly Group[] {
  const keyOf = ({ action, place, objects, protected: isProtected }: DeploymentDifference) =>
    JSON.stringify([action, place, objects, isProtected], (key, value) => (key === "at" ? undefined : value));
  return [...Map.groupBy(deployments, keyOf).values()].map((members) => ({
    members,
    first: members[0] as DeploymentDifference,
  }));
}

/** "production, protected", of all members. */
export function factsOf({ members, first }: Group): string {
  const environments = [...new Set(members.map(({ environment }) => environment))];
  const { protected: isProtected, action } = first;
  return [
    ...environments,
    ...(isProtected ? ["protected"] : []),
    ...(action === "change" ? [] : [STATE[action]]),
  ].join(", ");
}

const STATE = { add: "new", remove: "gone" } as const;

export function nameOf({ workspace, deployment }: DeploymentDifference): string {
  return `${workspace}/${deployment}`;
}
