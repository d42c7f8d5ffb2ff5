import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LiveCluster, LiveNamespace, WantedNamespace, WriteAnswer } from "../src/cluster-ports.ts";
import { Secret } from "../src/core/secret.ts";
import { PortFailure } from "../src/ports.ts";
import { openIn, scratch } from "./support/directory-cluster.ts";
import { failingAt, interrupted } from "./support/failing-fs.ts";

// The namespaces of previews as folders: which are ours, and what is left when a process is killed at any moment.

let root = "";
beforeEach(() => {
  root = scratch();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = (...names: readonly string[]) => join(root, "cluster", ...names);
const FILE = "..namespace.json";
const NAME = "airflow-pr-1";
const LABELS = new Map([["jackfield.dev/preview-of", "airflow"]]);
const NOTE = new Map([["note", "2"]]);
const wanted = (name = NAME): WantedNamespace => ({
  name,
  labels: LABELS,
  annotations: new Map([["note", "1"]]),
});

async function got(cluster: LiveCluster, name = NAME): Promise<LiveNamespace> {
  const live = await cluster.previews.get(name);
  if (!live) throw new Error(`there is no ${name}`);
  return live;
}

async function fill(cluster: LiveCluster): Promise<void> {
  const data = new Map([["connections.json", new Secret("canary-value")]]);
  const secret = { namespace: NAME, name: "one", labels: new Map(), annotations: new Map(), data };
  expect(await cluster.create(secret)).toEqual({ kind: "done" });
}

const codeOf = (answer: WriteAnswer) => ("diagnostic" in answer ? answer.diagnostic.code : answer.kind);

/** All that lies in the directory, but for locks. */
function tree(): readonly string[] {
  if (!existsSync(at())) return [];
  const all = readdirSync(at(), { recursive: true, withFileTypes: true });
  const paths = all.map((entry) => join(entry.parentPath, entry.name).slice(at().length + 1));
  return paths.filter((path) => !path.startsWith(".lock")).sort();
}

test("a namespace is a folder with the modes that are declared, and looking makes none", async () => {
  const cluster = openIn(root, { mode: "0640" });
  expect(await cluster.previews.get(NAME)).toBeUndefined();
  expect(await cluster.previews.list("a", "b")).toEqual([]);
  const nothing = { uid: "u", resourceVersion: "1" };
  expect(await cluster.previews.remove(NAME, nothing)).toEqual({ kind: "done" });
  expect(await cluster.previews.annotate(NAME, NOTE, nothing)).toEqual({ kind: "changed" });
  expect(readdirSync(root)).toEqual([]);
  await cluster.previews.create(wanted());
  await cluster.previews.annotate(NAME, NOTE, (await got(cluster)).seen);
  const modes = [at(), at(NAME), at(NAME, FILE)].map((path) => statSync(path).mode & 0o7777);
  expect(modes).toEqual([0o750, 0o750, 0o640]);
  expect(tree()).toEqual([NAME, `${NAME}/${FILE}`]);
  expect(JSON.parse(readFileSync(at(NAME, FILE), "utf8"))).toMatchObject({
    v: 1,
    name: NAME,
    version: 2,
    labels: Object.fromEntries(LABELS),
    annotations: { note: "2" },
  });
  expect(await cluster.list(NAME)).toEqual([]);
  expect(await cluster.namespaces()).toEqual([NAME]);
});

const FOREIGN: readonly (readonly [string, (cluster: LiveCluster) => void | Promise<void>])[] = [
  ["a folder that somebody made", () => void mkdirSync(at(NAME), { recursive: true })],
  ["the folder of a Deployment", fill],
  [
    "a copy of a namespace of ours",
    async (cluster) => {
      await cluster.previews.create(wanted("airflow-pr-2"));
      cpSync(at("airflow-pr-2"), at(NAME), { recursive: true });
    },
  ],
  [
    "a namespace of ours that was renamed",
    async (cluster) => {
      await cluster.previews.create(wanted("airflow-pr-2"));
      renameSync(at("airflow-pr-2"), at(NAME));
    },
  ],
  [
    "what somebody made where ours was",
    async (cluster) => {
      await cluster.previews.create(wanted());
      rmSync(at(NAME), { recursive: true });
      mkdirSync(at(NAME, "one"), { recursive: true });
    },
  ],
];

test.each(FOREIGN)("%s has no labels, and is left as it is", async (_, prepare) => {
  const cluster = openIn(root);
  await prepare(cluster);
  const before = tree();
  const live = await got(cluster);
  expect([live.labels.size, live.annotations.size, live.isLeaving]).toEqual([0, 0, false]);
  expect(
    (await cluster.previews.list("jackfield.dev/preview-of", "airflow")).map(({ name }) => name),
  ).not.toContain(NAME);
  expect(await cluster.previews.create(wanted())).toEqual({ kind: "changed" });
  expect(codeOf(await cluster.previews.annotate(NAME, NOTE, live.seen))).toBe("JF738");
  expect(codeOf(await cluster.previews.remove(NAME, live.seen))).toBe("JF738");
  const stale = { ...live.seen, uid: "another" };
  expect(await cluster.previews.remove(NAME, stale)).toEqual({ kind: "changed" });
  expect(tree()).toEqual(before);
});

test("a namespace goes with all that it holds, and no link in it is followed", async () => {
  const cluster = openIn(root);
  await cluster.previews.create(wanted());
  await fill(cluster);
  const outside = join(root, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "kept"), "");
  symlinkSync(outside, at(NAME, "link"));
  mkdirSync(at(NAME, "notes", "deep"), { recursive: true });
  await cluster.previews.create(wanted("airflow-pr-2"));
  expect(await cluster.previews.remove(NAME, (await got(cluster)).seen)).toEqual({ kind: "done" });
  expect(tree()).toEqual(["airflow-pr-2", `airflow-pr-2/${FILE}`]);
  expect(readdirSync(outside)).toEqual(["kept"]);
  expect(await cluster.get(NAME, "one")).toBeUndefined();
});

const UNREADABLE: readonly (readonly [string, string, () => void])[] = [
  [
    "a link to a namespace of ours",
    "JF732",
    () => {
      renameSync(at(NAME), join(root, "moved"));
      symlinkSync(join(root, "moved"), at(NAME));
    },
  ],
  [
    "a file",
    "JF732",
    () => {
      rmSync(at(NAME), { recursive: true });
      writeFileSync(at(NAME), "");
    },
  ],
  ["half a file of ours in it", "JF733", () => writeFileSync(at(NAME, FILE), '{"v": 1')],
  ["a file of another version in it", "JF733", () => writeFileSync(at(NAME, FILE), '{"v": 2}')],
  ["a file that cannot be in it", "JF730", () => replace(() => mkdirSync(at(NAME, FILE)))],
  [
    "a link in it, to a file of ours",
    "JF730",
    () => {
      renameSync(at(NAME, FILE), join(root, "moved"));
      symlinkSync(join(root, "moved"), at(NAME, FILE));
    },
  ],
  [
    "a pipe in it that nobody writes to",
    "JF733",
    () => replace(() => execFileSync("mkfifo", [at(NAME, FILE)])),
  ],
];

function replace(action: () => void): void {
  rmSync(at(NAME, FILE));
  action();
}

test.each(UNREADABLE)(
  "%s, where a namespace was, is neither taken for it nor for none",
  async (_, code, act) => {
    const cluster = openIn(root);
    await cluster.previews.create(wanted());
    const { seen } = await got(cluster);
    act();
    const before = tree();
    for (const reading of [cluster.previews.get(NAME), cluster.previews.list("a", "b")])
      await expect(reading).rejects.toMatchObject({ diagnostic: { code } });
    for (const answer of [
      await cluster.previews.create(wanted()),
      await cluster.previews.annotate(NAME, NOTE, seen),
      await cluster.previews.remove(NAME, seen),
    ])
      expect(codeOf(answer)).toBe(code);
    expect(tree()).toEqual(before);
  },
);

test("a namespace is not made where git would see what comes into it", async () => {
  execFileSync("git", ["init", "-q", root]);
  const cluster = openIn(root);
  const answer = await cluster.previews.create(wanted());
  expect(answer.kind).toBe("refused");
  expect(existsSync(at())).toBe(false);
});

test("who makes a folder in the last moment keeps it", async () => {
  const cluster = openIn(root);
  const act = () => {
    mkdirSync(at(NAME));
    writeFileSync(at(NAME, "theirs"), "");
  };
  const isSwap = (_: unknown, to: unknown) => to === at(NAME);
  const answer = await interrupted("renameSync", isSwap, act, () => cluster.previews.create(wanted()));
  expect(codeOf(answer)).toBe("JF731");
  expect(tree()).toEqual([NAME, `${NAME}/theirs`]);
});

interface Case {
  readonly name: string;
  readonly prepare: (cluster: LiveCluster) => Promise<void>;
  readonly act: (cluster: LiveCluster, seen: LiveNamespace | undefined) => Promise<WriteAnswer>;
  /** What the annotation may be, undefined where there is no namespace. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const make = async (cluster: LiveCluster) => {
  await cluster.previews.create(wanted());
  await fill(cluster);
};
const NONE = { uid: "none", resourceVersion: "none" };
const CASES: readonly Case[] = [
  {
    name: "a create",
    prepare: async () => undefined,
    act: ({ previews }) => previews.create(wanted()),
    before: undefined,
    after: "1",
  },
  {
    name: "an annotation",
    prepare: make,
    act: ({ previews }, live) => previews.annotate(NAME, NOTE, live?.seen ?? NONE),
    before: "1",
    after: "2",
  },
  {
    name: "a removal",
    prepare: make,
    act: ({ previews }, live) => previews.remove(NAME, live?.seen ?? NONE),
    before: "1",
    after: undefined,
  },
];

/** Does it while a call of the file system fails; undefined: there are fewer calls. */
async function failing(at_: number, mode: "once" | "dead", { prepare, act }: Case) {
  rmSync(at(), { recursive: true, force: true });
  await prepare(openIn(root));
  const writer = openIn(root);
  const live = await writer.previews.get(NAME);
  const { calls, value } = await failingAt(at_, mode, "ENOSPC", () => act(writer, live));
  freeLock();
  return calls < at_ ? undefined : value;
}

/** What a killed process holds is free, as its death would have it. */
function freeLock(): void {
  if (!existsSync(at(".lock"))) return;
  for (const name of readdirSync(at(".lock")))
    if (name.startsWith("held.")) renameSync(at(".lock", name), at(".lock", "free"));
}

const MODES = CASES.flatMap((one) => (["once", "dead"] as const).map((mode) => ({ ...one, mode })));

test.each(MODES)(
  "$name where calls fail ($mode) is done or not, and the next write cleans up",
  async (one) => {
    let call = 1;
    for (; ; call++) {
      const answer = await failing(call, one.mode, one);
      if (!answer) break;
      expect(JSON.stringify(answer)).not.toContain("canary");
      const cluster = openIn(root);
      const left = await cluster.previews.get(NAME);
      const note = left?.annotations.get("note");
      expect([one.before, one.after]).toContain(note);
      if (answer.kind === "done") expect([call, note]).toEqual([call, one.after]);
      // Never a folder of ours that does not say so.
      expect([call, left === undefined || left.labels.size > 0]).toEqual([call, true]);
      if (note === one.before && one.before !== one.after) {
        expect(await one.act(cluster, left)).toEqual({ kind: "done" });
        expect((await cluster.previews.get(NAME))?.annotations.get("note")).toBe(one.after);
      }
      await cluster.previews.create(wanted("airflow-pr-2"));
      const names = readdirSync(at()).filter((name) => !name.startsWith(".lock"));
      expect([call, names.filter((name) => name.startsWith("."))]).toEqual([call, []]);
      expect(readdirSync(at()).filter((name) => name.startsWith(".lock.new-"))).toEqual([]);
    }
    expect(call).toBeGreaterThan(3);
  },
);

test("who lost the lock of the directory does nothing to a namespace", async () => {
  for (const one of CASES) {
    rmSync(at(), { recursive: true, force: true });
    await one.prepare(openIn(root));
    const writer = openIn(root);
    const live = await writer.previews.get(NAME);
    const steal = () => {
      const held = readdirSync(at(".lock")).find((name) => name.startsWith("held.")) ?? "";
      renameSync(at(".lock", held), at(".lock", "free"));
    };
    // The first look under the lock.
    const isSweep = (path: unknown) => path === at();
    const answer = await interrupted("readdirSync", isSweep, steal, () => one.act(writer, live));
    expect([one.name, codeOf(answer)]).toEqual([one.name, "JF737"]);
    const left = await openIn(root).previews.get(NAME);
    expect(left?.annotations.get("note")).toBe(one.before);
    expect(lstatSync(at(".lock")).isDirectory()).toBe(true);
  }
});

test("a name that would lead out is refused everywhere", async () => {
  const { previews } = openIn(root);
  for (const name of ["..", "../airflow", "/", ".locks", ""]) {
    await expect(previews.get(name)).rejects.toThrow(PortFailure);
    expect(codeOf(await previews.remove(name, NONE))).toBe("JF736");
    expect(codeOf(await previews.annotate(name, NOTE, NONE))).toBe("JF736");
  }
});
