import { compareText } from "../core/source.ts";
import type { LiveSecret } from "../model/live.ts";
import type { SecretView } from "../model/manifest.ts";
import type { DeploymentPlan, ObjectName, Operation, Reason } from "../model/plan.ts";
import { compareNames, heldNames } from "./compare.ts";
import { OWNER, ownDeployment, ownerOf } from "./ownership.ts";
import { planSecret } from "./plan-secret.ts";
import {
  isSameSite,
  type Observation,
  type Orphan,
  type Planning,
  type Site,
  type Wanted,
} from "./planning.ts";
import { nameOf, RECORD, readRecord } from "./record.ts";

/** What was found, by site and name; and at each site by the id that Airflow would look it up by. */
interface Index {
  readonly byName: ReadonlyMap<string, LiveSecret>;
  readonly byId: ReadonlyMap<string, readonly LiveSecret[]>;
}

interface OwnedSecret {
  readonly site: Site;
  readonly live: LiveSecret;
  readonly identity: string;
  /** As its label says. */
  readonly deployment: string;
}

/** What is to happen in each Deployment, those that are gone too. Sorted by Workspace and name. */
export function planDeployments(planning: Planning): readonly DeploymentPlan[] {
  const owned = ownedSecrets(planning);
  const index = indexOf(planning.observation);
  const current = planning.wanted.map((wanted) => planWanted(wanted, owned, index, planning));
  const gone = [...planGone(owned, planning)];
  return [...current, ...gone].sort(
    (a, b) => compareText(a.workspace, b.workspace) || compareText(a.deployment, b.deployment),
  );
}

function ownedSecrets({ observation, workspaces }: Planning): readonly OwnedSecret[] {
  return observation.found.flatMap(({ site, live }) => {
    for (const identity of workspaces.keys()) {
      const deployment = ownDeployment(identity, live);
      if (deployment !== undefined) return [{ site, live, identity, deployment }];
    }
    return [];
  });
}

function indexOf({ found }: Observation): Index {
  const byId = new Map<string, LiveSecret[]>();
  for (const { site, live } of found) {
    for (const id of idsOf(live.labels)) {
      const key = `${siteKey(site)}\0${id}`;
      const others = byId.get(key);
      if (others) others.push(live);
      else byId.set(key, [live]);
    }
  }
  return { byName: new Map(found.map(({ site, live }) => [`${siteKey(site)}\0${live.name}`, live])), byId };
}

function siteKey({ key, namespace }: Site): string {
  return `${key}\0${namespace}`;
}

function planWanted(
  wanted: Wanted,
  all: readonly OwnedSecret[],
  index: Index,
  planning: Planning,
): DeploymentPlan {
  const { deployment, identity, secrets, site } = wanted;
  const names = [
    deployment.name.value,
    ...(deployment.renamedFrom === undefined ? [] : [deployment.renamedFrom]),
  ];
  const own = all.filter((one) => one.identity === identity && names.includes(one.deployment));
  const secretNames = new Set(secrets.map(({ name }) => name));
  const isWanted = (one: OwnedSecret) => isSameSite(one.site, site) && secretNames.has(one.live.name);
  const gone = own.filter((one) => !isWanted(one));
  const unread = planning.observation.unread.some((one) => isSameSite(one, site));
  const orphans = planning.observation.orphans.filter(
    (one) => one.identity === identity && names.includes(one.deployment),
  );
  const operations = [
    ...secrets.map((view) => (unread ? unknown(view, site) : planOne(view, wanted, index, planning.adopted))),
    ...gone.map((one) => deletion(one, isSameSite(one.site, site) ? undeliveredOr(one, wanted) : "moved")),
    ...orphans.map(orphan),
  ];
  const gets = secrets.flatMap(({ keys }) => [...keys.values()].flatMap(({ objects }) => objects));
  return {
    workspace: wanted.workspace,
    deployment: deployment.name.value,
    environment: deployment.environment.value,
    protected: wanted.protected,
    ...(deployment.paused !== undefined && { paused: deployment.paused }),
    keyed: wanted.manifests !== undefined,
    ...losses(own, gets),
    operations: sortOperations(operations),
  };
}

function undeliveredOr(one: OwnedSecret, { deployment }: Wanted): Reason {
  return one.deployment === deployment.name.value ? "undelivered" : "moved";
}

function planOne(
  view: SecretView,
  wanted: Wanted,
  { byName, byId }: Index,
  adopted: string | undefined,
): Operation {
  const { deployment, identity, site, manifests, policyDigest, before } = wanted;
  const owners = [deployment.name.value, deployment.renamedFrom ?? deployment.name.value].map((name) =>
    ownerOf(identity, name),
  );
  const namesakes = idsOf(view.labels).flatMap((id) => byId.get(`${siteKey(site)}\0${id}`) ?? []);
  return planSecret({
    at: placeOf(site, view.name),
    view,
    labels: new Map([...view.labels, [OWNER, ownerOf(identity, deployment.name.value)]]),
    manifest: manifests?.get(view.name),
    live: byName.get(`${siteKey(site)}\0${view.name}`),
    owners,
    // Airflow would take whichever of the two it finds first.
    rival: namesakes.find(
      ({ name, labels }) => name !== view.name && !owners.includes(labels.get(OWNER) ?? ""),
    ),
    isAdopted: adopted === `${site.namespace}/${view.name}`,
    policyDigest,
    before,
  });
}

const ID_LABELS = ["airflow.apache.org/connection-id", "airflow.apache.org/variable-key"];

function idsOf(labels: ReadonlyMap<string, string>): readonly string[] {
  return ID_LABELS.flatMap((label) => (labels.has(label) ? [`${label}=${labels.get(label)}`] : []));
}

/** A Deployment of a Workspace, as a key of sets. */
export function deploymentKey(identity: string, deployment: string): string {
  return `${identity}\0${deployment}`;
}

function* planGone(all: readonly OwnedSecret[], planning: Planning): Generator<DeploymentPlan> {
  const { atHead, isInScope, workspaces, observation } = planning;
  const keyOf = (one: { identity: string; deployment: string }) =>
    deploymentKey(one.identity, one.deployment);
  const left = all.filter((one) => !atHead.has(keyOf(one)) && isInScope(one.site));
  const lost = observation.orphans.filter((one) => !atHead.has(keyOf(one)));
  for (const key of new Set([...left, ...lost].map(keyOf))) {
    const [identity = "", deployment = ""] = key.split("\0");
    const own = left.filter((one) => keyOf(one) === key);
    const operations = [
      ...own.map((one) => deletion(one, "removed")),
      ...lost.filter((one) => keyOf(one) === key).map(orphan),
    ];
    yield {
      workspace: workspaces.get(identity) ?? identity,
      deployment,
      protected: false,
      keyed: true,
      ...losses(own, []),
      operations: sortOperations(operations),
    };
  }
}

/** What lives, what is to, and what would be lost, by name, however it is delivered. */
function losses(
  own: readonly OwnedSecret[],
  gets: readonly ObjectName[],
): Pick<DeploymentPlan, "had" | "gets" | "loses"> {
  const had = new Map<string, ObjectName>();
  for (const { live } of own) {
    for (const name of heldNames(live, readRecord(live.annotations.get(RECORD)?.reveal()))) {
      had.set(nameOf(name), name);
    }
  }
  const wanted = new Set(gets.map(nameOf));
  const loses = [...had].filter(([name]) => !wanted.has(name)).map(([, object]) => object);
  return { had: had.size, gets: wanted.size, loses: loses.sort(compareNames) };
}

function deletion({ site, live }: OwnedSecret, reason: Reason): Operation {
  const objects = heldNames(live, readRecord(live.annotations.get(RECORD)?.reveal()));
  return {
    ...EMPTY,
    ...placeOf(site, live.name),
    action: "delete",
    reason,
    seen: live.seen,
    objects: [...objects].sort(compareNames).map((one) => ({ ...one, action: "remove", fields: [] })),
  };
}

const EMPTY = { objects: [], strayKeys: [], residue: [], labels: [] } as const;

function unknown({ name }: SecretView, site: Site): Operation {
  return { ...EMPTY, ...placeOf(site, name), action: "unknown", reason: "unreachable" };
}

function orphan({ site, secret }: Orphan): Operation {
  return { ...EMPTY, ...placeOf(site, secret), action: "orphan", reason: "unreachable" };
}

function placeOf({ key, cluster, namespace }: Site, secret: string) {
  return { clusterKey: key, cluster, namespace, secret };
}

function sortOperations(operations: readonly Operation[]): readonly Operation[] {
  return [...operations].sort(
    (a, b) =>
      compareText(a.cluster, b.cluster) ||
      compareText(a.namespace, b.namespace) ||
      compareText(a.secret, b.secret),
  );
}
