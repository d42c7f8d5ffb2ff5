import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Cluster } from "../../src/model/declaration.ts";
import { createClusters } from "../../src/node/clusters.ts";
import type { LiveCluster } from "../../src/ports.ts";
import { clusterConformance, type Opened } from "../support/cluster-conformance.ts";
import { startCluster, type TestCluster } from "../support/kube.ts";
import { namespacesIn, pokeIn } from "../support/kube-poke.ts";

// A real API server, held to the test that directory clusters are held to.

let server: TestCluster;
let namespaces = 0;

beforeAll(async () => {
  server = await startCluster();
});

afterAll(() => server.stop());

clusterConformance("kubernetes", openForTest, 20);

async function openForTest(): Promise<Opened> {
  const namespace = `conformance-${namespaces++}`;
  await server.namespace(namespace);
  return {
    cluster: await connect(server.kubeconfig()),
    other: await connect(server.kubeconfig()),
    namespace,
    poke: { ...pokeIn(server, namespace), garbled: () => connectToRubbish() },
    namespaces: { ...namespacesIn(server), garbled: () => connectToRubbish() },
    close: async () => undefined,
  };
}

function connect(kubeconfig: string): Promise<LiveCluster> {
  const at = { file: { path: "jackfield.yaml", text: "" }, start: 0, end: 0 };
  const cluster: Cluster = { name: { value: "test", at }, context: "test" };
  return createClusters({ KUBECONFIG: kubeconfig }, "/").open(cluster, "");
}

/** A server of the same certificate that answers everything with an empty object, as some proxies do. */
async function connectToRubbish(): Promise<LiveCluster> {
  const [cert, key] = ["crt", "key"].map((end) =>
    readFileSync(join(server.folder, `certs/apiserver.${end}`)),
  );
  const rubbish = createServer({ cert, key }, (_, response) => {
    response.writeHead(200, { "content-type": "application/json", connection: "close" }).end("{}");
  });
  await new Promise<void>((resolve) => rubbish.listen(0, "127.0.0.1", resolve));
  const { port } = rubbish.address() as AddressInfo;
  const config = readFileSync(server.kubeconfig(), "utf8").replace(server.url, `https://127.0.0.1:${port}`);
  const path = join(server.folder, "rubbish.kubeconfig");
  writeFileSync(path, config);
  const cluster = await connect(path);
  const close = () => {
    cluster.close();
    rubbish.close();
  };
  return { ...cluster, close };
}
