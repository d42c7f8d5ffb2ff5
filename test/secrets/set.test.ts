import { expect, test } from "vitest";
import type { AimOptions } from "../../src/commands/secrets/aim.ts";
import { seal } from "../../src/commands/secrets/seal.ts";
import { set } from "../../src/commands/secrets/set.ts";
import { unset } from "../../src/commands/secrets/unset.ts";
import { Secret } from "../../src/core/secret.ts";
import type { Outcome } from "../../src/outcome.ts";
import type { Prompt } from "../../src/ports.ts";
import { renderOutcome } from "../../src/render/outcome.ts";
import { openText } from "../../src/sops/opened.ts";
import { identitiesOf } from "../support/sealed-files.ts";
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

const PRODUCTION: AimOptions = { environment: "production", all: false };
const EVERYONE = identitiesOf("one", "two", "three");

/** Answers with these texts, one a question. */
function prompt(...answers: readonly string[]): Prompt & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    isPiped: false,
    asked,
    readSecret: (question) => {
      asked.push(question);
      return Promise.resolve(new Secret(answers[asked.length - 1] ?? ""));
    },
  };
}

function request(id: string, fields: readonly string[], aim: AimOptions = PRODUCTION) {
  return { id, fields, aim, workspace: undefined, accepted: [] };
}

function open(tree: ReturnType<typeof treeOf>, path: string): string {
  const { value, diagnostics } = openText({ path, text: tree.texts.get(path) ?? "" }, EVERYONE);
  if (!value) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return value.plain.reveal();
}

/** All that a person would see, which must hold no secret; no scrubber helps here. */
function shown(outcome: Outcome): string {
  const rendering = { command: "x", version: "0", color: false, scrub: (text: string) => text };
  const text = renderOutcome(outcome, { ...rendering, format: "text" });
  const json = renderOutcome(outcome, { ...rendering, format: "json" });
  const all = text.out + text.err + json.out;
  expect(all).not.toContain("canary");
  return text.out + text.err;
}

const codes = ({ diagnostics }: Outcome) => diagnostics.map(({ code }) => code);

test("the only secret of a file is set anew without any key, and the rest of the file stays", async () => {
  const tree = treeOf(estate());
  const outcome = await set({ ...tree, prompt: prompt("canary-new") }, request("warehouse", ["password"]));
  expect(codes(outcome)).toEqual([]);
  expect(tree.asked()).toBe(0);
  expect(shown(outcome)).toContain("drawn by  prod");
  const plain = open(tree, "warehouse.production.sops.yaml");
  expect(plain).toBe(
    credentialYaml("{environment: production}", "canary-new").replace(/ +# rotated.*\n/, ""),
  );
  expect([...tree.texts.keys()].length).toBe(4);
});

test("a file with other secrets is opened, and they keep their ciphertexts", async () => {
  const texts = estate();
  const path = "warehouse.production.sops.yaml";
  const two = credentialYaml("{environment: production}", "canary-prod").concat("    login: canary-login\n");
  texts[path] = sealedFor(two, [ONE, TWO]);
  const without = treeOf(texts);
  const refused = await set({ ...without, prompt: prompt("canary-new") }, request("warehouse", ["password"]));
  expect(codes(refused)).toEqual(["JF340", "JF033"]);
  expect(shown(refused)).toContain("login");
  expect(without.writes()).toBe(0);
  const tree = treeOf(texts, identitiesOf("one"));
  const outcome = await set({ ...tree, prompt: prompt("canary-new") }, request("warehouse", ["password"]));
  expect(codes(outcome)).toEqual([]);
  const login = (text = "") => /login: (ENC\S+)/.exec(text)?.[1];
  expect(login(tree.texts.get(path))).toBe(login(texts[path]));
  expect(open(tree, path)).toBe(two.replace("canary-prod", "canary-new"));
  const both = treeOf(texts);
  const named = await set(
    { ...both, prompt: prompt("canary-a", "canary-b") },
    request("warehouse", ["password", "login"]),
  );
  expect(codes(named)).toEqual([]);
  expect(open(both, path)).toContain("login: canary-b");
});

test("a new file stands beside its object, in the layout we teach", async () => {
  const texts = estate();
  texts["c/other.yaml"] = CONNECTION.replace("warehouse", "other.1").replace(
    "apiVersion",
    "# yaml-language-server: $schema=x.json\napiVersion",
  );
  const tree = treeOf(texts);
  const aims: readonly (readonly [AimOptions, string, string])[] = [
    [PRODUCTION, "c/other.1.production.sops.yaml", "environment: production"],
    [{ deployment: "dev", all: false }, "c/other.1.dev.development.sops.yaml", "deployments: [dev]"],
    [{ all: true }, "c/other.1.all.sops.yaml", "all: true"],
  ];
  for (const [aim, path, selector] of aims) {
    const outcome = await set(
      { ...tree, prompt: prompt("canary: 1") },
      request("other.1", ["password"], aim),
    );
    expect(codes(outcome)).toEqual([]);
    shown(outcome);
    expect(open(tree, path)).toBe(`# yaml-language-server: $schema=x.json
apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: other.1
  for: { ${selector} }
  secrets:
    password: "canary: 1"
`);
  }
});

test("an object that is a Deployment's alone has a Credential of its own", async () => {
  const texts = estate();
  texts["own.yaml"] = `apiVersion: jackfield.dev/v1
kind: Variable
metadata: {name: api_token, deployment: prod}
spec: {}
`;
  const tree = treeOf(texts);
  const aim = { deployment: "prod", all: false };
  expect(
    codes(await set({ ...tree, prompt: prompt("canary") }, request("api_token", ["value"], aim))),
  ).toEqual([]);
  expect(open(tree, "api_token.prod.production.sops.yaml")).toContain("metadata: { deployment: prod }");
});

test("numbers and switches are written as such", async () => {
  const tree = treeOf(estate());
  const bad = await set({ ...tree, prompt: prompt("canary") }, request("warehouse", ["port"]));
  expect(codes(bad)).toEqual(["JF340", "JF033"]);
  const keyed = treeOf(estate(), identitiesOf("one"));
  const wrong = await set({ ...keyed, prompt: prompt("canary") }, request("warehouse", ["port"]));
  expect(codes(wrong)).toEqual(["JF418"]);
  shown(wrong);
  const fine = await set({ ...keyed, prompt: prompt("5433") }, request("warehouse", ["port"]));
  expect(codes(fine)).toEqual([]);
  expect(keyed.texts.get("warehouse.production.sops.yaml")).toMatch(/port: ENC\[.*type:int\]/);
});

test("from a pipe, several fields take a line each", async () => {
  const tree = treeOf(estate());
  const piped = (text: string): Prompt => ({
    isPiped: true,
    readSecret: () => Promise.resolve(new Secret(text)),
  });
  const asked = request("warehouse", ["password", "login"]);
  expect(codes(await set({ ...tree, prompt: piped("canary-a\ncanary-b") }, asked))).toEqual([]);
  expect(open(tree, "warehouse.production.sops.yaml")).toContain("login: canary-b");
  await expect(set({ ...tree, prompt: piped("canary-a") }, asked)).rejects.toThrow("2 values are wanted");
});

test("what it holds already is not written", async () => {
  const tree = treeOf(estate(), identitiesOf("one"));
  const texts = estate();
  const path = "warehouse.production.sops.yaml";
  texts[path] = sealedFor(`${credentialYaml("{environment: production}", "canary")}    login: x\n`, [
    ONE,
    TWO,
  ]);
  const same = treeOf(texts, identitiesOf("one"));
  expect(
    shown(await set({ ...same, prompt: prompt("canary") }, request("warehouse", ["password"]))),
  ).toContain("already");
  expect([same.writes(), tree.writes()]).toEqual([0, 0]);
});

test.each([
  ["no aim", request("warehouse", ["password"], { all: false }), ["JF030"]],
  ["two aims", request("warehouse", ["password"], { environment: "production", all: true }), ["JF030"]],
  ["an unknown object", request("warehous", ["password"]), ["JF002"]],
  [
    "an unknown environment",
    request("warehouse", ["password"], { environment: "prod", all: false }),
    ["JF002"],
  ],
  [
    "an unknown Deployment",
    request("warehouse", ["password"], { deployment: "pord", all: false }),
    ["JF002"],
  ],
  ["an unknown field", request("warehouse", ["pasword"]), ["JF032"]],
  ["a field that no Credential has", request("warehouse", ["type"]), ["JF032"]],
  ["a value of a Connection", request("warehouse", ["value"]), ["JF032"]],
] as const)("%s is a wrong call, before anything is asked", async (_, asked, expected) => {
  const tree = treeOf(estate(), EVERYONE);
  const answers = prompt("canary");
  const outcome = await set({ ...tree, prompt: answers }, asked);
  expect(codes(outcome)).toEqual(expected);
  expect(outcome.exit).toBe(2);
  expect(outcome.diagnostics[0]?.hint).toBeDefined();
  expect([answers.asked, tree.writes(), tree.asked()]).toEqual([[], 0, 0]);
});

test("a recipient that the default branch does not have is not sealed for, unless it is accepted", async () => {
  const tree = treeOf(estate([ONE, TWO, THREE]), EVERYONE, estate());
  const ports = { ...tree, prompt: prompt("canary", "canary") };
  const refused = await set(ports, request("warehouse", ["password"]));
  expect(codes(refused)).toContain("JF390");
  expect(tree.writes()).toBe(0);
  shown(refused);
  const accepted = await set(ports, { ...request("warehouse", ["password"]), accepted: [THREE] });
  expect(codes(accepted)).toEqual([]);
});

test("a change that would break the estate is not written", async () => {
  const texts = estate();
  // Beside a bound host the password may go to that host only.
  texts["warehouse.yaml"] =
    `${CONNECTION.trimEnd().slice(0, -1)}, links: [{to: {deployments: [prod]}, overrides: {host: elsewhere.example.com}}]}\n`;
  const tree = treeOf(texts, EVERYONE);
  const outcome = await set(
    { ...tree, prompt: prompt("canary.example.com") },
    request("warehouse", ["host"]),
  );
  expect(codes(outcome)).toContain("JF425");
  expect(tree.writes()).toBe(0);
  shown(outcome);
});

test("unset takes one of several away, and with the last one the file", () => {
  const texts = estate();
  const path = "warehouse.production.sops.yaml";
  texts[path] = sealedFor(`${credentialYaml("{environment: production}", "canary")}    login: canary-2\n`, [
    ONE,
    TWO,
  ]);
  const tree = treeOf(texts, identitiesOf("two"));
  const one = { id: "warehouse", field: "login", aim: PRODUCTION, workspace: undefined, accepted: [] };
  expect(codes(unset(tree, one))).toEqual([]);
  expect(open(tree, path)).toBe(credentialYaml("{environment: production}", "canary"));
  expect(codes(unset(tree, one))).toEqual(["JF034"]);
  // Without a password the connection would be broken.
  expect(codes(unset(tree, { ...one, field: "password" }))).toEqual(["JF411"]);
  tree.texts.set("warehouse.yaml", CONNECTION.replace("sharing: all", "links: [{to: {deployments: [dev]}}]"));
  const keyless = treeOf(Object.fromEntries(tree.texts));
  const last = unset(keyless, { ...one, field: "password" });
  expect(codes(last)).toEqual([]);
  expect(shown(last)).toContain("removed");
  expect(keyless.texts.has(path)).toBe(false);
});

test("unset of the last secret of one Credential of several leaves the others", () => {
  const texts = estate();
  const path = "warehouse.production.sops.yaml";
  const both = `${credentialYaml("{environment: production}", "canary")}---\n${credentialYaml("{deployments: [prod]}", "canary-2")}`;
  texts[path] = sealedFor(both, [ONE, TWO]);
  const tree = treeOf(texts, identitiesOf("one"));
  const aim = { deployment: "prod", all: false };
  const asked = { id: "warehouse", field: "password", aim, workspace: undefined, accepted: [] };
  const outcome = unset(tree, asked);
  expect(codes(outcome)).toEqual([]);
  shown(outcome);
  expect(open(tree, path)).toBe(credentialYaml("{environment: production}", "canary"));
});

function sealing(
  tree: ReturnType<typeof treeOf>,
  name: string,
  aim: AimOptions = { all: false },
  committed?: string,
): Outcome {
  const history = {
    ...tree.history,
    head: () => (committed === undefined ? undefined : "a".repeat(40)),
    fileAt: () => committed,
  };
  return seal({ ...tree, history }, { name, aim, workspace: undefined, accepted: [] });
}

test("a plain Credential is sealed in place for its environments, with its layout and comments", () => {
  const texts = { ...estate(), "draft.yaml": credentialYaml("{deployments: [dev]}", "canary-dev") };
  const tree = treeOf(texts);
  const outcome = sealing(tree, "draft.yaml");
  expect(codes(outcome)).toEqual([]);
  shown(outcome);
  expect(tree.texts.get("draft.yaml")).not.toMatch(/canary|rotated/);
  expect(open(tree, "draft.yaml")).toBe(texts["draft.yaml"]);
  expect(
    openText({ path: "x.yaml", text: tree.texts.get("draft.yaml") ?? "" }, identitiesOf("one")).value,
  ).toBeUndefined();
  expect(shown(sealing(tree, "draft.yaml"))).toContain("sealed already");
  expect(codes(sealing(treeOf(texts), "draft.yaml", PRODUCTION))).toEqual(["JF039"]);
  expect(codes(sealing(treeOf(texts), "draft.yaml", { all: false }, texts["draft.yaml"]))).toEqual(["JF037"]);
});

const PASTED = `apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: pasted}
spec:
  type: postgres # the one
  auth: password
  host: db.example.com
  login: me
  password: canary-pasted
  schema: x
  sharing: all
`;

test("a Connection with its password in it is split, both files in one step", () => {
  const tree = treeOf({ ...estate(), "c/pasted.yaml": PASTED });
  expect(codes(sealing(tree, "c/pasted.yaml"))).toEqual(["JF030"]);
  const outcome = sealing(tree, "c/pasted.yaml", { all: true });
  expect(codes(outcome)).toEqual([]);
  expect(shown(outcome)).toContain("password of pasted for all Deployments");
  expect(tree.writes()).toBe(1);
  expect(tree.texts.get("c/pasted.yaml")).toBe(PASTED.replace(/ {2}password.*\n/, ""));
  expect(open(tree, "c/pasted.all.sops.yaml")).toContain("password: canary-pasted");
  expect(codes(sealing(tree, "c/pasted.yaml", { all: true }))).toEqual(["JF036"]);
});

test("what other Deployments lack then is told, and that the password was committed", () => {
  const tree = treeOf({ ...estate(), "pasted.yaml": PASTED });
  const outcome = sealing(tree, "pasted.yaml", PRODUCTION, PASTED);
  expect(codes(outcome).sort()).toEqual(["JF037", "JF411"]);
  shown(outcome);
  expect(open(tree, "pasted.production.sops.yaml")).toContain("canary-pasted");
});

test("several objects of a file, and those of a type that nobody knows, go into Credentials of their own", () => {
  const variable =
    "apiVersion: jackfield.dev/v1\nkind: Variable\nmetadata: {name: api_secret}\nspec: {value: canary-v, sharing: all}\n";
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
  const tree = treeOf({ ...estate(), "many.yaml": `${variable}---\n${custom}` });
  const outcome = sealing(tree, "many.yaml", { all: true });
  expect(codes(outcome)).toEqual([]);
  shown(outcome);
  expect(tree.texts.get("many.yaml")).not.toContain("canary");
  expect(tree.texts.get("many.yaml")).toContain("extra: {region: eu}");
  expect(open(tree, "api_secret.all.sops.yaml")).toContain("value: canary-v");
  expect(open(tree, "custom.all.sops.yaml")).toContain(`{"pem": canary-pem, "list": [1, canary-item]}`);
});
