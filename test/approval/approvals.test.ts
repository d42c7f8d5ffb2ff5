import { expect, test } from "vitest";
import { approvalsOf, approvers } from "../../src/approval/approvals.ts";
import type { Review } from "../../src/github-ports.ts";
import { missing } from "../../src/model/approval.ts";
import type { Workspace } from "../../src/model/declaration.ts";

const review = (user: string, state: Review["state"], commit = "head"): Review => ({ user, state, commit });
const by = (...reviews: readonly Review[]) =>
  approvers({ head: "head", author: "author", pushers: ["pusher"], reviews });

const VOICES: readonly (readonly [string, readonly Review[], readonly string[]])[] = [
  ["nobody", [], []],
  ["an approval", [review("ada", "approved")], ["ada"]],
  ["of the last commit only", [review("ada", "approved", "older")], []],
  ["approved anew", [review("ada", "approved", "older"), review("ada", "approved")], ["ada"]],
  ["an older word does not count", [review("ada", "approved"), review("ada", "approved", "older")], []],
  ["taken back", [review("ada", "approved"), review("ada", "changes-requested")], []],
  ["given after all", [review("ada", "changes-requested"), review("ada", "approved")], ["ada"]],
  ["dismissed", [review("ada", "approved"), review("ada", "dismissed")], []],
  ["a comment is no word", [review("ada", "approved"), review("ada", "commented")], ["ada"]],
  ["not the author, however spelled", [review("AUTHOR", "approved")], []],
  ["not the pusher", [review("Pusher", "approved")], []],
  ["once, however spelled", [review("ada", "approved"), review("ADA", "approved")], ["ADA"]],
  ["several", [review("bob", "approved"), review("ada", "approved")], ["ada", "bob"]],
];

test.each(VOICES)("%s", (_, reviews, expected) => {
  expect(by(...reviews)).toEqual(expected);
});

const at = { file: { path: "jackfield.yaml", text: "" }, start: 0, end: 0 };
const workspace = (approvals: Workspace["approvals"]): Workspace => ({
  name: { value: "analytics", at },
  uid: "uid",
  directory: "",
  sharing: "restricted",
  environments: new Map(),
  clusters: new Map(),
  pruneMax: "20%",
  approvals,
  at,
});
const demand = (
  count: number,
  users: readonly string[],
  teams: readonly string[] = [],
  environment = "production",
) => ({
  environment: { value: environment, at },
  count,
  users,
  teams,
});
const TOUCHES = [{ identity: "uid", environment: "production" }];

async function lacking(demands: Workspace["approvals"], voices: readonly string[], asked: string[] = []) {
  const isMember = async (team: string, user: string) => {
    asked.push(`${team}/${user}`);
    return team === "data" && user === "tom";
  };
  const approvals = await approvalsOf(TOUCHES, "default branch", [workspace(demands)], voices, isMember);
  return approvals.map(missing);
}

test("count, users, teams", async () => {
  expect(await lacking([demand(1, ["ada"])], [])).toEqual([1]);
  expect(await lacking([demand(1, ["Ada"])], ["aDa"])).toEqual([0]);
  expect(await lacking([demand(2, ["ada", "bob"])], ["ada", "eve"])).toEqual([1]);
  expect(await lacking([demand(2, ["ada"], ["data"])], ["ada", "tom"])).toEqual([0]);
  expect(await lacking([demand(1, [], ["other"])], ["tom"])).toEqual([1]);
  expect(await lacking([demand(1, ["ada"]), demand(1, ["bob"])], ["ada"])).toEqual([0, 1]);
});

test("another environment, and another Workspace, demand nothing", async () => {
  expect(await lacking([demand(1, ["ada"], [], "development")], [])).toEqual([]);
  const other = [{ identity: "other", environment: "production" }];
  expect(
    await approvalsOf(other, "applied", [workspace([demand(1, ["ada"])])], [], async () => true),
  ).toEqual([]);
});

test("teams are asked for only where users are not enough", async () => {
  const asked: string[] = [];
  await lacking([demand(1, ["ada"], ["data"])], ["ada", "tom"], asked);
  expect(asked).toEqual([]);
  await lacking([demand(2, ["ada"], ["data"])], ["ada", "tom"], asked);
  expect(asked).toEqual(["data/tom"]);
});
