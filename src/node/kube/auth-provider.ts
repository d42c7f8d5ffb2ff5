import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { diagnostic } from "../../core/diagnostic.ts";
import { PortFailure } from "../../ports.ts";
import type { Signature } from "./credentials.ts";
import type { Context } from "./kubeconfig.ts";

/**
 * Signs as an `auth-provider` of a kubeconfig says: OpenID Connect with a refresh token, or one of the old ones of clouds. This is the
 * one way to sign in that is left to Kubernetes' own library. Its messages quote what it met, and are dropped.
 */
export function authProvider({ name, user, cluster }: Context): () => Promise<Signature> {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: cluster.name, server: cluster.body.server }],
    users: [{ name: user.name, authProvider: user.body["auth-provider"] }],
    contexts: [{ name, cluster: cluster.name, user: user.name }],
    currentContext: name,
  });
  return async () => {
    const options: { headers: Record<string, unknown> } = { headers: {} };
    try {
      await config.applyToHTTPSOptions(options as Parameters<typeof config.applyToHTTPSOptions>[0]);
    } catch {
      throw failed(name, "its `auth-provider` fails");
    }
    const { Authorization: authorization } = options.headers;
    if (typeof authorization !== "string") throw failed(name, "its `auth-provider` gives no token");
    return { headers: { authorization } };
  };
}

function failed(context: string, reason: string): PortFailure {
  const hint = "sign in anew, with `kubectl` or the program that made the kubeconfig";
  return new PortFailure(diagnostic("JF703", undefined, { context, reason }, { hint }));
}
