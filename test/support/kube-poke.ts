import type { Poke } from "./cluster-conformance.ts";
import { must, type TestCluster } from "./kube.ts";
import type { NamespacePoke } from "./namespace-conformance.ts";

/** What others do to a namespace of a real cluster. */
export function pokeIn(server: TestCluster, namespace: string): Omit<Poke, "garbled"> {
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  const merge = async (secret: string, body: unknown) =>
    void must(await server.ask("PATCH", `${path}/${secret}`, body, { type: "application/merge-patch+json" }));
  return {
    edit: (secret, key, text) => merge(secret, { data: { [key]: base64(text) } }),
    dropKey: (secret, key) => merge(secret, { data: { [key]: null } }),
    annotate: (secret, annotation, text) =>
      merge(secret, { metadata: { annotations: { [annotation]: text } } }),
    async make(secret, data) {
      const encoded = Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)]));
      const body = { apiVersion: "v1", kind: "Secret", metadata: { name: secret }, data: encoded };
      must(await server.ask("POST", path, body));
    },
    async abandonLock(name) {
      const spec = {
        holderIdentity: "somebody who died",
        leaseDurationSeconds: 15,
        renewTime: new Date().toISOString().replace("Z", "000Z"),
      };
      const body = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name }, spec };
      must(await server.ask("POST", `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`, body));
    },
  };
}

/** What others do to the namespaces of a real cluster without controllers. */
export function namespacesIn(server: TestCluster): Omit<NamespacePoke, "garbled"> {
  const path = (name: string) => `/api/v1/namespaces/${name}`;
  return {
    make: (name) => server.namespace(name),
    async annotate(name, annotation, text) {
      const body = { metadata: { annotations: { [annotation]: text } } };
      must(await server.ask("PATCH", path(name), body, { type: "application/merge-patch+json" }));
    },
    async finish(name) {
      const { status, body } = await server.ask("GET", path(name));
      if (status === 404) return;
      must(await server.ask("PUT", `${path(name)}/finalize`, { ...body, spec: { finalizers: [] } }));
    },
  };
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
