import type { Recipient } from "../model/declaration.ts";
import { serverOf } from "../sops/servers.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the `sops` program gets to see of our environment: what finds programs and homes, what the key services and their SDKs read,
 * and how to reach them. Not what SOPS takes options from (`SOPS_CONFIG`, `SOPS_PGP_FP`, …): those would add recipients.
 */
const NAMES =
  `PATH HOME USER LOGNAME TMPDIR XDG_CONFIG_HOME XDG_RUNTIME_DIR GNUPGHOME GPG_TTY DISPLAY WAYLAND_DISPLAY
  DBUS_SESSION_BUS_ADDRESS SOPS_GPG_EXEC HTTP_PROXY HTTPS_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR IDENTITY_ENDPOINT
  IDENTITY_HEADER MSI_ENDPOINT MSI_SECRET SYSTEMROOT SYSTEMDRIVE USERPROFILE APPDATA LOCALAPPDATA PROGRAMDATA TEMP TMP PATHEXT`.split(
    /\s+/,
  );
const PREFIXES = [
  "AWS_",
  "GOOGLE_",
  "AZURE_",
  "VAULT_",
  "HUAWEICLOUD_",
  "SOPS_AGE_KEY",
  "SOPS_AGE_SSH_PRIVATE_KEY",
  "SOPS_GCP_KMS_CLIENT_TYPE",
  "SOPS_GCP_KMS_ENDPOINT",
  "SOPS_GCP_KMS_UNIVERSE_DOMAIN",
];

/** The environment for one run of the program, in which it speaks to no Vault server but those of `listed`. */
export function sopsEnvironment(env: Environment, listed: readonly Recipient[]): Record<string, string> {
  const passed = Object.entries(env).flatMap(([name, value]) => {
    const upper = name.toUpperCase();
    const isWanted = NAMES.includes(upper) || PREFIXES.some((prefix) => upper.startsWith(prefix));
    return isWanted && value !== undefined ? [[name, value] as const] : [];
  });
  const servers = listed.filter(({ kind }) => kind === "hc_vault").flatMap((one) => serverOf(one) ?? []);
  return {
    ...Object.fromEntries(passed),
    SOPS_DISABLE_VERSION_CHECK: "true",
    // Unset or empty it would mean all: then the file would choose who gets the Vault token.
    SOPS_HC_VAULT_ALLOWLIST: servers.length > 0 ? [...new Set(servers)].join(",") : "none",
  };
}
