import { expect, test } from "vitest";
import { type Compared, compareTrees } from "../../src/commands/change/compare.ts";
import { hasErrors } from "../../src/core/diagnostic.ts";
import type { DeploymentDifference, Risk } from "../../src/model/change.ts";
import { RECIPIENTS, sealed } from "../support/seal.ts";

// Two trees of one small Workspace, and what is told of the way from one to the other.

type Tree = Readonly<Record<string, string>>;

const POLICY = `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: analytics, uid: 0b6f2d0e-8f1c-4a0b-9a57-5b8d1f3f6a11}
spec:
  environments:
    production:
      protected: true
      recipients: [${RECIPIENTS.prod}]
    development:
      recipients: [${RECIPIENTS.dev}]
  clusters:
    eu: {context: eu}
  approvals:
    - {environment: production, users: [ada]}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: prod}
spec: {environment: production, cluster: eu, namespace: airflow-prod}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: dev}
spec: {environment: development, cluster: eu, namespace: airflow-dev}
`;

const WAREHOUSE = `apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: warehouse}
spec:
  type: postgres
  sharing: all
  host: db.example.com
  login: etl
  schema: public
`;

const CREDENTIAL = (name: string) => `apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: warehouse
  for: {environment: production}
  secrets:
    password: ENC(${name})
sops: [prod]
`;

const DEV = CREDENTIAL("dev password").replace("production", "development").replace("[prod]", "[dev]");

const BASE: Tree = {
  "jackfield.yaml": POLICY,
  "warehouse.yaml": WAREHOUSE,
  "warehouse.production.sops.yaml": CREDENTIAL("password"),
  "warehouse.development.sops.yaml": DEV,
};

function compare(head: Readonly<Record<string, string | undefined>>, base: Tree = BASE): Compared {
  const files = (tree: Readonly<Record<string, string | undefined>>) =>
    Object.entries(tree).flatMap(([path, text]) =>
      text === undefined ? [] : [{ path, text: sealed(text) }],
    );
  const compared = compareTrees({
    tool: "test",
    base: { tree: "base", files: files(base) },
    head: { tree: "head", files: files({ ...base, ...head }) },
  });
  return compared;
}

function changed(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`no ${from}`);
  return text.replace(from, to);
}

/** As short lines: `prod ~ Connection warehouse: host "a" → "b"`. */
function lines({ change }: Compared): readonly string[] {
  return change.deployments.flatMap(({ deployment, action, place, objects }) => [
    ...(action === "change" ? [] : [`${deployment}: ${action}`]),
    ...place.map(({ path, from, to }) => `${deployment}: ${path} ${from} → ${to}`),
    ...objects.map((object) => `${deployment} ${lineOf(object)}`),
  ]);
}

function lineOf({ action, kind, id, fields }: DeploymentDifference["objects"][number]): string {
  const told = fields.map(({ path, word, shown }) =>
    shown ? `${path} ${shown.from ?? "–"} → ${shown.to ?? "–"}` : `${path} ${word}`,
  );
  return `${action} ${kind} ${id}${told.length > 0 ? `: ${told.join(", ")}` : ""}`;
}

function risks({ change }: Compared): readonly string[] {
  return change.risks.map(({ kind, deployments, message }: Risk) => `${kind} [${deployments}] ${message}`);
}

test("the fixture is sound", () => {
  const same = compare({});
  expect(same.diagnostics.filter(({ severity }) => severity !== "info")).toEqual([]);
  expect(same.change).toMatchObject({ deployments: [], policy: [], risks: [], compared: 2 });
});

const FIELDS: readonly (readonly [
  string,
  Readonly<Record<string, string | undefined>>,
  readonly string[],
])[] = [
  [
    "a plain field shows from what to what, in every Deployment that it reaches",
    { "warehouse.yaml": changed(WAREHOUSE, "public", "marts") },
    [
      'dev change Connection warehouse: schema "public" → "marts"',
      'prod change Connection warehouse: schema "public" → "marts"',
    ],
  ],
  [
    "a sealed field shows no value",
    { "warehouse.production.sops.yaml": CREDENTIAL("another password") },
    ["prod change Connection warehouse: password ciphertext changed"],
  ],
  [
    "an override reaches what it selects",
    {
      "warehouse.yaml": `${WAREHOUSE}  links:\n    - to: {deployments: [dev]}\n      overrides: {schema: DEV}\n`,
    },
    ['dev change Connection warehouse: schema "public" → "DEV"'],
  ],
  [
    "a field that is unset",
    { "warehouse.yaml": changed(WAREHOUSE, "  schema: public\n", "") },
    [
      'dev change Connection warehouse: schema "public" → –',
      'prod change Connection warehouse: schema "public" → –',
    ],
  ],
  [
    "an object that is gone",
    {
      "warehouse.yaml": undefined,
      "warehouse.production.sops.yaml": undefined,
      "warehouse.development.sops.yaml": undefined,
    },
    ["dev remove Connection warehouse", "prod remove Connection warehouse"],
  ],
  [
    "a Variable's value is not shown",
    {
      "v.yaml":
        "apiVersion: jackfield.dev/v1\nkind: Variable\nmetadata: {name: region}\nspec: {sharing: all, value: eu}\n",
    },
    ["dev add Variable region: value changed", "prod add Variable region: value changed"],
  ],
  [
    "a description",
    {
      "warehouse.yaml": changed(WAREHOUSE, "{name: warehouse}", "{name: warehouse, description: New words}"),
    },
    [
      "dev change Connection warehouse: description changed",
      "prod change Connection warehouse: description changed",
    ],
  ],
  [
    "comments, layout and the order of keys change nothing",
    {
      "warehouse.yaml": `# words\n${changed(WAREHOUSE, "  host: db.example.com\n", "")}  host: "db.example.com"\n`,
    },
    [],
  ],
  [
    "a place",
    { "jackfield.yaml": changed(POLICY, "namespace: airflow-dev", "namespace: airflow-dev2") },
    ["dev: namespace airflow-dev → airflow-dev2"],
  ],
  [
    "a Deployment that is gone",
    {
      "jackfield.yaml": POLICY.slice(0, POLICY.lastIndexOf("---")),
      "warehouse.development.sops.yaml": undefined,
    },
    ["dev: remove", "dev remove Connection warehouse"],
  ],
];

test.each(FIELDS)("%s", (_, head, expected) => {
  expect(lines(compare(head))).toEqual(expected);
});

const RISKS: readonly (readonly [string, Readonly<Record<string, string | undefined>>, readonly string[]])[] =
  [
    [
      "same credential, new host: first of all, where the environment is protected",
      { "warehouse.yaml": changed(WAREHOUSE, "db.example.com", "evil.example.net") },
      [
        "new-destination [prod] Connection `warehouse`: its credential is sent to a new destination: `host` is new",
      ],
    ],
    [
      "a new credential at a new host is told as well",
      {
        "warehouse.yaml": changed(WAREHOUSE, "db.example.com", "evil.example.net"),
        "warehouse.production.sops.yaml": CREDENTIAL("another password"),
      },
      [
        "new-destination [prod] Connection `warehouse`: its credential is sent to a new destination: `host` is new",
      ],
    ],
    [
      "what says nothing of the destination is none",
      { "warehouse.yaml": `${WAREHOUSE}  extra: {keepalives: 1}\n` },
      [],
    ],
    [
      "the same ciphertext under another id",
      {
        "copy.yaml": changed(
          changed(WAREHOUSE, "name: warehouse", "name: copy"),
          "db.example.com",
          "evil.example.net",
        ),
        "copy.production.sops.yaml": changed(
          CREDENTIAL("password"),
          "connection: warehouse",
          "connection: copy",
        ),
      },
      [
        "new-destination [prod] Connection `copy`: its credential is sent to a new destination: Deployment `prod` had it not before",
        "newly-shared [dev,prod] Connection `copy` is shared with all Deployments, present and future",
      ],
    ],
    [
      "a new Deployment that draws what production draws",
      {
        "jackfield.yaml": `${POLICY}---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: prod2}
spec: {environment: production, cluster: eu, namespace: airflow-prod2}
`,
      },
      [
        "policy-changed [] policy: `Deployment prod2` is new",
        "new-destination [prod2] Connection `warehouse`: its credential is sent to a new destination: Deployment `prod2` had it not before",
      ],
    ],
    [
      "a Deployment that moves",
      { "jackfield.yaml": changed(POLICY, "namespace: airflow-prod", "namespace: airflow-elsewhere") },
      [
        "policy-changed [] policy: `Deployment prod` `namespace` changed",
        "new-destination [prod] Connection `warehouse`: its credential is sent to a new destination: `namespace` is new",
      ],
    ],
    [
      "policy",
      { "jackfield.yaml": changed(POLICY, "users: [ada]", "users: [eve]") },
      ["policy-changed [] policy: Workspace `approvals` changed"],
    ],
    [
      "what is taken away",
      { "warehouse.yaml": changed(WAREHOUSE, "  sharing: all\n", "  sharing: all\n  exclude: [prod]\n") },
      ["removed [prod] Connection `warehouse` is taken from 1 Deployment"],
    ],
    [
      "shared with all",
      {
        "new.yaml":
          "apiVersion: jackfield.dev/v1\nkind: Connection\nmetadata: {name: new}\nspec: {type: http, sharing: all, host: a.example.com}\n",
      },
      ["newly-shared [dev,prod] Connection `new` is shared with all Deployments, present and future"],
    ],
    [
      "recipients",
      {
        "jackfield.yaml": changed(
          POLICY,
          `[${RECIPIENTS.prod}]`,
          `[${RECIPIENTS.prod}, ${RECIPIENTS.other}]`,
        ),
        "warehouse.production.sops.yaml": changed(CREDENTIAL("password"), "[prod]", "[prod, other]"),
      },
      [
        "policy-changed [] policy: Workspace `environments.production.recipients` changed",
        "recipients-changed [prod] `warehouse.production.sops.yaml`: 1 key can read it that could not",
      ],
    ],
    [
      "letters that look like others",
      { "warehouse.yaml": changed(WAREHOUSE, "db.example.com", "db.exаmple.com") },
      [
        "new-destination [prod] Connection `warehouse`: its credential is sent to a new destination: `host` is new",
        "odd-text [dev,prod] Connection `warehouse`: `host` holds letters that are easily taken for others",
      ],
    ],
  ];

test.each(RISKS)("risk: %s", (_, head, expected) => {
  expect(risks(compare(head))).toEqual(expected);
});

test("same ciphertext, other recipients: honest words", () => {
  const head = {
    "jackfield.yaml": changed(POLICY, `[${RECIPIENTS.prod}]`, `[${RECIPIENTS.prod}, ${RECIPIENTS.other}]`),
    "warehouse.production.sops.yaml": changed(CREDENTIAL("password"), "[prod]", "[prod, other]"),
  };
  expect(lines(compare(head))).toEqual(["prod change Connection warehouse: password recipients changed"]);
});

test("protection that is lifted", () => {
  const base = { ...BASE, "warehouse.yaml": `${WAREHOUSE}  protect: true\n` };
  expect(risks(compare({ "warehouse.yaml": WAREHOUSE }, base))).toEqual([
    "protection-lifted [dev,prod] Connection `warehouse` is not protected from removal any more",
  ]);
});

test("a Deployment's own object that shadows the Workspace's", () => {
  const own = changed(WAREHOUSE, "{name: warehouse}", "{name: warehouse, deployment: dev}").replace(
    "  sharing: all\n",
    "",
  );
  const found = risks(compare({ "own.yaml": own })).filter((one) => one.startsWith("shadowed"));
  expect(found).toEqual([
    "shadowed [dev] Connection `warehouse` of Deployment `dev` now stands before the Workspace's",
  ]);
});

test("a base with errors is told, and what it gave may be new", () => {
  const base = { ...BASE, "warehouse.yaml": changed(WAREHOUSE, "type: postgres", "typ: postgres") };
  const { diagnostics, change } = compare({ "warehouse.yaml": WAREHOUSE }, base);
  expect(diagnostics.map(({ code }) => code)).toContain("JF740");
  expect(hasErrors(diagnostics)).toBe(false);
  expect(change.deployments.map(({ deployment }) => deployment)).toEqual(["dev", "prod"]);
});

test("the same trees give the same id, others another", () => {
  const head = { "warehouse.yaml": changed(WAREHOUSE, "public", "marts") };
  const [one, again, other] = [compare(head), compare(head), compare({})];
  expect(one.change.id).toBe(again.change.id);
  expect(one.change.id).not.toBe(other.change.id);
});

const OTHER = changed(changed(POLICY, "name: analytics", "name: other"), "0b6f2d0e", "1b6f2d0e");

test("a credential that is copied into another Workspace wants the approval of those whose it is", () => {
  const { change } = compare(
    {
      "other/jackfield.yaml": changed(
        changed(OTHER, "airflow-prod", "elsewhere"),
        "airflow-dev",
        "elsewhere-dev",
      ),
      "other/warehouse.yaml": WAREHOUSE,
      "other/warehouse.production.sops.yaml": CREDENTIAL("password"),
      // The Workspaces stand side by side.
      "analytics/jackfield.yaml": POLICY,
    },
    {
      "analytics/jackfield.yaml": POLICY,
      "analytics/warehouse.yaml": WAREHOUSE,
      "analytics/warehouse.production.sops.yaml": CREDENTIAL("password"),
      "analytics/warehouse.development.sops.yaml": DEV,
    },
  );
  const moved = change.risks.filter(({ kind }) => kind === "new-destination");
  expect(moved.map(({ workspace, protected: isProtected }) => [workspace, isProtected])).toEqual([
    ["other", true],
  ]);
  expect(change.touches).toContainEqual({
    identity: "0b6f2d0e-8f1c-4a0b-9a57-5b8d1f3f6a11",
    environment: "production",
  });
});

test("what a change reaches: environments of its operations, and of its policy", () => {
  const environments = (head: Readonly<Record<string, string | undefined>>) =>
    compare(head).change.touches.map(({ environment }) => environment);
  expect(environments({ "warehouse.development.sops.yaml": changed(DEV, "dev password", "other") })).toEqual([
    "development",
  ]);
  expect(environments({ "jackfield.yaml": changed(POLICY, "users: [ada]", "users: [eve]") })).toEqual([
    "development",
    "production",
  ]);
  const moved = changed(
    POLICY,
    "metadata: {name: dev}\nspec: {environment: development",
    "metadata: {name: dev}\nspec: {environment: production",
  );
  expect(environments({ "jackfield.yaml": moved })).toEqual(["development", "production"]);
});
