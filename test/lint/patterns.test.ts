import { expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { carriesCredentials, patternsIn } from "../../src/core/patterns.ts";
import { renderOutcome } from "../../src/render/outcome.ts";

// Put together here, so that no scanner takes this file for a leak.
const a = (count: number) => "aB3dE5gH7jK9".repeat(30).slice(0, count);
const hex = (count: number) => "0a1b2c3d4e5f6789".repeat(20).slice(0, count);
const key = (...parts: readonly string[]) => parts.join("");

const SECRETS: readonly (readonly [kind: string, text: string])[] = [
  ["an AWS access key id", key("AK", "IA", "QWERTY234567ASDF")],
  ["a GitHub token", key("gh", "p_", a(36))],
  ["a GitHub token", key("gh", "s_123456_ey", "J", a(40), ".ey", "J", a(40), ".", a(43))],
  ["a GitHub token", key("github", "_pat_", a(22), "_", a(59))],
  ["a GitLab token", key("gl", "pat-", a(20))],
  ["a GitLab token", key("gl", "rt-t1_", a(27))],
  ["a Discord webhook", key("discord", ".com/api/webhooks/", "1".repeat(18), "/", a(68))],
  ["a Teams webhook", key("acme.webhook.office", ".com/webhookb2/", a(36), "@", a(36))],
  ["a Telegram bot token", key("110201543", ":AA", a(33))],
  ["a Hugging Face token", key("h", "f_", "aBcDe".repeat(7).slice(0, 34))],
  ["an Atlassian token", key("ATA", "TT3", a(186))],
  ["an Entra client secret", key("aB~", "8Q", "~", a(34))],
  ["an Azure access key", key("Endpoint=sb://x/;SharedAccess", "Key=", a(43), "=")],
  ["a PyPI token", key("py", "pi-AgENdGVzdC5weXBpLm9yZw", a(60))],
  ["a Slack token", key("xo", "xb-", "1234567890-", a(24))],
  ["a Slack token", key("xa", "pp-1-A012345678-0123456789012-", hex(64))],
  ["a Slack webhook", key("https://hooks.slack", ".com/services/", "T0/B0/", a(24))],
  ["a Google API key", key("AI", "za", a(35))],
  ["a Google client secret", key("GOC", "SPX-", a(28))],
  ["a Google access token", key("ya", "29.", a(60))],
  ["a Stripe key", key("sk_", "live_", a(24))],
  ["a Stripe webhook secret", key("wh", "sec_", a(32))],
  ["a SendGrid key", key("S", "G.", a(22), ".", a(43))],
  ["a Twilio key", key("S", "K", hex(32))],
  ["an npm token", key("np", "m_", a(36))],
  ["a PyPI token", key("py", "pi-AgEIcHlwaS5vcmc", a(60))],
  ["a Databricks token", key("da", "pi", hex(32))],
  ["a Vault token", key("hv", "s.", a(24))],
  ["an OpenAI key", key("s", "k-proj-", a(40), "T3Blbk", "FJ", a(40))],
  ["an Anthropic key", key("s", "k-ant-", a(40))],
  ["a Docker Hub token", key("dckr", "_pat_", a(27))],
  ["a Grafana token", key("gl", "sa_", a(40))],
  ["an Azure storage key", key("Account", "Key=", a(86), "==")],
  ["an Azure SAS signature", key("https://x.example/?sv=1&", "sig=", a(44))],
  ["a JSON web token", key("ey", "J", a(20), ".ey", "J", a(40), ".", a(43))],
  ["a private key", key("-----BEGIN RSA ", "PRIVATE KEY-----", "\\nMII", a(60))],
  ["a private key", key("-----BEGIN OPENSSH ", "PRIVATE KEY-----", " ", a(70))],
  ["a private key", key("-----BEGIN PGP ", "PRIVATE KEY BLOCK-----", "\nVersion: x\n\n", a(64))],
  ["a private key", key("PuTTY-User-", "Key-File-3: ssh-ed25519")],
  ["an age private key", key("AGE-SECRET-", "KEY-1", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L")],
  ["a URL with a password", "https://me:hunter2@db.example.com/x"],
];

test.each(SECRETS)("%s is found, and nothing more: %#", (kind, text) => {
  for (const [before, after] of [
    ["", ""],
    ["x: ", " # y"],
    ['"', '"'],
    ["(", ")"],
  ]) {
    const found = [...patternsIn(`${before}${text}${after}`)];
    expect(found.map((one) => one.kind)).toEqual([kind]);
    expect(found[0]?.start).toBeGreaterThanOrEqual(before?.length ?? 0);
  }
});

test.each([
  ...SECRETS.map(([, text]) => text.slice(0, Math.min(12, Math.floor(text.length / 3)))),
  // What manuals, templates and programs write.
  "postgres://user:password@db.example.com/x",
  "https://username:…@host, https://login:...@host",
  "mysql://%(user)s:%(password)s@host, https://u:%s@host, https://{{ u }}:{{ p }}@host, https://u:***@host",
  key("ghp_", "xxxx"),
  key("-----BEGIN ", "PRIVATE KEY-----"),
  key('key.startswith("-----BEGIN ', 'PRIVATE KEY-----")'),
  key("-----BEGIN ", "PRIVATE KEY-----\n…\n-----END ", "PRIVATE KEY-----"),
  key("SharedAccess", "KeyName=RootManageSharedAccessKey"),
  "12:34:56:AAbb, 1234567890:80",
  "hf_hub_download, hf_transfer",
  key("https://discord", ".com/api/webhooks/"),
  key("AK", "IA", "IOSFODNN7", "EXAMPLE"),
  key("AK", "IA", "lowercaseisnotit"),
  "https://db.example.com:5432/x",
  "https://me@db.example.com/x",
  "postgres://$USER:$PASSWORD@host/db",
  "https://<user>:<password>@host",
  "jdbc:snowflake://acme.snowflakecomputing.com",
  key("x", "gh", "p_", a(36)),
  hex(64),
  `sha256:${hex(64)}`,
  "a risk-analysis-for-the-skills-of-anthropic-and-others",
  "dapi",
  "mailto:someone@example.com",
  "-----BEGIN PUBLIC KEY-----",
  "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
])("nothing is found in %s", (text) => {
  expect([...patternsIn(text)]).toEqual([]);
});

test("no text takes long", () => {
  const hostile = [
    "eyJ",
    "sk-ant-",
    "://a:",
    "AccountKey=",
    "-----BEGIN ",
    "xoxb-",
    "a",
    ":",
    "AKIA",
    "[&?]sig=",
  ];
  const start = process.hrtime.bigint();
  for (const piece of hostile) [...patternsIn(piece.repeat(400_000 / piece.length))];
  expect(Number(process.hrtime.bigint() - start) / 1e9).toBeLessThan(20);
});

test("what is a secret by its form is not shown, whatever its field; a key's name is", () => {
  for (const [kind, text] of SECRETS)
    expect(carriesCredentials(text), kind).toBe(kind !== "an AWS access key id");
});

const WORKSPACE = `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: main}
spec: {environments: {development: {}}, clusters: {laptop: {directory: .jackfield/laptop}}}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: dev}
spec: {environment: development, cluster: laptop, namespace: dev}
`;

/** Codes with lines; nothing that is printed may hold the secret. */
function told(secret: string, text: string): readonly string[] {
  const compiled = compile([
    { path: "jackfield.yaml", text: WORKSPACE },
    { path: "x.yaml", text },
  ]);
  const { diagnostics } = compiled;
  const outcome = { diagnostics, result: null, text: "", compiled };
  for (const format of ["text", "json"] as const) {
    const { out, err } = renderOutcome(outcome, {
      command: "validate",
      version: "0",
      format,
      color: false,
      scrub: (one) => one,
    });
    expect(out + err).not.toContain(secret.slice(4, 16));
  }
  return diagnostics.flatMap(({ code, at }) =>
    at?.file.path === "x.yaml" ? [`${code} ${text.slice(0, at.start).split("\n").length}`] : [],
  );
}

const token = key("gl", "pat-", a(20));
const connection = (spec: string) => `apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: x, description: d}
spec:
  type: http
  sharing: all
${spec}`;

test.each([
  ["a value of a plain field", connection(`  host: ${token}\n`), ["JF370 7"]],
  ["a comment", connection(`  host: h # ${token}\n`), ["JF370 7"]],
  [
    "a key",
    connection(`  host: h\n  plain: [extra.${token}]\n  extra: {${token}: x}\n`),
    ["JF370 8", "JF370 9"],
  ],
  ["a secret field, which is told already", connection(`  host: h\n  password: ${token}\n`), ["JF414 8"]],
  [
    "a secret field of a document that is refused",
    connection(`  hots: h\n  password: ${token}\n`),
    ["JF201 7", "JF380 8"],
  ],
  [
    "a key that only a person calls plain",
    connection(`  host: h\n  plain: [extra.x]\n  extra: {x: ${token}}\n`),
    ["JF370 9"],
  ],
  [
    "behind a secret that is told",
    connection(`  host: h\n  password: x # ${token}\n`),
    ["JF414 8", "JF370 8"],
  ],
  ["a document that is refused", connection(`  hots: ${token}\n`), ["JF201 7", "JF370 7"]],
  ["a file that does not parse", connection(`  host: [${token}\n`), ["JF370 7", "JF101 8"]],
  ["a block", connection(`  host: h\n  description: |\n    one\n    ${token}\n`), ["JF201 8", "JF370 10"]],
] as const)("%s", (_, text, expected) => {
  expect(told(token, text)).toEqual(expected);
});

test("an access key's id may stand where it belongs, and nowhere else", () => {
  const id = key("AK", "IA", "QWERTY234567ASDF");
  const aws = connection(`  login: ${id}\n  auth: access-key\n`).replace("http", "aws");
  expect(told("-".repeat(20), aws).filter((one) => one.startsWith("JF370"))).toEqual([]);
  expect(told("-".repeat(20), connection(`  host: ${id}\n`))).toEqual(["JF370 7"]);
});

const DRAFT = `apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: x
  for: {all: true}
  secrets:
    # ${token}
    password: ${token}
`;

test.each([
  ["in what is yet to be sealed", DRAFT, ["JF301 6"]],
  ["beside it", DRAFT.replace("for:", `for: # ${token}\n   `), ["JF370 5", "JF301 7"]],
  [
    "in another document of that file",
    `${DRAFT}---\n${connection(`  host: ${token}\n`)}`,
    ["JF301 6", "JF370 16"],
  ],
] as const)("a Credential that is not sealed: %s", (_, text, expected) => {
  expect(told(token, text).filter((one) => !one.startsWith("JF4"))).toEqual(expected);
});

const named = (kind: string, name: string, spec: string) =>
  `apiVersion: jackfield.dev/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec:\n${spec}`;

test.each([
  ["a password", connection("  wrong: x\n  password: hunter2\n"), ["JF380 8"]],
  ["a number for one", connection("  wrong: x\n  password: 12345\n"), ["JF380 8"]],
  [
    "of a type that nobody knows",
    connection("  wrong: x\n  password: hunter2\n").replace("http", "acme"),
    ["JF380 8"],
  ],
  ["an empty one", connection('  wrong: x\n  password: ""\n'), []],
  ["none", connection("  wrong: x\n  password:\n"), []],
  ["a plain field", connection("  wrong: x\n  host: token.example.com\n"), []],
  ["a key that is masked", connection("  wrong: x\n  extra: {X-Api-Key: x, X-Region: y}\n"), ["JF380 8"]],
  [
    "a key of the type",
    named("Connection", "x", "  type: aws\n  wrong: x\n  extra: {aws_session_token: x, region_name: y}\n"),
    ["JF380 7"],
  ],
  [
    "a key of a type that nobody knows",
    connection("  wrong: x\n  extra: {token: x}\n").replace("http", "acme"),
    [],
  ],
  [
    "an override",
    connection("  wrong: x\n  links: [{to: {all: true}, overrides: {password: x}}]\n"),
    ["JF380 8"],
  ],
  [
    "a Link",
    named("Link", "x", "  wrong: x\n  connection: y\n  to: {all: true}\n  overrides: {password: x}\n"),
    ["JF380 8"],
  ],
  [
    "a Link of a masked Variable",
    named("Link", "x", "  wrong: x\n  variable: my_token\n  overrides: {value: x}\n"),
    ["JF380 7"],
  ],
  ["a masked Variable", named("Variable", "my_token", "  wrong: x\n  value: hunter2\n"), ["JF380 6"]],
  [
    "a masked EnvironmentVariable",
    named("EnvironmentVariable", "MY_TOKEN", "  wrong: x\n  value: hunter2\n"),
    ["JF380 6"],
  ],
  ["another Variable", named("Variable", "region", "  wrong: x\n  value: hunter2\n"), []],
  ["a document that is used", connection("  host: h\n  password: hunter2\n"), []],
] as const)("in a document that is refused: %s", (_, text, expected) => {
  expect(told("hunter2-canary-canary", text).filter((one) => one.startsWith("JF380"))).toEqual(expected);
});

test("no text takes the lint long, ciphertexts neither", () => {
  const comment = (piece: string) => `# ${piece.repeat(400_000 / piece.length)}\n`;
  const start = process.hrtime.bigint();
  for (const piece of ["ENC[AES256_GCM,", "ENC[AES256_GCM,data:", "ENC[AES256_GCM,data:a,iv:", "QUJD"])
    told("-".repeat(20), `${connection("  host: h\n")}${comment(piece)}`);
  expect(Number(process.hrtime.bigint() - start) / 1e9).toBeLessThan(10);
});
