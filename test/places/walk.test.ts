import fc from "fast-check";
import { expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { baseName } from "../../src/model/base-name.ts";
import type { Declarations } from "../../src/model/declaration.ts";
import type { PolicyChange } from "../../src/model/policy-past.ts";
import { earlierPlaces } from "../../src/places/earlier.ts";
import type { PolicyHistory } from "../../src/ports.ts";
import { deploymentYaml, workspaceYaml } from "../support/policy.ts";

// Any history, against what comes of compiling every one of its trees.

type Tree = Readonly<Record<string, string>>;

const UIDS = ["11111111-2222-4333-8444-555555555555", "22222222-2222-4333-8444-555555555555"] as const;

const workspaces = fc
  .record({
    uid: fc.constantFrom(...UIDS),
    clusters: fc.constantFrom<Readonly<Record<string, string>>>(
      { main: "{context: one}" },
      { main: "{context: two}", other: "{context: one}" },
      { main: `{context: three, uid: ${UIDS[0]}}` },
      { other: "{directory: live}", main: "{directory: ../live}" },
    ),
  })
  .map(({ uid, clusters }) => workspaceYaml(clusters, { uid, name: uid === UIDS[0] ? "shop" : "store" }));

const deployments = fc
  .record({
    name: fc.constantFrom("prod", "test"),
    cluster: fc.constantFrom("main", "other"),
    namespace: fc.constantFrom("one", "two"),
    more: fc.constantFrom([], ["secretName: conns"], ["delivery: env"]),
  })
  .map(({ name, ...rest }) => deploymentYaml(name, rest));

const files = fc.oneof(
  deployments,
  fc.array(deployments, { maxLength: 3 }).map((all) => all.join("---\n")),
);

const trees = fc.record(
  {
    "jackfield.yaml": workspaces,
    "a/jackfield.yaml": fc.oneof(
      workspaces,
      fc.tuple(workspaces, deployments).map((two) => two.join("---\n")),
    ),
    "a/b/jackfield.yaml": workspaces,
    "prod.yaml": files,
    "a/prod.yaml": files,
    "a/b/prod.yaml": files,
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Tree>;

/** Trees that change little from one to the next, too. */
const histories = fc
  .array(fc.tuple(trees, fc.subarray(["jackfield.yaml", "a/jackfield.yaml", "prod.yaml", "a/prod.yaml"])), {
    minLength: 1,
    maxLength: 8,
  })
  .map((all) => {
    const made: Tree[] = [];
    for (const [tree, kept] of all) {
      const before = Object.entries(made.at(-1) ?? {}).filter(([path]) => kept.includes(path));
      made.push({ ...tree, ...Object.fromEntries(before) });
    }
    return made;
  });

function historyOf(all: readonly Tree[]): PolicyHistory {
  const changes = all.flatMap((tree, i): PolicyChange[] => {
    const before = all[i - 1] ?? {};
    const paths = new Set([...Object.keys(before), ...Object.keys(tree)]);
    const changed = [...paths].filter((path) => before[path] !== tree[path]);
    if (changed.length === 0) return [];
    const parent = i === 0 ? undefined : `c${i - 1}`;
    return [{ commit: `c${i}`, parent, changed: new Map(changed.map((path) => [path, tree[path]])) }];
  });
  return {
    head: () => `c${all.length - 1}`,
    isShallow: () => false,
    defaultBranch: () => undefined,
    isAncestor: () => {
      throw new Error("there is one line only");
    },
    policyPast: () => ({ changes, isWhole: true }),
  };
}

function declare(tree: Tree): readonly Declarations[] {
  const { workspaces: all } = compile(Object.entries(tree).map(([path, text]) => ({ path, text })));
  return all.map(({ declarations }) => declarations);
}

/** Directories of these trees, told from the root. */
const FOLDERS: Readonly<Record<string, string>> = {
  " live": "live",
  " ../live": "../live",
  "a live": "a/live",
  "a ../live": "live",
  "a/b live": "a/b/live",
  "a/b ../live": "a/live",
};

function keysOf(all: readonly Declarations[]): readonly string[] {
  return all.flatMap(({ workspace, deployments: own }) =>
    own.flatMap((one) => {
      const cluster = workspace.clusters.get(one.cluster.value);
      if (!cluster) return [];
      const { uid, context, directory } = cluster;
      const where = uid ?? context ?? FOLDERS[`${workspace.directory} ${directory}`];
      return [
        [workspace.uid, one.name.value, where, one.namespace.value, baseName(one), one.delivery].join(),
      ];
    }),
  );
}

test("a place is earlier if some tree had it and the last has not, from its last tree on", () => {
  fc.assert(
    fc.property(histories, (all) => {
      const keys = all.map((tree) => new Set(keysOf(declare(tree))));
      const now = declare(all.at(-1) ?? {});
      const expected = [...new Set(keys.flatMap((one) => [...one]))].flatMap((key) => {
        const last = keys.findLastIndex((one) => one.has(key));
        return last === keys.length - 1 ? [] : [`${key} c${last} c${last + 1}`];
      });
      const { value } = earlierPlaces(historyOf(all), now);
      const found = value.map(
        ({ workspaceUid, deployment, cluster, folder, namespace, base, delivery, ...rest }) => {
          const { uid, context, directory } = cluster;
          const where = uid ?? context ?? FOLDERS[`${folder} ${directory}`];
          const key = [workspaceUid, deployment, where, namespace, base, delivery].join();
          return `${key} ${rest.last} ${rest.dropped}`;
        },
      );
      expect([...found].sort()).toEqual(expected.sort());
    }),
    { numRuns: 200 },
  );
});
