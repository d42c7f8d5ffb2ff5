import { expect, test } from "vitest";
import { recipients } from "../../src/commands/secrets/recipients.ts";
import { EXIT } from "../../src/outcome.ts";
import {
  credentialYaml,
  estate,
  ONE,
  sealedFor,
  THREE,
  TWO,
  treeOf,
  workspaceYaml,
} from "../support/secrets-ports.ts";

const NAMES: Readonly<Record<string, string>> = { [ONE]: "ONE", [TWO]: "TWO", [THREE]: "THREE" };

/** Short names for keys, so that tables can be read. */
function short(text: string): string {
  return Object.entries(NAMES).reduce((all, [key, name]) => all.replaceAll(key, name), text);
}

function report(texts: Readonly<Record<string, string>>) {
  const listed = Object.entries(texts).map(([path, text]) => [
    path,
    text.replaceAll("{recipients: []}", "{}"),
  ]);
  const tree = treeOf(Object.fromEntries(listed));
  const outcome = recipients(tree.files, {});
  expect([tree.asked(), tree.writes()]).toEqual([0, 0]);
  return { ...outcome, text: short(outcome.text), result: JSON.parse(short(JSON.stringify(outcome.result))) };
}

test("who can read what, where all is well", () => {
  const { text, diagnostics, exit } = report(estate());
  expect({ diagnostics, exit }).toEqual({ diagnostics: [], exit: undefined });
  expect(text).toMatchInlineSnapshot(`
    "main: 2 files with Credentials, 2 recipients
      RECIPIENT                                                       LISTED FOR               CAN READ
      ONE  production               1 file: 1 for production
      TWO  production, development  2 files: 1 for development, 1 for production
    "
  `);
});

test("who is missing and who is left over, file by file", () => {
  const { text, diagnostics, exit } = report(estate([ONE, THREE], []));
  // `validate` has errors of it: here it is the answer.
  expect({ diagnostics, exit }).toEqual({ diagnostics: [], exit: undefined });
  expect(text).toMatchInlineSnapshot(`
    "main: 2 files with Credentials, 3 recipients
      RECIPIENT                                                       LISTED FOR  CAN READ
      ONE  production  1 file: 1 for production
      THREE  production  nothing
      TWO  nothing     2 files: 1 for development, 1 for production

      warehouse.development.sops.yaml
        for development, where no recipients are listed
      warehouse.production.sops.yaml
        missing  THREE  is listed for production, but cannot read it
        stale    TWO  can read it, but is not listed for production
    "
  `);
});

test("files for nobody, for all, and files that are not sealed", () => {
  const texts = {
    ...estate(),
    "nobody.sops.yaml": sealedFor(credentialYaml("{selector: {team: none}}", "canary"), [THREE]),
    "all.sops.yaml": sealedFor(credentialYaml("{all: true}", "canary"), [ONE, TWO]),
    "draft.yaml": credentialYaml("{environment: production}", "canary"),
  };
  const { text } = report(texts);
  expect(text).not.toContain("canary");
  expect(text).toMatchInlineSnapshot(`
    "main: 5 files with Credentials, 3 recipients
      RECIPIENT                                                       LISTED FOR               CAN READ
      ONE  production               2 files: 1 for all, 1 for production
      TWO  production, development  3 files: 1 for all, 1 for development, 1 for production
      THREE  nothing                  1 file: 1 for nobody

      draft.yaml
        not sealed, or its recipients cannot be read
      nobody.sops.yaml
        for nobody: it selects no Deployment
    "
  `);
});

test("a file for two sets of environments is for whom nobody can tell", () => {
  const both = `${credentialYaml("{environment: production}", "a")}---\n${credentialYaml("{environment: development}", "b")}`;
  const { text } = report({ ...estate(), "both.sops.yaml": sealedFor(both, [ONE]) });
  expect(text).toContain("both.sops.yaml\n    for whom cannot be told: see `jackfield validate`\n");
});

test("for programs: every recipient with its files, every file with its readers", () => {
  const { result } = report(estate([ONE, THREE]));
  expect(result).toEqual({
    workspaces: [
      {
        name: "main",
        recipients: [
          { kind: "age", id: "ONE", environments: ["production"], files: ["warehouse.production.sops.yaml"] },
          { kind: "age", id: "THREE", environments: ["production"], files: [] },
          {
            kind: "age",
            id: "TWO",
            environments: ["development"],
            files: ["warehouse.development.sops.yaml", "warehouse.production.sops.yaml"],
          },
        ],
        files: [
          {
            file: "warehouse.development.sops.yaml",
            environments: ["development"],
            sealed: true,
            readers: [{ kind: "age", id: "TWO" }],
            missing: [],
            stale: [],
          },
          {
            file: "warehouse.production.sops.yaml",
            environments: ["production"],
            sealed: true,
            readers: [
              { kind: "age", id: "ONE" },
              { kind: "age", id: "TWO" },
            ],
            missing: [{ kind: "age", id: "THREE" }],
            stale: [{ kind: "age", id: "TWO" }],
          },
        ],
      },
    ],
  });
});

test("a document that cannot be read is told: the report may lack its file", () => {
  const { diagnostics } = report({
    ...estate(),
    "broken.sops.yaml": "apiVersion: jackfield.dev/v1\nkind: [\n",
  });
  expect(diagnostics.map(({ code }) => code)).toEqual(["JF101"]);
});

test("no Workspace is a wrong call", () => {
  expect(report({}).exit).toBe(EXIT.usage);
});

test("a Workspace without Credentials has nothing to read", () => {
  const { text } = report({ "jackfield.yaml": workspaceYaml([], []) });
  expect(text).toBe("main: 0 files with Credentials, 0 recipients\n");
});
