import type { Environment } from "../sops-environment.ts";
import { type Credentials, createCredentials } from "./credentials.ts";
import { pemIn, textIn } from "./fields.ts";
import { inCluster } from "./in-cluster.ts";
import { type Context, readContext, unfit } from "./kubeconfig.ts";
import { userOf } from "./user.ts";

/** Where a cluster is, how it proves that it is the one, and who we are to it. */
export interface Endpoint {
  readonly base: URL;
  readonly trust: Trust;
  readonly credentials: Credentials;
}

export interface Trust {
  /** Absent: the authorities that Node trusts. */
  readonly ca?: string | Buffer;
  /** The name that its certificate must bear, if it is not that of the address. */
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
}

/** What a context, or the pod we run in, says of a cluster. Throws PortFailure: JF700 to JF703. */
export function endpointOf(context: string, env: Environment): Endpoint {
  return context === "in-cluster" ? inCluster(env) : endpointIn(readContext(context, env), env);
}

function endpointIn(context: Context, env: Environment): Endpoint {
  const trust = trustOf(context);
  const base = baseOf(context);
  const load = userOf(context, env);
  return { base, trust, credentials: createCredentials(load) };
}

/** Names of this machine, on which nobody listens to what goes over the wire. */
const LOCAL = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

function baseOf({ name, cluster }: Context): URL {
  const server = textIn(name, cluster, "server");
  if (server === undefined) throw unfit(name, "names a cluster without a `server`");
  const base = URL.canParse(server) ? new URL(server) : undefined;
  if (base?.protocol === "https:") return base;
  if (base?.protocol !== "http:") throw unfit(name, "names a cluster whose `server` is no URL of HTTPS");
  if (!LOCAL.test(base.hostname)) throw unfit(name, "would send Secrets over plain HTTP");
  return base;
}

function trustOf({ name, cluster }: Context): Trust {
  if (textIn(name, cluster, "proxy-url") !== undefined) {
    throw unfit(name, "needs a proxy (`proxy-url`), which Jackfield does not speak to");
  }
  const ca = pemIn(name, cluster, "certificate-authority");
  const servername = textIn(name, cluster, "tls-server-name");
  return {
    rejectUnauthorized: cluster.body["insecure-skip-tls-verify"] !== true,
    ...(ca !== undefined && { ca }),
    ...(servername !== undefined && { servername }),
  };
}
