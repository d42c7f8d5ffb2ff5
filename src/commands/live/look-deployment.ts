import { inPool } from "../../apply/pool.ts";
import type { KubernetesInspection, LiveCluster } from "../../cluster-ports.ts";
import { type Finding, trouble } from "../../doctor/finding.ts";
import { judgeNamespace } from "../../doctor/places.ts";
import { judgePods } from "../../doctor/pods.ts";
import { judgeRights, type Needy, rightsIn, roleFor } from "../../doctor/rights.ts";
import { isEnvironment } from "../../emit/check.ts";
import { baseName, envSecretName } from "../../emit/names.ts";
import type { EffectiveDeployment } from "../../model/effective.ts";
import { attempt } from "./attempt.ts";
import type { NeededRole, Subject } from "./look.ts";
import { deploymentName, lookAtSize } from "./look-size.ts";

/** A cluster of Kubernetes that answers. */
export interface Answering {
  readonly live: LiveCluster;
  readonly inspect: KubernetesInspection;
  /** What the Workspace calls it. */
  readonly cluster: string;
}

export interface LookedAtDeployment {
  readonly findings: readonly Finding[];
  readonly roles: readonly NeededRole[];
}

/** Questions of one Deployment that are under way at a time. */
const QUESTIONS = 4;

/** All that a Deployment needs in its cluster, one thing whatever the others come to. */
export async function lookAtDeployment(at: Answering, subject: Subject): Promise<LookedAtDeployment> {
  const [rights, namespace, size, pods] = await Promise.all([
    lookAtRights(at, subject),
    lookAtNamespace(at, subject),
    lookAtSize(at.live, subject),
    lookAtPods(at, subject),
  ]);
  return { findings: [...rights.findings, namespace, size, ...pods], roles: rights.roles };
}

async function lookAtRights({ inspect, cluster }: Answering, subject: Subject): Promise<LookedAtDeployment> {
  const { deployment } = subject.placed.effective;
  const about = deploymentName(subject);
  const base = baseName(deployment);
  const needy: Needy = {
    delivery: deployment.delivery,
    namespace: deployment.namespace.value,
    base,
    secrets: [base, envSecretName(deployment)],
  };
  const role = roleFor(needy);
  const rights = rightsIn(role.rules, needy.namespace);
  const answers = await attempt(() =>
    inPool(rights, QUESTIONS, async (right) => ({ right, isAllowed: await inspect.may(right) })),
  );
  if ("code" in answers) return { findings: [trouble(about, "rights", answers)], roles: [] };
  const missing = answers.filter(({ isAllowed }) => !isAllowed).map(({ right }) => right);
  return {
    findings: judgeRights(about, deployment.name.value, missing),
    roles: missing.length === 0 ? [] : [{ cluster, manifest: role }],
  };
}

async function lookAtNamespace({ inspect, cluster }: Answering, subject: Subject): Promise<Finding> {
  const about = deploymentName(subject);
  const { value: namespace } = subject.placed.effective.deployment.namespace;
  const state = await attempt(async () => ({ is: await inspect.namespace(namespace) }));
  if ("code" in state) return trouble(about, "namespace", state);
  return judgeNamespace(about, { namespace, cluster }, state.is);
}

async function lookAtPods({ inspect }: Answering, subject: Subject): Promise<readonly Finding[]> {
  const about = deploymentName(subject);
  const { effective } = subject.placed;
  const { deployment } = effective;
  const { value: namespace } = deployment.namespace;
  const env = hasEnvironment(effective) ? envSecretName(deployment) : undefined;
  const seen = await attempt(async () => ({ pods: await inspect.pods(namespace) }));
  if ("code" in seen) return [trouble(about, "pods", seen)];
  // Whether we may read it is judged with the rights.
  const written =
    env === undefined
      ? undefined
      : await attempt(async () => ({ time: await inspect.writtenAt(namespace, env) }));
  const reading = {
    about,
    namespace,
    delivery: deployment.delivery,
    file: baseName(deployment),
    ...(env !== undefined && { env }),
    ...(written && "time" in written && written.time !== undefined && { envWrittenAt: written.time }),
  };
  return judgePods(reading, seen.pods);
}

/** True if it has a Secret for `envFrom`. */
function hasEnvironment({ deployment, objects }: EffectiveDeployment): boolean {
  return deployment.delivery === "env" || objects.some((object) => isEnvironment(object, deployment));
}
