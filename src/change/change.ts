import { createHash } from "node:crypto";
import { compareText } from "../core/source.ts";
import type { Change, DeploymentDifference, Risk, TreeName } from "../model/change.ts";
import { compareDeployment, type DeploymentPair, pairDeployments } from "./deployments.ts";
import { newDestinations } from "./destinations.ts";
import { createCompareObjects } from "./objects.ts";
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
  const compared = pairsOf(trees).map((pair) => {
    const pairs = pairDeployments(pair);
    const differences = pairs.flatMap((one): readonly (readonly [DeploymentPair, DeploymentDifference])[] => {
      const difference = compareDeployment(pair, one, compare);
      return difference ? [[one, difference]] : [];
    });
    const policy = comparePolicy(pair);
    const risks = [
      ...policyRisks(pair, policy),
      ...newDestinations(pair, pairs),
      ...sharings(pair, pairs),
      ...removals(pair, differences),
      ...recipientChanges(pair, pairs, lookup),
      ...shadowings(pair, pairs),
      ...liftings(pair, pairs),
      ...oddTexts(pair, differences),
    ];
    return { pairs, differences: differences.map(([, one]) => one), policy, risks };
  });
  const deployments = compared.flatMap(({ differences }) => differences);
  const policy = compared.flatMap((one) => one.policy);
  return {
    id: identify(trees, deployments, policy),
    tool: trees.tool,
    base: trees.base,
    head: trees.head,
    deployments,
    policy,
    risks: sortRisks([...trees.risks, ...compared.flatMap(({ risks }) => risks)]),
    compared: compared.reduce((sum, { pairs }) => sum + pairs.length, 0),
  };
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
