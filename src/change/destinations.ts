import { once } from "../core/once.ts";
import { contentsOf, destinationOf, holdsSecret } from "../destination/destination.ts";
import { baseName } from "../model/base-name.ts";
import type { Risk, Touched } from "../model/change.ts";
import type { EffectiveDeployment, EffectiveObject } from "../model/effective.ts";
import { leaves } from "../model/tree.ts";
import { type DeploymentPair, deploymentOf, protects } from "./deployments.ts";
import { risk, words } from "./risk.ts";
import { identityOf, type Pair, type Side } from "./side.ts";

/** Where a credential that a protected environment uses is sent in the base tree, and which environments these are. */
interface Use {
  readonly destinations: Set<string>;
  readonly environments: Map<string, Touched>;
}

/** By ciphertext, over all Workspaces: a sealed file can be copied into another one. */
export type Used = ReadonlyMap<string, Use>;

/** A Workspace and its Deployments, in both trees. */
export interface Paired {
  readonly pair: Pair;
  readonly pairs: readonly DeploymentPair[];
}

/** New destinations, and the environments whose credentials are sent there. */
export interface Redirected {
  readonly risks: readonly Risk[];
  readonly touches: readonly Touched[];
}

interface Sent {
  readonly pair: DeploymentPair;
  readonly object: EffectiveObject;
  /** Undefined: it had none there. */
  readonly before: EffectiveObject | undefined;
  readonly base: EffectiveDeployment | undefined;
}

/**
 * Credentials that a protected environment already uses, and that are sent to where they were not sent before: whether or not they
 * changed too (design: 3.5). A ciphertext that turns up elsewhere counts as well.
 */
export function newDestinations({ pair, pairs }: Paired, used: Used): Redirected {
  if (used.size === 0) return { risks: [], touches: [] };
  const found = pairs.flatMap((one) => (one.head ? sentIn(one, one.head) : []));
  const moved = found.flatMap((sent) => {
    const why = whyNew(pair, sent, used);
    return why === undefined ? [] : [{ sent, why }];
  });
  const groups = Map.groupBy(moved, ({ sent: { object }, why }) => `${object.kind}/${object.id}\0${why}`);
  const risks = [...groups.values()].map((group) => {
    const [first] = group as [(typeof group)[number]];
    const { object, before } = first.sent;
    const found = risk({
      kind: "new-destination",
      pair,
      deployments: group.map(({ sent }) => sent.pair),
      object,
      message: `${words(object)}: its credential is sent to a new destination: ${first.why}`,
      at: placeOf(object, before),
    });
    return { ...found, protected: true };
  });
  const sources = moved.flatMap(({ sent: { object } }) =>
    ciphertextsOf(object).flatMap((one) => [...(used.get(one)?.environments.values() ?? [])]),
  );
  return { risks, touches: sources };
}

/** What protected environments use in the base tree, and everywhere that it is sent there. */
export function usedIn(all: readonly Paired[]): Used {
  const used = new Map<string, Use>();
  for (const { pair, pairs } of all) {
    for (const { base } of pairs) if (base && pair.base) addUses(used, pair.base, base);
  }
  return new Map([...used].filter(([, { environments }]) => environments.size > 0));
}

function addUses(used: Map<string, Use>, side: Side, base: EffectiveDeployment): void {
  const environment = base.deployment.environment.value;
  const touched = { identity: identityOf(side), environment };
  for (const object of base.objects) {
    for (const ciphertext of ciphertextsOf(object)) {
      const use = used.get(ciphertext) ?? { destinations: new Set(), environments: new Map() };
      use.destinations.add(textOf(side, base, object));
      if (protects(side, environment)) use.environments.set(`${touched.identity}\0${environment}`, touched);
      used.set(ciphertext, use);
    }
  }
}

function sentIn(pair: DeploymentPair, head: EffectiveDeployment): readonly Sent[] {
  const before = new Map(pair.base?.objects.map((one) => [`${one.kind}/${one.id}`, one]));
  return head.objects
    .filter(holdsSecret)
    .map((object) => ({ pair, object, before: before.get(`${object.kind}/${object.id}`), base: pair.base }));
}

/** In words; undefined: it is where it was, or nothing that a protected environment uses. */
function whyNew(pair: Pair, { pair: two, object, before, base }: Sent, used: Used): string | undefined {
  const head = two.head as EffectiveDeployment;
  if (base && before && holdsSecret(before) && protects(pair.base, base.deployment.environment.value)) {
    const paths = differing(destinationOf(base.deployment, before), destinationOf(head.deployment, object));
    if (paths.length > 0)
      return `${paths.map((path) => `\`${path}\``).join(", ")} ${paths.length === 1 ? "is" : "are"} new`;
  }
  const elsewhere = ciphertextsOf(object).some((ciphertext) => {
    const known = used.get(ciphertext);
    return known !== undefined && !known.destinations.has(textOf(pair.head as Side, head, object));
  });
  return elsewhere ? `Deployment \`${deploymentOf(two).name.value}\` had it not before` : undefined;
}

function differing(from: ReadonlyMap<string, string>, to: ReadonlyMap<string, string>): readonly string[] {
  return [...new Set([...from.keys(), ...to.keys()])].filter((path) => from.get(path) !== to.get(path));
}

const contentsText = once((object: EffectiveObject) => JSON.stringify([...contentsOf(object)]));

/** The sealed values that an object draws. */
export const ciphertextsOf = once(({ fields }: EffectiveObject): readonly string[] => {
  const drawn = [...fields.values()].filter(({ credential }) => credential !== undefined);
  return drawn.flatMap(({ value }) =>
    [...leaves(value)].flatMap((leaf) => (leaf.kind === "sealed" ? [leaf.ciphertext] : [])),
  );
});

function textOf(side: Side, { deployment }: EffectiveDeployment, object: EffectiveObject): string {
  const { cluster, namespace } = deployment;
  const place = [identityOf(side), cluster.value, namespace.value, baseName(deployment)];
  return [...place, contentsText(object)].join("\0");
}

/** What set the field that leads elsewhere. */
function placeOf(object: EffectiveObject, before: EffectiveObject | undefined) {
  if (!before) return object.declaration.id.at;
  const [path] = differing(contentsOf(before), contentsOf(object));
  return (
    (path === undefined ? undefined : object.fields.get(path)?.origins.at(-1)?.at) ?? object.declaration.id.at
  );
}
