import type { Clusters } from "../cluster-ports.ts";
import type { Environment } from "./sops-environment.ts";

/** The clusters of Workspaces, each by what it is made of: a folder, or Kubernetes. `root`: of the repo. */
export function createClusters(env: Environment, root: string): Clusters {
  return {
    async open(cluster, folder) {
      if (cluster.directory !== undefined) {
        const { openDirectory } = await import("./directory/open.ts");
        return openDirectory(cluster, root, folder);
      }
      const { openKube } = await import("./kube/open.ts");
      return openKube(cluster, cluster.context ?? "", env);
    },
  };
}
