import { identitiesOf, keyText } from "./sealed-files.ts";
import { sealedFor } from "./secrets-ports.ts";

// An estate with a base for previews, and a protected Deployment beside it.

const [ONE = "", TWO = ""] = identitiesOf("one", "two").map(({ recipient }) => recipient);

/** Opens what previews draw, and nothing of production. */
export const PREVIEW_KEY = keyText("one");

export interface PreviewShape {
  /** The inside of the cluster `main`. */
  readonly cluster: string;
  /** The inside of `previews` of the base. */
  readonly previews?: string;
}

export function previewPolicy({
  cluster,
  previews = 'namespace: "airflow-pr-{number}", never: [ledger], destinations: ["*.dev.example.com"], limit: 3',
}: PreviewShape): string {
  return `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: analytics, uid: 0b6f2d0e-8f1c-4a0b-9a57-5b8d1f3f6a11}
spec:
  environments:
    production: {protected: true, recipients: [${TWO}]}
    development: {recipients: [${ONE}]}
  clusters: {main: ${cluster}}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: dev}
spec:
  environment: development
  cluster: main
  namespace: airflow-dev
  previews: {${previews}}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: prod}
spec: {environment: production, cluster: main, namespace: airflow-prod}
`;
}

export function connectionYaml(id: string, host: string, more = "", schema = "main"): string {
  return `apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: ${id}}
spec:
  type: postgres
  auth: password
  sharing: all
  host: ${host}
  login: etl
  schema: ${schema}
${more}`;
}

export function credentialYaml(
  id: string,
  environment: "development" | "production",
  password: string,
): string {
  return sealedFor(
    `apiVersion: jackfield.dev/v1\nkind: Credential\nspec:\n  connection: ${id}\n  for: {environment: ${environment}}\n  secrets: {password: ${password}}\n`,
    [environment === "development" ? ONE : TWO],
  );
}

/** What gives each pull request a schema of its own. */
export const OWN_SCHEMA = `  links:
    - to: {previewsOf: [dev]}
      overrides: {schema: "pr_{number}"}
`;

export function previewEstate(shape: PreviewShape): Record<string, string> {
  return {
    ".gitignore": ".jackfield/\n",
    "jackfield.yaml": previewPolicy(shape),
    "warehouse.yaml": connectionYaml("warehouse", "db.dev.example.com", OWN_SCHEMA),
    "warehouse.development.sops.yaml": credentialYaml("warehouse", "development", "canary-of-dev"),
    "warehouse.production.sops.yaml": credentialYaml("warehouse", "production", "canary-of-prod"),
    "ledger.yaml": connectionYaml("ledger", "ledger.example.com"),
    "ledger.development.sops.yaml": credentialYaml("ledger", "development", "canary-of-ledger"),
    "ledger.production.sops.yaml": credentialYaml("ledger", "production", "canary-of-ledger-prod"),
    "plain.yaml":
      "apiVersion: jackfield.dev/v1\nkind: Variable\nmetadata: {name: region}\nspec: {sharing: all, value: eu}\n",
  };
}
