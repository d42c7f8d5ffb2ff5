import { clusterConformance } from "./support/cluster-conformance.ts";
import { openForTest } from "./support/directory-cluster.ts";

clusterConformance("directory", openForTest);
