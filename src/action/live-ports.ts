import { randomBytes } from "node:crypto";
import { createClusters } from "../node/clusters.ts";
import { GIVEN } from "../node/kube/kubeconfig.ts";
import { readInput, takeSecret } from "../node/runner/inputs.ts";
import { givenKeys } from "../node/runner/keys.ts";
import { createSopsProgram } from "../node/sops-program.ts";
import { VERSION } from "../version.ts";
import type { Step } from "./io.ts";

/** What steps that open or write need; the secrets among the inputs are taken out of the environment. */
export function livePorts({ env }: Step, root: string) {
  const kubeconfig = takeSecret(env, "kubeconfig");
  const keys = givenKeys(takeSecret(env, "age-key"));
  const program = readInput(env, "sops");
  return {
    keys,
    clusters: createClusters({ ...env, ...(kubeconfig !== undefined && { [GIVEN]: kubeconfig }) }, root),
    sops: program === undefined ? undefined : createSopsProgram(program, env),
    tool: VERSION,
    holder: `github-${env.GITHUB_RUN_ID ?? ""}-${randomBytes(4).toString("hex")}`,
  };
}
