import { compareText, type Span } from "../core/source.ts";
import type { PolicyDifference } from "../model/change.ts";
import type { Declarations } from "../model/declaration.ts";
import type { MapNode, Node } from "../model/tree.ts";
import { nameOf, type Pair, type Side } from "./side.ts";

/** How the policy of a Workspace differs, by document and path; sorted. Comments, layout and the order of keys are no difference. */
export function comparePolicy(pair: Pair): readonly PolicyDifference[] {
  const { base, head } = pair;
  const subjects = [...new Set([...(base?.policy.keys() ?? []), ...(head?.policy.keys() ?? [])])];
  return subjects.sort(compareSubjects).flatMap((subject) => {
    const [from, to] = [base?.policy.get(subject), head?.policy.get(subject)];
    const common = { workspace: nameOf(pair), subject };
    if (!from || !to) {
      const at = (to ?? from)?.entries[0]?.keySpan;
      const environments = environmentsOf(pair, subject, "");
      return [{ ...common, action: actionOf(from, to), environments, ...(at && { at }) }];
    }
    return compareDocuments(from, to).map(({ path, ...rest }) => ({
      ...common,
      path,
      ...rest,
      environments: environmentsOf(pair, subject, path),
    }));
  });
}

export const WORKSPACE = "Workspace";

function compareSubjects(one: string, other: string): number {
  return Number(other === WORKSPACE) - Number(one === WORKSPACE) || compareText(one, other);
}

interface Leaf {
  readonly json: string;
  readonly at: Span;
}

function compareDocuments(from: MapNode, to: MapNode) {
  const [before, now] = [leavesOf(from), leavesOf(to)];
  const paths = [...new Set([...before.keys(), ...now.keys()])].sort(compareText);
  return paths.flatMap((path) => {
    const [old, own] = [before.get(path), now.get(path)];
    if (old?.json === own?.json) return [];
    const at = (own ?? old)?.at;
    return [
      {
        path,
        action: actionOf(old, own),
        ...(old && { from: old.json }),
        ...(own && { to: own.json }),
        ...(at && { at }),
      },
    ];
  });
}

function actionOf(from: unknown, to: unknown): PolicyDifference["action"] {
  if (from === undefined) return "add";
  return to === undefined ? "remove" : "change";
}

/** Values by path, below `metadata` and `spec`; a list is one value. */
function leavesOf(root: MapNode): ReadonlyMap<string, Leaf> {
  const found = new Map<string, Leaf>();
  const visit = (map: MapNode, prefix: string): void => {
    for (const { key, keySpan, value } of map.entries) {
      const path = prefix === "" ? key : `${prefix}.${key}`;
      if (value.kind === "map" && value.entries.length > 0) visit(value, path);
      else found.set(path.replace(/^spec\./, ""), { json: jsonOf(value), at: keySpan });
    }
  };
  visit(root, "");
  return found;
}

function jsonOf(node: Node): string {
  switch (node.kind) {
    case "scalar":
      return typeof node.value === "bigint" ? String(node.value) : JSON.stringify(node.value);
    case "sealed":
      return '"sealed"';
    case "seq":
      return `[${node.items.map(jsonOf).join(", ")}]`;
    case "map":
      return `{${node.entries.map(({ key, value }) => `${JSON.stringify(key)}: ${jsonOf(value)}`).join(", ")}}`;
  }
}

/** The values of one policy document of a Workspace, as JSON by path; without a value: it has no such document. */
export function policyValues({ policy }: Side, subject: string): ReadonlyMap<string, string> | undefined {
  const root = policy.get(subject);
  return root && new Map([...leavesOf(root)].map(([path, { json }]) => [path, json]));
}

/** The environments whose Deployments a difference touches, before or now; sorted. */
export function environmentsOf({ base, head }: Pair, subject: string, path: string): readonly string[] {
  const sides = [base, head].filter((side) => side !== undefined);
  const touched = sides.flatMap(({ declarations }) =>
    subject === WORKSPACE
      ? byPath(declarations, path)
      : ofDeployment(declarations, subject.slice("Deployment ".length)),
  );
  return [...new Set(touched)].sort(compareText);
}

function ofDeployment({ deployments }: Declarations, name: string): readonly string[] {
  return deployments.filter((one) => one.name.value === name).map((one) => one.environment.value);
}

function byPath({ workspace, deployments }: Side["declarations"], path: string): readonly string[] {
  const environments = [...workspace.environments.keys()];
  const [head = "", ...rest] = path.split(".");
  const named = rest.join(".");
  if (head === "environments")
    return environments.filter((one) => named === one || named.startsWith(`${one}.`));
  if (head !== "clusters") return environments;
  const isIn = (cluster: string) => named === cluster || named.startsWith(`${cluster}.`);
  return deployments.filter((one) => isIn(one.cluster.value)).map((one) => one.environment.value);
}
