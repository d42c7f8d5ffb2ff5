import fc from "fast-check";
import type { SourceFile } from "../../src/core/source.ts";
import { ciphertext, RECIPIENTS, sopsBlock } from "./seal.ts";

/** An estate of one Workspace, as plain data: what a test changes before it is written out. */
export interface EstateSpec {
  readonly deployments: readonly DocumentSpec[];
  readonly objects: readonly ObjectSpec[];
  readonly links: readonly DocumentSpec[];
  readonly credentials: readonly DocumentSpec[];
}

export interface DocumentSpec {
  readonly kind: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface ObjectSpec extends DocumentSpec {
  readonly metadata: Readonly<Record<string, unknown>>;
}

const DEPLOYMENTS = ["dep1", "dep2", "dep3", "dep4"];
const ENVIRONMENTS = ["production", "development"];
const CLUSTERS = ["eu", "us"];
const LABELS: readonly Readonly<Record<string, string>>[] = [
  {},
  { team: "bi" },
  { team: "ml" },
  { team: "bi", tier: "gold" },
];

const text = fc.constantFrom("one", "two", "three", "");
const oneOrMore = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
const sometimes = { requiredKeys: [] };

const match = fc
  .record(
    {
      environment: fc.constantFrom(...ENVIRONMENTS),
      cluster: fc.constantFrom(...CLUSTERS),
      selector: fc.constantFrom(...LABELS.slice(1)),
    },
    sometimes,
  )
  .filter((one) => Object.keys(one).length > 0);

/** The shapes of `to` and `for`. */
export const selector = fc.oneof(
  fc.constant({ all: true }),
  match,
  oneOrMore(DEPLOYMENTS).map((deployments) => ({ deployments })),
  oneOrMore(DEPLOYMENTS).map((previewsOf) => ({ previewsOf })),
);

const fields = {
  host: text,
  login: text,
  schema: text,
  port: fc.constantFrom(80, 443),
  extra: fc.dictionary(fc.constantFrom("one", "two.three"), fc.oneof(text, fc.constant({ a: "1" })), {
    minKeys: 1,
    noNullPrototype: true,
  }),
};
const typing = {
  type: fc.constantFrom("custom_thing", "other_thing"),
  auth: fc.constantFrom("here", "there"),
};
const unset = fc.uniqueArray(fc.constantFrom("host", "port", "extra.one", "extra.two.three"), {
  minLength: 1,
});
const notEmpty = (one: object) => Object.keys(one).length > 0;

const overridesOf = {
  Connection: fc.record({ ...fields, ...typing, unset }, sometimes).filter(notEmpty),
  Variable: fc.record({ value: text }),
  EnvironmentVariable: fc.record({ value: text }),
} as const;
const REFERENCE = {
  Connection: "connection",
  Variable: "variable",
  EnvironmentVariable: "environmentVariable",
} as const;
type ObjectKind = keyof typeof REFERENCE;

const ids = {
  Connection: ["obj1", "obj2"],
  Variable: ["obj3", "obj4"],
  EnvironmentVariable: ["obj5"],
} as const;

function link(kind: ObjectKind) {
  const overrides = overridesOf[kind] as fc.Arbitrary<object>;
  return fc.record({ to: selector, overrides }, { requiredKeys: ["to"] });
}

function object(kind: ObjectKind, id: string): fc.Arbitrary<ObjectSpec> {
  const shape = kind === "Connection" ? fc.record(fields, sometimes) : fc.record({ value: text });
  const fixed =
    kind === "Connection" ? { type: "custom_thing", plain: ["extra.one", "extra.two.three"] } : {};
  const reach = fc.record(
    {
      sharing: fc.constantFrom("all", "restricted"),
      exclude: fc.array(fc.oneof(fc.constantFrom(...DEPLOYMENTS), match), { maxLength: 2 }),
      links: fc.array(link(kind), { maxLength: 3 }),
    },
    sometimes,
  );
  return fc.tuple(shape, reach).map(([written, reached]) => ({
    kind,
    metadata: { name: id },
    spec: { ...fixed, ...written, ...reached },
  }));
}

function ownObject(kind: ObjectKind, id: string): fc.Arbitrary<ObjectSpec> {
  const spec = kind === "Connection" ? { type: "custom_thing", host: "own" } : { value: "own" };
  return fc
    .constantFrom(...DEPLOYMENTS)
    .map((deployment) => ({ kind, metadata: { name: id, deployment }, spec }));
}

function standaloneLink(kind: ObjectKind, id: string): fc.Arbitrary<DocumentSpec> {
  return link(kind).map((spec) => ({ kind: "Link", spec: { [REFERENCE[kind]]: id, ...spec } }));
}

function credential(kind: ObjectKind, id: string): fc.Arbitrary<DocumentSpec> {
  const paths = kind === "Connection" ? ["password", "host"] : ["value"];
  return fc.tuple(selector, oneOrMore(paths)).map(([selected, sealed]) => {
    const secrets = Object.fromEntries(sealed.map((path) => [path, ciphertext(`${id} ${path}`)]));
    return { kind: "Credential", spec: { [REFERENCE[kind]]: id, for: selected, secrets } };
  });
}

const named = (Object.keys(ids) as ObjectKind[]).flatMap((kind) =>
  ids[kind].map((id) => [kind, id] as const),
);
const anyOf = <T>(make: (kind: ObjectKind, id: string) => fc.Arbitrary<T>) =>
  fc.oneof(...named.map(([kind, id]) => make(kind, id)));

const deployments = fc.tuple(
  ...DEPLOYMENTS.map((name) =>
    fc
      .record({
        labels: fc.constantFrom(...LABELS),
        environment: fc.constantFrom(...ENVIRONMENTS),
        cluster: fc.constantFrom(...CLUSTERS),
        previews: fc.constantFrom({}, { previews: { namespace: "airflow-pr-{number}" } }),
      })
      .map(({ labels, environment, cluster, previews }) => ({
        kind: "Deployment",
        metadata: { name, labels },
        spec: { environment, cluster, namespace: `airflow-${name}`, ...previews },
      })),
  ),
);

/** Estates without mistakes of shape, full of layers that agree, differ, contradict and miss each other. */
export const estate: fc.Arbitrary<EstateSpec> = fc.record({
  deployments,
  objects: fc
    .tuple(
      fc.tuple(...named.map(([kind, id]) => object(kind, id))),
      fc.option(anyOf(ownObject), { nil: undefined }),
    )
    .map(([shared, own]) => (own ? [...shared, own] : shared)),
  links: fc.array(anyOf(standaloneLink), { maxLength: 6 }),
  credentials: fc.array(anyOf(credential), { maxLength: 4 }),
});

/** How an estate is spread over files: the order of documents, and which file each goes to. */
export const layout = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  files: fc.integer({ min: 1, max: 5 }),
});

export type Layout = typeof layout extends fc.Arbitrary<infer T> ? T : never;

/** The files of an estate. The Workspace stands in `jackfield.yaml`, each Credential in a sealed file of its own. */
export function filesOf(
  spec: EstateSpec,
  { seed, files }: Layout,
  workspace = "analytics",
): readonly SourceFile[] {
  const recipients = { recipients: [RECIPIENTS.prod] };
  const root = write({
    kind: "Workspace",
    metadata: { name: workspace, uid: "0b6f2d0e-8f1c-4a0b-9a57-5b8d1f3f6a11" },
    spec: {
      environments: Object.fromEntries(ENVIRONMENTS.map((name) => [name, recipients])),
      clusters: Object.fromEntries(CLUSTERS.map((name) => [name, { context: name }])),
    },
  });
  const plain = shuffled([...spec.deployments, ...spec.objects, ...spec.links].map(write), seed);
  const groups = Array.from({ length: files }, (_, at) => plain.filter((_, i) => i % files === at));
  const written = spec.credentials.map((one, i) => write(one) + sopsBlock(["prod"], String(i)));
  const sealed = shuffled(written, seed);
  return shuffled(
    [
      { path: "jackfield.yaml", text: root },
      ...groups.map((group, i) => ({ path: `${(seed + i * 7) % 10}-${i}.yaml`, text: group.join("---\n") })),
      ...sealed.map((one, i) => ({ path: `${(seed + i * 3) % 10}-${i}.sops.yaml`, text: one })),
    ],
    seed,
  );
}

/** A document as text. */
export function write({ kind, metadata, spec }: DocumentSpec): string {
  const named = metadata ? `metadata: ${JSON.stringify(metadata)}\n` : "";
  return `apiVersion: jackfield.dev/v1\nkind: ${kind}\n${named}spec: ${JSON.stringify(spec)}\n`;
}

/** The same for the same seed. */
export function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  let state = seed;
  const keyed = items.map((item) => {
    state = (state * 48_271) % 2_147_483_647;
    return [state, item] as const;
  });
  return keyed.sort(([a], [b]) => a - b).map(([, item]) => item);
}
