import { Buffer } from "node:buffer";
import { asciiJson } from "../core/ascii-json.ts";
import { Secret } from "../core/secret.ts";
import type { SecretManifest } from "../model/manifest.ts";

/**
 * Kubernetes Secrets as one stream of YAML documents, in the order given. It holds plain text (base64 hides
 * nothing). `data`, never `stringData`: server-side apply cannot take back a key of `stringData`.
 */
export function secretsYaml(manifests: readonly SecretManifest[]): Secret {
  return new Secret(manifests.map(secretYaml).join("---\n"));
}

function secretYaml({ name, namespace, labels, data }: SecretManifest): string {
  const encoded = [...data].map(
    ([key, value]) => [key, Buffer.from(value.reveal(), "utf8").toString("base64")] as const,
  );
  return [
    "apiVersion: v1",
    "kind: Secret",
    "metadata:",
    `  name: ${asciiJson(name)}`,
    `  namespace: ${asciiJson(namespace)}`,
    ...mapYaml("  ", "labels", [...labels]),
    "type: Opaque",
    ...mapYaml("", "data", encoded),
    "",
  ].join("\n");
}

/** Keys and values are always quoted, as a JSON string is: `value` must be without anything to escape. */
function mapYaml(indent: string, name: string, entries: readonly (readonly [string, string])[]): string[] {
  if (entries.length === 0) return [`${indent}${name}: {}`];
  // Label values and base64 need no escapes, and base64 is too long to look at again.
  return [`${indent}${name}:`, ...entries.map(([key, value]) => `${indent}  ${asciiJson(key)}: "${value}"`)];
}
