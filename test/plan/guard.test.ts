import { expect, test } from "vitest";
import { budgetOf, guard, type Limits, type Permission } from "../../src/guard/guard.ts";
import type { DeploymentPlan, ObjectName } from "../../src/model/plan.ts";

const names = (count: number): readonly ObjectName[] =>
  Array.from({ length: count }, (_, index) => ({ kind: "Connection", id: `c${index}` }));

function planOf(had: number, lost: number, more: Partial<DeploymentPlan> = {}): DeploymentPlan {
  const operation = {
    action: lost > 0 ? ("update" as const) : ("keep" as const),
    clusterKey: "uid x",
    cluster: "eu",
    namespace: "airflow",
    secret: "jackfield-prod",
    objects: [],
    strayKeys: [],
    residue: [],
    labels: [],
  };
  return {
    workspace: "analytics",
    deployment: "prod",
    environment: "production",
    protected: false,
    keyed: true,
    had,
    gets: had - lost,
    loses: names(lost),
    operations: [operation],
    ...more,
  };
}

const LIMITS: Limits = { pruneMax: "20%", isProtected: () => false };
const NOBODY: Permission = { allowPrune: 0, isConfirmed: false, breakGlass: undefined };

const rails = (
  plans: readonly DeploymentPlan[],
  permission: Partial<Permission> = {},
  limits: Partial<Limits> = {},
) => guard(plans, () => ({ ...LIMITS, ...limits }), { ...NOBODY, ...permission }).map(({ rail }) => rail);

test.each([
  ["20%", 100, 20],
  ["20%", 109, 21],
  ["20%", 4, 3],
  ["0%", 0, 3],
  ["100%", 7, 7],
  ["5", 1000, 5],
  ["0", 1000, 0],
])("a budget of %s of %i objects is %i", (max, had, budget) => {
  expect(budgetOf(max, had)).toBe(budget);
});

test("as much as the budget may be lost, and no more", () => {
  expect(rails([planOf(100, 20)])).toEqual([]);
  expect(rails([planOf(100, 21)])).toEqual(["prune-budget"]);
  expect(rails([planOf(100, 1)], {}, { pruneMax: "0" })).toEqual(["prune-budget"]);
});

test("from something to nothing is refused, however few they are", () => {
  expect(rails([planOf(1, 1)])).toEqual(["nothing-left"]);
  expect(rails([planOf(3, 3)], {}, { pruneMax: "100%" })).toEqual(["nothing-left"]);
  expect(rails([planOf(0, 0)])).toEqual([]);
});

test("what is allowed is allowed for the whole run, not for each Deployment", () => {
  const [one, other] = [planOf(100, 30), planOf(100, 40, { deployment: "dev" })];
  expect(rails([one, other], { allowPrune: 69 })).toEqual(["prune-budget", "prune-budget"]);
  expect(rails([one, other], { allowPrune: 70 })).toEqual([]);
  // What is within its budget does not count.
  expect(rails([one, planOf(100, 20)], { allowPrune: 30 })).toEqual([]);
});

test("the budget is told with what to write to allow it", () => {
  const [refusal] = guard([planOf(100, 21)], () => LIMITS, NOBODY);
  expect(refusal?.diagnostic).toMatchObject({
    code: "JF610",
    message: "Deployment `prod` would lose 21 of its 100 objects; its budget is 20 (`prune.max` 20%)",
    hint: "if that is meant: `--allow-prune 21`",
  });
});

test("a protected object yields to nothing", () => {
  const limits = { isProtected: ({ id }: ObjectName) => id === "c1" };
  expect(rails([planOf(100, 1)], {}, limits)).toEqual([]);
  expect(rails([planOf(100, 2)], { allowPrune: 9, breakGlass: "INC-1", isConfirmed: true }, limits)).toEqual([
    "protected-object",
  ]);
});

test("a protected environment wants to be confirmed, if anything is written", () => {
  const plan = planOf(100, 1, { protected: true });
  expect(rails([plan])).toEqual(["protected-environment"]);
  expect(rails([plan], { isConfirmed: true })).toEqual([]);
  expect(rails([plan], { breakGlass: "INC-1" })).toEqual([]);
  expect(rails([planOf(100, 0, { protected: true })])).toEqual([]);
});

test("whoever breaks the glass passes the budgets", () => {
  expect(rails([planOf(9, 9)], { breakGlass: "INC-1" })).toEqual([]);
});

test("what is paused is not touched, so nothing guards it", () => {
  expect(rails([planOf(9, 9, { paused: "INC-42", protected: true })])).toEqual([]);
});
