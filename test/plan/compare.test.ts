import { expect, test } from "vitest";
import { Secret } from "../../src/core/secret.ts";
import { emit } from "../../src/emit/emit.ts";
import { createViews } from "../../src/emit/view.ts";
import type { EffectiveObject } from "../../src/model/effective.ts";
import type { LiveSecret } from "../../src/model/live.ts";
import type { SecretManifest, SecretView } from "../../src/model/manifest.ts";
import type { ObjectChange } from "../../src/model/plan.ts";
import { compareOpened, compareSecret, digestsOf, heldNames } from "../../src/plan/compare.ts";
import type { SecretRecord } from "../../src/plan/record.ts";
import {
  connection,
  effective,
  environmentVariable,
  reveal,
  sealed,
  type Value,
  variable,
  workspace,
} from "../support/effective.ts";
import { objectsOf, sampleConnections, sampleVariables } from "../support/estate.ts";

// What the emitter writes, read back, is what it wrote: nothing differs, whatever is in it; and what differs is told, to the field.

type Delivery = "file" | "kubernetes" | "env";

interface Made {
  readonly views: readonly SecretView[];
  readonly manifests: readonly SecretManifest[];
}

function make(delivery: Delivery, objects: readonly EffectiveObject[]): Made {
  const estate = workspace(effective({ name: "prod", delivery }, objects));
  const [made] = [...emit(estate, reveal)];
  const [first] = estate.deployments;
  if (!made?.value || !first) throw new Error(made?.diagnostics.map(({ message }) => message).join("\n"));
  return { views: createViews(estate)(first), manifests: made.value.manifests };
}

function liveOf(
  { name, namespace, data, labels }: SecretManifest,
  foreign: readonly string[] = [],
): LiveSecret {
  return {
    name,
    namespace,
    data,
    labels,
    seen: { uid: "u", resourceVersion: "1" },
    annotations: new Map(),
    type: "Opaque",
    immutable: false,
    isLeaving: false,
    foreignKeys: new Set(foreign),
  };
}

function recordOf(view: SecretView): SecretRecord {
  return { tool: "1", commit: "c", policyDigest: "p", objects: digestsOf(view) };
}

/** Changes between what lives, as `before` was written, and what is wanted now; without keys, and with them. */
function changes(delivery: Delivery, before: Made, after: Made, foreign: readonly string[] = []) {
  void delivery;
  return after.views.map((view) => {
    const manifest = before.manifests.find(({ name }) => name === view.name);
    const old = before.views.find(({ name }) => name === view.name);
    const next = after.manifests.find(({ name }) => name === view.name);
    if (!manifest || !old || !next) throw new Error("the same Secrets are wanted");
    const live = liveOf(manifest, foreign);
    const record = recordOf(old);
    return {
      keyless: compareSecret(view, live, {
        record,
        before: (_, object, path) => plainOf(old, object.id, path),
      }),
      keyed: compareOpened(view, live, next),
    };
  });
}

function plainOf(view: SecretView, id: string, path: string): string | undefined {
  const objects = [...view.keys.values()].flatMap((key) => key.objects);
  const field = objects.find((one) => one.id === id)?.fields.get(path);
  return field && "json" in field && field.shown ? field.json : undefined;
}

const told = (all: readonly ObjectChange[]) =>
  all.flatMap(({ action, id, fields }) =>
    fields.length === 0
      ? [`${action} ${id}`]
      : fields.map(({ path, action: what, word, shown }) => {
          const values = shown ? ` ${shown.from ?? ""}>${shown.to ?? ""}` : "";
          return `${id}.${path} ${what} ${word}${values}`;
        }),
  );

const CONTENT = {
  connections: Object.fromEntries(
    sampleConnections(["postgres", "snowflake", "http", "generic", "aws"], 150, 7).map((one, n) => [
      `c${n}`,
      one,
    ]),
  ),
  variables: Object.fromEntries(sampleVariables(60, 7).map((one, n) => [`v${n}`, one])),
  environment: { TZ: "Europe/Berlin", EMPTY: "", LINES: "one\ntwo é" },
};

test.each(["file", "kubernetes", "env"] as const)(
  "delivery %s: what was written differs in nothing",
  (delivery) => {
    const made = make(delivery, objectsOf(CONTENT));
    for (const { keyless, keyed } of changes(delivery, made, made))
      expect([...keyless, ...keyed]).toEqual([]);
  },
);

const postgres = (more: Readonly<Record<string, Value>> = {}) =>
  connection("db", { type: "postgres", host: "a.example.com", ...more });
/** Each with a ciphertext of its own. */
const secret = () => postgres({ password: sealed("canary") });

test.each<readonly [string, readonly EffectiveObject[], readonly EffectiveObject[], readonly string[]]>([
  [
    "a plain field",
    [postgres()],
    [postgres({ host: "b.example.com" })],
    ['db.host change changed "a.example.com">"b.example.com"'],
  ],
  ["a new field", [postgres()], [postgres({ schema: "x" })], ['db.schema set changed >"x"']],
  ["a field less", [postgres({ schema: "x" })], [postgres()], ['db.schema unset changed "x">']],
  ["a number", [postgres({ port: 1 })], [postgres({ port: 2 })], ["db.port change changed 1>2"]],
  [
    "what the catalogue does not know",
    [postgres({ extra: { odd: "x" } })],
    [postgres({ extra: { odd: "y" } })],
    ["db.extra.odd change changed"],
  ],
  [
    "a host that carries a password",
    [postgres()],
    [postgres({ host: "u:p@b.example.com" })],
    ["db.host change changed"],
  ],
  ["a password sealed anew", [secret()], [secret()], ["db.password change ciphertext changed"]],
  [
    "a password that was plain",
    [connection("db", { type: "postgres", login: "x" })],
    [connection("db", { type: "postgres", login: sealed("x") })],
    ["db.login change changed"],
  ],
  ["an object more", [], [postgres()], ["add db"]],
  ["an object less", [postgres()], [], ["remove db"]],
  ["a Variable", [variable("v", "one")], [variable("v", "two")], ["v.value change changed"]],
  [
    "a long number",
    [postgres({ extra: { n: 12345678901234567890n } })],
    [postgres({ extra: { n: 12345678901234567891n } })],
    ["db.extra.n change changed"],
  ],
])("delivery file, %s", (_, before, after, expected) => {
  const [change] = changes("file", make("file", before), make("file", after));
  expect(told(change?.keyless ?? [])).toEqual(expected);
});

test("with the key, only what really differs is told, without values", () => {
  const anew = { password: sealed("canary"), host: "b.example.com" };
  const [change] = changes("file", make("file", [secret()]), make("file", [postgres(anew)]));
  expect(told(change?.keyed ?? [])).toEqual(["db.host change changed"]);
});

test("what somebody else wrote since may be anything, where it is sealed", () => {
  const made = make("file", [secret()]);
  const [change] = changes("file", made, made, ["connections.json"]);
  expect(told(change?.keyless ?? [])).toEqual(["db.password change written by another"]);
  expect(change?.keyed).toEqual([]);
});

test("without a record nothing says what a sealed value came from", () => {
  const { views, manifests } = make("file", [secret()]);
  const [[view], [manifest]] = [views, manifests];
  if (!view || !manifest) throw new Error("nothing made");
  const known = { record: undefined, before: () => undefined };
  expect(told(compareSecret(view, liveOf(manifest), known))).toEqual(["db.password change unknown"]);
});

test.each(["not JSON", "[]", '"x"', "null", '{"db": 1}', '{"db": []}'])(
  "a live text that is no file of ours: %s",
  (text) => {
    const { views, manifests } = make("file", [secret()]);
    const [[view], [manifest]] = [views, manifests];
    if (!view || !manifest) throw new Error("nothing made");
    const data = new Map([...manifest.data, ["connections.json", new Secret(text)]]);
    const changed = compareSecret(view, liveOf({ ...manifest, data }), {
      record: recordOf(view),
      before: () => undefined,
    });
    expect(changed.map(({ id }) => id)).toEqual(["db"]);
  },
);

test("objects of a Secret without a record are told by how it looks", () => {
  const all = [secret(), variable("v", "x"), environmentVariable("TZ", "x")];
  for (const delivery of ["file", "kubernetes"] as const) {
    const { manifests } = make(delivery, all);
    const names = manifests.flatMap((one) =>
      heldNames(liveOf(one), undefined).map(({ kind, id }) => `${kind} ${id}`),
    );
    expect(names.sort()).toEqual(["Connection db", "EnvironmentVariable TZ", "Variable v"]);
  }
});

test("a value that somebody wrote into the cluster is not shown", () => {
  const [change] = changes(
    "file",
    make("file", [postgres({ host: "hacked.example.com" })]),
    make("file", [postgres()]),
  );
  expect(told(change?.keyless ?? [])).toEqual([
    'db.host change changed "hacked.example.com">"a.example.com"',
  ]);
  const { views, manifests } = make("file", [postgres({ host: "hacked.example.com" })]);
  const [wanted] = make("file", [postgres()]).views;
  const [[old], [manifest]] = [views, manifests];
  if (!wanted || !old || !manifest) throw new Error("nothing made");
  // Git had another one than what lives.
  const known = { record: recordOf(old), before: () => '"a.example.com"' };
  expect(told(compareSecret(wanted, liveOf(manifest), known))).toEqual(["db.host change changed"]);
});
