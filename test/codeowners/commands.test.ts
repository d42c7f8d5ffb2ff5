import { expect, test } from "vitest";
import { checkOwners } from "../../src/commands/codeowners/check.ts";
import { generateOwners } from "../../src/commands/codeowners/generate.ts";

const WORKSPACE = (approvals: string) => `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: { name: main }
spec:
  sharing: restricted
  environments: { production: { protected: true }, staging: {}, development: {} }
  clusters: { local: { directory: .jackfield/local } }
  approvals: ${approvals}
`;
const DEPLOYMENTS = ["production", "staging", "development"]
  .map(
    (environment) => `apiVersion: jackfield.dev/v1
kind: Deployment
metadata: { name: ${environment.slice(0, 4)} }
spec: { environment: ${environment}, cluster: local, namespace: ${environment}, airflow: { version: "3.1" } }
`,
  )
  .map((text, index) => [`deployments/${index}.yaml`, text] as const);
const connection = (id: string, ...environments: readonly string[]) => `apiVersion: jackfield.dev/v1
kind: Connection
metadata: { name: ${id} }
spec:
  type: http
  host: https://${id}.example.com
  links: [${environments.map((one) => `{ to: { environment: ${one} } }`).join(", ")}]
`;
const BOTH =
  "[{ environment: production, count: 1, teams: [dba], users: [Ada] }, { environment: staging, count: 1, users: [ada, bob] }]";
const ONLY_PRODUCTION = "[{ environment: production, count: 1, teams: [dba] }]";

/** A repo whose CODEOWNERS can be written. */
function repo(approvals: string, text?: string, more: Readonly<Record<string, string>> = {}) {
  const files = new Map<string, string>([
    ["jackfield.yaml", WORKSPACE(approvals)],
    ...DEPLOYMENTS,
    ["connections/everywhere.yaml", connection("everywhere", "production", "staging", "development")],
    ["connections/staging.yaml", connection("staging", "staging")],
    ["connections/dev.yaml", connection("dev", "development")],
    ...Object.entries(more),
  ]);
  const owners = { text };
  const sources = [...files].map(([path, text]) => ({ path, text }));
  const ports = {
    files: { scan: () => ({ value: sources, diagnostics: [] }) },
    github: {
      codeowners: () =>
        owners.text === undefined ? undefined : { path: ".github/CODEOWNERS", text: owners.text },
      workflows: () => [{ path: ".github/workflows/apply.yml", text: "" }],
    },
    writer: {
      replaceAll(all: ReadonlyMap<string, { before: string | undefined; after: string | undefined }>) {
        const only = all.get(".github/CODEOWNERS");
        expect(only?.before).toBe(owners.text);
        owners.text = only?.after;
      },
    },
  };
  return {
    owners,
    generate: (org?: string) => generateOwners(ports, org),
    check: () => checkOwners(ports),
  };
}

const messages = ({ diagnostics }: ReturnType<typeof checkOwners>) =>
  diagnostics.filter(({ severity }) => severity !== "info").map(({ code, message }) => `${code} ${message}`);

test("whoever may approve all that a file reaches owns it, and what reaches nothing of the kind is nobody's", () => {
  const { generate, owners } = repo(BOTH);
  expect(messages(generate("acme"))).toEqual([]);
  expect(owners.text?.split("\n").filter((line) => line.startsWith("/"))).toEqual([
    "/.github/CODEOWNERS @ada",
    "/.github/workflows/ @ada",
    "/connections/everywhere.yaml @ada",
    "/connections/staging.yaml @ada @bob",
    "/deployments/0.yaml @Ada @acme/dba",
    "/deployments/1.yaml @ada @bob",
    "/jackfield.yaml @ada",
  ]);
});

test("what was generated passes the check, and generating again changes nothing", () => {
  const one = repo(BOTH, "* @everybody\n");
  one.generate("acme");
  const { text } = one.owners;
  expect(one.check()).toMatchObject({ result: { file: ".github/CODEOWNERS", files: 7 } });
  expect(messages(one.check())).toEqual([]);
  // The organisation is read from what is there.
  expect(one.generate()).toMatchObject({ result: { changed: false } });
  expect(one.owners.text).toBe(text);
  expect(text?.startsWith("* @everybody\n\n# >>> jackfield\n")).toBe(true);
});

test("rules of people's own are enough where they are right", () => {
  const one = repo(ONLY_PRODUCTION, "/connections/ @acme/dba\n/deployments/ @acme/DBA\n");
  one.generate();
  expect(one.owners.text?.split("\n").filter((line) => line.startsWith("/"))).toEqual([
    "/connections/ @acme/dba",
    "/deployments/ @acme/DBA",
    "/.github/CODEOWNERS @acme/dba",
    "/.github/workflows/ @acme/dba",
    "/jackfield.yaml @acme/dba",
  ]);
});

test("without a need our lines go, and theirs stay", () => {
  const one = repo("[]", "* @a\n\n# >>> jackfield\n/x @b\n# <<< jackfield\n/y @c\n");
  one.generate();
  expect(one.owners.text).toBe("* @a\n\n/y @c\n");
  const alone = repo("[]", "# >>> jackfield\n/x @b\n# <<< jackfield\n");
  alone.generate();
  expect(alone.owners.text).toBeUndefined();
  expect(repo("[]").check()).toMatchObject({
    diagnostics: [],
    text: "no environment has `approvals`: nothing needs an owner\n",
  });
});

test("nobody, somebody else, and one too many are errors, each told once", () => {
  expect(messages(repo(ONLY_PRODUCTION).check())).toEqual(["JF804 there is no CODEOWNERS"]);
  expect(messages(repo(ONLY_PRODUCTION, "").check())).toEqual([
    "JF800 `.github/CODEOWNERS` and 4 others: nobody owns what reaches `production`",
  ]);
  expect(messages(repo(ONLY_PRODUCTION, "* @acme/dba @eve\n!x @a\n").check())).toEqual([
    "JF803 GitHub passes over this line",
    "JF801 `.github/CODEOWNERS` and 4 others: @eve may not approve for `production`, and one owner is enough",
  ]);
  expect(messages(repo(ONLY_PRODUCTION, "* @acme/dba\n/connections/everywhere.yaml\n").check())).toEqual([
    "JF800 `connections/everywhere.yaml`: nobody owns what reaches `production`",
  ]);
  // An address is nobody that approvals could list, and `dba` is no user.
  expect(messages(repo(ONLY_PRODUCTION, "* dba@example.com\n").check())).toHaveLength(1);
  expect(messages(repo(ONLY_PRODUCTION, "* @dba\n").check())).toHaveLength(1);
});

test("each workflow that is there, and any that may come, is looked at", () => {
  const rules = "* @acme/dba\n/.github/workflows/apply.yml @eve\n";
  expect(messages(repo(ONLY_PRODUCTION, rules).check())).toEqual([
    "JF801 `.github/workflows/`: @eve may not approve for `production`, and one owner is enough",
  ]);
  const named = "* @eve\n/.github/CODEOWNERS @acme/dba\n/.github/workflows/apply.yml @acme/dba\n";
  expect(messages(repo(ONLY_PRODUCTION, named).check())[0]).toContain("`.github/workflows/` and");
});

test("where nobody may approve for all, the protected environment's do, and it is said", () => {
  const approvals =
    "[{ environment: staging, count: 1, users: [bob] }, { environment: production, count: 1, users: [ada] }]";
  const one = repo(approvals);
  expect(messages(one.generate())).toEqual([
    "JF802 `.github/CODEOWNERS` and 3 others: nobody may approve for all of `production`, `staging`",
  ]);
  expect(one.owners.text).toContain("/connections/everywhere.yaml @ada\n");
  expect(one.owners.text).toContain("/connections/staging.yaml @bob\n");
});

test("a Link of its own reaches what it selects", () => {
  const link = `apiVersion: jackfield.dev/v1
kind: Link
spec: { connection: dev, to: { deployments: [prod] } }
`;
  const one = repo(ONLY_PRODUCTION, undefined, { "links.yaml": link });
  one.generate("acme");
  expect(one.owners.text).toContain("\n/links.yaml @acme/dba\n");
  expect(one.owners.text).toContain("\n/connections/dev.yaml @acme/dba\n");
});

test("teams want an organisation, and a file a name that CODEOWNERS can write", () => {
  const one = repo(ONLY_PRODUCTION);
  expect(one.generate()).toMatchObject({ exit: 2, diagnostics: [{ code: "JF805" }] });
  const odd = repo(ONLY_PRODUCTION, "* @a\n", { "connections/a[1].yaml": connection("odd", "production") });
  expect(messages(odd.generate("acme"))).toEqual([
    "JF806 CODEOWNERS can name no file `connections/a[1].yaml`",
  ]);
  expect(odd.owners.text).toBe("* @a\n");
});

test("what does not compile is told, and nothing is written", () => {
  const one = repo(ONLY_PRODUCTION, undefined, { "connections/bad.yaml": connection("bad", "nowhere") });
  expect(one.generate("acme").diagnostics.some(({ severity }) => severity === "error")).toBe(true);
  expect(one.owners.text).toBeUndefined();
});
