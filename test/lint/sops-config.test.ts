import { expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { renderOutcome } from "../../src/render/outcome.ts";

const POLICY = `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: main}
spec: {environments: {development: {}}, clusters: {laptop: {directory: .jackfield/laptop}}}
`;
/** Stands wherever a person may have written something. */
const CANARY = "kanarienvogel";

/** What is told of the `.sops.yaml` beside jackfield.yaml: `code line`. */
function told(config: string, others: Readonly<Record<string, string>> = {}, folder = ""): readonly string[] {
  const files = Object.entries({
    [`${folder}jackfield.yaml`]: POLICY,
    [`${folder}.sops.yaml`]: config,
    ...others,
  });
  const compiled = compile(files.map(([path, text]) => ({ path, text })));
  const { diagnostics } = compiled;
  for (const format of ["text", "json"] as const) {
    const options = { command: "validate", version: "0", format, color: false, scrub: (one: string) => one };
    const { out, err } = renderOutcome({ diagnostics, result: null, text: "", compiled }, options);
    expect(out + err).not.toContain(CANARY);
  }
  return diagnostics.flatMap(({ code, at }) =>
    /^JF37[3-9]$/.test(code) && at ? [`${code} ${at.file.text.slice(0, at.start).split("\n").length}`] : [],
  );
}

const rules = (...lines: readonly string[]) =>
  `creation_rules:\n${lines.map((line) => `  - ${line}\n`).join("")}`;

test.each([
  // Keys.
  ["", []],
  ["# nothing yet\n", []],
  ["creation_rules:\n", []],
  ["creation_rules: []\ndestination_rules: []\nstores: {yaml: {indent: 2}}\n", []],
  [`creation_rule: []\n${CANARY}: x\n`, ["JF373 1", "JF373 2"]],
  [rules(`{path_regexp: ${CANARY}}`), ["JF373 2"]],
  [
    rules(`{path_regex: a, age: ${CANARY}, pgp: x, kms: x, gcp_kms: x, azure_keyvault: x, aws_profile: x}`),
    [],
  ],
  [
    rules(
      "{path_regex: a, hc_vault_transit_uri: x, hckms: [x], shamir_threshold: 2, mac_only_encrypted: true}",
    ),
    [],
  ],
  [rules("{path_regex: a, hc_vault: x, azure_kv: x}"), ["JF373 2", "JF373 2"]],
  [rules("{path_regex: a, key_groups: [{age: [x], hc_vault: [x], merge: [{pgp: [x]}]}]}"), []],
  [rules(`{path_regex: a, key_groups: [{ages: [x]}, {merge: [{${CANARY}: [x]}]}]}`), ["JF373 2", "JF373 2"]],
  // Patterns.
  [rules(`{path_regex: ${CANARY}, age: x}`), []],
  [rules("{path_regex: 5, age: x}", "{path_regex: true}"), []],
  [rules(`{path_regex: "(${CANARY}", age: x}`), ["JF374 2"]],
  [rules(`{path_regex: "(?!${CANARY})", age: x}`), ["JF374 2"]],
  [rules(`{path_regex: [${CANARY}], age: x}`, `{path_regex: {${CANARY}: x}}`), ["JF374 2", "JF374 3"]],
  [rules(`"${CANARY}"`), ["JF374 2"]],
  [rules(`{path_regex: "(?i)${CANARY}", age: x}`), ["JF378 2"]],
  [rules(`{path_regex: "${CANARY.repeat(100)}", age: x}`), ["JF378 2"]],
  [rules("{path_regex: (?P<name>a), age: x}"), []],
  // Scopes.
  [rules("{path_regex: a, encrypted_regex: x, encrypted_suffix: x}"), ["JF374 2"]],
  [rules('{path_regex: a, encrypted_regex: x, encrypted_suffix: ""}'), []],
  [rules("{path_regex: a, encrypted_regex: x, unencrypted_comment_regex: x}"), ["JF374 2"]],
  [rules("{path_regex: a, encrypted_regex: x, mac_only_encrypted: true}"), []],
  // Rules that are never reached.
  [rules("{path_regex: a}", "{age: x}"), []],
  [rules("{age: x}", "{path_regex: a}", "{path_regex: b}"), ["JF375 3", "JF375 4"]],
  [rules("{path_regex: , age: x}", "{path_regex: a}"), ["JF375 3"]],
  [rules('{path_regex: "", age: x}', "{path_regex: a}"), ["JF375 3"]],
  [rules("{path_regex: .*}", `{path_regex: ${CANARY}}`), ["JF375 3"]],
  [rules("{path_regex: .*yaml}", "{path_regex: a}"), []],
  [rules("{path_regex: a}", "{path_regex: b}", "{path_regex: a}"), ["JF375 4"]],
  [rules("{path_regex: (?i)a}", "{path_regex: (?i)a}"), ["JF378 2", "JF375 3", "JF378 3"]],
  [rules("{age: x}", "{path_regex: (}"), ["JF375 3", "JF374 3"]],
  // What cannot be read at all.
  [`creation_rules: [${CANARY}\n`, ["JF379 2"]],
  [`creation_rules: {path_regex: ${CANARY}}\n`, ["JF379 1"]],
  [`creation_rules: ${CANARY}\n`, ["JF379 1"]],
  [`a: 1\na: ${CANARY}\n`, ["JF379 2"]],
  [`x: &all {path_regex: ${CANARY}}\ncreation_rules:\n  - <<: *all\n  - {path_regex: a}\n`, ["JF379 3"]],
  [`${rules("{path_regex: a}", "{age: x}")}# ${CANARY}\u200b\n`, []],
  [rules("{path_regex: &a a}", "{path_regex: *a}"), ["JF375 3"]],
] as const)("%s", (config, expected) => {
  expect(told(config)).toEqual(expected);
});

const CREDENTIAL = `apiVersion: jackfield.dev/v1
kind: Credential
spec: {connection: x, for: {all: true}, secrets: {password: ${CANARY}}}
`;

test.each([
  ["a file that a rule takes", rules("{path_regex: \\.dev\\.sops\\.yaml$}"), "x.dev.sops.yaml", []],
  ["one that none takes", rules("{path_regex: \\.dev\\.sops\\.yaml$}"), "x.prod.sops.yaml", ["JF376 1"]],
  ["below a folder", rules("{path_regex: ^sub/}"), "sub/x.yaml", []],
  ["none, below a folder", rules("{path_regex: ^x}"), "sub/x.yaml", ["JF376 1"]],
  ["a rule for all", rules("{path_regex: ^y}", "{age: x}"), "x.yaml", []],
  ["a rule that cannot be judged may take it", rules("{path_regex: (?i)^y}"), "x.yaml", ["JF378 2"]],
  ["behind one that does not compile nothing can be told", rules("{path_regex: (}"), "x.yaml", ["JF374 2"]],
  ["no rules at all", "stores: {}\n", "x.yaml", []],
] as const)("files and rules: %s", (_, config, path, expected) => {
  expect(told(config, { [path]: CREDENTIAL })).toEqual(expected);
  // Paths are told from the folder of the config.
  expect(told(config, { [`deep/${path}`]: CREDENTIAL }, "deep/")).toEqual(expected);
});

test("the name that sops ignores", () => {
  const hints = (files: readonly string[]) =>
    compile(
      ["jackfield.yaml", ...files].map((path) => ({ path, text: path === "jackfield.yaml" ? POLICY : "" })),
    )
      .diagnostics.filter(({ code }) => code === "JF377")
      .map(({ at, hint }) => [at?.file.path, hint?.split(" ")[0]]);
  expect(hints([".sops.yml"])).toEqual([[".sops.yml", "rename"]]);
  expect(hints([".sops.yml", ".sops.yaml"])).toEqual([[".sops.yml", "delete"]]);
  expect(hints(["sub/.sops.yml"])).toEqual([]);
});
