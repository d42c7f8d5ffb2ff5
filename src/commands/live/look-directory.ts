import type { DirectoryInspection, LiveCluster } from "../../cluster-ports.ts";
import type { Finding } from "../../doctor/finding.ts";
import { trouble } from "../../doctor/finding.ts";
import { judgeDirectory } from "../../doctor/places.ts";
import { attempt } from "./attempt.ts";
import type { Looked, Subject } from "./look.ts";
import { deploymentName, lookAtSize } from "./look-size.ts";

/** Looks at the folder of a directory cluster, and at the part of each Deployment in it. */
export async function lookAtDirectory(
  live: LiveCluster,
  inspect: DirectoryInspection,
  subjects: readonly Subject[],
): Promise<Looked> {
  const findings: Finding[] = [];
  for (const subject of subjects) {
    const about = deploymentName(subject);
    const { value: namespace } = subject.placed.effective.deployment.namespace;
    const state = await attempt(() => inspect.state(namespace));
    if ("code" in state) findings.push(trouble(about, "directory", state));
    else findings.push(...judgeDirectory(about, inspect.path, state));
    findings.push(await lookAtSize(live, subject));
  }
  return { findings, roles: [], isOutOfReach: false };
}
