import type { Recipient } from "../model/declaration.ts";
import type { ScopeRule } from "../sops/scope.ts";

const RECIPIENT_FLAGS: Readonly<Record<string, string>> = {
  age: "--age",
  kms: "--kms",
  gcp_kms: "--gcp-kms",
  azure_kv: "--azure-kv",
  hc_vault: "--hc-vault-transit",
  hckms: "--hckms",
  pgp: "--pgp",
};
const SCOPE_FLAGS: Readonly<Partial<Record<ScopeRule["name"], string>>> = {
  unencrypted_suffix: "--unencrypted-suffix",
  encrypted_suffix: "--encrypted-suffix",
  unencrypted_regex: "--unencrypted-regex",
  encrypted_regex: "--encrypted-regex",
};
// SOPS splits at commas, and takes what follows `|` for the context of a KMS key.
const ID = /^(?:[^\s,|\p{Cc}]+|ssh-(?:ed25519|rsa) [A-Za-z0-9+/=]+)$/u;

/** The flags of `sops encrypt` for these recipients and this scope; the reason if it has none for them. */
export function encryptFlags(
  recipients: readonly Recipient[],
  { name, text }: Pick<ScopeRule, "name" | "text">,
): { readonly flags: readonly string[] } | { readonly reason: string } {
  const scope = SCOPE_FLAGS[name];
  if (scope === undefined) return { reason: `it has no flag for \`${name}\`` };
  if (recipients.length === 0) return { reason: "it has no recipients" };
  const odd = recipients.findIndex(({ kind, id }) => !Object.hasOwn(RECIPIENT_FLAGS, kind) || !ID.test(id));
  // Not its text: it may be a private key.
  if (odd >= 0) return { reason: `recipient ${odd + 1} is none that SOPS takes` };
  const byKind = Map.groupBy(recipients, ({ kind }) => RECIPIENT_FLAGS[kind] ?? "");
  const flags = [...byKind].map(
    ([flag, all]) => `${flag}=${[...new Set(all.map(({ id }) => id))].join(",")}`,
  );
  return { flags: [...flags, `${scope}=${text}`] };
}
