import { expect, test } from "vitest";
import type { AimOptions } from "../../src/commands/secrets/aim.ts";
import { seal } from "../../src/commands/secrets/seal.ts";
import type { Outcome } from "../../src/outcome.ts";
import { identitiesOf } from "../support/sealed-files.ts";
import { BOTH, codes, open, PROD, PRODUCTION, SEALED_BOTH, shown } from "../support/secret-values.ts";
import {
  credentialYaml,
  estate,
  ONE,
  sealedFor,
  THREE,
  type Tree,
  TWO,
  treeOf,
} from "../support/secrets-ports.ts";

const ALL: AimOptions = { all: true };
const NOBODY: AimOptions = { all: false };

function sealing(
  tree: Tree,
  name: string,
  aim: AimOptions = NOBODY,
  committed?: string,
  accepted: readonly string[] = [],
): Outcome {
  const head = committed === undefined ? undefined : "a".repeat(40);
  const fileAt = (commit: string, path: string) =>
    commit === head ? committed : tree.history.fileAt(commit, path);
  const history = { ...tree.history, head: () => head, fileAt };
  return seal({ ...tree, history }, { name, aim, workspace: undefined, accepted });
}

const DRAFT = credentialYaml("{deployments: [dev]}", "canary-dev");

test("a plain Credential is sealed in place for its environments, with its layout and comments", () => {
  const tree = treeOf({ ...estate(), "draft.yaml": DRAFT });
  const outcome = sealing(tree, "draft.yaml");
  expect(codes(outcome)).toEqual([]);
  expect(shown(outcome)).toBe(`draft.yaml: password of warehouse for deployments dev, sealed
  read by   development (1 recipient)
  drawn by  dev
`);
  expect(tree.texts.get("draft.yaml")).not.toMatch(/canary|rotated/);
  expect(open(tree, "draft.yaml")).toBe(DRAFT);
  expect(() => open(tree, "draft.yaml", identitiesOf("one"))).toThrow();
  expect(tree.asked()).toBe(0);
});

test("what is sealed already stays, and says so", () => {
  const tree = treeOf(estate());
  expect(shown(sealing(tree, PROD))).toBe(`${PROD}: sealed already, nothing was written\n`);
  expect(tree.writes()).toBe(0);
});

test.each([
  ["a document", `${SEALED_BOTH}---\n${DRAFT}`, ["JF308"]],
  ["a value", SEALED_BOTH.replace("    password:", "    schema: canary\n    password:"), ["JF308"]],
  [
    "a Connection with a password",
    `${SEALED_BOTH}---\napiVersion: jackfield.dev/v1\nkind: Connection\nmetadata: {name: x}\nspec: {type: redis, host: h, password: canary}\n`,
    ["JF414"],
  ],
])("%s in plain text in a sealed file does not pass for sealed", (_, text, expected) => {
  const tree = treeOf({ ...estate(), [PROD]: text });
  const outcome = sealing(tree, PROD);
  expect(codes(outcome)).toEqual(expect.arrayContaining(expected));
  expect(outcome.exit).toBe(1);
  expect(shown(outcome)).toContain("nothing was written");
});

test("nor does one that is of no Workspace", () => {
  const texts = Object.fromEntries(Object.entries(estate()).map(([path, text]) => [`w/${path}`, text]));
  const tree = treeOf({ ...texts, "x.yaml": `${SEALED_BOTH}---\n${DRAFT}` });
  expect(codes(sealing(tree, "x.yaml"))).toContain("JF308");
});

test("several Credentials of a file are sealed together, for one set of environments only", () => {
  const second = credentialYaml("{deployments: [prod]}", "canary-2");
  const both = `${BOTH}---\n${second}`;
  const tree = treeOf({ ...estate(), [PROD]: both });
  const outcome = sealing(tree, PROD);
  expect(codes(outcome)).toEqual([]);
  expect(shown(outcome)).toContain("password of warehouse for deployments prod, sealed");
  expect(open(tree, PROD)).toBe(both);
  const mixed = treeOf({ ...estate(), [PROD]: `${BOTH}---\n${DRAFT}` });
  expect(codes(sealing(mixed, PROD))).toContain("JF429");
  expect(mixed.writes()).toBe(0);
});

test.each([
  ["a misspelt key", DRAFT.replace("password", "pasword"), ["JF022", "JF201"]],
  ["an unknown object", DRAFT.replace("warehouse", "warehous"), ["JF402"]],
  ["an unknown environment", credentialYaml("{environment: prod}", "canary"), ["JF396", "JF402"]],
  ["nobody it is for", credentialYaml("{selector: {team: none}}", "canary"), ["JF396"]],
  ["no YAML", `${DRAFT}: [`, ["JF036", "JF101"]],
  ["nothing in it", "a: b\n", ["JF036"]],
])("a draft with %s is not sealed", (_, text, expected) => {
  const tree = treeOf({ ...estate(), "draft.yaml": text });
  expect(new Set(codes(sealing(tree, "draft.yaml")))).toEqual(new Set(expected));
  expect(tree.writes()).toBe(0);
});

test("a draft says itself for whom it is, and is told if it was committed in plain text", () => {
  const texts = { ...estate(), "draft.yaml": DRAFT };
  expect(codes(sealing(treeOf(texts), "draft.yaml", PRODUCTION))).toEqual(["JF039"]);
  expect(codes(sealing(treeOf(texts), "draft.yaml", NOBODY, DRAFT))).toEqual(["JF037"]);
  expect(codes(sealing(treeOf(texts), "draft.yaml", NOBODY, DRAFT.replace("canary-dev", "other")))).toEqual(
    [],
  );
  expect(codes(sealing(treeOf(texts), "nowhere.yaml"))).toEqual(["JF003"]);
});

test("a recipient that is new is asked for", () => {
  const texts = { ...estate([ONE, TWO], [TWO, THREE]), "draft.yaml": DRAFT, "pasted.yaml": PASTED };
  const tree = treeOf(texts, [], estate());
  const dev = { environment: "development", all: false };
  expect(codes(sealing(tree, "draft.yaml"))).toEqual(["JF390"]);
  expect(codes(sealing(tree, "pasted.yaml", dev))).toEqual(["JF390"]);
  expect(tree.writes()).toBe(0);
  expect(codes(sealing(tree, "draft.yaml", NOBODY, undefined, [THREE]))).toEqual([]);
});

test("no key service is asked before the recipients are reviewed", () => {
  const pgp = `{pgp: ${"A".repeat(40)}}`;
  const tree = treeOf({ ...estate([ONE], [TWO, pgp]), "draft.yaml": DRAFT }, [], estate([ONE], [TWO]));
  const sops = {
    decrypt: () => ({ value: undefined, diagnostics: [] }),
    encrypt: () => {
      throw new Error("asked");
    },
  };
  const ports = { ...tree, sops, history: { ...tree.history, head: () => undefined } };
  const request = { name: "draft.yaml", aim: NOBODY, workspace: undefined, accepted: [] };
  expect(codes(seal(ports, request))).toEqual(["JF390"]);
  expect(codes(seal({ ...ports, sops: undefined }, { ...request, accepted: ["A".repeat(40)] }))).toEqual([
    "JF351",
  ]);
});

test("environments without recipients are told once", () => {
  const texts = estate();
  texts["jackfield.yaml"] = (texts["jackfield.yaml"] ?? "").replace(
    /development: \{recipients.*/,
    "development: {}",
  );
  const tree = treeOf({ ...texts, "draft.yaml": DRAFT });
  expect(codes(sealing(tree, "draft.yaml"))).toEqual(["JF432"]);
  expect(tree.writes()).toBe(0);
});

const PASTED = `apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: pasted}
spec:
  type: postgres # the one
  auth: password
  host: db.example.com
  login: me
  # of ours
  password: canary-pasted
  schema: x
  sharing: all
`;
const BARE = PASTED.replace("  # of ours\n  password: canary-pasted\n", "");

test("a Connection with its password in it is split, both files in one step", () => {
  const tree = treeOf({ ...estate(), "c/pasted.yaml": PASTED });
  expect(codes(sealing(tree, "c/pasted.yaml"))).toEqual(["JF030"]);
  const outcome = sealing(tree, "c/pasted.yaml", ALL);
  expect(codes(outcome)).toEqual([]);
  expect(shown(outcome)).toBe(`c/pasted.yaml: without its secrets
c/pasted.all.sops.yaml: password of pasted for all Deployments, sealed
  read by   development, production (2 recipients)
  drawn by  dev, prod
`);
  expect([tree.writes(), tree.asked()]).toEqual([1, 0]);
  expect(tree.texts.get("c/pasted.yaml")?.replace("  # of ours\n", "")).toBe(BARE);
  expect(open(tree, "c/pasted.all.sops.yaml")).toContain("password: canary-pasted");
  expect(codes(sealing(tree, "c/pasted.yaml", ALL))).toEqual(["JF036"]);
});

test("what other Deployments lack then is told, and that the password was committed", () => {
  const tree = treeOf({ ...estate(), "pasted.yaml": PASTED });
  const outcome = sealing(tree, "pasted.yaml", PRODUCTION, PASTED);
  expect([...codes(outcome)].sort()).toEqual(["JF037", "JF411"]);
  expect(open(tree, "pasted.production.sops.yaml")).toContain("canary-pasted");
});

test("what shows by its form that it is a secret is taken out, in a comment it is told", () => {
  const token = `glpat-${"canary0Xy9".repeat(2)}`;
  const text = `${VARIABLE.replace("api_secret", "region").replace("canary-v", token)}# ${token}\n`;
  const tree = treeOf({ ...estate(), "region.yaml": text });
  expect(codes(sealing(tree, "region.yaml", ALL))).toEqual(["JF370"]);
  expect(open(tree, "region.all.sops.yaml")).toContain(`value: ${token}`);
  expect(tree.texts.get("region.yaml")).toContain("spec: {sharing: all}\n");
});

test("a key that may be misspelt stays, and is told", () => {
  const tree = treeOf({
    ...estate(),
    "pasted.yaml": PASTED.replace("  sharing", "  extra: {sslmod: require}\n  sharing"),
  });
  expect(codes(sealing(tree, "pasted.yaml", ALL))).toEqual(["JF415"]);
  expect(tree.texts.get("pasted.yaml")).toContain("extra: {sslmod: require}");
});

test("for whom it is must be known", () => {
  const tree = treeOf({ ...estate(), "pasted.yaml": PASTED });
  for (const aim of [
    { environment: "prod", all: false },
    { deployment: "pord", all: false },
  ]) {
    expect(codes(sealing(tree, "pasted.yaml", aim))).toEqual(["JF002"]);
  }
  expect(tree.writes()).toBe(0);
});

test("an error that the Credential would bring to another file keeps it from being written", () => {
  const link = `apiVersion: jackfield.dev/v1
kind: Link
spec: {connection: warehouse, to: {deployments: [prod]}, overrides: {host: elsewhere.example.com}}
`;
  const bound = credentialYaml("{environment: production}", "canary-host").replace("password", "host");
  const spilt = PASTED.replace("{name: pasted}", "{name: warehouse}");
  const texts = {
    ...estate(),
    "warehouse.yaml": spilt,
    "x.yaml": link,
    [PROD]: sealedFor(bound, [ONE, TWO]),
  };
  const tree = treeOf(texts, identitiesOf("one"));
  expect(codes(sealing(tree, "warehouse.yaml", PRODUCTION))).toEqual(["JF425"]);
  expect(tree.writes()).toBe(0);
});

test("a secret of a Link stays and is told", () => {
  const link = "  links: [{to: {deployments: [dev]}, overrides: {password: canary-link}}]\n";
  const tree = treeOf({ ...estate(), "pasted.yaml": `${PASTED}${link}` });
  const outcome = sealing(tree, "pasted.yaml", ALL);
  expect(codes(outcome)).toEqual(["JF414"]);
  expect(open(tree, "pasted.all.sops.yaml")).toContain("canary-pasted");
});

test("a Credential that is there takes the secret in, as `set` would", () => {
  const spilt = PASTED.replace("{name: pasted}", "{name: warehouse}");
  const keyless = treeOf({ ...estate(), "warehouse.yaml": spilt });
  expect(codes(sealing(keyless, "warehouse.yaml", PRODUCTION))).toEqual([]);
  expect(open(keyless, PROD)).toContain("password: canary-pasted");
  const texts = { ...estate(), "warehouse.yaml": spilt, [PROD]: SEALED_BOTH };
  const without = treeOf(texts);
  expect(codes(sealing(without, "warehouse.yaml", PRODUCTION))).toEqual(["JF340", "JF033"]);
  expect(without.writes()).toBe(0);
  const tree = treeOf(texts, identitiesOf("one"));
  expect(codes(sealing(tree, "warehouse.yaml", PRODUCTION))).toEqual([]);
  expect(open(tree, PROD)).toBe(BOTH.replace("canary-prod", "canary-pasted"));
});

test("a file that is something else is not written into", () => {
  const path = "pasted.all.sops.yaml";
  for (const text of [
    "a: b\n",
    sealedFor(credentialYaml("{environment: production}", "canary"), [ONE, TWO]),
  ]) {
    const tree = treeOf({ ...estate(), "pasted.yaml": PASTED, [path]: text }, identitiesOf("one"));
    expect(codes(sealing(tree, "pasted.yaml", ALL))).toEqual(["JF035"]);
    expect(tree.writes()).toBe(0);
  }
});

const VARIABLE =
  "apiVersion: jackfield.dev/v1\nkind: Variable\nmetadata: {name: api_secret}\nspec: {value: canary-v, sharing: all}\n";

test("two objects of one id cannot share a new file", () => {
  const twin = VARIABLE.replace("Variable", "EnvironmentVariable");
  const tree = treeOf({ ...estate(), "many.yaml": `${VARIABLE}---\n${twin}` });
  expect(codes(sealing(tree, "many.yaml", ALL))).toEqual(["JF035"]);
  expect(tree.writes()).toBe(0);
});

test("several objects of a file, and those of a type that nobody knows, go into Credentials of their own", () => {
  const custom = `apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: custom}
spec:
  type: our_own
  host: h
  plain: [extra.region]
  extra: {region: eu, cert: {pem: canary-pem, list: [1, canary-item]}}
  sharing: all
`;
  const tree = treeOf({ ...estate(), "many.yaml": `${VARIABLE}---\n${custom}` });
  expect(codes(sealing(tree, "many.yaml", ALL))).toEqual([]);
  expect(tree.texts.get("many.yaml")).not.toContain("canary");
  expect(tree.texts.get("many.yaml")).toContain("extra: {region: eu}");
  expect(open(tree, "api_secret.all.sops.yaml")).toContain("value: canary-v");
  expect(open(tree, "custom.all.sops.yaml")).toContain(`{"pem": canary-pem, "list": [1, canary-item]}`);
  expect(tree.writes()).toBe(1);
});

test("an object that is a Deployment's alone says itself for whom its secret is", () => {
  const own = VARIABLE.replace("api_secret", "api_secret, deployment: prod").replace(", sharing: all", "");
  const tree = treeOf({ ...estate(), "own.yaml": own });
  expect(codes(sealing(tree, "own.yaml"))).toEqual([]);
  expect(open(tree, "api_secret.prod.production.sops.yaml")).toContain("value: canary-v");
  expect(tree.texts.get("own.yaml")).toContain("spec: {}\n");
});
