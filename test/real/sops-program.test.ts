import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { main } from "../../src/cli.ts";
import type { Recipient } from "../../src/model/declaration.ts";
import { createSopsProgram } from "../../src/node/sops-program.ts";
import { openByProgram, sealByProgram } from "../../src/sops/by-program.ts";
import { parseIdentities } from "../../src/sops/identities.ts";
import { lintSealedFile, recipientsOf, SCOPE } from "../../src/sops/lint.ts";
import { openFile } from "../../src/sops/open.ts";
import { makeGpgHome } from "../support/gpg.ts";
import { keyText, parsed } from "../support/sealed-files.ts";
import { yamlTexts } from "../support/sops-texts.ts";

// The fallback for keys that we do not open ourselves, with the real `sops`, `gpg` and `ssh-keygen` on the PATH, and keys made for
// this run.

// Sockets of gpg-agent have short paths.
const folder = mkdtempSync(join(tmpdir(), "jf-"));
const gpg = makeGpgHome(folder);
const env = { ...gpg.env, SOPS_AGE_SSH_PRIVATE_KEY_FILE: join(folder, "id") };
const run = (name: string, ...args: readonly string[]) =>
  execFileSync(name, args, { env, cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
afterAll(() => {
  gpg.close();
  rmSync(folder, { recursive: true });
});

run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a comment", "-f", "id");
const [sshType, sshKey] = readFileSync(join(folder, "id.pub"), "utf8").split(" ");
const [identity] = parseIdentities(keyText("one")).identities;

const PGP: Recipient = { kind: "pgp", id: gpg.fingerprint };
const SSH: Recipient = { kind: "age", id: `${sshType} ${sshKey}` };
const AGE: Recipient = { kind: "age", id: identity?.recipient ?? "" };
const sops = createSopsProgram("sops", env);

function seal(
  text: string,
  recipients: readonly Recipient[],
  path = "x.yaml",
  rule: Parameters<typeof sealByProgram>[3] = SCOPE,
): string {
  const { value, diagnostics } = sealByProgram({ path, text }, recipients, sops, rule);
  if (value === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return value;
}

/** Type and text of every value, and the codes of what is wrong. */
function open(text: string, listed: readonly Recipient[] = []) {
  const { value, diagnostics } = openByProgram(parsed(text), { program: sops, listed });
  const values = value && [...value.values.values()].map(({ type, secret }) => `${type} ${secret.reveal()}`);
  return { values, codes: diagnostics.map(({ code }) => code), plain: value?.plain.reveal() };
}

const PLAIN = `host: db.example.com
secrets:
  # about it
  password: canary-hunter2
  looks: "ENC[AES256_GCM,data:x"
  port: 5432
  ratio: 1.0
  list:
    # in it
    - a
`;
const VALUES = ["str canary-hunter2", "str ENC[AES256_GCM,data:x", "int 5432", "float 1", "str a"];

test.each([
  ["PGP", [PGP]],
  ["SSH", [SSH]],
  ["age, PGP and SSH", [AGE, PGP, SSH]],
])("%s: what the program seals it opens, comments and types kept", (_, recipients) => {
  const sealed = seal(PLAIN, recipients);
  expect(sealed).not.toContain("canary");
  expect(lintSealedFile(parsed(sealed))).toEqual([]);
  const named = recipientsOf(parsed(sealed)).map(({ value }) => value);
  expect(new Set(named)).toEqual(new Set(recipients));
  const { values, codes, plain } = open(sealed);
  expect(codes).toEqual([]);
  expect(values).toEqual(VALUES);
  expect(plain).toContain("# about it");
  expect(plain).toContain("# in it");
});

test("JSON", () => {
  const text = '{"a": 1.0, "secrets": {"x": 1e3, "y": "z", "n": null, "big": 1e400}}'.replace(
    ', "big": 1e400',
    "",
  );
  const sealed = seal(text, [PGP], "x.json");
  const { value } = openByProgram(parsed(sealed, "x.json"), { program: sops, listed: [] });
  expect([...(value?.values.values() ?? [])].map(({ secret }) => secret.reveal())).toEqual(["1000", "z"]);
});

test.each([
  ["unencrypted_suffix", "_unencrypted"],
  ["encrypted_suffix", "_secret"],
  ["unencrypted_regex", "^(host|port)$"],
  ["encrypted_regex", "pass|^data$"],
] as const)("the rule %s %s", (name, text) => {
  const plain = "host: one\npassword: two\ndata: {my_secret: three, x_unencrypted: {y: four}}\n";
  const sealed = seal(plain, [AGE, PGP], "x.yaml", { name, text });
  const own = openFile(parsed(sealed), identity ? [identity] : []).value;
  expect(own?.size).toBeGreaterThan(0);
  expect(open(sealed).values).toEqual(
    [...(own?.values() ?? [])].map((one) => `${one.type} ${one.secret.reveal()}`),
  );
});

test("a file without a rule is sealed by the rule that SOPS has for it", () => {
  const file = { path: "x.yaml", text: "host: one\nx_unencrypted: two\n" };
  const { value } = sealByProgram(file, [PGP], sops, undefined);
  expect(value).toContain("x_unencrypted: two");
  expect(value).not.toContain("one");
});

test("each entry is checked without a key", () => {
  const sealed = seal(PLAIN, [SSH]);
  run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "other");
  const other = readFileSync(join(folder, "other.pub"), "utf8").split(" ")[1] ?? "";
  const relabelled = sealed.replace(sshKey ?? "", other);
  expect(lintSealedFile(parsed(relabelled)).map(({ code }) => code)).toEqual(["JF310"]);
  expect(open(relabelled)).toMatchObject({ codes: ["JF310"], values: undefined });
});

test("without the option or without the key it is told whose key it takes", () => {
  const sealed = parsed(seal(PLAIN, [PGP, SSH]));
  const [trouble] = openFile(sealed, identity ? [identity] : []).diagnostics;
  expect(trouble?.message).toBe("this file is sealed only for ssh, pgp, which Jackfield cannot open");
  expect(trouble?.hint).toContain("--sops sops");
  const stranger = createSopsProgram("sops", { PATH: env.PATH, HOME: join(folder, "nobody") });
  const result = openByProgram(sealed, { program: stranger, listed: [] });
  expect(result.diagnostics.map(({ code }) => code)).toEqual(["JF346"]);
  expect(result.diagnostics[0]?.related.map(({ message }) => message)).toEqual([
    "sealed for this ssh key",
    "sealed for this pgp key",
  ]);
});

test.each([
  ["a plain value", "host: db.", "host: evil."],
  ["a moved value", /^( +)password: (.*)\n( +)looks: (.*)$/m, "$1password: $4\n$3looks: $2"],
  ["a removed value", /^ +port: .*\n/m, ""],
  ["a plain value in scope", /^( +port: ).*$/m, "$15432"],
  ["the time", /lastmodified: "20\d\d/, 'lastmodified: "2001'],
])("%s changed without the key is refused", (_, from, to) => {
  const sealed = seal(PLAIN, [PGP]);
  const edited = sealed.replace(from, to);
  expect(edited).not.toBe(sealed);
  const result = openByProgram(parsed(edited), { program: sops, listed: [] });
  expect(result.value).toBeUndefined();
  expect(result.diagnostics.map(({ code }) => code)).toEqual(["JF347"]);
  expect(inspect(result.diagnostics, { depth: 2 })).not.toContain("canary");
});

test("a `.sops.yaml` of the folder, or variables that name recipients, change nothing", () => {
  const hostile = { ...env, SOPS_AGE_RECIPIENTS: AGE.id, SOPS_CONFIG: join(folder, ".sops.yaml") };
  writeFileSync(
    join(folder, ".sops.yaml"),
    `creation_rules: [{age: "${AGE.id}", mac_only_encrypted: true}]\n`,
  );
  const before = process.cwd();
  try {
    process.chdir(folder);
    const program = createSopsProgram("sops", hostile);
    const { value } = sealByProgram({ path: "x.yaml", text: PLAIN }, [PGP], program, SCOPE);
    expect(recipientsOf(parsed(value ?? "")).map(({ value: one }) => one)).toEqual([PGP]);
    expect(value).not.toContain("mac_only_encrypted");
    expect(openByProgram(parsed(value ?? ""), { program, listed: [] }).value?.values.size).toBe(
      VALUES.length,
    );
  } finally {
    process.chdir(before);
  }
});

test("what cannot be sealed is told without a word of it", () => {
  const unknown: Recipient = { kind: "pgp", id: "0123456789ABCDEF0123456789ABCDEF01234567" };
  for (const [text, recipient] of [
    [PLAIN, unknown],
    ["secrets: {a: 18446744073709551615}\n", PGP],
    ["sops: {}\nsecrets: {a: canary}\n", PGP],
    ["secrets: {a: canary\n", PGP],
  ] as const) {
    const result = sealByProgram({ path: "x.yaml", text }, [recipient], sops, SCOPE);
    expect(result.value).toBeUndefined();
    expect(result.diagnostics.map(({ code }) => code)).toEqual(["JF347"]);
    expect(inspect(result, { depth: 9 })).not.toContain("canary");
  }
});

/** How many connections a Vault at this address gets while `act` runs. */
async function visits(act: (address: string) => Promise<void>): Promise<number> {
  let count = 0;
  const server = createServer((socket) => {
    count++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await act(typeof address === "object" && address ? `http://127.0.0.1:${address.port}` : "");
  await new Promise((resolve) => server.close(resolve));
  return count;
}

const DRIVER = `
import { createSopsProgram } from "${new URL("../../src/node/sops-program.ts", import.meta.url)}";
const { text, listed } = JSON.parse(process.argv[1]);
const result = createSopsProgram("sops", process.env).decrypt({ path: "x.yaml", text }, listed);
process.stdout.write(result.diagnostics.map(({ code }) => code).join());
`;

/** Opens in a process of its own, so that the listener of this one can answer. */
function decryptApart(text: string, listed: readonly Recipient[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = ["--input-type=module", "-e", DRIVER, JSON.stringify({ text, listed })];
    const child = spawn(process.execPath, args, {
      env: { ...env, VAULT_TOKEN: "canary", VAULT_MAX_RETRIES: "0" },
    });
    let out = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.on("error", reject);
    child.on("close", () => resolve(out));
  });
}

test("a Vault server that a file names is asked only if an environment lists it", async () => {
  const entry = (address: string) =>
    `    hc_vault:\n        - vault_address: ${address}\n          engine_path: transit\n          key_name: k\n          created_at: "2026-11-23T12:00:00Z"\n          enc: vault:v1:xxxx\n    lastmodified:`;
  const sealed = seal(PLAIN, [PGP]);
  const onlyVault = (address: string) =>
    sealed.replace("    lastmodified:", entry(address)).replace(/ {4}pgp:\n[\s\S]*?(?= {4}version)/, "");
  const listed = (address: string) => [{ kind: "hc_vault", id: `${address}/v1/transit/keys/k` }];
  const unlisted = await visits(async (address) => {
    expect(await decryptApart(onlyVault(address), [])).toBe("JF346");
    expect(await decryptApart(onlyVault(address), listed("https://vault.example.com"))).toBe("JF346");
    expect(open(onlyVault(address)).codes).toEqual(["JF349"]);
  });
  expect(unlisted).toBe(0);
  const own = await visits(async (address) => {
    expect(await decryptApart(onlyVault(address), listed(address))).toBe("JF346");
  });
  expect(own).toBeGreaterThan(0);
});

const texts = fc.sample(yamlTexts(20, true), { numRuns: 15, seed: 20261123 });

test.each(texts.map((text, index) => [index, text] as const))(
  "generated file %i of 20 documents comes out as we open it ourselves",
  (_, text) => {
    const sealed = seal(text, [AGE, SSH]);
    const own = openFile(parsed(sealed), identity ? [identity] : []);
    expect(own.diagnostics).toEqual([]);
    const all = [...(own.value?.values() ?? [])].map(({ type, secret }) => `${type} ${secret.reveal()}`);
    expect(all.length).toBeGreaterThan(20);
    expect(open(sealed).values).toEqual(all);
  },
);

const POLICY = (recipient: string) => `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: analytics}
spec:
  environments: {production: {recipients: [${recipient}]}}
  clusters: {laptop: {directory: .jackfield/laptop}}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: prod}
spec: {environment: production, cluster: laptop, namespace: airflow}
---
apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: warehouse}
spec: {type: postgres, sharing: all, host: db.example.com, login: etl}
`;
const CREDENTIAL = `apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: warehouse
  for: {environment: production}
  secrets: {password: canary-hunter2}
`;

test.each([
  ["PGP", `{pgp: ${PGP.id}}`, PGP],
  ["SSH", SSH.id, SSH],
])("build takes the option: %s", async (_, listed, recipient) => {
  const repo = mkdtempSync(join(folder, "repo-"));
  writeFileSync(join(repo, ".gitignore"), ".jackfield/\n");
  writeFileSync(join(repo, "jackfield.yaml"), POLICY(listed));
  writeFileSync(join(repo, "warehouse.production.sops.yaml"), seal(CREDENTIAL, [recipient]));
  const out: string[] = [];
  const terminal = {
    out: (text: string) => out.push(text),
    err: (text: string) => out.push(text),
    color: false,
    env,
  };
  const build = (...args: readonly string[]) => main(["build", "-C", repo, ...args], terminal);
  expect(await build()).toBe(1);
  expect(out.join("")).toContain("--sops sops");
  expect(await build("--sops", "sops")).toBe(0);
  const written = readFileSync(join(repo, ".jackfield/build/analytics/prod/connections.json"), "utf8");
  expect(written).toContain("canary-hunter2");
  expect(out.join("")).not.toContain("canary");
});
