import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import type { Workspace } from "../../src/model/declaration.ts";
import { parseFile } from "../../src/parse/parse.ts";
import { creationRules } from "../../src/sops/config.ts";
import { isOwnConfig, sopsConfig } from "../../src/sops/write-config.ts";

function workspaceOf(environments: string): Workspace {
  const text = `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: { name: main }
spec:
  environments: ${environments}
  clusters: { laptop: { directory: .jackfield/laptop } }
`;
  const { workspaces, diagnostics } = compile([{ path: "jackfield.yaml", text }]);
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  return (workspaces[0] as (typeof workspaces)[number]).declarations.workspace;
}

/** What `sops` would take for a file: `kind id` of its recipients. */
function recipientsFor(config: string, path: string): readonly string[] | undefined {
  const parsed = parseFile({ path: ".sops.yaml", text: config });
  expect(parsed.diagnostics).toEqual([]);
  const rule = parsed.value && creationRules(parsed.value)(path);
  expect(rule === undefined || rule.scope === "encrypted_regex: ^secrets$").toBe(true);
  return rule?.recipients.map(({ kind, id }) => `${kind} ${id}`);
}

const [ONE, TWO, THREE] = ["age1aaaaaa", "age1bbbbbb", "age1cccccc"];

test("each environment with recipients has a rule, and all of them together one", () => {
  const config = sopsConfig(
    workspaceOf(
      `{ dev: { recipients: [${ONE}, ${TWO}] }, prod: { recipients: [${THREE}, ${TWO}, ${THREE}] }, empty: {} }`,
    ),
  );
  expect(recipientsFor(config, "connections/x.dev.sops.yaml")).toEqual([`age ${ONE}`, `age ${TWO}`]);
  expect(recipientsFor(config, "x.berlin.prod.sops.yaml")).toEqual([`age ${THREE}`, `age ${TWO}`]);
  expect(recipientsFor(config, "x.all.sops.yaml")).toEqual([`age ${ONE}`, `age ${TWO}`, `age ${THREE}`]);
  for (const other of [
    "x.empty.sops.yaml",
    "x.sops.yaml",
    "dev.sops.yaml",
    "x.dev.sops.yaml.bak",
    "x.dev-sops.yaml",
  ])
    expect(recipientsFor(config, other)).toBeUndefined();
});

test("recipients of every kind are written as sops reads them", () => {
  const config = sopsConfig(
    workspaceOf(`
    dev:
      recipients:
        - ${ONE}
        - pgp: "0123456789012345678901234567890123456789"
        - kms: arn:aws:kms:eu-west-1:111122223333:key/one
        - kms: { arn: "arn:aws:kms:eu-west-1:111122223333:key/two", role: "arn:aws:iam::1:role/r" }
        - gcp_kms: projects/p/locations/global/keyRings/r/cryptoKeys/k
        - azure_kv: { vault_url: "https://v.example.net/", name: k, version: "1" }
        - hc_vault: { vault_address: "https://v.example.com/", engine_path: transit, key_name: k }
        - hckms: "eu-west-101:one"
        - hckms: "eu-west-101:two"`),
  );
  expect(config.split("\n").slice(2)).toMatchInlineSnapshot(`
    [
      "creation_rules:",
      "  - path_regex: \\.dev\\.sops\\.yaml$",
      "    encrypted_regex: ^secrets$",
      "    age: age1aaaaaa",
      "    pgp: "0123456789012345678901234567890123456789"",
      "    kms: arn:aws:kms:eu-west-1:111122223333:key/one,arn:aws:kms:eu-west-1:111122223333:key/two+arn:aws:iam::1:role/r",
      "    gcp_kms: projects/p/locations/global/keyRings/r/cryptoKeys/k",
      "    azure_keyvault: https://v.example.net/keys/k/1",
      "    hc_vault_transit_uri: https://v.example.com/v1/transit/keys/k",
      "    hckms: ["eu-west-101:one", "eu-west-101:two"]",
      "  - path_regex: \\.all\\.sops\\.yaml$",
      "    encrypted_regex: ^secrets$",
      "    age: age1aaaaaa",
      "    pgp: "0123456789012345678901234567890123456789"",
      "    kms: arn:aws:kms:eu-west-1:111122223333:key/one,arn:aws:kms:eu-west-1:111122223333:key/two+arn:aws:iam::1:role/r",
      "    gcp_kms: projects/p/locations/global/keyRings/r/cryptoKeys/k",
      "    azure_keyvault: https://v.example.net/keys/k/1",
      "    hc_vault_transit_uri: https://v.example.com/v1/transit/keys/k",
      "    hckms: ["eu-west-101:one", "eu-west-101:two"]",
      "",
    ]
  `);
  expect(recipientsFor(config, "x.all.sops.yaml")).toEqual(recipientsFor(config, "x.dev.sops.yaml"));
  expect(recipientsFor(config, "x.dev.sops.yaml")).toHaveLength(9);
});

test("where nobody is listed there are no rules, not even none", () => {
  const config = sopsConfig(workspaceOf("{ dev: {} }"));
  expect(config.split("\n").filter((line) => !line.startsWith("#"))).toEqual([""]);
  expect(recipientsFor(config, "x.dev.sops.yaml")).toBeUndefined();
});

test("what is made passes for ours, in older words too; what holds more does not", () => {
  const made = sopsConfig(workspaceOf(`{ dev: { recipients: [${ONE}, {pgp: "12"}, {hckms: "a:b"}] } }`));
  for (const own of [made, made.replaceAll("\n", "\r\n"), sopsConfig(workspaceOf("{ dev: {} }"))])
    expect(isOwnConfig(own)).toBe(true);
  const rule = "  - path_regex: \\.env$\n    age: age1aaaaaa\n";
  const others = [
    `${made}${rule}`,
    made.replace(`age: ${ONE}`, `age: ${ONE} # Bob`),
    made.replace("creation_rules", "# Bob\ncreation_rules"),
    `${made}stores:\n  yaml:\n    indent: 2\n`,
    `${made}  - key_groups:\n      - age: [${ONE}]\n`,
    "",
  ];
  expect(others.map(isOwnConfig)).toEqual(others.map(() => false));
});

test.each(["analytics", "operations"])("the one of the example's %s is made so", (folder) => {
  const read = (name: string) =>
    readFileSync(new URL(`../../fixtures/example/${folder}/${name}`, import.meta.url), "utf8");
  const { workspaces } = compile([{ path: "jackfield.yaml", text: read("jackfield.yaml") }]);
  const [made] = workspaces.map(({ declarations }) => sopsConfig(declarations.workspace));
  expect(read(".sops.yaml")).toBe(made);
});
