import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Secret } from "../../src/core/secret.ts";
import type { LiveSecret, WantedSecret } from "../../src/model/live.ts";
import { type LiveCluster, type Lock, PortFailure } from "../../src/ports.ts";
import { type NamespacePoke, testNamespaces } from "./namespace-conformance.ts";

// What every cluster keeps to, whatever it is made of: one test for a folder and for a real server.

/** What others do to a namespace behind our back. */
export interface Poke {
  /** Sets a key of a Secret, one that it has or a new one. */
  edit(secret: string, key: string, text: string): Promise<void>;
  dropKey(secret: string, key: string): Promise<void>;
  /** Puts an annotation beside ours. */
  annotate(secret: string, annotation: string, text: string): Promise<void>;
  /** A Secret that is not ours, with a key at least. */
  make(secret: string, data: Readonly<Record<string, string>>): Promise<void>;
  /** The lock of a name as a process leaves it that was killed. */
  abandonLock(name: string): Promise<void>;
  /** The same cluster, giving rubbish where this Secret was. */
  garbled(secret: string): Promise<LiveCluster>;
}

/** A namespace of its own, which is empty. */
export interface Opened {
  readonly cluster: LiveCluster;
  /** The same cluster, as another process sees it. */
  readonly other: LiveCluster;
  readonly namespace: string;
  readonly poke: Poke;
  /** What others do to namespaces whose names begin like this one. */
  readonly namespaces: NamespacePoke;
  close(): Promise<void>;
}

/** Tests a kind of cluster. `runs`: of the property test. */
export function clusterConformance(kind: string, open: () => Promise<Opened>, runs = 30): void {
  let opened: Opened;
  beforeEach(async () => {
    opened = await open();
  }, 60_000);
  afterEach(async () => {
    opened.cluster.close();
    opened.other.close();
    await opened.close();
  });
  const here = () => opened;
  testWriting(kind, here);
  testOthers(kind, here);
  testRaces(kind, here);
  testLocks(kind, here);
  testModel(kind, here, runs);
  testNamespaces(kind, here);
}

type Here = () => Opened;
type Texts = Readonly<Record<string, string>>;

const LABELS: Texts = { "app.kubernetes.io/managed-by": "jackfield", "jackfield.dev/owner": "0".repeat(40) };
const ANNOTATIONS: Texts = { "jackfield.dev/record": '{"v":1,"tool":"test"}' };
const RESIDUE = "kubectl.kubernetes.io/last-applied-configuration";

const DATA: readonly (readonly [string, Texts])[] = [
  ["one key", { "connections.json": '{"a": "postgres://"}' }],
  ["no keys", {}],
  ["an empty value", { empty: "" }],
  ["keys of all characters", { "A.b_c-1": "x", ".hidden": "y", _: "z", "-": "1" }],
  ["what is not ASCII", { text: "zażółć \u{1f600} \u0000\u0001\r\n\ufeff\u2028", bom: "\ufefftext" }],
  ["nearly 1 MiB", { big: "x".repeat(2 ** 20 - 5), key: "" }],
];

function testWriting(kind: string, here: Here): void {
  test.each(DATA)(`${kind}: %s is read as it was created`, async (_, data) => {
    const { cluster, namespace } = here();
    expect(await cluster.get(namespace, "one")).toBeUndefined();
    expect(await cluster.create(wanted(here, "one", data))).toEqual({ kind: "done" });
    const live = await got(here, "one");
    expect(plain(live)).toEqual({ labels: LABELS, annotations: ANNOTATIONS, data });
    expect(live).toMatchObject({
      namespace,
      name: "one",
      type: "Opaque",
      immutable: false,
      isLeaving: false,
    });
    expect([...live.foreignKeys]).toEqual([]);
    expect((await cluster.get(namespace, "one"))?.seen).toEqual(live.seen);
  });

  test(`${kind}: nothing is created over what is there`, async () => {
    const { cluster } = here();
    await cluster.create(wanted(here, "one", { a: "1" }));
    const before = await state(here, "one");
    for (const data of [{ a: "1" }, { a: "2" }, {}])
      expect(await cluster.create(wanted(here, "one", data))).toEqual({ kind: "changed" });
    expect(await state(here, "one")).toEqual(before);
  });

  test(`${kind}: an update makes of it what is wanted, and no more`, async () => {
    const { cluster } = here();
    await cluster.create(wanted(here, "one", { a: "1", b: "2", c: "" }));
    const before = await got(here, "one");
    const next = {
      ...wanted(here, "one", { b: "3", d: "4" }),
      labels: new Map([["x", "y"]]),
      annotations: new Map(),
    };
    expect(await cluster.update(next, before)).toEqual({ kind: "done" });
    const after = await got(here, "one");
    expect(plain(after)).toEqual({ labels: { x: "y" }, annotations: {}, data: { b: "3", d: "4" } });
    expect(after.seen.uid).toBe(before.seen.uid);
    expect(after.seen.resourceVersion).not.toBe(before.seen.resourceVersion);
    expect(await cluster.update(wanted(here, "one", {}), after)).toEqual({ kind: "done" });
    expect(plain(await got(here, "one")).data).toEqual({});
  });

  test(`${kind}: nothing is done to what is no longer what was seen`, async () => {
    const { cluster, namespace } = here();
    await cluster.create(wanted(here, "one", { a: "1" }));
    const stale = await got(here, "one");
    await cluster.update(wanted(here, "one", { a: "2" }), stale);
    const current = await state(here, "one");
    expect(await cluster.update(wanted(here, "one", { a: "3" }), stale)).toEqual({ kind: "changed" });
    expect(await cluster.remove(namespace, "one", stale.seen)).toEqual({ kind: "changed" });
    expect(await state(here, "one")).toEqual(current);
  });

  test(`${kind}: what was removed is gone, and stays gone`, async () => {
    const { cluster, namespace } = here();
    await cluster.create(wanted(here, "one", { a: "1" }));
    await cluster.create(wanted(here, "two", { a: "1" }));
    const seen = await got(here, "one");
    expect(await cluster.remove(namespace, "one", seen.seen)).toEqual({ kind: "done" });
    expect(await cluster.get(namespace, "one")).toBeUndefined();
    expect(await cluster.remove(namespace, "one", seen.seen)).toEqual({ kind: "done" });
    expect(await cluster.update(wanted(here, "one", { a: "2" }), seen)).toEqual({ kind: "changed" });
    expect(await cluster.get(namespace, "one")).toBeUndefined();
    expect(await names(here)).toEqual(["two"]);
  });

  test(`${kind}: one that was removed and made again is another`, async () => {
    const { cluster, namespace } = here();
    await cluster.create(wanted(here, "one", { a: "1" }));
    const first = await got(here, "one");
    await cluster.remove(namespace, "one", first.seen);
    await cluster.create(wanted(here, "one", { a: "1" }));
    const second = await state(here, "one");
    expect(second.seen.uid).not.toBe(first.seen.uid);
    expect(await cluster.update(wanted(here, "one", { a: "2" }), first)).toEqual({ kind: "changed" });
    expect(await cluster.remove(namespace, "one", first.seen)).toEqual({ kind: "changed" });
    expect(await state(here, "one")).toEqual(second);
  });

  test(`${kind}: what is only asked about is not done`, async () => {
    const { cluster } = here();
    expect(await cluster.create(wanted(here, "one", { a: "1" }), true)).toEqual({ kind: "done" });
    expect(await names(here)).toEqual([]);
    await cluster.create(wanted(here, "one", { a: "1" }));
    const seen = await got(here, "one");
    expect(await cluster.create(wanted(here, "one", { a: "2" }), true)).toEqual({ kind: "changed" });
    expect(await cluster.update(wanted(here, "one", { a: "2" }), seen, true)).toEqual({ kind: "done" });
    expect(plain(await got(here, "one")).data).toEqual({ a: "1" });
    await cluster.update(wanted(here, "one", { a: "2" }), seen);
    expect(await cluster.update(wanted(here, "one", { a: "3" }), seen, true)).toEqual({ kind: "changed" });
  });

  test.each(["../one", "a/b", "", ".", "One", "..data"])(
    `${kind}: %j is the name of no Secret`,
    async (name) => {
      const { cluster } = here();
      expect((await cluster.create(wanted(here, name, { a: "1" }))).kind).toBe("refused");
      expect((await cluster.create(wanted(here, name, { a: "1" }), true)).kind).toBe("refused");
      expect(await names(here)).toEqual([]);
    },
  );

  test.each(["..", "../a", "a/b", "", "..data", "ä"])(`${kind}: %j is no key`, async (key) => {
    const { cluster } = here();
    expect((await cluster.create(wanted(here, "one", { [key]: "1" }))).kind).toBe("refused");
    expect(await names(here)).toEqual([]);
  });
}

function testOthers(kind: string, here: Here): void {
  test(`${kind}: all Secrets are listed, whoever's, sorted by name`, async () => {
    const { cluster, namespace, poke } = here();
    for (const name of ["c", "a.b", "a-b", "b"]) await cluster.create(wanted(here, name, { k: name }));
    await poke.make("aa", { key: "theirs" });
    await poke.make("z", { key: "theirs" });
    const all = await cluster.list(namespace);
    expect(all.map(({ name }) => name)).toEqual(["a-b", "a.b", "aa", "b", "c", "z"]);
    for (const one of all) expect({ ...one, ...plain(one) }).toEqual(await state(here, one.name));
    expect(plain(all[2])).toEqual({ labels: {}, annotations: {}, data: { key: "theirs" } });
  });

  test(`${kind}: a Secret of somebody else is seen as such, and can be adopted and removed`, async () => {
    const { cluster, namespace, poke } = here();
    await poke.make("one", { key: "theirs", gone: "" });
    const seen = await got(here, "one");
    expect((await got(here, "one")).seen).toEqual(seen.seen);
    expect([...seen.foreignKeys].sort()).toEqual(["gone", "key"]);
    expect(await cluster.create(wanted(here, "one", { key: "ours" }))).toEqual({ kind: "changed" });
    expect(await cluster.update(wanted(here, "one", { key: "ours" }), seen)).toEqual({ kind: "done" });
    const after = await got(here, "one");
    expect(plain(after)).toEqual({ labels: LABELS, annotations: ANNOTATIONS, data: { key: "ours" } });
    expect([...after.foreignKeys]).toEqual([]);
    expect(await cluster.remove(namespace, "one", seen.seen)).toEqual({ kind: "changed" });
    expect(await cluster.remove(namespace, "one", after.seen)).toEqual({ kind: "done" });
    expect(await names(here)).toEqual([]);
  });

  const EDITS: readonly (readonly [string, (poke: Poke) => Promise<void>, Texts, readonly string[]])[] = [
    ["a changed key", (poke) => poke.edit("one", "a", "2"), { a: "2", b: "1" }, ["a"]],
    ["a longer key", (poke) => poke.edit("one", "a", "two"), { a: "two", b: "1" }, ["a"]],
    ["a new key", (poke) => poke.edit("one", "c", "2"), { a: "1", b: "1", c: "2" }, ["c"]],
    ["a dropped key", (poke) => poke.dropKey("one", "b"), { a: "1" }, []],
  ];
  test.each(EDITS)(
    `${kind}: %s is seen, guards against a stale write, and is put right`,
    async (_, act, data, foreign) => {
      const { cluster, namespace, poke } = here();
      const ours = { a: "1", b: "1" };
      await cluster.create(wanted(here, "one", ours));
      const before = await got(here, "one");
      await act(poke);
      const edited = await state(here, "one");
      expect(edited.data).toEqual(data);
      expect([...edited.foreignKeys]).toEqual(foreign);
      expect(edited.seen.uid).toBe(before.seen.uid);
      expect(await cluster.update(wanted(here, "one", ours), before)).toEqual({ kind: "changed" });
      expect(await cluster.remove(namespace, "one", before.seen)).toEqual({ kind: "changed" });
      expect(await state(here, "one")).toEqual(edited);
      expect(await cluster.update(wanted(here, "one", ours), await got(here, "one"))).toEqual({
        kind: "done",
      });
      const after = await got(here, "one");
      expect(plain(after)).toEqual({ labels: LABELS, annotations: ANNOTATIONS, data: ours });
      expect([...after.foreignKeys]).toEqual([]);
    },
  );

  test(`${kind}: what kubectl leaves in annotations is seen as a secret, and goes`, async () => {
    const { cluster, poke } = here();
    await cluster.create(wanted(here, "one", { a: "1" }));
    await poke.annotate("one", RESIDUE, "a copy of all values");
    const seen = await got(here, "one");
    expect(plain(seen).annotations).toEqual({ ...ANNOTATIONS, [RESIDUE]: "a copy of all values" });
    expect(await cluster.update(wanted(here, "one", { a: "1" }), seen)).toEqual({ kind: "done" });
    expect(plain(await got(here, "one")).annotations).toEqual(ANNOTATIONS);
  });

  test(`${kind}: what cannot be read is not taken for absent`, async () => {
    const { cluster, namespace, poke } = here();
    await cluster.create(wanted(here, "one", { a: "1" }));
    const garbled = await poke.garbled("one");
    await expect(garbled.get(namespace, "one")).rejects.toThrow(PortFailure);
    await expect(garbled.list(namespace)).rejects.toThrow(PortFailure);
    garbled.close();
  });
}

function testRaces(kind: string, here: Here): void {
  const answersOf = async (tries: readonly Promise<{ readonly kind: string }>[]) =>
    (await Promise.all(tries)).map((answer) => answer.kind).sort();
  const ONE_DONE = ["changed", "changed", "changed", "changed", "changed", "done"];
  const racers = () =>
    [1, 2, 3].flatMap((n) => [here().cluster, here().other].map((one, i) => [one, `${n}${i}`] as const));

  test(`${kind}: of many who create one Secret, one does`, async () => {
    const tries = racers().map(([one, text]) => one.create(wanted(here, "one", { text, again: text })));
    expect(await answersOf(tries)).toEqual(ONE_DONE);
    const { data } = plain(await got(here, "one"));
    expect(data.text).toBe(data.again);
  });

  test(`${kind}: of many who write over one state, one does`, async () => {
    const { cluster, namespace } = here();
    await cluster.create(wanted(here, "one", { text: "" }));
    const seen = await got(here, "one");
    const tries = racers().map(([one, text]) => one.update(wanted(here, "one", { text, again: text }), seen));
    expect(await answersOf(tries)).toEqual(ONE_DONE);
    const now = await got(here, "one");
    expect(plain(now).data.text).toBe(plain(now).data.again);
    const [update, ...removes] = racers();
    const mixed = [
      ...removes.map(([one]) => one.remove(namespace, "one", seen.seen)),
      update?.[0].update(wanted(here, "one", { text: "last" }), now) ?? Promise.resolve({ kind: "none" }),
    ];
    expect(await answersOf(mixed)).toEqual(ONE_DONE);
    expect(plain(await got(here, "one")).data).toEqual({ text: "last" });
  });

  test(`${kind}: many Secrets are written at once`, async () => {
    const { cluster, namespace } = here();
    const all = Array.from({ length: 40 }, (_, i) => `secret-${String(i).padStart(2, "0")}`);
    const created = await Promise.all(all.map((name) => cluster.create(wanted(here, name, { name }))));
    expect(created.every((answer) => answer.kind === "done")).toBe(true);
    const listed = await cluster.list(namespace);
    expect(listed.map((one) => [one.name, plain(one).data.name])).toEqual(all.map((name) => [name, name]));
    const removed = await Promise.all(listed.map(({ name, seen }) => cluster.remove(namespace, name, seen)));
    expect(removed.every((answer) => answer.kind === "done")).toBe(true);
    expect(await names(here)).toEqual([]);
  });
}

function testLocks(kind: string, here: Here): void {
  test(`${kind}: a lock excludes others until it is released`, async () => {
    const { cluster, other, namespace } = here();
    const first = await locked(cluster, namespace, "jackfield-prod", "first");
    expect(first.isHeld()).toBe(true);
    const elsewhere = await locked(other, namespace, "jackfield-dev", "second");
    await elsewhere.release();
    const order: string[] = [];
    const waiting = locked(other, namespace, "jackfield-prod", "second").then((lock) => {
      order.push("taken");
      return lock;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    order.push("released");
    await first.release();
    const second = await waiting;
    expect(order).toEqual(["released", "taken"]);
    expect([first.isHeld(), second.isHeld()]).toEqual([false, true]);
    await first.release();
    expect(second.isHeld()).toBe(true);
    await second.release();
    await (await locked(cluster, namespace, "jackfield-prod", "third")).release();
  });

  test(`${kind}: who waits too long is told who holds it`, async () => {
    const { cluster, other, namespace } = here();
    const first = await locked(cluster, namespace, "jackfield-prod", "run-of-the-first");
    const answer = await other.lock(namespace, "jackfield-prod", "run-of-the-second");
    expect(answer).toEqual({ kind: "taken", by: "run-of-the-first" });
    expect(first.isHeld()).toBe(true);
    await first.release();
  }, 60_000);

  test(`${kind}: the lock of a dead process is taken over`, async () => {
    const { cluster, other, namespace, poke } = here();
    await poke.abandonLock("jackfield-prod");
    const lock = await locked(cluster, namespace, "jackfield-prod", "first");
    expect(lock.isHeld()).toBe(true);
    const answer = await other.lock(namespace, "jackfield-prod", "second");
    expect(answer).toEqual({ kind: "taken", by: "first" });
    await lock.release();
  }, 90_000);
}

/** The data of what a test believes to be there. */
type Model = Map<string, Texts>;

type Step = { readonly name: string; readonly data: Texts } & {
  readonly act: "create" | "update" | "stale" | "remove" | "staleRemove" | "make" | "edit";
};

function testModel(kind: string, here: Here, numRuns: number): void {
  const texts = fc.string({ unit: "binary", maxLength: 20 }).filter((text) => text.isWellFormed());
  const step: fc.Arbitrary<Step> = fc.record({
    act: fc.constantFrom("create", "update", "stale", "remove", "staleRemove", "make", "edit"),
    name: fc.constantFrom("one", "two", "two.three"),
    data: fc.dictionary(fc.constantFrom("a", "b", "connections.json", "_", ".c"), texts, { minKeys: 1 }),
  });

  test(`${kind}: whatever is done in whatever order, it is as a map would be`, async () => {
    const steps = fc.array(step, { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(steps, (all) => agrees(here, all)),
      { numRuns },
    );
  }, 300_000);
}

async function agrees(here: Here, steps: readonly Step[]): Promise<void> {
  const { cluster, namespace } = here();
  for (const { name, seen } of await cluster.list(namespace)) await cluster.remove(namespace, name, seen);
  const model: Model = new Map();
  const old = new Map<string, LiveSecret>();
  for (const [index, step] of steps.entries()) {
    // No write is the same as the one before, which a server would not count.
    await take(here, { ...step, data: { ...step.data, step: `${index}` } }, model, old);
    const listed = (await cluster.list(namespace)).map((one) => [one.name, plain(one).data]);
    const expected = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
    expect(listed).toEqual(expected);
  }
}

async function take(
  here: Here,
  { act, name, data }: Step,
  model: Model,
  old: Map<string, LiveSecret>,
): Promise<void> {
  const { cluster, namespace, poke } = here();
  const live = await cluster.get(namespace, name);
  expect(live !== undefined).toBe(model.has(name));
  const want = wanted(here, name, data);
  const stale = old.get(name);
  if (stale && !isSame(stale, live)) {
    const gone = live ? "changed" : "done";
    if (act === "stale") expect((await cluster.update(want, stale)).kind).toBe("changed");
    if (act === "staleRemove") expect((await cluster.remove(namespace, name, stale.seen)).kind).toBe(gone);
  }
  if (live && !act.startsWith("stale")) old.set(name, live);
  if (act === "create") expect((await cluster.create(want)).kind).toBe(live ? "changed" : "done");
  if (act === "make" && !live) await poke.make(name, data);
  if ((act === "create" || act === "make") && !live) model.set(name, data);
  if (live) await takeOf(here, { act, name, data }, model, live);
}

/** A step that needs a Secret. */
async function takeOf(here: Here, { act, name, data }: Step, model: Model, live: LiveSecret): Promise<void> {
  const { cluster, namespace, poke } = here();
  if (act === "update") {
    expect((await cluster.update(wanted(here, name, data), live)).kind).toBe("done");
    model.set(name, data);
  } else if (act === "remove") {
    expect((await cluster.remove(namespace, name, live.seen)).kind).toBe("done");
    model.delete(name);
  } else if (act === "edit") {
    for (const [key, text] of Object.entries(data)) await poke.edit(name, key, text);
    model.set(name, { ...model.get(name), ...data });
  }
}

function isSame(one: LiveSecret, other: LiveSecret | undefined): boolean {
  return one.seen.uid === other?.seen.uid && one.seen.resourceVersion === other.seen.resourceVersion;
}

function wanted(here: Here, name: string, data: Texts): WantedSecret {
  const secrets = Object.entries(data).map(([key, text]) => [key, new Secret(text)] as const);
  return {
    namespace: here().namespace,
    name,
    labels: new Map(Object.entries(LABELS)),
    annotations: new Map(Object.entries(ANNOTATIONS)),
    data: new Map(secrets),
  };
}

async function got(here: Here, name: string): Promise<LiveSecret> {
  const live = await here().cluster.get(here().namespace, name);
  if (!live) throw new Error(`there is no ${name}`);
  return live;
}

/** All of a Secret, as what can be compared. */
async function state(here: Here, name: string) {
  const live = await got(here, name);
  return { ...live, ...plain(live) };
}

/** What a Secret says, in clear. */
function plain(live: LiveSecret | undefined): { labels: Texts; annotations: Texts; data: Texts } {
  const clear = (map: ReadonlyMap<string, Secret> | undefined): Texts =>
    Object.fromEntries([...(map ?? [])].map(([key, value]) => [key, value.reveal()]));
  return {
    labels: Object.fromEntries(live?.labels ?? []),
    annotations: clear(live?.annotations),
    data: clear(live?.data),
  };
}

async function names(here: Here): Promise<readonly string[]> {
  return (await here().cluster.list(here().namespace)).map(({ name }) => name);
}

async function locked(cluster: LiveCluster, namespace: string, name: string, holder: string): Promise<Lock> {
  const answer = await cluster.lock(namespace, name, holder);
  if (answer.kind !== "locked") throw new Error(`${holder} got no lock: ${answer.kind}`);
  return answer.lock;
}
