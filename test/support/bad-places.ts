// Places where people put a secret that does not belong there.

/** A Workspace with one Deployment. */
export const POLICY = `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: analytics, uid: 0b6f2d0e-8f1c-4a0b-9a57-5b8d1f3f6a11}
spec:
  environments: {production: {recipients: [age1gnpaqr2htawe5stxs6u8lr0lvtv7dtn9aczqkx5rrvf4kfvk3ajs2kqlw2]}}
  clusters: {eu: {context: eu}}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: prod}
spec: {environment: production, cluster: eu, namespace: airflow}
`;
const doc = (kind: string, spec: string) =>
  `apiVersion: jackfield.dev/v1\nkind: ${kind}\nmetadata: {name: warehouse}\nspec:\n${spec.replaceAll(/^/gm, "  ")}\n`;
const connection = (fields: string) =>
  doc("Connection", `type: postgres\nsharing: all\nhost: db.example.com\n${fields}`);
const custom = (fields: string) => doc("Connection", `type: custom_thing\nsharing: all\n${fields}`);
const credential = (secrets: string) =>
  `apiVersion: jackfield.dev/v1\nkind: Credential\nspec:\n  connection: warehouse\n  for: {all: true}\n  secrets:\n${secrets.replaceAll(/^/gm, "    ")}\n`;

/** Places for a secret, each with something wrong on its line or beside it. `CANARY` is the secret. */
export const PLACES: Readonly<Record<string, string>> = {
  "a plain password": connection("password: CANARY"),
  "a quoted password": connection('password: "CANARY"'),
  "a password over lines": connection("password: |\n  one\n  CANARY"),
  "a misspelt key": connection("pasword: CANARY"),
  "a misspelt key below a known one": connection("extra:\n  sslmod: CANARY"),
  "an unknown key of extra": connection("extra: {private: CANARY}"),
  "a nested value of extra": connection("extra: {private: {deep: [CANARY]}}"),
  "an unknown type's extra": custom("extra: {private: CANARY}"),
  "a key": connection("CANARY: x"),
  "a key of extra": connection("extra: {CANARY: x}"),
  "a key of a map in extra": connection("extra: {sslmode: {CANARY: x}}"),
  "a key without a value": connection("CANARY:"),
  "a key twice": connection("extra: {CANARY: x, CANARY: y}"),
  "a text instead of a map": doc("Connection", "CANARY"),
  "a text instead of extra": connection("extra: CANARY"),
  "a list instead of a text": connection("password: [CANARY]"),
  "a map instead of a text": connection("password: {CANARY: CANARY}"),
  "a comment": connection("port: x # CANARY"),
  "a comment before": connection("# password: CANARY\nport: x"),
  "a Variable": doc("Variable", "value: CANARY\nsharing: al"),
  "a number in a Variable": doc("Variable", "value: 12345678901234567890987654321"),
  "a masked Variable": doc("Variable", "value: CANARY\nsharing: all").replace(
    "name: warehouse",
    "name: api_token",
  ),
  "a Variable of a map": doc("Variable", "value: {password: CANARY}\nsharing: al"),
  "an EnvironmentVariable": doc("EnvironmentVariable", "value: CANARY\nsharing: al"),
  "an override": connection("links: [{to: {all: true}, overrides: {password: CANARY}}]"),
  "an override of extra": connection("links: [{to: {all: true}, overrides: {extra: {private: CANARY}}}]"),
  "a Credential that is not sealed": credential("password: CANARY"),
  "a misspelt Credential": credential("pasword: CANARY"),
  "a Credential's extra": credential("extra: {CANARY: CANARY}"),
  "a Credential beside its secrets": `${credential("password: x")}  password: CANARY\n`,
  "a Credential in the wrong shape": credential("- CANARY"),
  "a Credential's root": `${credential("password: x")}password: CANARY\n`,
  "secrets of a Connection": connection("secrets: {password: CANARY}"),
  valueFrom: connection("password: {valueFrom: CANARY}"),
  "a near miss of the apiVersion": connection("password: CANARY").replace("jackfield.dev", "jackfeild.dev"),
  "a document without apiVersion": connection("password: CANARY").replace(/^apiVersion.*\n/, ""),
  "YAML that is broken before": `a: [\n${connection("password: CANARY")}`,
  "YAML that is broken after": `${connection("password: CANARY")}]: [`,
  "YAML that is broken there": connection('password: "CANARY'),
  "YAML that is broken by a tab": connection("extra:\n\tpassword: CANARY"),
  "YAML that is broken by two colons": connection("password: CANARY: x"),
  "an alias": connection("password: *CANARY"),
  "an anchor": connection("password: &CANARY x"),
  "a tag": connection("password: !CANARY x"),
  "an anchored text": connection("login: &a CANARY\npassword: *a"),
  "a directive": `%CANARY\n---\n${connection("port: x")}`,
  "a document end": `${connection("port: x")}... CANARY\n`,
  "another tool's document beside": `password: CANARY\n---\n${connection("port: x")}`,
  "a merge key": connection("extra:\n  <<: {password: CANARY}"),
  "a label that is not JSON's number": connection("extra: {private: 0x1F, other: CANARY}"),
  "an invisible character": connection("password: CANARY\u200B"),
  "a long line": connection(`extra: {${"a: x, ".repeat(50)}private: CANARY, pasword: x}`),
  "something sealed outside": connection("login: ENC[AES256_GCM,data:CANARY,iv:a,tag:a,type:str]"),
  "a metadata key": connection("port: x").replace("{name: warehouse}", "{name: warehouse, password: CANARY}"),
  "a url with a password": connection("host: postgres://etl:CANARY@db.example.com\nport: x"),
  "a requirement": `${POLICY}---\napiVersion: jackfield.dev/v1\nkind: Deployment\nmetadata: {name: two, token: CANARY}\nspec: {}\n`,
  "an environment's key": `${POLICY.replace("eu}}", "eu, password: CANARY}}")}`,
  "a recipient that is a private key": POLICY.replace("[age1", "[CANARY, age1"),
};
