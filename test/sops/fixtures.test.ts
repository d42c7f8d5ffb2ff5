import { expect, test } from "vitest";
import { hasErrors } from "../../src/core/diagnostic.ts";
import { lintSealedFile, recipientsOf } from "../../src/sops/lint.ts";
import { casesOf } from "../support/fixture.ts";
import { expectedOf, identitiesOf, opened, parsed, sealedText } from "../support/sealed-files.ts";

const identities = identitiesOf("one", "three", "quantum");

test.each(casesOf("sops"))("%s opens, or fails for its one defect", (name) => {
  const { open, values } = expectedOf(name);
  const result = opened(sealedText(name), identities);
  expect(result.codes).toEqual(open === "ok" ? [] : [open]);
  expect(result.values).toEqual(open === "ok" ? values : undefined);
  for (const { at } of result.diagnostics) expect(at?.end).toBeGreaterThan(at?.start ?? 0);
});

test.each(casesOf("sops"))("%s is judged without keys", (name) => {
  const { lint } = expectedOf(name);
  const found = lintSealedFile(parsed(sealedText(name)));
  expect(found.map(({ code }) => code)).toEqual(lint);
  expect(hasErrors(found)).toBe(lint.length > 0);
});

test("recipients are told with their kind and place", () => {
  const named = (name: string) => recipientsOf(parsed(sealedText(name))).map(({ value }) => value);
  const [one, two, three] = identitiesOf("one", "two", "three").map(({ recipient: id }) => ({
    kind: "age",
    id,
  }));
  expect(named("simple")).toEqual([one]);
  expect(named("recipients")).toEqual([two, one, three]);
  expect(named("groups")).toEqual([one, three, two]);
  expect(named("kms-only")).toEqual([{ kind: "kms", id: "arn:aws:kms:eu-west-1:111122223333:key/example" }]);
  expect(named("blocks-missing")).toEqual([]);
  const [first] = recipientsOf(parsed(sealedText("simple")));
  expect(first?.at.file.text.slice(first.at.start, first.at.end)).toBe(one?.id);
});

test("other kinds of recipients are named as a `.sops.yaml` names them", () => {
  const block = `sops:
  kms: [{arn: "arn:aws:kms:x", role: "arn:aws:iam::1:role/r", created_at: "", enc: ""}]
  gcp_kms: [{resource_id: projects/p, enc: ""}]
  azure_kv: [{vault_url: "https://v.vault.azure.net", name: n, version: "1", enc: ""}]
  hc_vault: [{vault_address: "https://vault:8200", engine_path: transit, key_name: k, enc: ""}]
  hckms: [{key_id: "eu:1", enc: ""}]
  pgp: [{fp: ABCD, enc: ""}]
  age: []
`;
  expect(recipientsOf(parsed(block)).map(({ value: { kind, id } }) => `${kind} ${id}`)).toEqual([
    "kms arn:aws:kms:x+arn:aws:iam::1:role/r",
    "gcp_kms projects/p",
    "azure_kv https://v.vault.azure.net/keys/n/1",
    "hc_vault https://vault:8200/v1/transit/keys/k",
    "hckms eu:1",
    "pgp ABCD",
  ]);
});

test("a file without a fitting key names the recipients it is for and the ones at hand", () => {
  const { diagnostics } = opened(sealedText("no-key"), identities);
  const [one, two, three] = identitiesOf("one", "two", "three").map(({ recipient }) => recipient);
  expect(diagnostics[0]?.related.map(({ message }) => message)).toEqual([`sealed for ${two}`]);
  expect(diagnostics[0]?.hint).toContain(one);
  expect(diagnostics[0]?.hint).toContain(three);
});

test("the order of keys does not matter, and one group's key more does no harm", () => {
  for (const names of [
    ["one", "two"],
    ["two", "one"],
    ["three", "two"],
    ["one", "two", "three"],
  ] as const) {
    expect(opened(sealedText("groups"), identitiesOf(...names)).values).toEqual(expectedOf("groups").values);
  }
});
