import { expect, test } from "vitest";
import { specOf, tellMethod, typeOf } from "../src/catalogue/index.ts";
import type { ConnectionType } from "../src/model/connection-type.ts";

// Facts of the providers' hooks, written down by hand: a slip in a data file would weaken a rule of security or
// refuse a connection that works.

/** What a field is: secret (s), an address (a), inert (i), the id of a connection (c), or nothing of that kind (-). */
const FACTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  postgres: {
    host: "a",
    login: "-",
    password: "s",
    schema: "-",
    "extra.hostaddr": "a",
    "extra.sslkey": "-",
    "extra.sslrootcert": "-",
    "extra.sslpassword": "s",
    "extra.options": "-",
    "extra.aws_conn_id": "c",
    "extra.connect_timeout": "i",
    "extra.application_name": "i",
  },
  mysql: { host: "a", password: "s", "extra.unix_socket": "a", "extra.ssl": "-", "extra.charset": "i" },
  mssql: { host: "a", password: "s", "extra.login_timeout": "i", "extra.encryption": "-" },
  redshift: { "extra.cluster_identifier": "a", "extra.secret_access_key": "s", "extra.endpoint_url": "a" },
  snowflake: {
    password: "s",
    "extra.account": "a",
    "extra.host": "a",
    "extra.authenticator": "a",
    "extra.private_key_content": "s",
    "extra.private_key_file": "-",
    "extra.refresh_token": "s",
    "extra.proxy_password": "s",
    "extra.proxy_host": "a",
    "extra.role": "-",
    "extra.warehouse": "-",
    "extra.azure_conn_id": "c",
  },
  aws: {
    login: "-",
    password: "s",
    "extra.aws_secret_access_key": "s",
    "extra.aws_session_token": "s",
    "extra.endpoint_url": "a",
    "extra.service_config": "a",
    "extra.role_arn": "-",
    "extra.region_name": "-",
    "extra.verify": "-",
  },
  google_cloud_platform: {
    "extra.keyfile_dict": "sa",
    "extra.key_path": "-",
    "extra.key_secret_name": "-",
    "extra.client_secret": "s",
    "extra.idp_issuer_url": "a",
    "extra.impersonation_chain": "-",
    "extra.num_retries": "i",
  },
  databricks: { host: "a", "extra.host": "a", password: "s", "extra.token": "s", "extra.proxies": "sa" },
  http: {
    host: "a",
    port: "-",
    password: "s",
    "extra.proxies": "sa",
    "extra.timeout": "i",
    "extra.verify": "-",
  },
  ssh: {
    host: "a",
    "extra.key_file": "-",
    "extra.private_key": "s",
    "extra.private_key_passphrase": "s",
    "extra.no_host_key_check": "-",
    "extra.host_key": "-",
    "extra.conn_timeout": "i",
  },
  sftp: { host: "a", "extra.private_key": "s", "extra.passphrase": "s", "extra.known_hosts": "-" },
  slack: { password: "s", "extra.base_url": "a", "extra.proxy": "sa" },
  slackwebhook: { host: "a", password: "sa" },
  azure: { login: "-", password: "s", "extra.key_json": "sa", "extra.key_path": "-", "extra.tenantId": "-" },
  wasb: {
    host: "a",
    login: "a",
    "extra.connection_string": "sa",
    "extra.sas_token": "sa",
    "extra.shared_access_key": "s",
    "extra.account_key": "s",
  },
  kafka: {
    "extra.bootstrap.servers": "a",
    "extra.sasl.username": "-",
    "extra.sasl.password": "s",
    "extra.ssl.key.pem": "s",
    "extra.ssl.key.location": "-",
    "extra.ssl.ca.pem": "-",
    "extra.sasl.oauthbearer.token.endpoint.url": "a",
    "extra.group.id": "-",
    "extra.session.timeout.ms": "i",
  },
  trino: { host: "a", "extra.jwt__token": "s", "extra.jwt__file": "-", "extra.extra_credential": "s" },
  mongo: { host: "a", password: "s", "extra.tlsCertificateKeyFile": "-", "extra.authSource": "-" },
  redis: { host: "a", password: "s", "extra.startup_nodes": "a", "extra.ssl_keyfile": "-" },
  smtp: { host: "a", "extra.client_secret": "s", "extra.access_token": "s", "extra.disable_ssl": "-" },
  kubernetes: { "extra.kube_config": "sa", "extra.kube_config_path": "-", "extra.namespace": "-" },
  dbt_cloud: { host: "a", login: "-", password: "s" },
  generic: { host: "a", login: "-", password: "s", schema: "-" },
};

const MARKS = { s: "secret", a: "address", i: "inert", c: "connection" } as const;
const facts = Object.entries(FACTS).flatMap(([type, known]) =>
  Object.entries(known).map(([path, marks]) => [type, path, marks] as const),
);

test.each(facts)("%s %s is %s", (name, path, marks) => {
  const spec = specOf(theType(name), path);
  expect(spec).toBeDefined();
  const actual = Object.entries(MARKS).flatMap(([mark, flag]) => (spec?.[flag] ? [mark] : []));
  expect(actual.join("") || "-").toBe(marks);
});

/** Keys that hooks do not read, or that break what reads them. */
const ABSENT = [
  ["postgres", "extra.region_name", "libpq refuses keys it does not know"],
  ["postgres", "extra.sslca", "it is called sslrootcert"],
  ["snowflake", "extra.client_id", "the hook takes the login"],
  ["google_cloud_platform", "extra.idp_extra_parameters", "the hook reads idp_extra_params"],
  ["google_cloud_platform", "login", "the hook reads extra only"],
  ["kubernetes", "host", "the hook reads extra only"],
  ["kafka", "password", "the hook reads extra only"],
  ["wasb", "extra.account_url", "the client gets it already"],
  ["slack", "login", "there is a token only"],
] as const;

test.each(ABSENT)("%s has no %s: %s", (name, path) => {
  expect(specOf(theType(name), path)).toBeUndefined();
});

/** Connections as people have them: the paths that are present, and the method that is meant. */
const REAL_LIFE: readonly (readonly [type: string, present: string, method: string])[] = [
  ["postgres", "host port login password schema", "password"],
  ["postgres", "host login password sslmode sslrootcert sslcert sslkey", "password"],
  ["postgres", "host login sslmode sslcert sslkey", "certificate"],
  ["postgres", "host login iam aws_conn_id", "iam"],
  ["postgres", "host schema iam redshift-serverless workgroup-name", "iam"],
  ["postgres", "host login iam azure_conn_id", "azure"],
  ["mysql", "login password schema ssl charset", "password"],
  ["mysql", "host login iam", "iam"],
  ["mssql", "host login password schema tds_version", "password"],
  ["redshift", "host login password schema", "password"],
  ["redshift", "schema login iam cluster_identifier region db_user", "iam"],
  ["snowflake", "account login password warehouse role", "password"],
  ["snowflake", "account login password authenticator", "password"],
  ["snowflake", "account login private_key_content", "private-key"],
  ["snowflake", "account login private_key_content password authenticator", "private-key"],
  ["snowflake", "account login password refresh_token", "oauth"],
  ["snowflake", "account login password authenticator grant_type token_endpoint", "oauth-client-credentials"],
  ["aws", "", "default-chain"],
  ["aws", "region_name", "default-chain"],
  ["aws", "login password region_name", "access-key"],
  ["aws", "login password aws_session_token", "access-key"],
  ["aws", "role_arn region_name", "assume-role"],
  ["aws", "role_arn login password assume_role_kwargs", "assume-role"],
  ["google_cloud_platform", "project", "application-default"],
  ["google_cloud_platform", "project keyfile_dict num_retries is_anonymous", "keyfile"],
  ["databricks", "host password", "token"],
  ["databricks", "host login password service_principal_oauth http_path", "service-principal"],
  ["databricks", "host login password azure_tenant_id", "azure-service-principal"],
  ["http", "host", "none"],
  ["http", "host login", "none"],
  ["http", "host login password", "password"],
  ["http", "host password", "password"],
  ["ssh", "host login password", "password"],
  ["ssh", "login private_key private_key_passphrase", "private-key"],
  ["sftp", "host login key_file password", "key-file"],
  ["azure", "login password tenantId subscriptionId", "service-principal"],
  ["wasb", "login password", "account-key"],
  ["wasb", "connection_string", "connection-string"],
  ["kafka", "bootstrap.servers group.id", "none"],
  ["kafka", "bootstrap.servers security.protocol sasl.mechanism sasl.username sasl.password", "sasl"],
  ["kafka", "bootstrap.servers security.protocol sasl.mechanism", "none"],
  [
    "kafka",
    "bootstrap.servers security.protocol ssl.ca.location ssl.certificate.location ssl.key.location",
    "certificate",
  ],
  ["trino", "host login password protocol", "password"],
  ["trino", "host login auth jwt__token", "jwt"],
  ["mongo", "host login password schema srv authSource", "password"],
  ["redis", "host password ssl", "password"],
  ["smtp", "host port from_email", "none"],
  ["smtp", "host login password auth_type", "password"],
  ["kubernetes", "namespace", "default"],
  ["kubernetes", "in_cluster kube_config", "kube-config"],
  ["dbt_cloud", "host login password", "token"],
  ["generic", "", "password"],
  ["generic", "login", "password"],
];

test.each(REAL_LIFE)("%s with `%s` signs in by %s", (name, present, method) => {
  expect(tellMethod(theType(name), pathsOf(present))).toEqual({ kind: "told", method });
  expect((theType(name).required ?? []).filter((path) => !pathsOf(present).has(path))).toEqual([]);
});

/** A secret was forgotten: the method that was meant, and what it lacks. */
const FORGOTTEN = [
  ["postgres", "host login", "password", "password"],
  ["trino", "host login", "password", "password"],
  ["trino", "host login auth jwt__file jwt__token", "jwt", ""],
  ["snowflake", "account login", "password", "password"],
  ["ssh", "host login", "password", "password"],
  ["aws", "login", "access-key", "password"],
  ["redis", "host login", "password", "password"],
  ["kafka", "bootstrap.servers sasl.username", "sasl", "sasl.password"],
  ["smtp", "host login auth_type client_id", "oauth2", "client_secret"],
  ["postgres", "host login password iam", "password", ""],
] as const;

test.each(FORGOTTEN)("%s with `%s` is nearest to %s and lacks `%s`", (name, present, nearest, missing) => {
  const told = tellMethod(theType(name), pathsOf(present));
  expect(told).toEqual({ kind: "none", nearest, missing: [...pathsOf(missing)] });
});

test("of several methods that fit, none is told if none requires all that the others do", () => {
  const method = (required: readonly string[]) => ({ title: "T", description: "D", required });
  const type = { ...theType("generic"), methods: { a: method(["login"]), b: method(["host"]) } };
  const alike = { ...type, methods: { a: method(["login"]), b: method(["login"]) } };
  const nested = { ...type, methods: { a: method(["login"]), b: method(["login", "host"]), c: method([]) } };
  expect(tellMethod(type, new Set(["login"]))).toEqual({ kind: "told", method: "a" });
  expect(tellMethod(alike, new Set(["login"]))).toEqual({ kind: "ambiguous", candidates: ["a", "b"] });
  expect(tellMethod(nested, new Set(["login"]))).toEqual({ kind: "told", method: "a" });
});

function theType(name: string): ConnectionType {
  const type = typeOf(name);
  if (!type) throw new Error(`no type ${name}`);
  return type;
}

/** Short for paths: what is no field of Airflow's own is a key of `extra`. */
function pathsOf(words: string): ReadonlySet<string> {
  const own = ["host", "port", "login", "password", "schema"];
  return new Set(
    words
      .split(" ")
      .filter(Boolean)
      .map((word) => (own.includes(word) ? word : `extra.${word}`)),
  );
}
