import { Buffer } from "node:buffer";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Secret } from "../core/secret.ts";
import type { Span } from "../core/source.ts";
import type { Deployment } from "../model/declaration.ts";
import type { SecretManifest } from "../model/manifest.ts";
import { envSecretName } from "./names.ts";

/** Kubernetes: the values of one Secret together, keys not counted. */
export const MAX_VALUES = 1_048_576;
/**
 * etcd takes requests of 1.5 MiB. A Secret is stored with its values plain, each key twice (in `data` and in
 * `managedFields`), and annotations, which may be 256 KiB: that much is kept free for the record that apply
 * writes. API servers take 3 MiB of JSON, which no Secret within these two walls can reach.
 */
export const MAX_STORED = 1_572_864 - 262_144;
/** Linux: one `KEY=value` with its closing NUL (MAX_ARG_STRLEN). */
export const MAX_ENTRY = 131_072;

const METADATA = 1_024;
// Tags and lengths around a key and its value, and what `managedFields` puts around a key.
const PER_KEY = 32;
/** From this share of a wall on, in percent, it is worth a warning. */
export const WARN_FROM = 90;

/** Bytes of a Secret, as the two walls count them. */
export interface Size {
  readonly values: number;
  readonly stored: number;
}

export function sizeOf(data: ReadonlyMap<string, Secret>): Size {
  let values = 0;
  let stored = METADATA;
  for (const [key, value] of data) {
    const bytes = Buffer.byteLength(value.reveal(), "utf8");
    values += bytes;
    stored += bytes + 2 * key.length + PER_KEY;
  }
  return { values, stored };
}

/**
 * What is too large, or nearly, for Kubernetes or for a process, of one Secret of a Deployment. `at` is where the
 * cause is written. The walls are measured ones.
 */
export function checkSize(manifest: SecretManifest, deployment: Deployment, at: Span): readonly Diagnostic[] {
  const troubles: Diagnostic[] = [];
  const { values, stored } = sizeOf(manifest.data);
  for (const [key, value] of manifest.name === envSecretName(deployment) ? manifest.data : []) {
    troubles.push(...checkEntry(key, Buffer.byteLength(value.reveal(), "utf8"), deployment, at));
  }
  // One cause, one diagnostic: too many values are too much to store as well.
  const sum = checkWall("values", values, MAX_VALUES, manifest, deployment, at);
  troubles.push(
    ...(sum.length > 0 ? sum : checkWall("keys and values", stored, MAX_STORED, manifest, deployment, at)),
  );
  return troubles;
}

function checkEntry(key: string, bytes: number, deployment: Deployment, at: Span): readonly Diagnostic[] {
  const over = key.length + bytes + 2 - MAX_ENTRY;
  if (over <= 0) return [];
  const hint = "deliver it with `delivery: file` or `delivery: kubernetes`";
  return [diagnostic("JF522", at, { key: `\`${key}\``, deployment: deployment.name.value, over }, { hint })];
}

function checkWall(
  what: string,
  bytes: number,
  limit: number,
  manifest: SecretManifest,
  deployment: Deployment,
  at: Span,
): readonly Diagnostic[] {
  const params = { secret: manifest.name, deployment: deployment.name.value, what, limit };
  if (bytes > limit) {
    return [diagnostic("JF520", at, { ...params, over: bytes - limit }, { hint: remedy(deployment) })];
  }
  const share = Math.floor((bytes * 100) / limit);
  return share < WARN_FROM
    ? []
    : [diagnostic("JF521", at, { ...params, share }, { hint: remedy(deployment) })];
}

function remedy(deployment: Deployment): string {
  return deployment.delivery === "kubernetes"
    ? "keep large values where the task can fetch them, and only their place here"
    : "set `delivery: kubernetes`: one Secret per object";
}
