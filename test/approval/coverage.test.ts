import { expect, test } from "vitest";
import { createCoverage, type Item, type Offer } from "../../src/approval/coverage.ts";
import type { DeploymentDifference, FieldDifference, ObjectDifference } from "../../src/model/change.ts";

const DB = { kind: "Connection", id: "db" } as const;

function field(path: string, token?: string): FieldDifference {
  return { path, action: "change", word: "changed", isSealed: false, ...(token !== undefined && { token }) };
}

function difference(
  objects: readonly ObjectDifference[],
  more: Partial<DeploymentDifference> = {},
): DeploymentDifference {
  return {
    workspace: "w",
    identity: "uid",
    deployment: "prod",
    environment: "production",
    protected: true,
    action: "change",
    place: [],
    had: 1,
    gets: 1,
    objects,
    ...more,
  };
}

const changed = (...fields: readonly FieldDifference[]) => difference([{ ...DB, action: "change", fields }]);
const added = (...fields: readonly FieldDifference[]) => difference([{ ...DB, action: "add", fields }]);
const removed = difference([{ ...DB, action: "remove", fields: [] }]);
const HOST: Item = { object: DB, path: "host", token: "x" };
const NO_PORT: Item = { object: DB, path: "port" };
const GONE: Item = { object: DB };

const CASES: readonly (readonly [string, Item, readonly DeploymentDifference[], boolean])[] = [
  ["nothing was approved", HOST, [], false],
  ["a change that says nothing of it", HOST, [changed(field("login", "x"))], false],
  [
    "of another object",
    HOST,
    [difference([{ kind: "Variable", id: "db", action: "change", fields: [field("host", "x")] }])],
    false,
  ],
  ["set as it is", HOST, [changed(field("host", "x"))], true],
  ["set otherwise", HOST, [changed(field("host", "y"))], false],
  [
    "the latest counts: it set it as it is",
    HOST,
    [changed(field("host", "x")), changed(field("host", "y"))],
    true,
  ],
  [
    "the latest counts: an earlier one does not",
    HOST,
    [changed(field("host", "y")), changed(field("host", "x"))],
    false,
  ],
  ["with the object", HOST, [added(field("host", "x"))], true],
  ["the object came without it", HOST, [added(field("login", "x"))], false],
  ["the object went, and is there again", HOST, [removed, changed(field("host", "x"))], false],
  ["a field that is unset", NO_PORT, [changed(field("port"))], true],
  ["a field that is unset, and was set", NO_PORT, [changed(field("port", "1"))], false],
  ["a field that the object never had", NO_PORT, [added(field("host", "x"))], true],
  ["an object that goes", GONE, [removed], true],
  ["an object that goes, and was only changed", GONE, [changed(field("host", "x"))], false],
  ["an object that goes, and was added later", GONE, [added(), removed], false],
];

test.each(CASES)("%s", (_, item, newestFirst, isCovered) => {
  const coverage = createCoverage([item]);
  for (const one of newestFirst) coverage.offer({ difference: one });
  expect(coverage.uncovered()).toEqual(isCovered ? [] : [item]);
});

test("it is settled once nothing can be found any more", () => {
  const coverage = createCoverage([HOST, NO_PORT]);
  expect(coverage.isSettled()).toBe(false);
  coverage.offer({ difference: changed(field("host", "y"), field("port")) });
  expect(coverage.isSettled()).toBe(true);
  expect(coverage.uncovered()).toEqual([HOST]);
});

const RULE: Item = { subject: "Workspace", path: "approvals", token: "[ada]" };
const NO_RULE: Item = { subject: "Workspace", path: "approvals" };
/** Policy before a change and after it: the value of `approvals`. */
const rules = (before: string | undefined, after: string | undefined): Offer => ({
  policy: {
    before: (subject, path) => (subject === "Workspace" && path === "approvals" ? before : "same"),
    after: (subject, path) => (subject === "Workspace" && path === "approvals" ? after : "same"),
  },
});

const POLICIES: readonly (readonly [string, Item, readonly Offer[], boolean])[] = [
  ["nothing was approved", RULE, [], false],
  ["a change of a branch whose policy does not count", RULE, [{ difference: changed() }], false],
  ["a change that leaves it", RULE, [rules("[ada]", "[ada]")], false],
  ["set as it is", RULE, [rules("[bob]", "[ada]")], true],
  ["set where there was none", RULE, [rules(undefined, "[ada]")], true],
  ["set otherwise", RULE, [rules("[ada]", "[bob]")], false],
  ["the latest counts", RULE, [rules("[ada]", "[bob]"), rules("[bob]", "[ada]")], false],
  ["taken away", NO_RULE, [rules("[ada]", undefined)], true],
  ["taken away by nobody", NO_RULE, [rules("[ada]", "[bob]")], false],
];

test.each(POLICIES)("policy: %s", (_, item, newestFirst, isCovered) => {
  const coverage = createCoverage([item]);
  for (const one of newestFirst) coverage.offer(one);
  expect(coverage.uncovered()).toEqual(isCovered ? [] : [item]);
});
