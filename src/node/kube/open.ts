import type { LiveCluster } from "../../cluster-ports.ts";
import type { Cluster } from "../../model/declaration.ts";
import type { Environment } from "../sops-environment.ts";
import { endpointOf } from "./endpoint.ts";
import { inspectKube } from "./inspect.ts";
import { takeLock } from "./lock.ts";
import { kubeNamespaces } from "./namespaces.ts";
import { listSecrets, readIdentity, readSecret } from "./read.ts";
import type { Session } from "./session.ts";
import { createTransport, LIMITS, type Limits } from "./transport.ts";
import { answered, createSecret, removeSecret, updateSecret } from "./write.ts";

/**
 * The cluster behind a context of the kubeconfig, or around the pod that we run in. Nothing is asked of it yet. `limits`: how long a
 * request is tried. Throws PortFailure: JF700 to JF703.
 */
export function openKube(
  cluster: Cluster,
  context: string,
  env: Environment,
  limits: Limits = LIMITS,
): LiveCluster {
  const transport = createTransport(endpointOf(context, env), context, limits);
  const session: Session = { cluster: cluster.name.value, transport };
  return {
    name: session.cluster,
    identity: () => readIdentity(session),
    get: (namespace, name) => readSecret(session, namespace, name),
    list: (namespace) => listSecrets(session, namespace),
    namespaces: async () => undefined,
    create: (wanted, dryRun = false) => answered(() => createSecret(session, wanted, dryRun)),
    update: (wanted, seen, dryRun = false) => answered(() => updateSecret(session, wanted, seen, dryRun)),
    remove: (namespace, name, seen) => answered(() => removeSecret(session, namespace, name, seen)),
    lock: (namespace, name, holder) => takeLock(session, namespace, name, holder),
    previews: kubeNamespaces(session),
    inspect: inspectKube(session),
    close: transport.close,
  };
}
