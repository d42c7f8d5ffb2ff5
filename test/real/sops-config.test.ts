import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { parseFile } from "../../src/parse/parse.ts";
import { recipientsOf } from "../../src/sops/lint.ts";
import { sopsConfig } from "../../src/sops/write-config.ts";

// The `.sops.yaml` that we write, read by the real `sops`.

const WORKSPACE = `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: { name: main }
spec:
  environments: ENVIRONMENTS
  clusters: { laptop: { directory: .jackfield/laptop } }
`;

/** A folder with a `.sops.yaml` for these environments. */
function folder(environments: string): string {
  const root = mkdtempSync(join(tmpdir(), "jackfield-config-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const text = WORKSPACE.replace("ENVIRONMENTS", environments);
  const { workspaces } = compile([{ path: "jackfield.yaml", text }]);
  for (const { declarations } of workspaces)
    writeFileSync(join(root, ".sops.yaml"), sopsConfig(declarations.workspace));
  mkdirSync(join(root, "connections"));
  return root;
}

function sops(root: string, ...args: readonly string[]) {
  return spawnSync("sops", [...args], { cwd: root, encoding: "utf8" });
}

const [ONE, TWO, THREE] = [1, 2, 3].map(() => {
  const { stderr, stdout } = spawnSync("age-keygen", [], { encoding: "utf8" });
  return /age1[0-9a-z]+/.exec(stderr + stdout)?.[0] ?? "";
});

test.each([
  ["connections/x.development.sops.yaml", [ONE, TWO]],
  ["connections/x.berlin.production.sops.yaml", [THREE, TWO]],
  ["connections/x.all.sops.yaml", [ONE, TWO, THREE]],
])("sops seals %s for those who are to read it, in our scope", (path, recipients) => {
  const root = folder(
    `{ development: { recipients: [${ONE}, ${TWO}] }, production: { recipients: [${THREE}, ${TWO}] }, test: {} }`,
  );
  writeFileSync(join(root, path), "spec:\n  secrets:\n    password: hunter2\n  host: here\n");
  expect(sops(root, "encrypt", "--in-place", path).stderr).toBe("");
  const text = readFileSync(join(root, path), "utf8");
  const { value: sealed } = parseFile({ path, text });
  expect(sealed && recipientsOf(sealed).map(({ value }) => value.id)).toEqual(recipients);
  expect(text).toMatch(/password: ENC\[[\s\S]*host: here[\s\S]*encrypted_regex: \^secrets\$/);
});

test("where an environment lists nobody, sops says so and seals nothing", () => {
  const root = folder(`{ development: { recipients: [${ONE}] }, test: {} }`);
  writeFileSync(join(root, "x.test.sops.yaml"), "secrets: {a: b}\n");
  expect(sops(root, "encrypt", "x.test.sops.yaml")).toMatchObject({
    stdout: "",
    stderr: expect.stringContaining("no matching creation rules found"),
  });
});

test("a Workspace without recipients leaves sops as it would be without a .sops.yaml", () => {
  const root = folder("{ test: {} }");
  writeFileSync(join(root, "x.test.sops.yaml"), "secrets: {a: b}\n");
  expect(sops(root, "encrypt", "x.test.sops.yaml").status).not.toBe(0);
  expect(sops(root, "encrypt", "--age", ONE ?? "", "x.test.sops.yaml")).toMatchObject({
    status: 0,
    stderr: "",
  });
});

test("recipients of every kind are read as what they are", () => {
  const root = folder(`
    dev:
      recipients:
        - ${ONE}
        - pgp: "0123456789012345678901234567890123456789"
        - kms: { arn: "arn:aws:kms:eu-west-1:111122223333:key/two", role: "arn:aws:iam::1:role/r" }
        - gcp_kms: projects/p/locations/global/keyRings/r/cryptoKeys/k
        - hc_vault: { vault_address: "https://v.example.com/", engine_path: transit, key_name: k }
        - hckms: "eu-west-101:0a1b"`);
  writeFileSync(join(root, "x.dev.sops.yaml"), "secrets: {a: b}\n");
  // No such keys are there to seal with; that all of them are tried shows that the rule was read.
  const { stderr } = sops(root, "encrypt", "x.dev.sops.yaml");
  expect(stderr).toMatch(/0123456789012345678901234567890123456789/);
  expect(stderr).not.toMatch(/error loading config|invalid/);
});
