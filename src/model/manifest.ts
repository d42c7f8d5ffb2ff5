import type { Secret } from "../core/secret.ts";
import type { Deployment } from "./declaration.ts";

/** One Kubernetes Secret, before it becomes YAML. Names and keys are not secret; values are. */
export interface SecretManifest {
  readonly name: string;
  readonly namespace: string;
  /** Sorted by key. */
  readonly labels: ReadonlyMap<string, string>;
  /** Sorted by key; values as Airflow or the kubelet will read them, not base64. */
  readonly data: ReadonlyMap<string, Secret>;
}

/** What `build` writes for one Deployment. */
export interface DeploymentOutput {
  readonly deployment: Deployment;
  readonly manifests: readonly SecretManifest[];
  /** The bare `connections.json` and `variables.json`, whatever the delivery. */
  readonly connections: Secret;
  readonly variables: Secret;
  /** Helm values for the official chart: `values.yaml`. Holds no secret. */
  readonly values: string;
}
