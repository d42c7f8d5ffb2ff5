import { expect, test } from "vitest";
import type { AimOptions } from "../../src/commands/secrets/aim.ts";
import { type SetRequest, set } from "../../src/commands/secrets/set.ts";
import { diagnostic } from "../../src/core/diagnostic.ts";
import { Secret } from "../../src/core/secret.ts";
import type { Outcome } from "../../src/outcome.ts";
import type { Prompt, SopsProgram } from "../../src/ports.ts";
import { identitiesOf } from "../support/sealed-files.ts";
import {
  BOTH,
  codes,
  EVERYONE,
  open,
  PROD,
  PRODUCTION,
  prompt,
  SEALED_BOTH,
  shown,
} from "../support/secret-values.ts";
import {
  CONNECTION,
  credentialYaml,
  estate,
  ONE,
  sealedFor,
  THREE,
  type Tree,
  TWO,
  treeOf,
  workspaceYaml,
} from "../support/secrets-ports.ts";

function request(
  id: string,
  fields: readonly string[],
  aim: AimOptions = PRODUCTION,
  more: Partial<SetRequest> = {},
): SetRequest {
  return { id, fields, aim, workspace: undefined, accepted: [], ...more };
}

const PASSWORD = request("warehouse", ["password"]);

/** Sets in a tree; `answers` are typed. */
function setIn(tree: Tree, asked: SetRequest, ...answers: readonly string[]): Promise<Outcome> {
  return set({ ...tree, prompt: prompt(...answers) }, asked);
}

const SEALED_COMMENT = / +# rotated.*\n/;

test("the only secret of a file is set anew without any key, and the rest of the file stays", async () => {
  const tree = treeOf(estate());
  const before = tree.texts.get(PROD) ?? "";
  const outcome = await setIn(tree, PASSWORD, "canary-new");
  expect(codes(outcome)).toEqual([]);
  expect(shown(outcome)).toBe(`${PROD}: password of warehouse for environment production, sealed
  read by   production (2 recipients)
  drawn by  prod
  comments  gone: they were sealed, and no key at hand opens them
`);
  expect(open(tree, PROD)).toBe(
    credentialYaml("{environment: production}", "canary-new").replace(SEALED_COMMENT, ""),
  );
  expect([...tree.texts.keys()].length).toBe(4);
  // Whoever knew the old data key does not open it.
  const wrapped = (text: string) => /-----BEGIN AGE[\s\S]*?-----END/.exec(text)?.[0];
  expect(wrapped(tree.texts.get(PROD) ?? "")).not.toBe(wrapped(before));
});

test("all values new, all of the file is sealed anew, with a key too", async () => {
  const tree = treeOf(estate(), identitiesOf("one"));
  const comment = () => /# *(ENC\S+)/.exec(tree.texts.get(PROD) ?? "")?.[1];
  const before = comment();
  expect(codes(await setIn(tree, PASSWORD, "canary-new"))).toEqual([]);
  expect(comment()).not.toBe(before);
});

/** A program that must not be asked. */
const UNASKED: SopsProgram = {
  decrypt: () => {
    throw new Error("asked to decrypt");
  },
  encrypt: () => {
    throw new Error("asked to encrypt");
  },
};

test("the sops program is asked only for what takes it", async () => {
  const whole = treeOf(estate());
  expect(codes(await set({ ...whole, sops: UNASKED, prompt: prompt("canary-new") }, PASSWORD))).toEqual([]);
  const texts = {
    ...estate(),
    [PROD]: SEALED_BOTH.replace("kind: Credential", "kind: Credential\nmetadata: {name: forged}"),
  };
  const forged = treeOf(texts, identitiesOf("one"));
  expect(codes(await set({ ...forged, sops: UNASKED, prompt: prompt("canary") }, PASSWORD))).toEqual([
    "JF334",
  ]);
});

test("keys that cannot be read are no keys", async () => {
  const tree = treeOf(estate());
  const problems = [
    diagnostic("JF341", undefined, { source: "`SOPS_AGE_KEY`", line: 1, reason: "it is cut short" }),
  ];
  const keys = { identities: () => ({ identities: [], looked: ["`SOPS_AGE_KEY`"], problems }) };
  const asked = { ...tree, keys, prompt: prompt("canary-new", "canary-new") };
  expect(codes(await set(asked, PASSWORD))).toEqual([]);
  const both = { ...asked, ...treeOf({ ...estate(), [PROD]: SEALED_BOTH }), keys };
  expect(codes(await set(both, PASSWORD))).toEqual(["JF340", "JF341", "JF033"]);
});

test("a key that is at hand verifies the file first, and keeps its comments", async () => {
  const tree = treeOf(estate(), identitiesOf("one"));
  const outcome = await setIn(tree, PASSWORD, "canary-new");
  expect(codes(outcome)).toEqual([]);
  expect(shown(outcome)).not.toContain("comments");
  expect(open(tree, PROD)).toBe(credentialYaml("{environment: production}", "canary-new"));
  const texts = estate();
  texts[PROD] = (texts[PROD] ?? "").replace("kind: Credential", "kind: Credential\nmetadata: {name: forged}");
  const forged = treeOf(texts, identitiesOf("one"));
  expect(codes(await setIn(forged, PASSWORD, "canary-new"))).toEqual(["JF334"]);
  expect(forged.writes()).toBe(0);
});

test("a file with other secrets is opened, and they keep their ciphertexts", async () => {
  const texts = { ...estate(), [PROD]: SEALED_BOTH };
  const tree = treeOf(texts, identitiesOf("one"));
  expect(codes(await setIn(tree, PASSWORD, "canary-new"))).toEqual([]);
  const login = (text = "") => /login: (ENC\S+)/.exec(text)?.[1];
  expect(login(tree.texts.get(PROD))).toBe(login(texts[PROD]));
  expect(open(tree, PROD)).toBe(BOTH.replace("canary-prod", "canary-new"));
});

test("without a key a file with other secrets is left alone, and what would do is said", async () => {
  const without = treeOf({ ...estate(), [PROD]: SEALED_BOTH });
  const refused = await setIn(without, PASSWORD, "canary-new");
  expect(codes(refused)).toEqual(["JF340", "JF033"]);
  expect(shown(refused)).toContain(
    "with a value for each of them no key is needed: `jackfield secrets set warehouse password login --environment production`",
  );
  expect(without.writes()).toBe(0);
  const fields = ["password", "login"];
  expect(codes(await setIn(without, request("warehouse", fields), "canary-a", "canary-b"))).toEqual([]);
  expect(open(without, PROD)).toBe(
    BOTH.replace(SEALED_COMMENT, "").replace("canary-prod", "canary-a").replace("canary-login", "canary-b"),
  );
  const foreign = treeOf({ ...estate(), [PROD]: SEALED_BOTH }, identitiesOf("three"));
  expect(codes(await setIn(foreign, PASSWORD, "canary-new"))).toEqual(["JF033", "JF321"]);
});

test("what is empty is not sealed, and takes no key to keep", async () => {
  const texts = estate();
  texts[PROD] = sealedFor(`${credentialYaml("{environment: production}", "canary")}    schema: ""\n`, [
    ONE,
    TWO,
  ]);
  const tree = treeOf(texts);
  expect(codes(await setIn(tree, PASSWORD, "canary-new"))).toEqual([]);
  expect(open(tree, PROD)).toContain('    schema: ""\n');
});

test("another Credential of the file takes a key, too", async () => {
  const other = credentialYaml("{deployments: [prod]}", "canary-2");
  const both = `${credentialYaml("{environment: production}", "canary")}---\n${other}`;
  const texts = { ...estate(), [PROD]: sealedFor(both, [ONE, TWO]) };
  const refused = await setIn(treeOf(texts), PASSWORD, "canary-new");
  expect(codes(refused)).toEqual(["JF340", "JF033"]);
  expect(shown(refused)).toContain("those of document 2");
  const tree = treeOf(texts, identitiesOf("one"));
  expect(codes(await setIn(tree, PASSWORD, "canary-new"))).toEqual([]);
  expect(open(tree, PROD)).toBe(both.replace("canary\n", "canary-new\n"));
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
    expect(codes(await setIn(tree, request("other.1", ["password"], aim), "canary: 1"))).toEqual([]);
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
  // Only those who may.
  expect(() => open(tree, "c/other.1.dev.development.sops.yaml", identitiesOf("one"))).toThrow();
  expect(() => open(tree, "c/other.1.all.sops.yaml", identitiesOf("one"))).not.toThrow();
});

test("what is there under that name is never overwritten", async () => {
  const path = "warehouse.all.sops.yaml";
  const others = ["nothing: ours\n", sealedFor(credentialYaml("{cluster: laptop}", "canary"), [ONE, TWO])];
  for (const text of others) {
    const tree = treeOf({ ...estate(), [path]: text }, EVERYONE);
    expect(codes(await setIn(tree, request("warehouse", ["password"], { all: true }), "canary"))).toEqual([
      "JF035",
    ]);
    expect(tree.texts.get(path)).toBe(text);
  }
});

test("where it stands does not matter: the Credential for just these Deployments is found", async () => {
  const texts = estate();
  const { [PROD]: sealed = "", ...rest } = texts;
  const tree = treeOf({ ...rest, "deep/down/x.yaml": sealed });
  expect(codes(await setIn(tree, PASSWORD, "canary-new"))).toEqual([]);
  expect([...tree.texts.keys()].filter((path) => path.includes("production"))).toEqual([]);
  expect(open(tree, "deep/down/x.yaml")).toContain("canary-new");
});

test.each([
  "{environment: production, cluster: laptop}",
  "{environment: production, selector: {team: bi}}",
  "{deployments: [prod, dev]}",
])("a Credential for %s is another one", async (selector) => {
  const policy = workspaceYaml([ONE, TWO], [TWO]).replace("{name: prod}", "{name: prod, labels: {team: bi}}");
  const { [PROD]: _, ...rest } = estate();
  const other = sealedFor(credentialYaml(selector, "canary").replace("password", "login"), [ONE, TWO]);
  const tree = treeOf({ ...rest, "jackfield.yaml": policy, "a.yaml": other });
  expect(codes(await setIn(tree, PASSWORD, "canary-new"))).toEqual([]);
  const one = request("warehouse", ["password"], { deployment: "prod", all: false });
  expect(codes(await setIn(tree, one, "canary-one"))).toEqual([]);
  expect(tree.texts.get("a.yaml")).toBe(other);
  expect([...tree.texts.keys()]).toEqual(
    expect.arrayContaining([PROD, "warehouse.prod.production.sops.yaml"]),
  );
});

test("of several Credentials of a file the right one is changed", async () => {
  const all = [
    credentialYaml("{environment: production}", "canary"),
    credentialYaml("{deployments: [prod]}", "canary-2"),
  ];
  const tree = treeOf({ ...estate(), [PROD]: sealedFor(all.join("---\n"), [ONE, TWO]) }, identitiesOf("one"));
  const one = request("warehouse", ["password"], { deployment: "prod", all: false });
  expect(codes(await setIn(tree, one, "canary-3"))).toEqual([]);
  expect(open(tree, PROD)).toBe(all.join("---\n").replace("canary-2", "canary-3"));
});

test("of two Credentials for the same Deployments the one that has the field gets it", async () => {
  const texts = estate();
  texts["a.yaml"] = sealedFor(
    credentialYaml("{environment: production}", "canary").replace("password:", "login:"),
    [ONE, TWO],
  );
  const tree = treeOf(texts);
  expect(codes(await setIn(tree, PASSWORD, "canary-new"))).toEqual([]);
  expect(open(tree, PROD)).toContain("password: canary-new");
  expect(codes(await setIn(tree, request("warehouse", ["login"]), "canary-login"))).toEqual([]);
  expect(open(tree, "a.yaml")).toContain("login: canary-login");
});

const OWN = `apiVersion: jackfield.dev/v1
kind: Variable
metadata: {name: api_token, deployment: prod}
spec: {}
`;

test("an object that is a Deployment's alone has a Credential of its own", async () => {
  const tree = treeOf({ ...estate(), "own.yaml": OWN });
  const asked = request("api_token", ["value"], { deployment: "main/prod", all: false });
  expect(shown(await setIn(tree, asked, "canary"))).toContain("api_token for Deployment prod, sealed");
  expect(open(tree, "api_token.prod.production.sops.yaml")).toContain("metadata: { deployment: prod }");
  const refused = await setIn(tree, request("api_token", ["value"]), "canary");
  expect(codes(refused)).toEqual(["JF395"]);
  expect(shown(refused)).toContain("`--deployment prod`");
});

test("a Deployment's own object comes before the Workspace's, and its Credential is its own", async () => {
  const shared = OWN.replace(", deployment: prod", "").replace("{}", "{sharing: all}");
  const other = `apiVersion: jackfield.dev/v1
kind: Credential
spec: {variable: api_token, for: {deployments: [prod]}, secrets: {value: canary}}
`;
  const sealed = sealedFor(other, [ONE, TWO]);
  const tree = treeOf({ ...estate(), "own.yaml": OWN, "shared.yaml": shared, "a.yaml": sealed });
  const asked = request("api_token", ["value"], { deployment: "prod", all: false });
  const outcome = await setIn(tree, asked, "canary-own");
  expect(codes(outcome)).toEqual([]);
  expect(
    shown(outcome),
  ).toBe(`api_token.prod.production.sops.yaml: value of api_token for Deployment prod, sealed
  read by   production (2 recipients)
  drawn by  prod
`);
  expect(tree.texts.get("a.yaml")).toBe(sealed);
});

test("a Connection and a Variable of one id are told apart by the field", async () => {
  const variable = OWN.replace("api_token, deployment: prod", "warehouse").replace("{}", "{sharing: all}");
  const tree = treeOf({ ...estate(), "v/x.yaml": variable });
  const outcome = await setIn(tree, request("warehouse", ["value"]), "canary-v");
  expect(codes(outcome)).toEqual([]);
  expect(outcome.result).toMatchObject({ file: "v/warehouse.production.sops.yaml", drawnBy: ["prod"] });
  expect(codes(await setIn(tree, PASSWORD, "canary-p"))).toEqual([]);
  expect(open(tree, PROD)).toContain("password: canary-p");
});

test("one id of a Variable and an EnvironmentVariable takes `--kind`", async () => {
  const variable = OWN.replace(", deployment: prod", "").replace("spec: {}", "spec: {sharing: all}");
  const tree = treeOf({
    ...estate(),
    "a.yaml": variable,
    "b.yaml": variable.replace("Variable", "EnvironmentVariable"),
  });
  const asked = request("api_token", ["value"], { all: true });
  const refused = await setIn(tree, asked, "canary");
  expect(codes(refused)).toEqual(["JF031"]);
  expect(shown(refused)).toContain("say which with `--kind`");
  const kind = { kind: "EnvironmentVariable" };
  expect(codes(await setIn(tree, { ...asked, ...kind }, "canary"))).toEqual([]);
  expect(open(tree, "api_token.all.sops.yaml")).toContain("environmentVariable: api_token");
  expect(codes(await setIn(tree, { ...asked, kind: "secret" }, "canary"))).toEqual(["JF002"]);
});

test("one id in two Workspaces takes `--workspace`, unless only one knows the Deployment", async () => {
  const second = workspaceYaml([ONE], [TWO]).replace("name: main", "name: second").replace("0b6f", "1b6f");
  const here = Object.fromEntries(Object.entries(estate()).map(([path, text]) => [`one/${path}`, text]));
  const there = {
    "two/jackfield.yaml": second.replaceAll("name: dev}", "name: lab}"),
    "two/w.yaml": CONNECTION,
  };
  const tree = treeOf({ ...here, ...there });
  const refused = await setIn(tree, PASSWORD, "canary");
  expect(codes(refused)).toEqual(["JF031"]);
  expect(shown(refused)).toContain("say which with `--workspace`");
  expect(codes(await setIn(tree, { ...PASSWORD, workspace: "second" }, "canary"))).toEqual([]);
  expect(open(tree, "two/warehouse.production.sops.yaml")).toContain("password: canary");
  const lab = request("warehouse", ["password"], { deployment: "lab", all: false });
  expect(codes(await setIn(tree, lab, "canary"))).toEqual([]);
  expect(open(tree, "two/warehouse.lab.development.sops.yaml")).toContain("password: canary");
});

test("who draws it, who does not, and who does not get the object is told", async () => {
  const texts = estate();
  texts["jackfield.yaml"] += "---\n";
  for (const name of ["eu", "us"]) {
    texts["jackfield.yaml"] += `---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: ${name}}
spec: {environment: production, cluster: laptop, namespace: airflow-${name}}
`;
  }
  texts["warehouse.yaml"] = CONNECTION.replace("sharing: all", "sharing: all, exclude: [us]");
  const own = credentialYaml("{deployments: [eu]}", "canary-eu");
  texts["eu.yaml"] = sealedFor(own, [ONE, TWO]);
  const outcome = await setIn(treeOf(texts, EVERYONE), PASSWORD, "canary-new");
  expect(codes(outcome)).toEqual([]);
  expect(shown(outcome)).toBe(`${PROD}: password of warehouse for environment production, sealed
  read by   production (2 recipients)
  drawn by  prod
  not by    eu (a more specific place sets it), us (does not get it)
`);
  expect(outcome.result).toEqual({
    file: PROD,
    changed: true,
    fields: ["password"],
    environments: ["production"],
    recipients: 2,
    drawnBy: ["prod"],
    notDrawnBy: ["eu"],
    notReached: ["us"],
  });
});

const HTTP = `apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: api}
spec: {type: http, host: api.example.com, sharing: all}
`;

test.each([
  ["warehouse", "port", "5433", "port: 5433"],
  ["warehouse", "port", "canary", "a whole number"],
  ["warehouse", "login", "5433", 'login: "5433"'],
  ["api", "extra.proxies", '{"https": "canary"}', 'proxies: {"https": canary}'],
  ["api", "extra.proxies", "canary", "a map, here as JSON"],
  ["api", "extra.proxies", '["canary"]', "a map, here as JSON"],
  ["api", "extra.proxies", '{"a": 1}, "b": {"canary": 2}', "a map, here as JSON"],
  ["api", "extra.X-Token", "true", 'X-Token: "true"'],
])("%s: %s takes %s as its type says", async (id, field, value, expected) => {
  const tree = treeOf({ ...estate(), "api.yaml": HTTP });
  const outcome = await setIn(tree, request(id, [field], { deployment: "prod", all: false }), value);
  const wrong = /^a /.test(expected);
  expect(codes(outcome)).toEqual(wrong ? ["JF418"] : []);
  if (wrong) expect(shown(outcome)).toContain(expected);
  else expect(open(tree, `${id}.prod.production.sops.yaml`)).toContain(expected);
});

test("a ciphertext is no value", async () => {
  const tree = treeOf(estate());
  const sealed = /ENC\S+/.exec(tree.texts.get(PROD) ?? "")?.[0] ?? "";
  expect(codes(await setIn(tree, PASSWORD, sealed))).toEqual(["JF352"]);
  expect(tree.writes()).toBe(0);
});

test("from a pipe, several fields take a line each", async () => {
  const tree = treeOf(estate());
  const piped = (text: string): Prompt => ({
    isPiped: true,
    readSecret: () => Promise.resolve(new Secret(text)),
  });
  const asked = request("warehouse", ["password", "login"]);
  expect(codes(await set({ ...tree, prompt: piped("canary-a\ncanary-b") }, asked))).toEqual([]);
  expect(open(tree, PROD)).toContain("login: canary-b");
  for (const text of ["canary-a", "canary-a\ncanary-b\ncanary-c"]) {
    await expect(set({ ...tree, prompt: piped(text) }, asked)).rejects.toThrow("2 values are wanted");
  }
  const whole = await set({ ...tree, prompt: piped("canary-a\n-b\n") }, PASSWORD);
  expect(codes(whole)).toEqual(["JF340", "JF033"]);
  const all = request("warehouse", ["password"], { all: true });
  expect(codes(await set({ ...tree, prompt: piped("canary\nof lines\n") }, all))).toEqual([]);
  expect(open(tree, "warehouse.all.sops.yaml")).toContain("    password: |\n      canary\n      of lines\n");
});

test("what it holds already is not written", async () => {
  for (const text of [
    credentialYaml("{environment: production}", "canary"),
    BOTH.replace("canary-prod", "canary"),
  ]) {
    const tree = treeOf({ ...estate(), [PROD]: sealedFor(text, [ONE, TWO]) }, identitiesOf("one"));
    expect(shown(await setIn(tree, PASSWORD, "canary"))).toBe(
      `${PROD}: that is what it holds already, nothing was written\n`,
    );
    expect(tree.writes()).toBe(0);
  }
});

test.each([
  ["no aim", request("warehouse", ["password"], { all: false }), "JF030"],
  ["two aims", request("warehouse", ["password"], { environment: "production", all: true }), "JF030"],
  ["an unknown object", request("warehous", ["password"]), "JF002", "`warehouse`"],
  [
    "an unknown environment",
    request("warehouse", ["password"], { environment: "prod", all: false }),
    "JF002",
  ],
  ["an unknown Deployment", request("warehouse", ["password"], { deployment: "pord", all: false }), "JF002"],
  ["an unknown Workspace", { ...PASSWORD, workspace: "mian" }, "JF002"],
  ["an unknown field", request("warehouse", ["pasword"]), "JF032", "`password`"],
  ["an unknown key", request("warehouse", ["extra.sslmod"]), "JF032", "`extra.sslmode`"],
  ["a key without its `extra.`", request("warehouse", ["sslmode"]), "JF032", "`extra.sslmode`"],
  ["all of `extra`", request("warehouse", ["extra"]), "JF032"],
  ["no key of `extra`", request("warehouse", ["extra."]), "JF032"],
  ["a field that no Credential has", request("warehouse", ["type"]), "JF032"],
  ["a value of a Connection", request("warehouse", ["value"]), "JF032"],
  ["a name of JavaScript", request("warehouse", ["__proto__"]), "JF032"],
  ["a key of JavaScript", request("warehouse", ["extra.constructor"]), "JF032"],
] as const)("%s is a wrong call, before anything is asked", async (_, asked, expected, hint: string = "") => {
  const tree = treeOf(estate(), EVERYONE);
  const answers = prompt("canary");
  const outcome = await set({ ...tree, prompt: answers }, asked);
  expect(codes(outcome)).toEqual([expected]);
  expect(outcome.exit).toBe(2);
  expect(outcome.diagnostics[0]?.hint).toContain(hint);
  expect([answers.asked, tree.writes(), tree.asked()]).toEqual([[], 0, 0]);
});

test("fields are those of the type that the object has there", async () => {
  const links = "links: [{to: {environment: production}, overrides: {type: http, unset: [schema]}}]";
  const tree = treeOf({
    ...estate(),
    "warehouse.yaml": CONNECTION.replace("sharing: all", `sharing: all, ${links}`),
  });
  const header = (environment: string) =>
    request("warehouse", ["extra.X-Token"], { environment, all: false });
  expect(codes(await setIn(tree, header("development"), "canary"))).toEqual(["JF032"]);
  const { [PROD]: _, ...rest } = Object.fromEntries(tree.texts);
  const fresh = treeOf(rest);
  expect(codes(await setIn(fresh, header("production"), "canary"))).toEqual([]);
});

test("a type that nobody knows takes any key, and a key that `plain` lists is one of the object's", async () => {
  const custom = HTTP.replace("http", "our_own");
  const listed = CONNECTION.replace("warehouse", "listed").replace("host:", "plain: [extra.team], host:");
  const tree = treeOf({ ...estate(), "api.yaml": custom, "listed.yaml": listed });
  expect(codes(await setIn(tree, request("api", ["extra.what.ever"]), "canary"))).toEqual([]);
  expect(open(tree, "api.production.sops.yaml")).toContain("what.ever: canary");
  expect(codes(await setIn(tree, request("api", ["whatever"]), "canary"))).toEqual(["JF032"]);
  expect(
    codes(
      await setIn(tree, request("listed", ["extra.team", "password"], { all: true }), "canary", "canary"),
    ),
  ).toEqual([]);
});

test("a recipient that the default branch does not have is not sealed for, unless it is accepted", async () => {
  const tree = treeOf(estate([ONE, TWO, THREE]), EVERYONE, estate());
  const answers = prompt("canary");
  const refused = await set({ ...tree, prompt: answers }, PASSWORD);
  expect(codes(refused)).toEqual(["JF390"]);
  expect(shown(refused)).toContain("nothing was written");
  expect([answers.asked, tree.writes()]).toEqual([[], 0]);
  expect(codes(await setIn(tree, { ...PASSWORD, accepted: [ONE, "x"] }, "canary"))).toEqual(["JF391"]);
  const accepted = await setIn(tree, { ...PASSWORD, accepted: [THREE] }, "canary");
  expect(codes(accepted)).toEqual([]);
  expect(open(tree, PROD, identitiesOf("three"))).toContain("canary");
});

test("for all is for environments without a Deployment, too", async () => {
  const more = (key: string) =>
    workspaceYaml([ONE, TWO], [TWO]).replace(
      "  clusters:",
      `    staging: {recipients: [${key}]}\n  clusters:`,
    );
  const texts = { ...estate(), "jackfield.yaml": more(THREE) };
  const answers = prompt("canary");
  const tree = treeOf(texts, [], { "jackfield.yaml": more(TWO) });
  const all = request("warehouse", ["password"], { all: true });
  expect(codes(await set({ ...tree, prompt: answers }, all))).toEqual(["JF390"]);
  expect(answers.asked).toEqual([]);
});

test("an environment without recipients is told before anything is sealed", async () => {
  const policy = workspaceYaml([ONE], [TWO]).replace(/\{recipients: \[\S+\]\}/, "{}");
  const tree = treeOf({ "jackfield.yaml": policy, "warehouse.yaml": CONNECTION });
  const answers = prompt("canary");
  const outcome = await set({ ...tree, prompt: answers }, PASSWORD);
  expect(codes(outcome)).toEqual(["JF432"]);
  expect(shown(outcome)).toContain("`recipients: [age1…]`");
  expect([answers.asked, tree.writes()]).toEqual([[], 0]);
});

test("a change that would break the estate is not written, an error that was there does not matter", async () => {
  const texts = estate();
  // Beside a bound host the password may go to that host only.
  const links = "links: [{to: {deployments: [prod]}, overrides: {host: elsewhere.example.com}}]";
  texts["warehouse.yaml"] = CONNECTION.replace("sharing: all", `sharing: all, ${links}`);
  const tree = treeOf(texts, EVERYONE);
  expect(codes(await setIn(tree, request("warehouse", ["host"]), "canary.example.com"))).toEqual(["JF425"]);
  expect(tree.writes()).toBe(0);
  texts["broken.yaml"] = HTTP.replace("host:", "hsot:");
  expect(codes(await setIn(treeOf(texts), PASSWORD, "canary"))).toEqual([]);
});

test("of an object in a document that was refused the errors are told", async () => {
  const tree = treeOf({ ...estate(), "api.yaml": HTTP.replace("host:", "hsot:") });
  const outcome = await setIn(tree, request("api", ["password"]), "canary");
  expect(codes(outcome)).toEqual(["JF201"]);
  expect(shown(outcome)).toContain("nothing was written");
});

test("an id that no file system takes as it is becomes a name that stands for it alone", async () => {
  const tree = treeOf({
    ...estate(),
    "x.yaml": OWN.replace("api_token, deployment: prod", '"a/b *%é"').replace("{}", "{sharing: all}"),
  });
  expect(codes(await setIn(tree, request("a/b *%é", ["value"], { all: true }), "canary"))).toEqual([]);
  expect([...tree.texts.keys()]).toContain("a%2Fb%20%2A%25%C3%A9.all.sops.yaml");
});
