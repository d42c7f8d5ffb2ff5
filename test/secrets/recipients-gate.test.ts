import { expect, test } from "vitest";
import { type Reviewed, recipientsGate } from "../../src/commands/secrets/recipients-gate.ts";
import { compile } from "../../src/compile.ts";
import type { Outcome } from "../../src/outcome.ts";

const [ANN, BOB, EVE] = ["age1ann", "age1bob", "age1eve"];
const KMS = "arn:aws:kms:eu-west-1:111122223333:key/one";
const UID = "0b6f2d0e-8f1c-4a0b-9a57-5b8d1f3f6a11";

type Environments = Readonly<Record<string, readonly string[]>>;

function workspace(environments: Environments, uid = UID): string {
  const listed = Object.entries(environments).map(
    ([name, recipients]) => `    ${name}: { recipients: [${recipients.join(", ")}] }\n`,
  );
  return `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: { name: main, uid: ${uid} }
spec:
  environments:
${listed.join("")}  clusters: { laptop: { directory: .jackfield/laptop } }
`;
}

type Tree = Readonly<Record<string, string>>;

/** A default branch with these files; undefined: there is none. */
function history(tree: Tree | undefined): Reviewed {
  return {
    defaultBranch: () => tree && { name: "origin/main", commit: "c0ffee" },
    fileAt: (_, path) => tree?.[path],
    yamlAt: () => Object.entries(tree ?? {}).map(([path, text]) => ({ path, text })),
  };
}

interface Run {
  readonly here: Tree;
  readonly before: Tree | undefined;
  readonly environments: readonly string[];
  readonly accepted?: readonly string[];
}

function run({ here, before, environments, accepted = [] }: Run): Outcome | undefined {
  const compiled = compile(Object.entries(here).map(([path, text]) => ({ path, text })));
  expect(compiled.diagnostics).toEqual([]);
  const sealsFor = compiled.workspaces.map(({ declarations }) => ({ declarations, environments }));
  return recipientsGate(sealsFor, accepted, history(before), compiled);
}

/** `code message` of what is refused, with the exit code before it. */
function refused(one: Run): readonly (string | number)[] {
  const outcome = run(one);
  if (!outcome) return [];
  return [outcome.exit ?? 0, ...outcome.diagnostics.map(({ code, message }) => `${code} ${message}`)];
}

const isNew = (recipient: string, environment = "prod") =>
  `JF390 \`${recipient}\` is no recipient of environment \`${environment}\` on origin/main`;

const at = (environments: Environments, path = "jackfield.yaml", uid = UID): Tree => ({
  [path]: workspace(environments, uid),
});

test.each<[string, Run, readonly (string | number)[]]>([
  [
    "nothing new",
    { here: at({ prod: [ANN] }), before: at({ prod: [ANN, BOB] }), environments: ["prod"] },
    [],
  ],
  [
    "a new one",
    { here: at({ prod: [ANN, EVE] }), before: at({ prod: [ANN] }), environments: ["prod"] },
    [1, isNew(EVE)],
  ],
  [
    "one of another environment",
    {
      here: at({ prod: [ANN, BOB], dev: [BOB] }),
      before: at({ prod: [ANN], dev: [BOB] }),
      environments: ["prod"],
    },
    [1, isNew(BOB)],
  ],
  [
    "a new one where nothing is sealed for it",
    {
      here: at({ prod: [ANN], dev: [EVE] }),
      before: at({ prod: [ANN], dev: [BOB] }),
      environments: ["prod"],
    },
    [],
  ],
  [
    "a new one of two environments",
    {
      here: at({ prod: [EVE], dev: [EVE] }),
      before: at({ prod: [ANN], dev: [BOB] }),
      environments: ["dev", "prod"],
    },
    [1, isNew(EVE), isNew(EVE, "dev")],
  ],
  [
    "a new environment",
    { here: at({ prod: [ANN] }), before: at({ dev: [ANN] }), environments: ["prod"] },
    [1, isNew(ANN)],
  ],
  ["a new Workspace", { here: at({ prod: [ANN] }), before: {}, environments: ["prod"] }, [1, isNew(ANN)]],
  ["no default branch", { here: at({ prod: [EVE] }), before: undefined, environments: ["prod"] }, []],
  [
    "a Workspace that was moved",
    {
      here: at({ prod: [ANN, EVE] }, "new/jackfield.yaml"),
      before: at({ prod: [ANN] }, "old/jackfield.yaml"),
      environments: ["prod"],
    },
    [1, isNew(EVE)],
  ],
  [
    "a Workspace of another uid elsewhere",
    {
      here: at({ prod: [ANN] }, "new/jackfield.yaml"),
      before: at({ prod: [ANN] }, "old/jackfield.yaml", "7c1d9a44-2b5e-4c3a-8f6d-1e2f3a4b5c6d"),
      environments: ["prod"],
    },
    [1, isNew(ANN)],
  ],
  [
    "a Workspace whose folder is another's on the default branch",
    {
      here: at({ prod: [ANN] }),
      before: {
        ...at({ prod: [BOB] }, "jackfield.yaml", "7c1d9a44-2b5e-4c3a-8f6d-1e2f3a4b5c6d"),
        ...at({ prod: [ANN] }, "x/jackfield.yaml"),
      },
      environments: ["prod"],
    },
    [1, isNew(ANN)],
  ],
  [
    "a default branch that cannot be read",
    { here: at({ prod: [ANN] }), before: { "jackfield.yaml": "kind: [" }, environments: ["prod"] },
    [1, isNew(ANN)],
  ],
  [
    "a key of another kind with the same text",
    {
      here: at({ prod: [ANN, `{ kms: "${KMS}" }`] }),
      before: at({ prod: [ANN, `{ pgp: "${KMS}" }`] }),
      environments: ["prod"],
    },
    [1, isNew(KMS)],
  ],
  [
    "a new one that is accepted",
    { here: at({ prod: [EVE] }), before: at({ prod: [ANN] }), environments: ["prod"], accepted: [EVE] },
    [],
  ],
  [
    "a new key of a service that is accepted",
    {
      here: at({ prod: [`{ kms: "${KMS}" }`] }),
      before: at({ prod: [ANN] }),
      environments: ["prod"],
      accepted: [KMS],
    },
    [],
  ],
  [
    "another one that is accepted",
    { here: at({ prod: [BOB, EVE] }), before: at({ prod: [ANN] }), environments: ["prod"], accepted: [BOB] },
    [1, isNew(EVE)],
  ],
  [
    "an old one that is accepted",
    { here: at({ prod: [ANN] }), before: at({ prod: [ANN] }), environments: ["prod"], accepted: [ANN] },
    [],
  ],
  [
    "nobody's key that is accepted",
    {
      here: at({ prod: [ANN, EVE] }),
      before: at({ prod: [ANN] }),
      environments: ["prod"],
      accepted: [EVE, BOB],
    },
    [2, "JF391 value 2 of `--accept-recipient` is no recipient of this run"],
  ],
  [
    "half a key that is accepted",
    { here: at({ prod: [EVE] }), before: undefined, environments: ["prod"], accepted: [EVE.slice(0, -1)] },
    [2, "JF391 value 1 of `--accept-recipient` is no recipient of this run"],
  ],
])("%s", (_, one, expected) => {
  expect(refused(one)).toEqual(expected);
});

test("what is refused is shown where it is listed, and how to accept it", () => {
  const outcome = run({
    here: at({ prod: [ANN, EVE] }),
    before: at({ prod: [ANN] }),
    environments: ["prod"],
  });
  const [told] = outcome?.diagnostics ?? [];
  expect(told?.at?.file.text.slice(told.at.start, told.at.end)).toBe(EVE);
  expect(told?.hint).toContain(`--accept-recipient ${EVE}`);
});

test("a private key that is accepted by mistake is not told", () => {
  const outcome = run({
    here: at({ prod: [EVE] }),
    before: at({ prod: [ANN] }),
    environments: ["prod"],
    accepted: ["AGE-SECRET-KEY-1CANARY"],
  });
  expect(outcome?.exit).toBe(2);
  expect(JSON.stringify(outcome?.diagnostics)).not.toContain("CANARY");
});

test("each Workspace is compared with itself", () => {
  const other = workspace({ prod: [BOB] }, "7c1d9a44-2b5e-4c3a-8f6d-1e2f3a4b5c6d").replace(
    "name: main",
    "name: other",
  );
  const here = { "a/jackfield.yaml": workspace({ prod: [BOB] }), "b/jackfield.yaml": other };
  const before = { "a/jackfield.yaml": workspace({ prod: [ANN] }), "b/jackfield.yaml": other };
  expect(refused({ here, before, environments: ["prod"] })).toEqual([1, isNew(BOB)]);
});
