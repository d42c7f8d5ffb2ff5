import fc from "fast-check";
import { expect, test } from "vitest";
import type { Action, DeploymentPlan, ObjectChange, Operation, Plan, Reason } from "../src/model/plan.ts";
import { planArtifact, readArtifact } from "../src/render/plan-artifact.ts";
import { planJson } from "../src/render/plan-json.ts";
import { planMarkdown } from "../src/render/plan-markdown.ts";
import { planDifference, planText } from "../src/render/plan-text.ts";

const ID = "0123456789abcdef0123456789abcdef";

function operation(action: Action, more: Partial<Operation> = {}): Operation {
  return {
    action,
    clusterKey: "uid x",
    cluster: "eu",
    namespace: "airflow",
    secret: `jackfield-${action}`,
    objects: [],
    strayKeys: [],
    residue: [],
    labels: [],
    ...more,
  };
}

function planOf(operations: readonly Operation[], more: Partial<DeploymentPlan> = {}): Plan {
  const deployment: DeploymentPlan = {
    workspace: "analytics",
    deployment: "prod",
    environment: "production",
    protected: true,
    keyed: true,
    had: 9,
    gets: 8,
    loses: [],
    operations,
    ...more,
  };
  return { id: ID, tool: "0.1.0", deployments: [deployment] };
}

const FIELDS: ObjectChange = {
  kind: "Connection",
  id: "db",
  action: "change",
  fields: [
    { path: "host", action: "change", word: "changed", shown: { from: '"a"', to: '"b"' } },
    { path: "login", action: "set", word: "changed", shown: { to: '"etl"' } },
    { path: "password", action: "change", word: "ciphertext changed" },
    { path: "port", action: "unset", word: "changed", shown: { from: "1" } },
    { path: "schema", action: "change", word: "unknown" },
  ],
};

test("a plan says what happens, where, and why", () => {
  const text = planText(
    planOf(
      [
        operation("create", { objects: [{ kind: "Variable", id: "v", action: "add", fields: [] }] }),
        operation("update", { objects: [FIELDS], strayKeys: ["theirs"], labels: ["x"], recreate: true }),
        operation("record"),
        operation("delete", {
          reason: "undelivered",
          objects: [{ kind: "Connection", id: "old", action: "remove", fields: [] }],
        }),
        operation("conflict", { reason: "unowned" }),
        operation("keep"),
        operation("orphan", { reason: "unreachable" }),
      ],
      { loses: [{ kind: "Connection", id: "old" }] },
    ),
  );
  expect(text).toMatchInlineSnapshot(`
    "analytics/prod: production, eu/airflow, protected
      loses 1 of 9 objects: Connection old
      + create jackfield-create
        + Variable v
      ~ update jackfield-update
          takes away keys that are not ours: theirs
          puts labels right: x
          deletes it and makes it anew: it was made immutable
        ~ Connection db
            host      "a" → "b"
            login     set to "etl"
            password  ciphertext changed
            port      unset (was 1)
            schema    changed, perhaps
      = record jackfield-record
      - delete jackfield-delete
          its Deployment does not have it any more
        - Connection old
      ! conflict jackfield-conflict
          it is there, and not ours: \`jackfield adopt airflow/jackfield-conflict\` takes it over
      ? orphan jackfield-orphan
          its cluster cannot be asked

    plan 0123456789abcdef0123456789abcdef: 1 to create, 1 to update, 1 to note anew where it comes from, 1 to delete, 1 in conflict, 1 out of reach, 1 as it should be
    "
  `);
});

test("what is paused is left in a line, and what is as it should be is counted", () => {
  expect(
    planText(planOf([operation("create"), operation("keep")], { paused: "INC-42" })),
  ).toMatchInlineSnapshot(`
    "analytics/prod: production, eu/airflow, protected, paused: INC-42
      left alone: 1 held, paused

    plan 0123456789abcdef0123456789abcdef: 1 held, paused
    "
  `);
  expect(planText(planOf([operation("keep")]))).toBe(`plan ${ID}: 1 as it should be\n`);
});

test.each<Reason>([
  "removed",
  "moved",
  "undelivered",
  "unowned",
  "owned-by-other",
  "same-id",
  "wrong-type",
  "leaving",
  "unreachable",
])("why is told in a sentence: %s", (reason) => {
  const [, , sentence = ""] = planText(planOf([operation("conflict", { reason, other: "theirs" })])).split(
    "\n",
  );
  expect(sentence.trim().split(" ").length).toBeGreaterThan(4);
});

test("many objects are counted, not listed", () => {
  const objects = Array.from({ length: 500 }, (_, n) => ({
    kind: "Variable" as const,
    id: `v${n}`,
    action: "add" as const,
    fields: [],
  }));
  const text = planText(planOf([operation("create", { objects })]));
  expect(text.split("\n").length).toBeLessThan(30);
  expect(text).toContain("… and 480 more objects");
  expect(planMarkdown(planOf([operation("create", { objects })]))).toContain("and 450 more objects");
});

test("the file of a plan holds no value, and is read again", () => {
  const plan = planOf([
    operation("update", { objects: [FIELDS], withKey: { values: "differ", objects: [FIELDS] } }),
  ]);
  const text = planArtifact(plan);
  for (const value of ['\\"a\\"', '\\"b\\"', "etl"]) expect(text).not.toContain(value);
  const read = readArtifact(text);
  expect("plan" in read && read.plan.id).toBe(ID);
  expect("plan" in read && planDifference(read.plan, plan)).toContain("the files are not the same");
});

test.each([
  "",
  "{}",
  "[]",
  '{"version":2}',
  '{"version":1,"id":"x"}',
  `{"version":1,"id":"${ID}","tool":"1","deployments":[1]}`,
])("no plan is none: %s", (text) => {
  expect("reason" in readArtifact(text)).toBe(true);
});

test("what differs from the reviewed plan is told by Secret and state", () => {
  const seen = (resourceVersion: string) => ({ seen: { uid: "u", resourceVersion }, secret: "s" });
  const [before, after] = [
    planOf([operation("update", seen("1"))]),
    planOf([operation("update", seen("2"))]),
  ];
  expect(planDifference(before, { ...after, id: "f".repeat(32) })).toContain(
    "eu/airflow/s  update, version 1  →  update, version 2",
  );
});

test("the JSON of a plan counts, and tells clusters by name", () => {
  const json = JSON.stringify(planJson(planOf([operation("create"), operation("keep"), operation("keep")])));
  expect(JSON.parse(json)).toMatchObject({ id: ID, summary: { create: 1, keep: 2 } });
  expect(json).not.toContain("uid x");
});

const nasty = fc.oneof(
  fc.constantFrom(
    "`",
    "``x``",
    "</details>",
    "<script>",
    "@everyone",
    "a|b",
    "\n# x",
    "\u202e",
    "[x](http://y)",
    "--><!--",
  ),
  fc.string({ unit: "grapheme", maxLength: 12 }),
);

/** The text without code spans, as CommonMark has them: a run of backticks ends at the next run of its length. */
function outsideCode(text: string): string {
  const runs = [...text.matchAll(/`+/g)];
  let [bare, at] = ["", 0];
  for (let index = 0; index < runs.length; index++) {
    const { index: start = 0, 0: run = "" } = runs[index] ?? {};
    const end = runs.findIndex(({ 0: other }, later) => later > index && other === run);
    if (end < 0) continue;
    bare += text.slice(at, start);
    at = (runs[end]?.index ?? 0) + run.length;
    index = end;
  }
  return bare + text.slice(at);
}

test("no name breaks out of the Markdown", () => {
  fc.assert(
    fc.property(nasty, nasty, nasty, (deployment, secret, id) => {
      const fields = [{ path: id, action: "change" as const, word: "changed" as const }];
      const objects = [{ kind: "Connection" as const, id, action: "change" as const, fields }];
      const loses = [{ kind: "Variable" as const, id }];
      const text = planMarkdown(planOf([operation("update", { secret, objects })], { deployment, loses }));
      const bare = outsideCode(text);
      expect(bare.match(/<[^>]*>/g)).toEqual(["<details open>", "<summary>", "</summary>", "</details>"]);
      expect(bare).not.toMatch(/[@\u202e]|\[[^\]]*\]\(/);
      expect(bare.split("\n").filter((line) => /^[#|]/.test(line))).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});
