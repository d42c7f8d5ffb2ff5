import { expect, test } from "vitest";
import { type Execution, execute } from "../../src/apply/apply.ts";
import { diagnostic } from "../../src/core/diagnostic.ts";
import type { LiveSecret, WantedSecret } from "../../src/model/live.ts";
import type { Action, Operation } from "../../src/model/plan.ts";
import type { LiveCluster, LockAnswer, WriteAnswer } from "../../src/ports.ts";

// One Deployment's operations, carried out on a cluster that answers as it is told.

const REFUSED: WriteAnswer = {
  kind: "refused",
  diagnostic: diagnostic("JF707", undefined, { namespace: "x", cluster: "y" }),
};

function operation(action: Action, secret: string): Operation {
  const seen = { uid: "u", resourceVersion: "1" };
  const place = { clusterKey: "k", cluster: "eu", namespace: "airflow", secret };
  const nothing = { objects: [], strayKeys: [], residue: [], labels: [] };
  return { action, ...place, ...nothing, ...(action !== "create" && { seen }) };
}

interface Told {
  readonly answers?: Readonly<Record<string, WriteAnswer>>;
  readonly lock?: LockAnswer;
  readonly isStopped?: () => boolean;
}

async function run(
  operations: readonly Operation[],
  { answers = {}, lock, isStopped = () => false }: Told = {},
) {
  const calls: string[] = [];
  const answer = async (what: string, name: string): Promise<WriteAnswer> => {
    calls.push(`${what} ${name}`);
    return answers[name] ?? { kind: "done" };
  };
  const locked: LockAnswer = {
    kind: "locked",
    lock: { isHeld: () => true, release: async () => void calls.push("release") },
  };
  const cluster = {
    create: ({ name }: WantedSecret) => answer("create", name),
    update: ({ name }: WantedSecret) => answer("update", name),
    remove: (_: string, name: string) => answer("remove", name),
    lock: async () => lock ?? locked,
  } as unknown as LiveCluster;
  const execution: Execution = {
    plan: {
      workspace: "w",
      deployment: "prod",
      protected: false,
      keyed: true,
      had: 0,
      gets: 0,
      loses: [],
      operations,
    },
    clusterOf: () => cluster,
    wantedOf: ({ secret }) => ({ name: secret }) as WantedSecret,
    liveOf: () => ({}) as LiveSecret,
    lock: { cluster, namespace: "airflow", name: "jackfield-prod" },
    holder: "me",
    isStopped,
    onResult: () => undefined,
  };
  const { results, ...rest } = await execute(execution);
  return {
    calls,
    told: results.map(({ operation: { secret }, outcome }) => `${secret} ${outcome}`),
    ...rest,
  };
}

test("what is written is written before anything is removed, under the lock", async () => {
  const all = [
    operation("delete", "old"),
    operation("create", "new"),
    operation("update", "other"),
    operation("keep", "same"),
  ];
  const { calls, told } = await run(all);
  expect(calls).toEqual(["create new", "update other", "remove old", "release"]);
  expect(told).toEqual(["new done", "other done", "old done"]);
});

test.each<readonly [string, readonly Operation[], Told]>([
  ["a write was refused", [operation("create", "new")], { answers: { new: REFUSED } }],
  ["somebody was faster", [operation("update", "new")], { answers: { new: { kind: "changed" } } }],
  ["nobody knows", [operation("create", "new")], { answers: { new: { ...REFUSED, kind: "unreachable" } } }],
  ["a Secret is in conflict", [operation("create", "new"), operation("conflict", "taken")], {}],
  ["its place cannot be seen", [operation("create", "new"), operation("unknown", "unseen")], {}],
])("nothing is removed where %s", async (_, operations, told) => {
  const result = await run([...operations, operation("delete", "old")], told);
  expect(result.calls).not.toContain("remove old");
  expect(result.told.at(-1)).toBe("old held");
});

test("what another run holds is not touched", async () => {
  const all = [operation("create", "new"), operation("delete", "old")];
  expect(await run(all, { lock: { kind: "taken", by: "them" } })).toMatchObject({
    calls: [],
    told: ["new held", "old held"],
    lockedBy: "them",
  });
  const { diagnostic: told } = REFUSED as { diagnostic: ReturnType<typeof diagnostic> };
  expect(await run(all, { lock: { kind: "refused", diagnostic: told } })).toMatchObject({
    calls: [],
    diagnostics: [told],
  });
});

test("under a lock that was lost, and after the end was asked for, nothing more is begun", async () => {
  const all = [operation("create", "new"), operation("delete", "old")];
  const lost: LockAnswer = { kind: "locked", lock: { isHeld: () => false, release: async () => undefined } };
  expect((await run(all, { lock: lost })).calls).toEqual([]);
  expect((await run(all, { isStopped: () => true })).calls).toEqual(["release"]);
});

test("where there is nothing to write, nothing is locked", async () => {
  const lock: LockAnswer = { kind: "taken", by: "them" };
  expect(await run([operation("keep", "same"), operation("conflict", "taken")], { lock })).toMatchObject({
    calls: [],
    told: [],
  });
});
