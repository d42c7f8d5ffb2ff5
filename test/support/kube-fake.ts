import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LiveCluster } from "../../src/cluster-ports.ts";
import { Secret } from "../../src/core/secret.ts";
import type { Cluster } from "../../src/model/declaration.ts";
import type { WantedSecret } from "../../src/model/live.ts";
import { openKube } from "../../src/node/kube/open.ts";
import type { Limits } from "../../src/node/kube/transport.ts";

// What stands where a cluster should: a server that answers as a test says.

/** A request as it came. */
export interface Came {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Handler = (came: Came, response: ServerResponse, index: number) => void;

export interface Fake {
  readonly url: string;
  readonly came: readonly Came[];
  close(): Promise<void>;
}

/** Starts one on loopback. */
export async function fake(handler: Handler): Promise<Fake> {
  const came: Came[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "", "http://localhost");
      const one = {
        method: request.method ?? "",
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(chunks).toString("utf8"),
      };
      came.push(one);
      handler(one, response, came.length - 1);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    came,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Answers with JSON. */
export function json(response: ServerResponse, status: number, body: unknown, headers: object = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** A `Status` as servers give it, with a text that must never be shown. */
export function status(code: number, reason: string, more: object = {}): object {
  return { kind: "Status", apiVersion: "v1", code, reason, message: `canary: ${reason}`, ...more };
}

/** A Secret as servers give it. */
export function secret(namespace: string, name: string, more: object = {}): Record<string, unknown> {
  const metadata = { name, namespace, uid: `uid-of-${name}`, resourceVersion: "7" };
  return { kind: "Secret", apiVersion: "v1", metadata, type: "Opaque", data: {}, ...more };
}

/** Short enough for a test to wait through. */
export const HURRY: Limits = {
  times: { connect: 500, whole: 500 },
  patience: { tries: 6, pause: 1, longest: 30, total: 5000 },
};

/** The declaration of a cluster behind a context. */
export const CLUSTER: Cluster = {
  name: { value: "eu", at: { file: { path: "jackfield.yaml", text: "" }, start: 0, end: 0 } },
  context: "test",
};

/** A folder for a test, and what goes there. */
export function scratch(files: Readonly<Record<string, string>> = {}): {
  path: string;
  remove: () => void;
} {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "jackfield-kube-")));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text, { mode: 0o600 });
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A kubeconfig with the context `test`. */
export function kubeconfig(server: string, user: object = { token: "t" }, cluster: object = {}): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server, ...cluster } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "test", context: { cluster: "c", user: "u" } }],
  });
}

/** Opens what is behind an address as a cluster. */
export function open(server: string, user?: object, limits: Limits = HURRY): LiveCluster {
  const { path, remove } = scratch({ config: kubeconfig(server, user) });
  const env = { PATH: process.env.PATH, KUBECONFIG: join(path, "config") };
  const cluster = openKube(CLUSTER, "test", env, limits);
  remove();
  return cluster;
}

export function wanted(
  name: string,
  data: Readonly<Record<string, string>> = { key: "canary" },
): WantedSecret {
  return {
    namespace: "airflow",
    name,
    labels: new Map([["jackfield.dev/owner", "0"]]),
    annotations: new Map([["jackfield.dev/record", "{}"]]),
    data: new Map(Object.entries(data).map(([key, text]) => [key, new Secret(text)])),
  };
}
