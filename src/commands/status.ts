import { type Diagnostic, sortDiagnostics } from "../core/diagnostic.ts";
import { compareText } from "../core/source.ts";
import { OBJECT_KINDS } from "../model/declaration.ts";
import type { LiveSecret } from "../model/live.ts";
import type { Applied, LiveStatus } from "../model/status.ts";
import type { Outcome } from "../outcome.ts";
import { heldNames } from "../plan/compare.ts";
import { ownDeployment } from "../plan/ownership.ts";
import { isSameSite, type Observation } from "../plan/planning.ts";
import { nameOf, RECORD, readRecord, recordJson, type SecretRecord } from "../plan/record.ts";
import type { Clusters, Files, History } from "../ports.ts";
import { statusText } from "../render/status-text.ts";
import { isOutcome, type Narrowing, openEstate } from "./estate.ts";
import { observe } from "./live/observe.ts";
import { scopeOf } from "./live/scope.ts";
import { closedTargets, type Target } from "./live/wanted.ts";

export interface StatusPorts {
  readonly files: Files;
  readonly clusters: Clusters;
  readonly history: History;
  readonly now: Date;
}

/** `jackfield status`: what is live, from which commit, how old; without keys, by the records that every Secret carries. */
export async function status(ports: StatusPorts, narrowing: Narrowing): Promise<Outcome> {
  const estate = openEstate(ports.files, narrowing);
  if (isOutcome(estate)) return estate;
  const scope = scopeOf(estate, narrowing);
  if ("result" in scope) return scope;
  const targets = closedTargets(scope);
  const observed = await observe(ports.clusters, targets, []);
  for (const cluster of observed.clusters.values()) cluster.close();
  const deployments = observed.targets.map((target) => statusOf(target, observed.observation, ports));
  const diagnostics: readonly Diagnostic[] = [...estate.diagnostics, ...observed.diagnostics];
  return {
    diagnostics: sortDiagnostics(diagnostics),
    result: { deployments },
    text: statusText(deployments),
    compiled: estate.compiled,
  };
}

function statusOf({ wanted }: Target, { found, unread }: Observation, ports: StatusPorts): LiveStatus {
  const { workspace, identity, deployment, site } = wanted;
  const names = [deployment.name.value, deployment.renamedFrom];
  const own = found.filter(
    (one) => isSameSite(one.site, site) && names.includes(ownDeployment(identity, one.live) ?? ""),
  );
  const secrets = own.map(({ live }) => ({
    live,
    record: readRecord(live.annotations.get(RECORD)?.reveal()),
  }));
  return {
    workspace,
    deployment: deployment.name.value,
    environment: deployment.environment.value,
    cluster: site.cluster,
    namespace: site.namespace,
    ...(deployment.paused !== undefined && { paused: deployment.paused }),
    reached: !unread.some((one) => isSameSite(one, site)),
    secrets: own.length,
    objects: countObjects(secrets),
    applied: appliedOf(secrets, ports),
    records: Object.fromEntries(
      secrets.map(({ live, record }) => [live.name, record ? recordJson(record) : null]),
    ),
  };
}

interface Recorded {
  readonly live: LiveSecret;
  readonly record: SecretRecord | undefined;
}

function countObjects(secrets: readonly Recorded[]): LiveStatus["objects"] {
  const names = secrets.flatMap(({ live, record }) => heldNames(live, record));
  const once = [...new Map(names.map((name) => [nameOf(name), name])).values()];
  return Object.fromEntries(
    OBJECT_KINDS.map((kind) => [kind, once.filter((one) => one.kind === kind).length]),
  );
}

function appliedOf(secrets: readonly Recorded[], { history, now }: StatusPorts): readonly Applied[] {
  const applied = new Map<string, Applied>();
  for (const { record } of secrets) {
    if (!record) continue;
    const { commit, modified, tool, breakGlass } = record;
    const seconds = commit === undefined ? undefined : history.committedAt(commit);
    const one: Applied = {
      ...(commit !== undefined && { commit }),
      ...(seconds !== undefined && {
        committed: new Date(seconds * 1000).toISOString(),
        age: Math.max(0, Math.floor(now.getTime() / 1000 - seconds)),
      }),
      ...(modified && { modified }),
      tool,
      ...(breakGlass !== undefined && { breakGlass }),
    };
    applied.set(JSON.stringify(one), one);
  }
  return [...applied].sort(([a], [b]) => compareText(a, b)).map(([, one]) => one);
}
