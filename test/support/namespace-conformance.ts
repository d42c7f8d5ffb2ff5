import { expect, test } from "vitest";
import type { LiveNamespace, WantedNamespace } from "../../src/cluster-ports.ts";
import { type LiveCluster, PortFailure } from "../../src/ports.ts";

// What the namespaces of previews keep to, in a folder and on a real server.

/** What others do to namespaces behind our back. */
export interface NamespacePoke {
  /** One that is not ours. */
  make(name: string): Promise<void>;
  annotate(name: string, annotation: string, text: string): Promise<void>;
  /** Ends what is being deleted, as controllers do. */
  finish(name: string): Promise<void>;
  /** The same cluster, giving rubbish where this namespace was. */
  garbled(name: string): Promise<LiveCluster>;
}

/** A cluster, and names in it that nobody else uses. */
export interface Spaces {
  readonly cluster: LiveCluster;
  readonly other: LiveCluster;
  /** How the names begin. */
  readonly namespace: string;
  readonly namespaces: NamespacePoke;
}

type Texts = Readonly<Record<string, string>>;
type Here = () => Spaces;

const REPO = "jackfield.dev/preview-of";
const DONE = { kind: "done" };
const CHANGED = { kind: "changed" };

export function testNamespaces(kind: string, here: Here): void {
  testMaking(kind, here);
  testGuards(kind, here);
  testLeaving(kind, here);
  testRaces(kind, here);
}

function testMaking(kind: string, here: Here): void {
  test(`${kind}: a namespace is read as it was created, and takes Secrets`, async () => {
    const { previews, get, list } = here().cluster;
    const name = nameOf(here, 1);
    expect(await previews.get(name)).toBeUndefined();
    const annotations = { "jackfield.dev/expires": "1", text: 'zażółć "\u{1f600}"\n' };
    expect(await previews.create(wanted(here, name, annotations))).toEqual(DONE);
    const live = await got(here, name);
    expect(live).toMatchObject({ name, isLeaving: false });
    expect(labelsOf(live)).toEqual({ [REPO]: here().namespace, "a.b/c": "" });
    expect(Object.fromEntries(live.annotations)).toEqual(annotations);
    expect((await got(here, name)).seen).toEqual(live.seen);
    const secret = {
      namespace: name,
      name: "one",
      labels: new Map(),
      annotations: new Map(),
      data: new Map(),
    };
    expect(await here().cluster.create(secret)).toEqual(DONE);
    expect((await list(name)).map((one) => one.name)).toEqual(["one"]);
    expect((await get(name, "one"))?.namespace).toBe(name);
    expect((await got(here, name)).seen).toEqual(live.seen);
  });

  test(`${kind}: no namespace is created over one that is there, whoever's`, async () => {
    const { cluster, namespaces } = here();
    const [ours, theirs] = [nameOf(here, 1), nameOf(here, 2)];
    await cluster.previews.create(wanted(here, ours, { a: "1" }));
    await namespaces.make(theirs);
    for (const name of [ours, theirs]) {
      const before = await got(here, name);
      for (const annotations of [{ a: "1" }, { a: "2" }])
        expect(await cluster.previews.create(wanted(here, name, annotations))).toEqual(CHANGED);
      expect(await got(here, name)).toEqual(before);
    }
    expect(labelsOf(await got(here, theirs))).toEqual({});
  });

  test(`${kind}: namespaces are listed by label, sorted`, async () => {
    const { cluster, namespace, namespaces } = here();
    expect(await cluster.previews.list(REPO, namespace)).toEqual([]);
    for (const n of [3, 1, 2]) await cluster.previews.create(wanted(here, nameOf(here, n), { n: `${n}` }));
    const elsewhere = { ...wanted(here, nameOf(here, 4)), labels: new Map([[REPO, `${namespace}-not`]]) };
    await cluster.previews.create(elsewhere);
    await namespaces.make(nameOf(here, 5));
    const listed = await cluster.previews.list(REPO, namespace);
    const names = [1, 2, 3].map((n) => nameOf(here, n));
    expect(listed).toEqual(await Promise.all(names.map((name) => got(here, name))));
    expect(await cluster.previews.list(REPO, `${namespace}-none`)).toEqual([]);
    expect(await cluster.previews.list(`${REPO}-none`, namespace)).toEqual([]);
  });

  test.each(["../one", "a/b", "", ".", "One", "..data", "a.b", "a".repeat(64)])(
    `${kind}: %j is the name of no namespace`,
    async (name) => {
      const { cluster, namespace } = here();
      expect((await cluster.previews.create(wanted(here, name))).kind).toBe("refused");
      expect(await cluster.previews.list(REPO, namespace)).toEqual([]);
    },
  );

  test(`${kind}: a namespace that cannot be read is not taken for absent`, async () => {
    const { cluster, namespace, namespaces } = here();
    const name = nameOf(here, 1);
    await cluster.previews.create(wanted(here, name));
    const { seen } = await got(here, name);
    const garbled = await namespaces.garbled(name);
    await expect(garbled.previews.get(name)).rejects.toThrow(PortFailure);
    await expect(garbled.previews.list(REPO, namespace)).rejects.toThrow(PortFailure);
    const { previews } = garbled;
    for (const answer of [
      await previews.create(wanted(here, name)),
      await previews.annotate(name, new Map([["a", "2"]]), seen),
      await previews.remove(name, seen),
    ])
      expect(["refused", "unreachable"]).toContain(answer.kind);
    garbled.close();
  });
}

function testGuards(kind: string, here: Here): void {
  test(`${kind}: annotations are given beside those of others`, async () => {
    const { cluster, namespaces } = here();
    const name = nameOf(here, 1);
    await cluster.previews.create(wanted(here, name, { a: "1", b: "1" }));
    await namespaces.annotate(name, "theirs", "x");
    const before = await got(here, name);
    const next = new Map([
      ["b", "2"],
      ["c", ""],
    ]);
    expect(await cluster.previews.annotate(name, next, before.seen)).toEqual(DONE);
    const after = await got(here, name);
    expect(Object.fromEntries(after.annotations)).toEqual({ a: "1", b: "2", c: "", theirs: "x" });
    expect(after.labels).toEqual(before.labels);
    expect(after.seen.uid).toBe(before.seen.uid);
    expect(after.seen.resourceVersion).not.toBe(before.seen.resourceVersion);
  });

  test(`${kind}: nothing is done to a namespace that is no longer what was seen`, async () => {
    const { cluster, other, namespaces } = here();
    const name = nameOf(here, 1);
    await cluster.previews.create(wanted(here, name, { a: "1" }));
    const acts = [
      () => namespaces.annotate(name, "a", "2"),
      async () =>
        void (await other.previews.annotate(name, new Map([["a", "3"]]), (await got(here, name)).seen)),
    ];
    for (const act of acts) {
      const { seen } = await got(here, name);
      await act();
      const current = await got(here, name);
      expect(current.seen.uid).toBe(seen.uid);
      expect(await cluster.previews.annotate(name, new Map([["a", "4"]]), seen)).toEqual(CHANGED);
      expect(await cluster.previews.remove(name, seen)).toEqual(CHANGED);
      expect(await got(here, name)).toEqual(current);
    }
  });

  test(`${kind}: a namespace that was removed and made again is another`, async () => {
    const { cluster, namespaces } = here();
    const name = nameOf(here, 1);
    await cluster.previews.create(wanted(here, name, { a: "1" }));
    const first = await got(here, name);
    expect(await cluster.previews.remove(name, first.seen)).toEqual(DONE);
    await namespaces.finish(name);
    expect(await cluster.previews.create(wanted(here, name, { a: "1" }))).toEqual(DONE);
    const second = await got(here, name);
    expect(second.seen.uid).not.toBe(first.seen.uid);
    expect(await cluster.previews.annotate(name, new Map([["a", "2"]]), first.seen)).toEqual(CHANGED);
    const mixed = { uid: first.seen.uid, resourceVersion: second.seen.resourceVersion };
    for (const seen of [first.seen, mixed])
      expect(await cluster.previews.remove(name, seen)).toEqual(CHANGED);
    expect(await got(here, name)).toEqual(second);
  });
}

function testLeaving(kind: string, here: Here): void {
  test(`${kind}: what goes is gone or seen to leave, and removing it again is done`, async () => {
    const { cluster, namespace, namespaces } = here();
    const name = nameOf(here, 1);
    await cluster.previews.create(wanted(here, name));
    await cluster.previews.create(wanted(here, nameOf(here, 2)));
    const { seen } = await got(here, name);
    expect(await cluster.previews.remove(name, seen)).toEqual(DONE);
    expect(await cluster.previews.remove(name, seen)).toEqual(DONE);
    const left = await cluster.previews.get(name);
    if (left) {
      expect([left.isLeaving, left.seen.uid]).toEqual([true, seen.uid]);
      expect(await cluster.previews.list(REPO, namespace)).toContainEqual(left);
      expect(await cluster.previews.create(wanted(here, name))).toEqual(CHANGED);
      expect(await cluster.previews.remove(name, left.seen)).toEqual(DONE);
      const another = { ...left.seen, uid: "00000000-0000-0000-0000-000000000000" };
      expect(await cluster.previews.remove(name, another)).toEqual(CHANGED);
    }
    await namespaces.finish(name);
    expect(await cluster.previews.get(name)).toBeUndefined();
    expect(await cluster.previews.remove(name, seen)).toEqual(DONE);
    expect(await cluster.previews.annotate(name, new Map([["a", "2"]]), seen)).toEqual(CHANGED);
    expect(await cluster.previews.get(name)).toBeUndefined();
    const listed = await cluster.previews.list(REPO, namespace);
    expect(listed.map((one) => one.name)).toEqual([nameOf(here, 2)]);
  });
}

function testRaces(kind: string, here: Here): void {
  const racers = () => [1, 2, 3].flatMap(() => [here().cluster.previews, here().other.previews]);
  const answersOf = async (tries: readonly Promise<{ readonly kind: string }>[]) =>
    (await Promise.all(tries)).map((answer) => answer.kind).sort();
  const ONE_DONE = ["changed", "changed", "changed", "changed", "changed", "done"];

  test(`${kind}: of many who create, or annotate, one namespace, one does; all who remove it are content`, async () => {
    const name = nameOf(here, 1);
    const creates = racers().map((one, i) => one.create(wanted(here, name, { a: `${i}`, b: `${i}` })));
    expect(await answersOf(creates)).toEqual(ONE_DONE);
    const { seen, annotations } = await got(here, name);
    expect(annotations.get("a")).toBe(annotations.get("b"));
    const notes = racers().map((one, i) => one.annotate(name, new Map([["a", `next-${i}`]]), seen));
    expect(await answersOf(notes)).toEqual(ONE_DONE);
    const now = await got(here, name);
    expect(now.annotations.get("a")).toMatch(/^next-/);
    const removes = racers().map((one) => one.remove(name, now.seen));
    expect(new Set(await answersOf(removes))).toEqual(new Set(["done"]));
  });
}

function nameOf(here: Here, n: number): string {
  return `${here().namespace}-pr-${n}`;
}

function wanted(here: Here, name: string, annotations: Texts = {}): WantedNamespace {
  const labels = new Map([
    [REPO, here().namespace],
    ["a.b/c", ""],
  ]);
  return { name, labels, annotations: new Map(Object.entries(annotations)) };
}

async function got(here: Here, name: string): Promise<LiveNamespace> {
  const live = await here().cluster.previews.get(name);
  if (!live) throw new Error(`there is no ${name}`);
  return live;
}

/** But for what servers give each. */
function labelsOf({ labels }: LiveNamespace): Texts {
  return Object.fromEntries([...labels].filter(([label]) => label !== "kubernetes.io/metadata.name"));
}
