import type { DeploymentDifference, ObjectDifference, PolicyDifference, Risk } from "../model/change.ts";
import type { EffectiveObject } from "../model/effective.ts";
import { type DeploymentPair, deploymentOf, protects } from "./deployments.ts";
import { count, risk, words } from "./risk.ts";
import { nameOf, type Pair } from "./side.ts";

/** Each difference of policy heads what is told (design: 3.5). */
export function policyRisks(pair: Pair, policy: readonly PolicyDifference[]): readonly Risk[] {
  return policy.map(({ subject, path, action, environments, at }) => ({
    kind: "policy-changed",
    workspace: nameOf(pair),
    environments,
    deployments: [],
    protected: environments.some((one) => protects(pair.base, one) || protects(pair.head, one)),
    message: `policy: ${subject === "Workspace" ? subject : `\`${subject}\``}${path === undefined ? "" : ` \`${path}\``} ${PAST[action]}`,
    ...(at && { at }),
  }));
}

const PAST = { add: "is new", change: "changed", remove: "is gone" } as const;

/** What is taken away, by object, and Deployments that are gone. */
export function removals(
  pair: Pair,
  differences: readonly (readonly [DeploymentPair, DeploymentDifference])[],
): readonly Risk[] {
  const gone = differences.filter(([, { action }]) => action === "remove");
  const whole = gone.map(([one, { deployment, had }]) => {
    const message = `Deployment \`${deployment}\` is gone, and with it ${count(had, "object")}`;
    return risk({ kind: "removed", pair, deployments: [one], message, at: deploymentOf(one).name.at });
  });
  const lost = differences
    .filter(([, { action }]) => action === "change")
    .flatMap(([one, { objects }]) =>
      objects.filter(({ action }) => action === "remove").map((object) => ({ one, object })),
    );
  const groups = Map.groupBy(lost, ({ object }) => `${object.kind}/${object.id}`);
  const each = [...groups.values()].map((group) => {
    const deployments = group.map(({ one }) => one);
    const { object } = group[0] as (typeof group)[number];
    const message = `${words(object)} is taken from ${count(deployments.length, "Deployment")}`;
    return risk({ kind: "removed", pair, deployments, object, message, at: object.at });
  });
  return [...whole, ...each];
}

/** Objects that every present and future Deployment gets now, and did not. */
export function sharings(pair: Pair, deployments: readonly DeploymentPair[]): readonly Risk[] {
  const before = new Set(sharedWithAll(pair.base).map(({ kind, id }) => `${kind}/${id.value}`));
  return sharedWithAll(pair.head)
    .filter(({ kind, id }) => !before.has(`${kind}/${id.value}`))
    .map(({ kind, id, sharing }) => {
      const object = { kind, id: id.value };
      const reached = deployments.filter(({ head }) => head?.objects.some((one) => isIt(one, object)));
      const message = `${words(object)} is shared with all Deployments, present and future`;
      return risk({ kind: "newly-shared", pair, deployments: reached, object, message, at: sharing.at });
    });
}

function isIt({ kind, id }: EffectiveObject, object: Pick<ObjectDifference, "kind" | "id">): boolean {
  return kind === object.kind && id === object.id;
}

function sharedWithAll(side: Pair["head"]) {
  if (!side) return [];
  const { objects, links } = side.declarations;
  const linked = new Set(
    [...links, ...objects.flatMap((one) => one.links)]
      .filter(({ to }) => to.kind === "all")
      .map(({ object: { kind, id } }) => `${kind}/${id.value}`),
  );
  return objects.filter(
    (one) =>
      one.deployment === undefined &&
      (one.sharing.value === "all" || linked.has(`${one.kind}/${one.id.value}`)),
  );
}

/** A Deployment's own object in the place of the Workspace's: changed in one place, it is not changed in the other. */
export function shadowings(pair: Pair, deployments: readonly DeploymentPair[]): readonly Risk[] {
  return deployments.flatMap((one) => {
    const before = new Map(one.base?.objects.map((object) => [`${object.kind}/${object.id}`, object]));
    return (one.head?.objects ?? []).flatMap((object) => {
      const old = before.get(`${object.kind}/${object.id}`);
      if (!old || old.declaration.deployment || !object.declaration.deployment) return [];
      const message = `${words(object)} of Deployment \`${deploymentOf(one).name.value}\` now stands before the Workspace's`;
      const at = object.declaration.id.at;
      return [risk({ kind: "shadowed", pair, deployments: [one], object, message, at })];
    });
  });
}

/** Objects that may be taken away from now on. */
export function liftings(pair: Pair, deployments: readonly DeploymentPair[]): readonly Risk[] {
  const keyOf = ({ kind, id, deployment }: (typeof protectedBefore)[number]) =>
    `${kind}/${id.value}/${deployment?.value ?? ""}`;
  const protectedBefore = (pair.base?.declarations.objects ?? []).filter(({ protect }) => protect);
  const now = new Set((pair.head?.declarations.objects ?? []).filter(({ protect }) => protect).map(keyOf));
  return protectedBefore
    .filter((one) => !now.has(keyOf(one)))
    .map((one) => {
      const object = { kind: one.kind, id: one.id.value };
      const reached = deployments.filter(({ base }) => base?.objects.some((two) => isIt(two, object)));
      const message = `${words(object)} is not protected from removal any more`;
      return risk({ kind: "protection-lifted", pair, deployments: reached, object, message, at: one.id.at });
    });
}

/** Text that may look like other text: letters of other scripts in ids and in what is shown. */
export function oddTexts(
  pair: Pair,
  differences: readonly (readonly [DeploymentPair, DeploymentDifference])[],
): readonly Risk[] {
  const found = differences.flatMap(([one, { objects }]) =>
    objects.flatMap((object) => {
      const odd = object.fields.filter(
        ({ path, shown }) => isOdd(path) || (path !== "description" && isOdd(shown?.to ?? "")),
      );
      if (isOdd(object.id)) return [{ one, object, path: "id", at: object.at }];
      return odd.map(({ path, at }) => ({ one, object, path, at }));
    }),
  );
  const groups = Map.groupBy(found, ({ object, path }) => `${object.kind}/${object.id}\0${path}`);
  return [...groups.values()].map((group) => {
    const { object, path, at } = group[0] as (typeof group)[number];
    const message = `${words(object)}: \`${path}\` holds letters that are easily taken for others`;
    return risk({ kind: "odd-text", pair, deployments: group.map(({ one }) => one), object, message, at });
  });
}

/** What is beyond ASCII, as it stands or as JSON escapes it. */
function isOdd(text: string): boolean {
  return /[^\t\n\r\x20-\x7e]|\\u(?!00[0-7])[0-9a-f]{4}/i.test(text);
}
