import { compareText, type Span } from "../core/source.ts";
import { RISKS, type Risk, type RiskKind } from "../model/change.ts";
import type { ObjectName } from "../model/plan.ts";
import { type DeploymentPair, deploymentOf, protects } from "./deployments.ts";
import { nameOf, type Pair } from "./side.ts";

/** One risk in some Deployments of a Workspace. */
export interface Found {
  readonly kind: RiskKind;
  readonly pair: Pair;
  readonly deployments: readonly DeploymentPair[];
  readonly object?: ObjectName;
  readonly message: string;
  readonly at?: Span | undefined;
}

/** A risk with the environments that it touches, before and now. */
export function risk({ kind, pair, deployments, object, message, at }: Found): Risk {
  const environments = deployments.flatMap(({ base, head }) =>
    [base, head].flatMap((one) => (one ? [one.deployment.environment.value] : [])),
  );
  return {
    kind,
    workspace: nameOf(pair),
    environments: sorted(environments),
    deployments: sorted(deployments.map((one) => deploymentOf(one).name.value)),
    protected: environments.some((one) => protects(pair.base, one) || protects(pair.head, one)),
    ...(object && { object: { kind: object.kind, id: object.id } }),
    message,
    ...(at && { at }),
  };
}

/** By kind, protected environments first, then by what they say. */
export function sortRisks(risks: readonly Risk[]): readonly Risk[] {
  const orderOf = (one: Risk) => RISKS.indexOf(one.kind) * 2 + (one.protected ? 0 : 1);
  return [...risks].sort(
    (a, b) =>
      orderOf(a) - orderOf(b) || compareText(a.workspace, b.workspace) || compareText(a.message, b.message),
  );
}

export function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}

/** An object in a sentence. */
export function words({ kind, id }: ObjectName): string {
  return `${kind} \`${id}\``;
}

/** "1 Deployment", "2 Deployments". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
