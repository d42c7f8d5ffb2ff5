import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { inspect } from "node:util";
import { afterAll, expect, test } from "vitest";
import { type Checked, diagnostic } from "../src/core/diagnostic.ts";
import { Secret } from "../src/core/secret.ts";
import type { Recipient } from "../src/model/declaration.ts";
import { createSopsProgram, type SopsLimits } from "../src/node/sops-program.ts";
import type { KeySource, SopsProgram } from "../src/ports.ts";
import { openByProgram, sealByProgram } from "../src/sops/by-program.ts";
import { unseal } from "../src/unseal/unseal.ts";
import { identitiesOf, parsed, sealedText } from "./support/sealed-files.ts";

// The `sops` program as a stranger: programs that pretend to be it. The real one is in real/sops-program.test.ts.

const folder = mkdtempSync(join(tmpdir(), "jackfield-program-"));
afterAll(() => rmSync(folder, { recursive: true }));

const CANARY = "canary-hunter2";
const VERSION = 'case "$*" in *--version*) echo "sops 3.13.3"; exit 0;; esac\n';
let made = 0;

/** A program of this shell script, behind an answer to `--version`; gives its path. */
function program(script: string, version = VERSION): string {
  const path = join(folder, `sops-${made++}`);
  writeFileSync(path, `#!/bin/sh\n${version}${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const FILE = { path: "a/x.yaml", text: "secrets: {a: b}\n" };
const LIMITS: SopsLimits = { seconds: 2, bytes: 100_000 };
const ENV = { PATH: process.env.PATH, HOME: folder };

function decrypt(path: string, env: Readonly<Record<string, string | undefined>> = ENV) {
  return createSopsProgram(path, env, LIMITS).decrypt(FILE, []);
}

function told({ diagnostics }: Checked<unknown>): readonly string[] {
  return diagnostics.map(({ code, message }) => `${code} ${message}`);
}

const REFUSED = "JF347 the `sops` program did not open this file:";

test.each([
  ["a refusal that we know", "exit 51", `${REFUSED} its MAC does not match: it was changed without its key`],
  ["a file without a MAC", "exit 52", `${REFUSED} it has no MAC`],
  [
    "a value that does not open",
    "exit 25",
    `${REFUSED} a value does not open: it was changed, or moved from another place`,
  ],
  ["no data key", "exit 128", "JF346 the `sops` program got no data key for this file"],
  ["another code", "exit 17", `${REFUSED} it ended with code 17`],
  ["a signal", "kill -9 $$", `${REFUSED} it was ended by SIGKILL`],
  ["a program that hangs", "exec sleep 9", `${REFUSED} it took too long`],
  ["one whose child hangs", "sleep 9 & wait", `${REFUSED} it took too long`],
  ["a flood", "exec yes", `${REFUSED} it gave too much`],
  ["bytes that are no text", "printf '\\377\\376'", `${REFUSED} what it gave is no text`],
  [
    "a flood of messages",
    "yes | head -c 1000000 >&2; exit 51",
    `${REFUSED} its MAC does not match: it was changed without its key`,
  ],
])("%s is told in our own words", { timeout: 20_000 }, (_, script, message) => {
  const result = decrypt(program(`echo ${CANARY}; echo ${CANARY} >&2\n${script}`));
  expect(told(result)).toEqual([message]);
  expect(result.value).toBeUndefined();
  expect(inspect(result, { depth: 9 })).not.toContain(CANARY);
});

test("its answer is a secret", () => {
  const result = decrypt(program("cat"));
  expect(result.value?.reveal()).toBe(FILE.text);
  expect(inspect(result, { depth: 9 })).not.toContain("secrets");
});

test("its messages go nowhere, whether it ends well or not", () => {
  const module = new URL("../src/node/sops-program.ts", import.meta.url);
  for (const exit of [0, 51]) {
    const path = program(`echo ${CANARY} >&2; exit ${exit}`);
    const script = `import { createSopsProgram } from "${module}";
      createSopsProgram(${JSON.stringify(path)}, process.env).decrypt(${JSON.stringify(FILE)}, []);`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script]);
    expect([status, `${stdout}${stderr}`]).toEqual([0, ""]);
  }
});

const UNUSABLE = "JF345 the `sops` program";

test.each([
  ["is not there", () => join(folder, "nowhere"), `${UNUSABLE} is not there`],
  ["is not on the PATH", () => "jackfield-has-no-such-program", `${UNUSABLE} is not there`],
  ["is old", () => program("", 'echo "sops 3.13.2"; exit 0\n'), `${UNUSABLE} is older than 3.13.3`],
  ["is very old", () => program("", 'echo "sops 2.99.99"; exit 0\n'), `${UNUSABLE} is older than 3.13.3`],
  [
    "is something else",
    () => program("", `echo ${CANARY}; exit 0\n`),
    `${UNUSABLE} does not tell a version of SOPS`,
  ],
  ["fails", () => program("", 'echo "sops 3.13.3"; exit 1\n'), `${UNUSABLE} does not tell a version of SOPS`],
  ["hangs", () => program("", "exec sleep 9\n"), `${UNUSABLE} does not tell its version: it took too long`],
  ["is a folder", () => folder, `${UNUSABLE} does not tell its version: it cannot be run (EACCES)`],
])("a program that %s", (_, path, message) => {
  expect(told(decrypt(path()))).toEqual([message]);
});

test.each(["3.13.3", "3.13.10", "3.14.0-rc.1", "4.0.0"])("version %s is new enough", (version) => {
  const path = program("cat", `case "$*" in *--version*) echo "sops ${version} (latest)"; exit 0;; esac\n`);
  expect(decrypt(path).value?.reveal()).toBe(FILE.text);
});

test("nothing runs before the first file, and the version is asked once", () => {
  const log = join(folder, "log");
  const path = program("cat", `echo "$*" >> ${log}\n${VERSION}`);
  const sops = createSopsProgram(path, ENV, LIMITS);
  expect(() => readFileSync(log)).toThrow("ENOENT");
  sops.decrypt(FILE, []);
  sops.decrypt({ ...FILE, path: "x.json" }, []);
  expect(readFileSync(log, "utf8").split("\n")).toEqual([
    "--disable-version-check --version",
    "--config /dev/null decrypt --input-type yaml --output-type yaml",
    "--config /dev/null decrypt --input-type json --output-type yaml",
    "",
  ]);
});

test("a name is looked for in the absolute folders of the PATH", () => {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "sops-of-mine"), `#!/bin/sh\n${VERSION}cat\n`, { mode: 0o755 });
  const here = relative(process.cwd(), bin);
  const path = (...folders: readonly string[]) => ({
    ...ENV,
    PATH: [...folders, "/usr/bin", "/bin"].join(delimiter),
  });
  expect(decrypt("sops-of-mine", path(bin)).value).toBeDefined();
  expect(told(decrypt("sops-of-mine", path(here, "")))).toEqual([`${UNUSABLE} is not there`]);
  expect(decrypt(join(here, "sops-of-mine")).value).toBeDefined();
});

const VAULT: Recipient = { kind: "hc_vault", id: "https://vault.example.com:8200/v1/transit/keys/airflow" };

test("it sees what key services need, and nothing that adds recipients", () => {
  const seen = join(folder, "seen");
  const passed = {
    ...ENV,
    GNUPGHOME: "g",
    AWS_PROFILE: "a",
    GOOGLE_APPLICATION_CREDENTIALS: "b",
    AZURE_TENANT_ID: "c",
    VAULT_TOKEN: "d",
    SOPS_AGE_KEY_FILE: "e",
    SOPS_AGE_SSH_PRIVATE_KEY_FILE: "f",
    https_proxy: "h",
  };
  const kept = {
    SOPS_CONFIG: "1",
    SOPS_PGP_FP: "1",
    SOPS_AGE_RECIPIENTS: "1",
    SOPS_KEYSERVICE: "1",
    SOPS_DECRYPTION_ORDER: "1",
    SOPS_HC_VAULT_ALLOWLIST: "all",
    LD_PRELOAD: "",
    NODE_OPTIONS: "1",
    GITHUB_TOKEN: "1",
    EDITOR: "1",
  };
  const sops = createSopsProgram(program(`env > ${seen}`), { ...passed, ...kept }, LIMITS);
  const environment = () => {
    const lines = readFileSync(seen, "utf8").split("\n");
    // What the shell itself sets.
    return lines.filter((line) => !/^(?:PWD|OLDPWD|SHLVL|_|)=|^$/.test(line)).sort();
  };
  const own = ["SOPS_DISABLE_VERSION_CHECK=true"];
  const expected = [...Object.entries(passed).map(([name, value]) => `${name}=${value}`), ...own];
  sops.decrypt(FILE, []);
  expect(environment()).toEqual([...expected, "SOPS_HC_VAULT_ALLOWLIST=none"].sort());
  sops.decrypt(FILE, [VAULT, { ...VAULT, id: "all" }, { kind: "azure_kv", id: VAULT.id }]);
  expect(environment()).toContain("SOPS_HC_VAULT_ALLOWLIST=https://vault.example.com:8200");
});

const SCOPE = { name: "encrypted_regex", text: "^secrets$" } as const;

test("recipients become flags, one for each kind", () => {
  const log = join(folder, "flags");
  const sops = createSopsProgram(program(`for one; do echo "$one" >> ${log}; done`), ENV, LIMITS);
  const recipients: readonly Recipient[] = [
    { kind: "age", id: "age1x" },
    { kind: "pgp", id: "ABC" },
    { kind: "age", id: "ssh-ed25519 AAAA" },
    { kind: "kms", id: "arn:aws:kms:eu-west-1:111122223333:key/x+arn:aws:iam::1:role/y" },
    { kind: "gcp_kms", id: "projects/x" },
    { kind: "azure_kv", id: "https://x.vault.azure.net/keys/a/1" },
    VAULT,
    { kind: "hckms", id: "eu:1" },
  ];
  sops.encrypt(FILE, recipients, SCOPE);
  expect(readFileSync(log, "utf8").split("\n").slice(2)).toEqual([
    ...["encrypt", "--input-type", "yaml", "--output-type", "yaml", "--filename-override", "plain.yaml"],
    "--age=age1x,ssh-ed25519 AAAA",
    "--pgp=ABC",
    "--kms=arn:aws:kms:eu-west-1:111122223333:key/x+arn:aws:iam::1:role/y",
    "--gcp-kms=projects/x",
    "--azure-kv=https://x.vault.azure.net/keys/a/1",
    `--hc-vault-transit=${VAULT.id}`,
    "--hckms=eu:1",
    "--encrypted-regex=^secrets$",
    "",
  ]);
});

const UNSEALED = "JF347 the `sops` program did not seal this file:";

test.each([
  [
    "two keys in one",
    [{ kind: "pgp", id: "ABC,DEF" }],
    SCOPE,
    `${UNSEALED} recipient 1 is none that SOPS takes`,
  ],
  ["a context", [{ kind: "kms", id: "arn|a:b" }], SCOPE, `${UNSEALED} recipient 1 is none that SOPS takes`],
  [
    "a line break",
    [{ kind: "age", id: "age1x\ny" }],
    SCOPE,
    `${UNSEALED} recipient 1 is none that SOPS takes`,
  ],
  ["another kind", [{ kind: "toString", id: "x" }], SCOPE, `${UNSEALED} recipient 1 is none that SOPS takes`],
  ["nobody", [], SCOPE, `${UNSEALED} it has no recipients`],
  [
    "a rule without a flag",
    [VAULT],
    { name: "encrypted_comment_regex", text: "x" } as const,
    `${UNSEALED} it has no flag for \`encrypted_comment_regex\``,
  ],
])("nothing is sealed for %s", (_, recipients, scope, message) => {
  const result = createSopsProgram(program("cat"), ENV, LIMITS).encrypt(FILE, recipients, scope);
  expect(told(result)).toEqual([message]);
});

/** A program that gives this text. */
function giving(text: string, fail?: "JF346"): SopsProgram & { readonly asked: string[] } {
  const asked: string[] = [];
  const at = { file: FILE, start: 0, end: 0 };
  return {
    asked,
    decrypt(file) {
      asked.push(file.path);
      const diagnostics = fail ? [diagnostic(fail, at, {})] : [];
      return { value: fail ? undefined : new Secret(text), diagnostics };
    },
    encrypt: () => ({ value: text, diagnostics: [] }),
  };
}

const PLAIN = "plain: one\nsecrets:\n    a: canary-password-one\n";
const keys = (...identities: readonly ("one" | "three")[]): KeySource => ({
  identities: () => ({ identities: identitiesOf(...identities), looked: [], problems: [] }),
});

test("the program is asked only for what no key at hand opens", () => {
  const file = parsed(sealedText("simple"));
  const asked = giving(PLAIN);
  expect(unseal([file], keys("one"), { program: asked, listed: [] }).value.size).toBe(2);
  expect(asked.asked).toEqual([]);
  const broken = parsed(sealedText("mac-edited"));
  expect(unseal([broken], keys("one"), { program: asked, listed: [] }).diagnostics.length).toBe(1);
  expect(asked.asked).toEqual([]);
  const result = unseal([file, file], keys("three"), { program: asked, listed: [] });
  expect(told(result)).toEqual(["JF348 what the `sops` program gave is not this file opened"]);
  expect(asked.asked).toEqual(["sealed.yaml"]);
  expect(result.value.size).toBe(0);
});

test.each([
  "mac-missing",
  "mac-only-encrypted",
  "hidden-stanza",
  "rule-unsafe",
  "block-missing",
  "key-unknown",
])("%s: nothing runs", (name) => {
  const program = giving(PLAIN);
  expect(openByProgram(parsed(sealedText(name)), { program, listed: [] }).diagnostics.length).toBeGreaterThan(
    0,
  );
  expect(program.asked).toEqual([]);
});

const ENTRY = `    hc_vault:
        - vault_address: ADDRESS
          engine_path: transit
          key_name: airflow
          created_at: "2026-11-23T12:00:00Z"
          enc: vault:v1:xxxx
    encrypted_regex`;

test.each<readonly [string, readonly string[]]>([
  ["https://vault.example.com:8200", []],
  ["https://vault.example.com:8200/", []],
  ["https://vault.example.com", ["JF349"]],
  ["http://vault.example.com:8200", ["JF349"]],
  ["https://vault.example.com:8200@evil.example.com", ["JF349"]],
  ["https://vault.example.com:8200.evil.example.com", ["JF349"]],
  ["ftp://evil.example.com", ["JF349"]],
])("a Vault at %s", (address, codes) => {
  const text = sealedText("simple").replace("    encrypted_regex", ENTRY.replace("ADDRESS", address));
  const program = giving("", "JF346");
  const result = openByProgram(parsed(text), { program, listed: [VAULT] });
  expect(result.diagnostics.map(({ code }) => code)).toEqual(codes.length > 0 ? codes : ["JF346"]);
  expect(program.asked.length).toBe(codes.length > 0 ? 0 : 1);
  if (codes.length === 0) {
    const related = result.diagnostics.flatMap((one) => one.related.map(({ message }) => message));
    expect(related).toContain("sealed for this hc_vault key");
  }
});

test.each([
  ["no YAML", "a: b: c", "a sealed file"],
  ["the plain file", PLAIN, "a sealed file"],
  ["a file without a MAC", sealedText("mac-missing"), "a sealed file"],
  ["a file for somebody else", sealedText("recipients"), "sealed for exactly these recipients"],
  ["another file", sealedText("comments"), "this file sealed"],
])("%s is not what was to be sealed", (_, answer, what) => {
  const recipients = identitiesOf("one").map(({ recipient }) => ({ kind: "age", id: recipient }));
  const result = sealByProgram({ path: "x.yaml", text: PLAIN }, recipients, giving(answer), SCOPE);
  expect(told(result)).toEqual([`JF348 what the \`sops\` program gave is not ${what}`]);
  expect(inspect(result, { depth: 9 })).not.toContain("canary");
});
