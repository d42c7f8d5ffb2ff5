import { afterAll, beforeAll } from "vitest";
import { createClusters } from "../../src/node/clusters.ts";
import { applySuite } from "../support/apply-suite.ts";
import { must, startCluster, type TestCluster } from "../support/kube.ts";
import { pokeIn } from "../support/kube-poke.ts";

// Plan and apply on a real API server. On a directory cluster: test/real/apply.test.ts.

let server: TestCluster;
let uid = "";
let namespaces = 0;

beforeAll(async () => {
  server = await startCluster();
  uid = await server.uid();
});

afterAll(() => server.stop());

applySuite("kubernetes", async () => ({
  inside: `{context: test, uid: ${uid}}`,
  env: { KUBECONFIG: server.kubeconfig() },
  async namespace() {
    const name = `apply-${namespaces++}`;
    await server.namespace(name);
    return name;
  },
  async look() {
    const at = { file: { path: "jackfield.yaml", text: "" }, start: 0, end: 0 };
    const cluster = { name: { value: "test", at }, context: "test" };
    return createClusters({ KUBECONFIG: server.kubeconfig() }, "/").open(cluster, "");
  },
  poke: (_, namespace) => pokeIn(server, namespace),
  async label(_, namespace, secret, labels) {
    const path = `/api/v1/namespaces/${namespace}/secrets/${secret}`;
    must(await server.ask("PATCH", path, { metadata: { labels } }, { type: "application/merge-patch+json" }));
  },
}));
