import { diagnostic } from "../core/diagnostic.ts";
import { nameHint } from "../core/nearest.ts";
import { type Outcome, usage } from "../outcome.ts";
import { type ApplyPorts, type ApplyRequest, apply } from "./apply.ts";
import { isOutcome, openEstate, placedDeployments } from "./estate.ts";
import { secretNamesOf } from "./live/secret-names.ts";

/**
 * `jackfield adopt NAMESPACE/NAME`: takes over a Secret that is there and nobody's of ours. It becomes what Git says, whole; what else
 * it held goes. Only its Deployment is applied.
 */
export async function adopt(ports: ApplyPorts, name: string, request: ApplyRequest): Promise<Outcome> {
  const estate = openEstate(ports.files, request);
  if (isOutcome(estate)) return estate;
  const placed = placedDeployments(estate, request.deployment);
  if ("result" in placed) return placed;
  const owners = placed.filter((one) => secretNamesOf(one).includes(name));
  const [owner, ...others] = owners;
  if (!owner || others.length > 0) {
    const known = placed.flatMap(secretNamesOf);
    const hint = owner ? "name its Deployment: `--deployment`" : nameHint(name, known);
    return usage(diagnostic(owner ? "JF623" : "JF622", undefined, { name }, { hint }));
  }
  const { workspace, effective } = owner;
  const deployment = `${workspace.declarations.workspace.name.value}/${effective.deployment.name.value}`;
  return apply(ports, { ...request, deployment, adopted: name });
}
