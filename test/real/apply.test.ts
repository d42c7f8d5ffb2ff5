import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { applySuite } from "../support/apply-suite.ts";
import { openIn, pokeIn } from "../support/directory-cluster.ts";

// Plan and apply on a directory cluster, in a real repo. On a real server: test/cluster/apply.test.ts.

let namespaces = 0;

applySuite("directory", async () => ({
  inside: "{directory: .jackfield/cluster}",
  env: {},
  namespace: async () => `airflow-${namespaces++}`,
  look: async (estate) => openIn(join(estate.root, ".jackfield")),
  poke: (estate, namespace) => pokeIn(join(estate.root, ".jackfield"), namespace),
  async label(estate, namespace, secret, labels) {
    const folder = join(estate.root, ".jackfield/cluster", namespace, secret);
    const cluster = openIn(join(estate.root, ".jackfield"));
    const live = await cluster.get(namespace, secret);
    if (!live) throw new Error(`there is no ${secret} in ${folder}`);
    if (live.labels.size === 0) {
      const data = new Map(live.data);
      const wanted = {
        namespace,
        name: secret,
        labels: new Map(Object.entries(labels)),
        annotations: new Map(),
        data,
      };
      await cluster.update(wanted, live);
      return;
    }
    const path = join(folder, "..data/..jackfield.json");
    const metadata = JSON.parse(readFileSync(path, "utf8"));
    Object.assign(metadata.labels, labels);
    writeFileSync(path, JSON.stringify(metadata));
  },
}));
