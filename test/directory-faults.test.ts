import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Secret } from "../src/core/secret.ts";
import type { LiveSecret, WantedSecret } from "../src/model/live.ts";
import { heldName } from "../src/node/directory/processes.ts";
import type { LiveCluster, WriteAnswer } from "../src/ports.ts";
import { firstWord, openIn, scratch, startChild, startLimited } from "./support/directory-cluster.ts";
import { failingAt, interrupted } from "./support/failing-fs.ts";

// What is left of a directory cluster when a process is killed, or the disk fails, at any moment.

let root = "";

beforeEach(() => {
  root = scratch();
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

type Texts = Readonly<Record<string, string>>;

function wanted(data: Texts): WantedSecret {
  const secrets = Object.entries(data).map(([key, text]) => [key, new Secret(text)] as const);
  return {
    namespace: "airflow",
    name: "one",
    labels: new Map(),
    annotations: new Map(),
    data: new Map(secrets),
  };
}

const OLD: Texts = { "connections.json": "old-1", "variables.json": "old-2", dropped: "old-3" };
const NEW: Texts = { "connections.json": "new-1", "variables.json": "new-2", added: "new-3" };

interface Case {
  readonly name: string;
  readonly before: Texts | undefined;
  readonly after: Texts | undefined;
}

const CASES: readonly Case[] = [
  { name: "a create", before: undefined, after: NEW },
  { name: "an update", before: OLD, after: NEW },
  { name: "an update to nothing", before: OLD, after: {} },
  { name: "a removal", before: OLD, after: undefined },
];

async function data(cluster: LiveCluster): Promise<Texts | undefined> {
  const live = await cluster.get("airflow", "one");
  return live && Object.fromEntries([...live.data].map(([key, value]) => [key, value.reveal()]));
}

/** Writes, or removes, what was seen. */
async function write(
  cluster: LiveCluster,
  seen: LiveSecret | undefined,
  texts: Texts | undefined,
): Promise<WriteAnswer> {
  if (!texts) return seen ? cluster.remove("airflow", "one", seen.seen) : { kind: "done" };
  return seen ? cluster.update(wanted(texts), seen) : cluster.create(wanted(texts));
}

async function put(cluster: LiveCluster, texts: Texts | undefined): Promise<WriteAnswer> {
  return write(cluster, await cluster.get("airflow", "one"), texts);
}

/** Writes while a call of the file system fails; undefined: there are fewer calls. Gives the tree before, too. */
async function writeFailing(
  at: number,
  mode: "once" | "dead",
  { before, after }: Case,
): Promise<{ readonly answer: WriteAnswer; readonly old: readonly string[] } | undefined> {
  rmSync(join(root, "cluster"), { recursive: true, force: true });
  await put(openIn(root), before);
  const old = tree();
  const writer = openIn(root);
  const seen = await writer.get("airflow", "one");
  const { calls, value } = await failingAt(at, mode, "ENOSPC", () => write(writer, seen, after));
  return calls < at ? undefined : { answer: value, old };
}

/** What an Airflow that mounts the Secret can read. */
function mounted(): Texts {
  const folder = join(root, "cluster", "airflow", "one");
  const keys = lstatSync(folder, { throwIfNoEntry: false }) ? readdirSync(folder) : [];
  const links = keys.filter((key) => !key.startsWith(".."));
  const texts = links.map((key) => [key, attempt(() => readFileSync(join(folder, key), "utf8"))] as const);
  return Object.fromEntries(texts.filter((one): one is [string, string] => one[1] !== undefined));
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

/** Every path of the directory, but for what only locks are, with the contents of files. */
function tree(): readonly string[] {
  const base = join(root, "cluster");
  if (!lstatSync(base, { throwIfNoEntry: false })) return [];
  return readdirSync(base, { recursive: true, withFileTypes: true })
    .map((entry) => [entry, join(entry.parentPath, entry.name)] as const)
    .map(
      ([entry, path]) =>
        `${path.slice(base.length)}${entry.isFile() ? `: ${readFileSync(path, "utf8")}` : ""}`,
    )
    .filter((line) => !line.startsWith("/.lock"))
    .sort();
}

/** True if nothing lies there that no Secret needs. */
function isClean(): boolean {
  const base = join(root, "cluster");
  if (readdirSync(base).some((name) => name.startsWith(".lock."))) return false;
  const namespace = join(base, "airflow");
  const secrets = lstatSync(namespace, { throwIfNoEntry: false }) ? readdirSync(namespace) : [];
  return secrets.every((name) => {
    const hidden = readdirSync(join(namespace, name)).filter((one) => one.startsWith(".."));
    const links = readdirSync(join(namespace, name)).filter((one) => !one.startsWith(".."));
    const stamp = attempt(() => readlinkSync(join(namespace, name, "..data"))) ?? "";
    const leadsSomewhere = links.every((key) => attempt(() => readFileSync(join(namespace, name, key))));
    return leadsSomewhere && hidden.every((one) => one === "..data" || one === stamp);
  });
}

/** What a killed process holds is free, as its death would have it. */
function freeLock(): void {
  const folder = join(root, "cluster", ".lock");
  for (const name of attempt(() => readdirSync(folder)) ?? [])
    if (name.startsWith("held.")) renameSync(join(folder, name), join(folder, "free"));
}

test.each(CASES)(
  "$name that is killed at any call is done or not, and the next write cleans up",
  async (one) => {
    let at = 1;
    for (; await writeFailing(at, "dead", one); at++) {
      freeLock();
      const reader = openIn(root);
      const left = await data(reader);
      expect([one.before, one.after]).toContainEqual(left);
      expect([at, mounted()]).toEqual([at, left ?? {}]);
      const last = { "connections.json": `last-${at}` };
      expect(await put(reader, last)).toEqual({ kind: "done" });
      expect([at, mounted(), isClean()]).toEqual([at, last, true]);
    }
    expect(at).toBeGreaterThan(3);
  },
);

test.each(CASES)(
  "$name on a disk that fails at any call leaves the old or the new, and can be repeated",
  async (one) => {
    for (let at = 1; ; at++) {
      const failed = await writeFailing(at, "once", one);
      if (!failed) break;
      expect(["done", "refused"]).toContain(failed.answer.kind);
      expect(JSON.stringify(failed.answer)).not.toMatch(/old-|new-|canary/);
      const now = tree();
      const left = await data(openIn(root));
      if (failed.answer.kind === "done" || now.join() !== failed.old.join())
        expect([at, left]).toEqual([at, one.after]);
      else expect(left).toEqual(one.before);
      expect([at, mounted()]).toEqual([at, left ?? {}]);
      freeLock();
      expect(await put(openIn(root), one.after)).toEqual({ kind: "done" });
      expect([at, mounted(), isClean()]).toEqual([at, one.after ?? {}, true]);
    }
  },
);

test("what a reader sees is of one moment, though it is swapped while it looks", async () => {
  await put(openIn(root), OLD);
  const aside = join(root, "cluster", "airflow", "two");
  const folder = join(root, "cluster", "airflow", "one");
  const swap = () => {
    renameSync(folder, aside);
    execFileSync("cp", ["-a", aside, folder]);
    rmSync(join(folder, "dropped"));
    renameSync(join(folder, readlinkSync(join(aside, "..data"))), join(folder, "..new"));
    rmSync(join(folder, "..data"));
    symlinkSync("..new", join(folder, "..data"));
    writeFileSync(join(folder, "connections.json"), "swapped");
  };
  const old = await data(openIn(root));
  expect(old).toEqual(OLD);
  const read = await interrupted(
    "readdirSync",
    (path) => path === folder,
    swap,
    () => data(openIn(root)),
  );
  expect(read).toEqual({ "connections.json": "swapped", "variables.json": "old-2" });
});

test("who lost the lock of the directory while it wrote does not swap", async () => {
  await put(openIn(root), OLD);
  const locks = join(root, "cluster", ".lock");
  const takeOver = () => {
    for (const name of readdirSync(locks)) renameSync(join(locks, name), join(locks, heldName()));
  };
  const answer = await interrupted(
    "symlinkSync",
    (_, path) => String(path).endsWith("_tmp"),
    takeOver,
    () => put(openIn(root), NEW),
  );
  expect(answer).toMatchObject({ kind: "refused", diagnostic: { code: "JF737" } });
  freeLock();
  expect([await data(openIn(root)), isClean()]).toEqual([OLD, true]);
});

test("of two who find a lock free at once, one takes it", async () => {
  await put(openIn(root), OLD);
  const locks = join(root, "cluster", ".lock");
  const mine = heldName();
  const grasp = () => renameSync(join(locks, "free"), join(locks, mine));
  const waiting = interrupted(
    "renameSync",
    (path) => path === join(locks, "free"),
    grasp,
    async () => {
      const answer = put(openIn(root), NEW);
      await sleep(100);
      expect(await data(openIn(root))).toEqual(OLD);
      renameSync(join(locks, mine), join(locks, "free"));
      return answer;
    },
  );
  expect(await waiting).toEqual({ kind: "done" });
});

test("a process that is killed while it writes leaves every file whole, and its lock to others", async () => {
  const reader = openIn(root);
  for (const pause of [60, 5, 17, 42, 1, 28]) {
    const child = startChild(root, "loop", "airflow");
    for (let left = pause, seen = ""; left > 0; ) {
      const text = mounted()["connections.json"];
      if (text !== undefined) expect(text).toBe(text.slice(0, text.indexOf(";") + 1).repeat(500));
      if (text !== seen && text !== undefined) left--;
      seen = text ?? seen;
      await sleep(0);
    }
    child.kill("SIGKILL");
    await once(child, "exit");
    const { "connections.json": one, "variables.json": other } = mounted();
    expect(one).toBe(other);
    expect(Object.keys(mounted())).toHaveLength(3);
    expect(await put(reader, { a: "1" })).toEqual({ kind: "done" });
    // The reader cleans what lies anywhere at its first write only; of what it writes, always.
    expect(isClean()).toBe(true);
  }
}, 60_000);

test("processes that count in one Secret lose nothing", async () => {
  const children = [1, 2, 3].map(() => startChild(root, "count", "airflow", "15"));
  const exits = await Promise.all(children.map((child) => once(child, "exit")));
  expect(exits).toEqual([
    [0, null],
    [0, null],
    [0, null],
  ]);
  expect((await data(openIn(root)))?.["connections.json"]).toBe("45");
  expect(isClean()).toBe(true);
}, 60_000);

test("a file that grows too large for the system is refused, and nothing is left of it", async () => {
  const cluster = openIn(root);
  await put(cluster, OLD);
  const before = tree();
  const said = await firstWord(startLimited(64, root, "large", "airflow", "1000000"));
  expect(JSON.parse(said)).toMatchObject({ kind: "refused", diagnostic: { code: "JF731" } });
  expect(said).toContain("EFBIG");
  expect(tree()).toEqual(before);
});
