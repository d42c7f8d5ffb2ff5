import * as http from "node:http";
import * as https from "node:https";
import { createSecureContext } from "node:tls";
import type { Signature } from "./credentials.ts";
import type { Endpoint } from "./endpoint.ts";
import { unfit } from "./kubeconfig.ts";

/** Connections that are kept, one lot for each certificate of ours. */
export interface Agents {
  /** Throws PortFailure (JF702) for a certificate that is none. */
  of(signature: Signature): http.Agent | https.Agent;
  /** Ends all of them. */
  close(): void;
}

export function createAgents(endpoint: Endpoint, context: string, sockets: number): Agents {
  const all: (http.Agent | https.Agent)[] = [];
  let made: Signature | undefined;
  return {
    of(signature) {
      const last = all.at(-1);
      if (last && made && isSame(made.cert, signature.cert) && isSame(made.key, signature.key)) return last;
      const agent = createAgent(endpoint, context, signature, sockets);
      made = signature;
      // What is under way on an earlier one comes to its end.
      all.push(agent);
      return agent;
    },
    close() {
      for (const agent of all) agent.destroy();
    },
  };
}

function createAgent(
  { base, trust }: Endpoint,
  context: string,
  { cert, key }: Signature,
  sockets: number,
): http.Agent | https.Agent {
  const kept = { keepAlive: true, maxSockets: sockets, maxFreeSockets: sockets };
  if (base.protocol === "http:") return new http.Agent(kept);
  const { ca, servername, rejectUnauthorized } = trust;
  return new https.Agent({
    ...kept,
    rejectUnauthorized,
    ...(servername !== undefined && { servername }),
    // Made once, not for every connection.
    secureContext: secureContextOf(context, { ca, cert, key }),
  });
}

function secureContextOf(context: string, pems: Parameters<typeof createSecureContext>[0]) {
  try {
    return createSecureContext(pems);
  } catch {
    throw unfit(context, "has a certificate or key that is no PEM, or do not belong together");
  }
}

function isSame(one: string | Buffer | undefined, other: string | Buffer | undefined): boolean {
  return one === other || (one !== undefined && other !== undefined && one.toString() === other.toString());
}
