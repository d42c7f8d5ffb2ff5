import { map, type Schema } from "./schema.ts";

interface KeyService {
  readonly description: string;
  /** How `.sops.yaml` names such a key: one text. */
  readonly example: string;
  /** How the metadata of a sealed file names it: the first is the one it cannot do without. */
  readonly parts: readonly [string, ...string[]];
}

/** The recipients that are not age keys, as SOPS calls them. */
const KEY_SERVICES: Readonly<Record<string, KeyService>> = {
  kms: {
    description: "AWS KMS: the ARN of a key.",
    example: "arn:aws:kms:eu-west-1:111122223333:key/example",
    parts: ["arn", "role", "aws_profile"],
  },
  pgp: {
    description: "PGP: the fingerprint of a key.",
    example: "0123456789ABCDEF0123456789ABCDEF01234567",
    parts: ["fp"],
  },
  gcp_kms: {
    description: "Google Cloud KMS: the resource id of a key.",
    example: "projects/example/locations/global/keyRings/sops/cryptoKeys/airflow",
    parts: ["resource_id"],
  },
  azure_kv: {
    description: "Azure Key Vault: the URL of a key.",
    example: "https://example.vault.azure.net/keys/airflow/0123",
    parts: ["vault_url", "name", "version"],
  },
  hc_vault: {
    description: "HashiCorp Vault: the URI of a transit key.",
    example: "https://vault.example.com/v1/transit/keys/airflow",
    parts: ["vault_address", "engine_path", "key_name"],
  },
  hckms: {
    description: "Huawei Cloud KMS: region and id of a key.",
    example: "eu-west-101:example",
    parts: ["key_id"],
  },
};

function keyService(name: string, { description, example, parts }: KeyService): Schema {
  const part: Schema = {
    title: name,
    description: "A part of the key's name, as SOPS writes it.",
    type: "string",
    pattern: "\\S",
    patternErrorMessage: "a text that is not empty",
  };
  return {
    ...map(Object.fromEntries(parts.map((key) => [key, part])), { required: [parts[0]] }),
    title: name,
    description: `${description} Opened through the \`sops\` program.`,
    type: ["string", "object"],
    pattern: "\\S",
    patternErrorMessage: "the text that names the key",
    examples: [example],
  };
}

/** One entry of `recipients`. */
export const RECIPIENT: Schema = {
  title: "Recipient",
  description:
    "A public key whose holder can open what is sealed for this environment: an age recipient (`age1…`), an SSH key (`ssh-ed25519 AAAA…`, without its comment), or a map with one key service, as SOPS calls it. SSH keys, keys of age plugins and key services take the `sops` program.",
  type: ["string", "object"],
  pattern: "^(?:age1[a-z0-9+.-]+|ssh-(?:ed25519|rsa) [A-Za-z0-9+/]+={0,2})$",
  patternErrorMessage:
    "an age recipient (`age1…`), an SSH public key without its comment, or a map such as `{kms: …}`",
  properties: Object.fromEntries(
    Object.entries(KEY_SERVICES).map(([name, service]) => [name, keyService(name, service)]),
  ),
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
};
