import { readFileSync } from "node:fs";
import { join } from "node:path";
import { diagnostic } from "../../core/diagnostic.ts";
import { PortFailure } from "../../ports.ts";
import type { Environment } from "../sops-environment.ts";
import { createCredentials } from "./credentials.ts";
import type { Endpoint } from "./endpoint.ts";
import { FILE_TOKEN_AGE } from "./user.ts";

/** Where the kubelet mounts the token of a pod's service account. */
const MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The cluster of the pod that we run in, as its service account. Throws PortFailure (JF703) outside of one. */
export function inCluster(env: Environment, mount = MOUNT): Endpoint {
  const host = env.KUBERNETES_SERVICE_HOST;
  const port = env.KUBERNETES_SERVICE_PORT;
  if (host === undefined || port === undefined) throw outside("`KUBERNETES_SERVICE_HOST` is not set");
  const base = `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (!URL.canParse(base)) throw outside("`KUBERNETES_SERVICE_HOST` and `_PORT` are no address");
  const file = (name: string) => {
    try {
      return readFileSync(join(mount, name), "utf8");
    } catch (error) {
      throw outside(`its ${name}: ${(error as NodeJS.ErrnoException).code}`);
    }
  };
  return {
    base: new URL(base),
    trust: { ca: file("ca.crt"), rejectUnauthorized: true },
    credentials: createCredentials(async () => ({
      headers: { authorization: `Bearer ${file("token").trim()}` },
      until: Date.now() + FILE_TOKEN_AGE,
    })),
  };
}

function outside(reason: string): PortFailure {
  const hint = "`in-cluster` is for pods with a service account; elsewhere name a context of the kubeconfig";
  const params = { context: "in-cluster", reason: `no token of a service account: ${reason}` };
  return new PortFailure(diagnostic("JF703", undefined, params, { hint }));
}
