/** Every word that the language itself uses as a key. They are ours, so they may always be shown. */
export const VOCABULARY: ReadonlySet<string> = new Set(
  `apiVersion kind metadata spec sops
  name uid labels description deployment
  sharing environments clusters prune approvals
  protected recipients kms pgp gcp_kms azure_kv hc_vault hckms age
  context directory mode group max environment count teams users
  branch cluster namespace delivery airflow version requirements previews paused secretName renamedFrom
  maxAge limit never destinations
  type auth exclude host port login password schema extra links protect plain value valueFrom
  to all deployments previewsOf selector overrides unset
  connection variable environmentVariable for secrets`.split(/\s+/),
);
