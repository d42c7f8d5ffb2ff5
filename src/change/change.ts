import { createHash } from "node:crypto";
import { compareText } from "../core/source.ts";
import type { Change, DeploymentDifference, Risk, Touched, TreeName } from "../model/change.ts";
import { compareDeployment, type DeploymentPair, pairDeployments } from "./deployments.ts";
import { newDestinations, type Paired, type Used, usedIn } from "./destinations.ts";
import { type CompareObjects, createCompareObjects } from "./objects.ts";
import { comparePolicy } from "./policy.ts";
import { recipientChanges } from "./recipients.ts";
import { sortRisks } from "./risk.ts";
import { liftings, oddTexts, policyRisks, removals, shadowings, sharings } from "./risks.ts";
import { identityOf, type Lookup, type Pair, type Side } from "./side.ts";

/** What a change is computed from. */
export interface Trees {
  readonly tool: string;
  readonly base: TreeName;
  readonly head: TreeName;
  readonly before: readonly Side[];
  readonly now: readonly Side[];
  /** Found by others: files that went back to an earlier version, say. */
  readonly risks: readonly Risk[];
  /** Of the policy that both were compiled with, where that is none of theirs. */
  readonly policy?: string | undefined;
}

/** The change from one tree to another (design: 3.4): the same trees give the same change. */
export function computeChange(trees: Trees, lookup: Lookup): Change {
  const compare = createCompareObjects(lookup);
  const paired = pairsOf(trees).map((pair) => ({ pair, pairs: pairDeployments(pair) }));
  const used = usedIn(paired);
  const compared = paired.map((one) => compareWorkspace(one, used, compare, lookup));
  const deployments = compared.flatMap((one) => one.deployments);
  const policy = compared.flatMap((one) => one.policy);
  return {
    id: identify(trees, deployments, policy),
    tool: trees.tool,
    base: trees.base,
    head: trees.head,
    deployments,
    policy,
    risks: sortRisks([...trees.risks, ...compared.flatMap(({ risks }) => risks)]),
    touches: sortTouched(compared.flatMap(({ touches }) => touches)),
    compared: paired.reduce((sum, { pairs }) => sum + pairs.length, 0),
  };
}

type ComparedWorkspace = Pick<Change, "deployments" | "policy" | "risks" | "touches">;

function compareWorkspace(
  { pair, pairs }: Paired,
  used: Used,
  compare: CompareObjects,
  lookup: Lookup,
): ComparedWorkspace {
  const differences = pairs.flatMap((one): readonly (readonly [DeploymentPair, DeploymentDifference])[] => {
    const difference = compareDeployment(pair, one, compare);
    return difference ? [[one, difference]] : [];
  });
  const policy = comparePolicy(pair);
  const redirected = newDestinations({ pair, pairs }, used);
  const reached = [
    ...policy.flatMap(({ environments }) => environments),
    ...differences.flatMap(([{ base, head }]) =>
      [base, head].flatMap((one) => (one ? [one.deployment.environment.value] : [])),
    ),
  ];
  const identity = identityOf((pair.head ?? pair.base) as Side);
  return {
    deployments: differences.map(([, one]) => one),
    policy,
    risks: [
      ...policyRisks(pair, policy),
      ...redirected.risks,
      ...sharings(pair, pairs),
      ...removals(pair, differences),
      ...recipientChanges(pair, pairs, lookup),
      ...shadowings(pair, pairs),
      ...liftings(pair, pairs),
      ...oddTexts(pair, differences),
    ],
    touches: [...reached.map((environment) => ({ identity, environment })), ...redirected.touches],
  };
}

function sortTouched(touches: readonly Touched[]): readonly Touched[] {
  const keyOf = ({ identity, environment }: Touched) => `${identity}\0${environment}`;
  const unique = new Map(touches.map((one) => [keyOf(one), one]));
  return [...unique.values()].sort((a, b) => compareText(keyOf(a), keyOf(b)));
}

/** Workspaces of both trees, told by their identity; sorted by name. */
function pairsOf({ before, now }: Trees): readonly Pair[] {
  const old = new Map(before.map((side) => [identityOf(side), side]));
  const own = new Map(now.map((side) => [identityOf(side), side]));
  const nameOf = ({ base, head }: Pair) => ((head ?? base) as Side).declarations.workspace.name.value;
  return [...new Set([...old.keys(), ...own.keys()])]
    .map((identity): Pair => ({ base: old.get(identity), head: own.get(identity) }))
    .sort((a, b) => compareText(nameOf(a), nameOf(b)));
}

const ID_DIGITS = 32;

/** Tool, policy, both trees and the operations. */
function identify({ tool, policy, base, head }: Trees, ...operations: readonly unknown[]): string {
  const withoutPlaces = (key: string, value: unknown) => (key === "at" ? undefined : value);
  const text = JSON.stringify([tool, policy ?? "", base.tree, head.tree, operations], withoutPlaces);
  return createHash("sha256").update(text).digest("hex").slice(0, ID_DIGITS);
}
