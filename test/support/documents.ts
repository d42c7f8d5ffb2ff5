import type { Kind } from "../../src/model/declaration.ts";

/** A document of each kind that uses every key of the language it can. */
export const GOOD: Readonly<Record<string, string>> = {
  Workspace: `
apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: analytics, uid: 0b6f7c1e-5a86-4d0e-9f0f-3f2f5c9d1a77, description: The analytics team}
spec:
  sharing: restricted
  environments:
    production: {protected: true, recipients: [age1prod, age1breakglass]}
    development:
      recipients:
        - age1dev
        - {kms: "arn:aws:kms:eu-west-1:111122223333:key/example"}
        - {pgp: 0123456789ABCDEF0123456789ABCDEF01234567}
        - {gcp_kms: projects/example}
        - {azure_kv: "https://example.vault.azure.net/keys/airflow/0"}
        - {hc_vault: "https://vault.example.com/v1/transit/keys/airflow"}
        - {hckms: "eu-west-101:example"}
        - {azure_kv: {vault_url: "https://example.vault.azure.net", name: airflow, version: "0"}}
    sandbox: {}
  clusters:
    eu: {context: eu-airflow, uid: 5d1e8a52-0c0f-4c57-9a35-6f1c2b7d9e10}
    here: {context: in-cluster}
    laptop: {directory: .jackfield/laptop, mode: "0640", group: 50000}
  prune: {max: 20%}
  approvals:
    - {environment: production, count: 1, teams: [data-platform], users: []}
    - {environment: development, users: [octocat]}
`,
  Deployment: `
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: prod, labels: {team: bi, example.com/tier: gold}, description: Production}
spec:
  environment: production
  branch: release/2026
  cluster: eu
  namespace: airflow-prod
  delivery: file
  airflow: {version: "3.1", requirements: requirements.txt}
  previews:
    namespace: airflow-pr-{number}
    maxAge: 7d
    limit: 20
    never: [ledger]
    destinations: ["*.dev.example.com"]
  paused: INC-42
  secretName: airflow.connections
  renamedFrom: main
`,
  Connection: `
apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: warehouse, description: Analytics warehouse}
spec:
  type: snowflake
  auth: password
  sharing: all
  exclude: [sandbox, {environment: development, cluster: eu, selector: {team: bi}}]
  host: db.example.com
  port: 5432
  login: ETL
  schema: PUBLIC
  extra: {account: xy12345, nested: {a: [1, null]}, flag: true}
  links:
    - to: {environment: development}
      overrides:
        type: postgres
        auth: password
        host: dev.example.com
        port: 5433
        schema: ""
        extra: {role: LOADER}
        unset: [login, extra.region, "extra.a b"]
    - to: {all: true}
    - to: {previewsOf: [prod]}
  protect: true
  plain: [extra.myKey]
`,
  "Connection of a Deployment": `
apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: warehouse, deployment: prod}
spec: {type: snowflake}
`,
  Variable: `
apiVersion: jackfield.dev/v1
kind: Variable
metadata: {name: "daily limit"}
spec:
  value: {rows: [1, 2, null]}
  links:
    - {to: {deployments: [prod]}, overrides: {value: [1]}}
    - {to: {deployments: [dev]}, overrides: {value: ""}}
`,
  EnvironmentVariable: `
apiVersion: jackfield.dev/v1
kind: EnvironmentVariable
metadata: {name: HTTPS_PROXY}
spec: {value: "http://proxy.example.com:3128", sharing: restricted, exclude: []}
`,
  Link: `
apiVersion: jackfield.dev/v1
kind: Link
metadata: {name: warehouse-bi}
spec:
  connection: warehouse
  to: {deployments: [prod, staging]}
  overrides: {extra: {role: LOADER}}
`,
  "Link of a Variable": `
apiVersion: jackfield.dev/v1
kind: Link
spec: {variable: daily limit, to: {selector: {team: bi}}, overrides: {value: "10"}}
`,
  Credential: `
apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: warehouse
  for: {environment: production}
  secrets:
    host: "ENC[AES256_GCM,data:aaaa,iv:aaaa,tag:aaaa,type:str]"
    port: "ENC[AES256_GCM,data:aaaa,iv:aaaa,tag:aaaa,type:int]"
    login: ""
    password: "ENC[AES256_GCM,data:bbbb,iv:bbbb,tag:bbbb,type:str]"
    extra:
      token: "ENC[AES256_GCM,data:cccc,iv:cccc,tag:cccc,type:str]"
      keyfile_dict: {private_key: "ENC[AES256_GCM,data:dddd,iv:dddd,tag:dddd,type:str]"}
sops: {mac: "ENC[AES256_GCM,data:eeee,iv:eeee,tag:eeee,type:str]"}
`,
  "Credential of a Deployment": `
apiVersion: jackfield.dev/v1
kind: Credential
metadata: {deployment: prod}
spec: {environmentVariable: TOKEN, secrets: {value: not sealed yet}}
`,
};

/** The kind of a document of `GOOD`, by its name there. */
export function kindOf(name: string): Kind {
  return name.split(" ")[0] as Kind;
}
