import type { LiveCluster } from "../../cluster-ports.ts";
import { type Finding, skipped } from "../../doctor/finding.ts";
import { judgeSizes, type SizedSecret } from "../../doctor/places.ts";
import { secretNames } from "../../emit/names.ts";
import { sizeOf } from "../../emit/sizes.ts";
import type { LiveSecret } from "../../model/live.ts";
import { ownDeployment } from "../../plan/ownership.ts";
import { attempt } from "./attempt.ts";
import type { Subject } from "./look.ts";
import { identityOf } from "./wanted.ts";

/** As findings call it. */
export function deploymentName({ placed: { workspace, effective } }: Subject): string {
  return `Deployment ${workspace.declarations.workspace.name.value}/${effective.deployment.name.value}`;
}

/** How large its Secrets are to be; where they do not open, how large they are. */
export async function lookAtSize(live: LiveCluster, subject: Subject): Promise<Finding> {
  const about = deploymentName(subject);
  if (subject.manifests) return judgeSizes(about, subject.manifests.map(sized));
  const found = await attempt(() => liveSecrets(live, subject));
  if ("code" in found)
    return skipped(about, "size", "no key opens its Secrets, and the cluster does not show them");
  return judgeSizes(about, found.map(sized));
}

function sized({ name, data }: Pick<LiveSecret, "name" | "data">): SizedSecret {
  return { name, ...sizeOf(data) };
}

async function liveSecrets(live: LiveCluster, { placed }: Subject): Promise<readonly LiveSecret[]> {
  const { deployment } = placed.effective;
  const { value: namespace } = deployment.namespace;
  const found =
    deployment.delivery === "kubernetes"
      ? await live.list(namespace)
      : await Promise.all(secretNames(deployment).map((name) => live.get(namespace, name)));
  const isOwn = (one: LiveSecret) =>
    ownDeployment(identityOf(placed.workspace), one) === deployment.name.value;
  return found.filter((one) => one !== undefined).filter(isOwn);
}
