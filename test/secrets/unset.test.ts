import { expect, test } from "vitest";
import type { AimOptions } from "../../src/commands/secrets/aim.ts";
import { unset } from "../../src/commands/secrets/unset.ts";
import { identitiesOf } from "../support/sealed-files.ts";
import { codes, EVERYONE, open, PROD, PRODUCTION, SEALED_BOTH, shown } from "../support/secret-values.ts";
import {
  CONNECTION,
  credentialYaml,
  estate,
  ONE,
  sealedFor,
  THREE,
  TWO,
  treeOf,
} from "../support/secrets-ports.ts";

function request(field: string, aim: AimOptions = PRODUCTION, accepted: readonly string[] = []) {
  return { id: "warehouse", field, aim, workspace: undefined, accepted };
}

/** Production gets no warehouse, so that its password may go. */
const UNLINKED = CONNECTION.replace("sharing: all", "links: [{to: {deployments: [dev]}}]");

test("one of several goes, the others keep their ciphertexts", () => {
  const tree = treeOf({ ...estate(), [PROD]: SEALED_BOTH }, identitiesOf("two"));
  const outcome = unset(tree, request("login"));
  expect(codes(outcome)).toEqual([]);
  expect(shown(outcome)).toBe(
    `${PROD}: login of warehouse for environment production taken out, sealed again\n`,
  );
  expect(open(tree, PROD)).toBe(credentialYaml("{environment: production}", "canary-prod"));
  const password = (text = "") => /password: (ENC\S+)/.exec(text)?.[1];
  expect(password(tree.texts.get(PROD))).toBe(password(SEALED_BOTH));
});

test("that takes a key", () => {
  const tree = treeOf({ ...estate(), [PROD]: SEALED_BOTH });
  expect(codes(unset(tree, request("login")))).toEqual(["JF340"]);
  expect(tree.writes()).toBe(0);
});

test("with the last one the file goes, without any key", () => {
  const tree = treeOf({ ...estate(), "warehouse.yaml": UNLINKED });
  const outcome = unset(tree, request("password"));
  expect(codes(outcome)).toEqual([]);
  expect(shown(outcome)).toContain("removed: it held nothing else");
  expect(tree.texts.has(PROD)).toBe(false);
  expect(tree.asked()).toBe(0);
});

test("what other documents say in plain text stays when the last secret of their file goes", () => {
  const credential = credentialYaml("{environment: production}", "canary");
  for (const [text, rest] of [
    [`${UNLINKED}---\n${credential}`, UNLINKED],
    [`${credential}---\n${UNLINKED}`, `---\n${UNLINKED}`],
  ] as const) {
    const { "warehouse.yaml": _, ...others } = estate();
    const tree = treeOf({ ...others, [PROD]: sealedFor(text, [ONE, TWO]) });
    const outcome = unset(tree, request("password"));
    expect(codes(outcome)).toEqual([]);
    expect(shown(outcome)).toContain("not sealed any more");
    expect(tree.texts.get(PROD)).toBe(rest);
  }
});

test.each([
  [0, "{environment: production}", PRODUCTION],
  [1, "{deployments: [prod]}", { deployment: "prod", all: false }],
] as const)("of several Credentials of a file only number %i goes", (index, selector, aim) => {
  const all = [
    `# the first\n${credentialYaml("{environment: production}", "canary")}`,
    credentialYaml("{deployments: [prod]}", "canary-2"),
  ];
  const tree = treeOf({ ...estate(), [PROD]: sealedFor(all.join("---\n"), [ONE, TWO]) }, identitiesOf("one"));
  const outcome = unset(tree, request("password", aim));
  expect(codes(outcome)).toEqual([]);
  expect(shown(outcome)).toContain("the Credential went with it");
  const plain = open(tree, PROD);
  expect(plain).not.toContain(selector);
  expect(plain.replace(/^---\n/, "")).toBe(all[1 - index]);
});

test("what the estate needs does not go", () => {
  const one = treeOf(estate());
  expect(codes(unset(one, request("password")))).toEqual(["JF411"]);
  const two = treeOf({ ...estate(), [PROD]: SEALED_BOTH }, identitiesOf("one"));
  expect(codes(unset(two, request("password")))).toEqual(["JF411"]);
  expect([one.writes(), two.writes()]).toEqual([0, 0]);
});

test("a key that the type does not have can go", () => {
  const text = `${credentialYaml("{environment: production}", "canary")}    extra: {sslmod: canary-x}\n`;
  const tree = treeOf({ ...estate(), [PROD]: sealedFor(text, [ONE, TWO]) }, identitiesOf("one"));
  expect(codes(unset(tree, request("extra.sslmod")))).toEqual([]);
  expect(open(tree, PROD)).toBe(credentialYaml("{environment: production}", "canary"));
});

test("what is not there cannot go, and what is there is named", () => {
  const tree = treeOf({ ...estate(), [PROD]: SEALED_BOTH }, EVERYONE);
  const misspelt = unset(tree, request("pasword"));
  expect(codes(misspelt)).toEqual(["JF034"]);
  expect(shown(misspelt)).toContain("did you mean `password`?");
  const nobody = unset(tree, request("password", { all: true }));
  expect(codes(nobody)).toEqual(["JF034"]);
  expect(shown(nobody)).toContain("there is no Credential for all Deployments alone");
  expect([codes(unset(tree, request("password", { all: false }))), tree.writes()]).toEqual([["JF030"], 0]);
});

test("who is to read it is asked as for every sealing", () => {
  const texts = { ...estate([ONE, TWO, THREE]), [PROD]: SEALED_BOTH };
  const tree = treeOf(texts, identitiesOf("one"), estate());
  expect(codes(unset(tree, request("login")))).toContain("JF390");
  expect(codes(unset(tree, request("login", PRODUCTION, [THREE])))).toEqual([]);
  expect(open(tree, PROD, identitiesOf("three"))).toContain("canary-prod");
});
