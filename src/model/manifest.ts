import type { Secret } from "../core/secret.ts";
import type { Deployment, ObjectKind } from "./declaration.ts";

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

/** A field of an object as far as it is known without keys. */
export type FieldView =
  /** Its text in JSON, as delivered; `shown`: the catalogue calls it plain. */
  | { readonly json: string; readonly shown: boolean }
  /** Some of it is sealed: a digest of its ciphertexts, and of what stands plain beside them. */
  | { readonly sealed: string };

/** An object as far as it is known without keys: paths as in `FieldChange`. */
export interface ObjectView {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly fields: ReadonlyMap<string, FieldView>;
  readonly protect: boolean;
}

/** What one key of a Secret holds: `entries`, a JSON object with an entry for each of the objects; `object`, the text of one. */
export interface KeyView {
  readonly form: "entries" | "object";
  readonly objects: readonly ObjectView[];
}

/** One Secret as far as it is known without keys. */
export interface SecretView {
  readonly name: string;
  readonly namespace: string;
  /** Sorted by key. */
  readonly labels: ReadonlyMap<string, string>;
  /** Sorted by key. */
  readonly keys: ReadonlyMap<string, KeyView>;
}
