import { createHash } from "node:crypto";
import { baseName } from "../model/base-name.ts";
import type { Deployment, ObjectKind } from "../model/declaration.ts";
import type { EffectiveObject } from "../model/effective.ts";

export { baseName };

/** Where a Secret lives: no two outputs may have one place. */
export interface Place {
  /** The name of a cluster of the Workspace. */
  readonly cluster: string;
  readonly namespace: string;
  readonly secret: string;
}

const MAX_NAME = 253;
const MAX_SLUG = 40;
const HASH_DIGITS = 10;
// A DNS subdomain, as Kubernetes demands of the name of a Secret.
const SUBDOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** The Secret of a Deployment for `envFrom`, under any delivery. */
export function envSecretName(deployment: Deployment): string {
  return `${baseName(deployment)}-env`;
}

/**
 * The Secrets a Deployment may have whatever its objects are: its own of delivery `file`, and the one for
 * `envFrom`. Delivery `kubernetes` adds one per object: `objectSecretName`.
 */
export function secretNames(deployment: Deployment): readonly string[] {
  const env = envSecretName(deployment);
  return deployment.delivery === "file" ? [baseName(deployment), env] : [env];
}

/** `<base>-<slug>-<hash>`, the Secret of one object under delivery `kubernetes`. */
export function objectSecretName(deployment: Deployment, kind: ObjectKind, id: string): string {
  return `${baseName(deployment)}-${objectSuffix(kind, id)}`;
}

/** `<slug>-<hash>`: readable, and unique where two ids have one slug. */
export function objectSuffix(kind: ObjectKind, id: string): string {
  const hash = createHash("sha256").update(`${kind}\0${id}`).digest("hex").slice(0, HASH_DIGITS);
  const slug = trimDashes(trimDashes(id.toLowerCase().replace(/[^a-z0-9]+/g, "-")).slice(0, MAX_SLUG));
  return `${slug || kind.toLowerCase()}-${hash}`;
}

/** Every place of a Deployment with these objects, for the rule that no two outputs share one (design 3.1.10). */
export function placesOf(deployment: Deployment, objects: readonly EffectiveObject[]): readonly Place[] {
  const own =
    deployment.delivery === "kubernetes"
      ? objects
          .filter((object) => object.kind !== "EnvironmentVariable")
          .map((object) => objectSecretName(deployment, object.kind, object.id))
      : [];
  const cluster = deployment.cluster.value;
  const namespace = deployment.namespace.value;
  return [...secretNames(deployment), ...own].map((secret) => ({ cluster, namespace, secret }));
}

/** True if every Secret of the Deployment has a name that Kubernetes takes. */
export function hasLegalNames(deployment: Deployment): boolean {
  const base = baseName(deployment);
  const suffix = deployment.delivery === "kubernetes" ? MAX_SLUG + 1 + HASH_DIGITS : "env".length;
  return SUBDOMAIN.test(base) && base.length + 1 + suffix <= MAX_NAME;
}

function trimDashes(text: string): string {
  return text.replace(/^-+|-+$/g, "");
}
