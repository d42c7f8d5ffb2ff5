import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Secret } from "../src/core/secret.ts";
import type { Cluster } from "../src/model/declaration.ts";
import type { LiveSecret, WantedSecret } from "../src/model/live.ts";
import { openDirectory } from "../src/node/directory/open.ts";
import { heldName } from "../src/node/directory/processes.ts";
import { type LiveCluster, PortFailure, type WriteAnswer } from "../src/ports.ts";
import { clusterConformance } from "./support/cluster-conformance.ts";
import { BRIEF, directoryCluster, openForTest, openIn, scratch } from "./support/directory-cluster.ts";

clusterConformance("directory", openForTest);

let root = "";

beforeEach(() => {
  root = scratch();
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = (...names: readonly string[]) => join(root, "cluster", ...names);
const one = (...names: readonly string[]) => at("airflow", "one", ...names);

function wanted(data: Readonly<Record<string, string>>, name = "one", namespace = "airflow"): WantedSecret {
  const secrets = Object.entries(data).map(([key, text]) => [key, new Secret(text)] as const);
  return { namespace, name, labels: new Map([["a", "b"]]), annotations: new Map(), data: new Map(secrets) };
}

async function seen(cluster: LiveCluster): Promise<LiveSecret> {
  const live = await cluster.get("airflow", "one");
  if (!live) throw new Error("there is no Secret");
  return live;
}

function codeOf(
  answer: WriteAnswer | { readonly kind: string; readonly diagnostic?: { readonly code: string } },
) {
  return answer.kind === "refused" && "diagnostic" in answer ? answer.diagnostic?.code : answer.kind;
}

async function codeThrown(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
    return "nothing";
  } catch (error) {
    if (error instanceof PortFailure) return error.diagnostic.code;
    throw error;
  }
}

test("a Secret lies as the kubelet mounts it, for its owner alone", async () => {
  const cluster = openIn(root);
  expect(cluster.name).toBe("laptop");
  expect(await cluster.identity()).toBeUndefined();
  expect(await cluster.create(wanted({ "connections.json": "{}", b: "" }))).toEqual({ kind: "done" });
  const stamp = readlinkSync(one("..data"));
  expect(stamp).toMatch(/^\.\.\d{4}_\d\d_\d\d_\d\d_\d\d_\d\d\.[0-9a-f]{12}$/);
  expect(readdirSync(one()).sort()).toEqual([stamp, "..data", "b", "connections.json"].sort());
  expect(readlinkSync(one("b"))).toBe("..data/b");
  expect(readFileSync(one("connections.json"), "utf8")).toBe("{}");
  expect(readdirSync(one(stamp)).sort()).toEqual(["..jackfield.json", "b", "connections.json"]);
  // No edit that follows at once can have this time, however coarse a file system tells it.
  const { mtimeMs } = statSync(one("b"));
  expect([mtimeMs % 1000, Date.now() - mtimeMs > 1000]).toEqual([0, true]);
  const modes = [at(), at("airflow"), one(), one(stamp), one("b"), one(stamp, "..jackfield.json")];
  expect(modes.map((path) => statSync(path).mode & 0o7777)).toEqual([
    0o700, 0o700, 0o700, 0o700, 0o600, 0o600,
  ]);
});

test("only what is there is told, and looking makes nothing", async () => {
  const cluster = openIn(root);
  expect(await cluster.namespaces()).toEqual([]);
  expect(await cluster.list("airflow")).toEqual([]);
  expect(await cluster.get("airflow", "one")).toBeUndefined();
  expect(await cluster.create(wanted({}), true)).toEqual({ kind: "done" });
  expect(await cluster.remove("airflow", "one", { uid: "u", resourceVersion: "1" })).toEqual({
    kind: "done",
  });
  expect(readdirSync(root)).toEqual([]);
  for (const namespace of ["b", "a"]) await cluster.create(wanted({}, "one", namespace));
  mkdirSync(at("No Namespace"));
  mkdirSync(at("c", "empty"), { recursive: true });
  await (await held(cluster, "jackfield-prod")).release();
  expect(await cluster.namespaces()).toEqual(["a", "b", "c"]);
  expect(await cluster.list("c")).toEqual([]);
});

test("a folder that waits to be mounted is filled, and stays the same folder", async () => {
  mkdirSync(one(), { recursive: true });
  const { ino } = statSync(one());
  const cluster = openIn(root);
  expect(await cluster.create(wanted({ a: "1" }))).toEqual({ kind: "done" });
  await cluster.update(wanted({ a: "2" }), await seen(cluster));
  expect(statSync(one()).ino).toBe(ino);
  expect(readFileSync(one("a"), "utf8")).toBe("2");
});

/** Only root may give files to a group that it is not in. */
const OTHER_GROUP = String(process.getuid?.() === 0 ? 12_345 : process.getgid?.());

test.each<[Pick<Cluster, "mode" | "group">, number, number]>([
  [{ mode: "0640" }, 0o640, 0o750],
  [{ mode: "444" }, 0o644, 0o755],
  [{ mode: "000" }, 0o600, 0o700],
  [{ mode: "0660", group: OTHER_GROUP }, 0o660, 0o770],
  [{ group: OTHER_GROUP }, 0o640, 0o750],
  [{ group: ownGroup() }, 0o640, 0o750],
])("%j is what files and folders have", async (settings, file, folder) => {
  const umask = process.umask(0o077);
  const cluster = openIn(root, settings);
  expect(await cluster.create(wanted({ a: "1" }))).toEqual({ kind: "done" });
  process.umask(umask);
  const paths = [at(), at("airflow"), one(), one(readlinkSync(one("..data"))), one("a")];
  const modes = paths.map((path) => statSync(path).mode & 0o7777);
  expect(modes).toEqual([folder, folder, folder, folder, file]);
  const gid = settings.group === OTHER_GROUP ? Number(OTHER_GROUP) : process.getgid?.();
  expect(new Set(paths.map((path) => statSync(path).gid))).toEqual(new Set([gid]));
});

function ownGroup(): string {
  return execFileSync("id", ["-gn"], { encoding: "utf8" }).trim();
}

test("a file that an editor put in the place of a link, or wrote through it at once, is seen and put right", async () => {
  const cluster = openIn(root);
  await cluster.create(wanted({ a: "1", b: "1", c: "1" }));
  writeFileSync(one("a.new"), "1");
  renameSync(one("a.new"), one("a"));
  writeFileSync(one("b"), "2");
  rmSync(one("c"));
  const outside = join(root, "outside");
  writeFileSync(outside, "theirs");
  symlinkSync(outside, one("c"));
  writeFileSync(one("notes~"), Buffer.from([0xff, 0x31]));
  const live = await seen(cluster);
  expect([...live.foreignKeys]).toEqual(["a", "b", "c", "notes~"]);
  expect([...live.data.values()].map((value) => value.reveal())).toEqual([
    "1",
    "2",
    "\ud800",
    "\ud800\u00ff1",
  ]);
  expect(await cluster.update(wanted({ a: "3", b: "3", c: "3" }), live)).toEqual({ kind: "done" });
  expect(["a", "b", "c"].map((key) => readlinkSync(one(key)))).toEqual(["..data/a", "..data/b", "..data/c"]);
  expect(readFileSync(outside, "utf8")).toBe("theirs");
  expect(existsSync(one("notes~"))).toBe(false);
  expect([...(await seen(cluster)).foreignKeys]).toEqual([]);
});

interface Refusal {
  readonly name: string;
  readonly prepare: (cluster: LiveCluster) => Promise<void> | void;
  /** What reading throws, and a write is refused with. */
  readonly read: string;
  readonly write: string;
}

const REFUSALS: readonly Refusal[] = [
  {
    name: "a file in the place of the directory",
    prepare: () => writeFileSync(at(), ""),
    read: "JF730",
    write: "JF730",
  },
  {
    name: "a directory that leads nowhere",
    prepare: () => symlinkSync("nowhere", at()),
    read: "nothing",
    write: "JF731",
  },
  {
    name: "a file in the place of the namespace",
    prepare: () => writeFileSync(made("airflow"), ""),
    read: "JF732",
    write: "JF732",
  },
  {
    name: "a namespace that leads elsewhere",
    prepare: () => symlinkSync(root, made("airflow")),
    read: "JF732",
    write: "JF732",
  },
  {
    name: "a Secret that leads elsewhere",
    prepare: () => symlinkSync(root, made("airflow", "one")),
    read: "JF732",
    write: "JF732",
  },
  { name: "rubbish for metadata", prepare: damage("..data/..jackfield.json"), read: "JF733", write: "JF733" },
  {
    name: "metadata of another version",
    prepare: damage(
      "..data/..jackfield.json",
      '{"v":2,"uid":"u","version":1,"labels":{},"annotations":{},"keys":{}}',
    ),
    read: "JF733",
    write: "JF733",
  },
  { name: "`..data` that is a file", prepare: damage("..data"), read: "JF733", write: "JF733" },
  {
    name: "`..data` that leads out",
    prepare: (cluster) => relink(cluster, ".."),
    read: "JF733",
    write: "JF733",
  },
  {
    name: "`..data` that leads nowhere",
    prepare: (cluster) => relink(cluster, "..2026"),
    read: "JF733",
    write: "JF731",
  },
];

/** A path in the directory, whose folder is there. */
function made(...names: readonly string[]): string {
  mkdirSync(at(...names.slice(0, -1)), { recursive: true });
  return at(...names);
}

function damage(path: string, text = "rubbish") {
  return async (cluster: LiveCluster) => {
    await cluster.create(wanted({ a: "1" }));
    if (path === "..data") rmSync(one(path));
    writeFileSync(one(path), text);
  };
}

async function relink(cluster: LiveCluster, target: string): Promise<void> {
  await cluster.create(wanted({ a: "1" }));
  rmSync(one("..data"));
  symlinkSync(target, one("..data"));
}

test.each(REFUSALS)("$name is neither read nor written", async ({ prepare, read, write }) => {
  const cluster = openIn(root);
  await prepare(cluster);
  const before = readdirSync(root, { recursive: true });
  expect(await codeThrown(() => cluster.get("airflow", "one"))).toBe(read);
  expect(codeOf(await cluster.create(wanted({ b: "1" })))).toBe(write);
  expect(codeOf(await cluster.create(wanted({ b: "1" }), true))).not.toBe("changed");
  expect(readdirSync(root, { recursive: true })).toEqual(before);
});

test("a directory that leads elsewhere, as a person set it up, is one", async () => {
  mkdirSync(join(root, "volume"));
  symlinkSync("volume", at());
  const cluster = openIn(root);
  expect(await cluster.create(wanted({ a: "1" }))).toEqual({ kind: "done" });
  expect(readFileSync(join(root, "volume", "airflow", "one", "a"), "utf8")).toBe("1");
});

test("folders that somebody put into a Secret are not removed", async () => {
  const cluster = openIn(root);
  await cluster.create(wanted({ a: "1" }));
  mkdirSync(one("folder"));
  writeFileSync(one("folder", "file"), "");
  const live = await seen(cluster);
  expect([...live.foreignKeys]).toEqual(["folder"]);
  expect(codeOf(await cluster.update(wanted({ a: "2" }), live))).toBe("JF734");
  expect(codeOf(await cluster.remove("airflow", "one", live.seen))).toBe("JF734");
  expect(existsSync(one("folder", "file"))).toBe(true);
  expect((await seen(cluster)).seen).toEqual(live.seen);
});

test("the first write of a run cleans up what others left anywhere, and nothing else", async () => {
  await openIn(root).create(wanted({ a: "1" }, "other"));
  const theirs = [".lock.new-abc/free", "airflow/..gone.2026/a", "airflow/dead/..2026_01_01_00_00_00.ab/a"];
  const kept = [".hidden/..gone.2026/a", "airflow/hand/..note/a", "airflow/hand/key", "notes/text"];
  for (const path of [...theirs, ...kept, "airflow/other/..2026_01_01_00_00_00.cd/a"])
    writeFileSync(made(...path.split("/")), "left");
  symlinkSync("..2026_01_01_00_00_00.cd", at("airflow", "other", "..data_tmp"));
  await openIn(root).create(wanted({ a: "1" }));
  expect([...theirs, ...kept].filter((path) => existsSync(at(path)))).toEqual(kept);
  expect(readdirSync(at("airflow", "other"))).toHaveLength(3);
  expect(readFileSync(at("airflow", "other", "a"), "utf8")).toBe("1");
});

test("a key may have any name that Kubernetes takes", async () => {
  const cluster = openIn(root);
  const data = JSON.parse('{"__proto__":"1","constructor":"2","..":"3"}');
  expect(codeOf(await cluster.create(wanted(data)))).toBe("JF736");
  delete data[".."];
  expect(await cluster.create(wanted(data))).toEqual({ kind: "done" });
  expect([...(await seen(cluster)).data.keys()]).toEqual(["__proto__", "constructor"]);
  expect([...(await seen(cluster)).foreignKeys]).toEqual([]);
});

test("a group that is not there, and names that no path is made of, are refused", async () => {
  const cluster = openIn(root, { group: "no-such-group" });
  expect(codeOf(await cluster.create(wanted({ a: "1" })))).toBe("JF735");
  expect(codeOf(await cluster.create(wanted({ a: "1" }), true))).toBe("JF735");
  const plain = openIn(root);
  for (const namespace of ["..", "a/b", ".locks", "", "A"])
    expect(codeOf(await plain.create(wanted({}, "one", namespace)))).toBe("JF736");
  expect(await codeThrown(() => plain.get("..", "one"))).toBe("JF736");
  expect(await codeThrown(() => plain.list("../.."))).toBe("JF736");
  expect(codeOf(await plain.remove("..", "one", { uid: "", resourceVersion: "" }))).toBe("JF736");
  expect(codeOf(await plain.lock("..", "one", "me"))).toBe("JF736");
  expect(existsSync(at("airflow"))).toBe(false);
});

test("a folder that must not be written is told with its path, and without what was to be written", async () => {
  const cluster = openDirectory(directoryCluster("/proc/jackfield"), root, "", BRIEF);
  const answer = await cluster.create(wanted({ a: "canary" }));
  expect(answer).toMatchObject({ kind: "refused", diagnostic: { code: "JF731" } });
  expect(JSON.stringify(answer)).toMatch(/`\/proc\/jackfield\/airflow\/one`.*: E[A-Z]+/);
  expect(JSON.stringify(answer)).not.toContain("canary");
});

test("paths are told from the folder of the Workspace, and shown from the root", async () => {
  const cluster = openDirectory(directoryCluster("../clusters/laptop"), root, "teams/data", BRIEF);
  await cluster.create(wanted({ a: "1" }));
  expect(existsSync(join(root, "teams/clusters/laptop/airflow/one/a"))).toBe(true);
  mkdirSync(join(root, "teams/clusters/laptop/airflow/one/folder"));
  const answer = await cluster.update(wanted({}), await seen(cluster));
  expect(JSON.stringify(answer)).toContain("`teams/clusters/laptop/airflow/one/folder`");
});

async function held(cluster: LiveCluster, name: string) {
  const answer = await cluster.lock("airflow", name, "a run");
  if (answer.kind !== "locked") throw new Error(answer.kind);
  return answer.lock;
}

test("a directory that another process works on is waited for, but not forever", async () => {
  const cluster = openIn(root);
  await cluster.create(wanted({ a: "1" }));
  const live = await seen(cluster);
  const [token = ""] = readdirSync(at(".lock"));
  const mine = heldName();
  renameSync(at(".lock", token), at(".lock", mine));
  expect(codeOf(await cluster.update(wanted({ a: "2" }), live))).toBe("JF737");
  const waiting = cluster.update(wanted({ a: "2" }), live);
  await sleep(100);
  renameSync(at(".lock", mine), at(".lock", "free"));
  expect(await waiting).toEqual({ kind: "done" });
});

test("a lock of another machine is left to it while it is renewed, and taken over when it is not", async () => {
  const cluster = openIn(root);
  await (await held(cluster, "prod")).release();
  const folder = at(".locks", "airflow", "prod");
  const theirs = (n: number) => join(folder, `held.1.abc.${"0".repeat(12)}.${n}`);
  renameSync(join(folder, "free"), theirs(0));
  let renewed = 0;
  const timer = setInterval(() => renameSync(theirs(renewed), theirs(++renewed)), 100);
  expect(await cluster.lock("airflow", "prod", "me")).toMatchObject({ kind: "taken", by: "a run" });
  clearInterval(timer);
  const lock = await held(cluster, "prod");
  expect(existsSync(theirs(renewed))).toBe(false);
  // It was thought dead, and lives: it must not write any more.
  const [token = ""] = readdirSync(folder).filter((name) => name.startsWith("held."));
  renameSync(join(folder, token), theirs(0));
  expect(lock.isHeld()).toBe(false);
  await lock.release();
  expect(existsSync(theirs(0))).toBe(true);
});

test("a lock is renewed as long as it is held", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    const lock = await held(openIn(root), "prod");
    const token = () => readdirSync(at(".locks", "airflow", "prod")).find((name) => name.startsWith("held."));
    const first = token();
    vi.advanceTimersByTime(5_000);
    const second = token();
    expect([second !== first, second !== undefined, lock.isHeld()]).toEqual([true, true, true]);
    await lock.release();
    vi.advanceTimersByTime(60_000);
    expect([token(), lock.isHeld()]).toEqual([undefined, false]);
  } finally {
    vi.useRealTimers();
  }
});

test("a pid that another process has since is a dead process", async () => {
  const cluster = openIn(root);
  await (await held(cluster, "prod")).release();
  const folder = at(".locks", "airflow", "prod");
  const [, pid, , host] = heldName().split(".");
  renameSync(join(folder, "free"), join(folder, `held.${pid}.0123456789ab.${host}.1`));
  const begun = performance.now();
  await (await held(cluster, "prod")).release();
  expect(performance.now() - begun).toBeLessThan(BRIEF.stale);
});

test("what others may not even list is not absent", async () => {
  const cluster = openIn(root);
  await cluster.create(wanted({ a: "1" }));
  chmodSync(at("airflow"), 0);
  // Root may all: then it is read, and not absent either.
  const isRoot = process.getuid?.() === 0;
  expect(await codeThrown(() => cluster.get("airflow", "one"))).toBe(isRoot ? "nothing" : "JF730");
  expect(await codeThrown(() => cluster.list("airflow"))).toBe(isRoot ? "nothing" : "JF730");
  chmodSync(at("airflow"), 0o700);
  expect(lstatSync(one()).isDirectory()).toBe(true);
});
