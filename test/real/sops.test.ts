import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { parseFile } from "../../src/parse/parse.ts";
import { openFile } from "../../src/sops/open.ts";
import { casesOf } from "../support/fixture.ts";
import { expectedOf, identitiesOf, keyText, opened, sealedText } from "../support/sealed-files.ts";

// Against the real `sops` on the PATH: what it seals we open, and what it refuses we refuse.

const folder = mkdtempSync(join(tmpdir(), "jackfield-sops-")); // away from any .sops.yaml
afterAll(() => rmSync(folder, { recursive: true }));

const identities = identitiesOf("one", "three", "quantum");
const recipient = identities[0]?.recipient ?? "";
const keys = (["one", "three", "quantum"] as const).map(keyText).join("\n");
const env = { PATH: process.env.PATH, HOME: folder, SOPS_AGE_KEY: keys };

/** Seals a text with `sops`, with some of its options. */
function seal(text: string, ...options: readonly string[]): string {
  writeFileSync(join(folder, "plain.yaml"), text);
  const args = ["encrypt", "--age", recipient, ...options, "plain.yaml"];
  return execFileSync("sops", args, { cwd: folder, env, encoding: "utf8", maxBuffer: 2 ** 26 });
}

/** What `sops` makes of a sealed text; undefined if it refuses it. */
function open(text: string): string | undefined {
  writeFileSync(join(folder, "sealed.yaml"), text);
  const run = spawnSync("sops", ["decrypt", "sealed.yaml"], {
    cwd: folder,
    env,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (run.error) throw run.error;
  return run.status === 0 ? run.stdout : undefined;
}

type Value = string | number | bigint | boolean | readonly Value[] | { readonly [key: string]: Value };

/** JSON is YAML, but for two things: go-yaml knows no surrogate escapes, and breaks lines at more characters. */
function yamlText(text: string): string {
  const escaped = (char: string) => {
    const hex = (char.codePointAt(0) ?? 0).toString(16);
    return hex.length > 4 ? `\\U${hex.padStart(8, "0")}` : `\\u${hex.padStart(4, "0")}`;
  };
  return `"${text.replaceAll(/[^ !#-[\]-~]/gu, escaped)}"`;
}

function yaml(value: Value): string {
  if (typeof value === "string") return yamlText(value);
  if (typeof value === "number") return Number.isInteger(value) ? value.toExponential() : String(value);
  if (Array.isArray(value)) return `[${value.map(yaml).join(", ")}]`;
  if (typeof value !== "object") return String(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${yamlText(key)}: ${yaml(item)}`)
    .join(", ")}}`;
}

/** The values that are sealed, in file order: `""`, `{}` and `[]` are not. */
function sealedLeaves(value: Value): readonly Exclude<Value, object>[] {
  if (typeof value === "object") return Object.values(value).flatMap(sealedLeaves);
  return value === "" ? [] : [value];
}

// Not `<<`: SOPS writes that as `!!merge <<`, a tag that we refuse.
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    "0755",
    "~",
    "null",
    "yes",
    "2020-01-01",
    "1e3",
    "ENC",
    "a\r\nb\n",
    " x ",
    "\u2028",
    "#",
    "\u0085",
  ),
);
const key = fc.oneof(
  fc.constantFrom("a", "8080", "a:b", "__proto__", "x_unencrypted", "~", "true", ""),
  fc.string(),
);
const scalar = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  // SOPS cannot verify its own -0.
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
  fc.boolean(),
);
const { tree } = fc.letrec<{ tree: Value; map: Value }>((tie) => ({
  map: fc.dictionary(key, tie("tree"), { maxKeys: 4, depthIdentifier: "d" }),
  tree: fc.oneof(
    { depthIdentifier: "d", depthSize: "small" },
    scalar,
    tie("map"),
    fc.array(tie("tree"), { maxLength: 3 }),
  ),
}));
const names = fc.dictionary(
  key.filter((one) => !/secrets|sops/.test(one)),
  tree,
  { maxKeys: 3, noNullPrototype: true },
);
const secrets = fc.dictionary(key, tree, { minKeys: 1, maxKeys: 5, noNullPrototype: true });

const DOCUMENTS = 40;
const FILES = 10;
const samples = fc.sample(fc.record({ plain: names, secrets }), {
  numRuns: DOCUMENTS * FILES,
  seed: 20261123,
});
const batches = Array.from({ length: FILES }, (_, i) => samples.slice(i * DOCUMENTS, (i + 1) * DOCUMENTS));

test.each(batches.map((batch, index) => [index, batch] as const))(
  `generated file %i of ${DOCUMENTS} documents opens to what was sealed`,
  (_, batch) => {
    const documents = batch.map(
      ({ plain, secrets: inner }) => `plain: ${yaml(plain)}\nsecrets: ${yaml(inner)}\n`,
    );
    const sealed = seal(documents.join("---\n"), "--encrypted-regex", "^secrets$");
    const parsed = parseFile({ path: "x.yaml", text: sealed });
    if (!parsed.value) throw new Error("sops wrote what we cannot read");
    const { value, diagnostics } = openFile(parsed.value, identities);
    expect(diagnostics).toEqual([]);
    const expected = batch.flatMap(({ secrets: inner }) => sealedLeaves(inner));
    const actual = [...(value?.values() ?? [])].map(({ type, secret }) => ({ type, text: secret.reveal() }));
    expect(actual.length).toBe(expected.length);
    for (const [index, plain] of expected.entries()) expectSame(actual[index], plain);
  },
);

function expectSame(actual: { type: string; text: string } | undefined, plain: Exclude<Value, object>): void {
  if (typeof plain === "number") {
    expect(actual?.type).toBe("float");
    expect(Number(actual?.text)).toBe(plain);
    return;
  }
  const bool = plain === true ? "True" : "False";
  const type = typeof plain === "string" ? "str" : typeof plain === "bigint" ? "int" : "bool";
  expect(actual).toEqual({ type, text: type === "bool" ? bool : String(plain) });
}

test.each([
  ["unencrypted-suffix", "_unencrypted"],
  ["encrypted-suffix", "_secret"],
  ["unencrypted-regex", "^(host|port)$"],
  ["encrypted-regex", "pass|^data$"],
] as const)("the rule %s %s", (rule, pattern) => {
  const plain =
    "{host: h, port: 1, pass: p, data: {a: 1, b_secret: s}, x_unencrypted: {y: 2}, z_secret: [q, 1.5]}";
  const result = opened(seal(`a: ${plain}\nb: [${plain}]\n`, `--${rule}`, pattern), identities);
  expect(result.codes).toEqual([]);
  expect(result.values?.length).toBeGreaterThan(1);
});

/** Where we are stricter than SOPS, by case. */
const STRICTER = [
  "data-key-short",
  "entry-mislabelled",
  "hidden-stanza",
  "key-unknown",
  "mac-only-encrypted",
  "rule-comment",
];

test.each(casesOf("sops"))("fixture %s: sops agrees", (name) => {
  const plain = open(sealedText(name));
  if (STRICTER.includes(name)) return;
  expect(plain !== undefined).toBe(expectedOf(name).open === "ok");
});

// Plain scalars as people write them. SOPS writes them in its own form; put back as they were, its MAC still fits.
const SCALARS =
  `0755 0o17 0b11 0x1F -0x1f 1_000 08 08.50 +7 -0 .5 -.5 1. 1.0 1e3 1e21 1.5e-7 1e400 .inf -.INF +.Inf .NaN ~ NULL
  nULL True FALSE yes off y 2020-01-31 2020-1-2 2020-02-31 2021-02-29 2020-13-01 2020-01-31T01:02:03Z 2020-1-2t1:2:3.450Z
  2020-01-31T01:02:03+02:00 2020-01-31T01:02:03-00:00 2020-01-31T24:00:00Z 2020-01-31T01:02:03 2020-01-31T01:02:03.1234567891Z
  9223372036854775807 -9223372036854775808 18446744073709551616 123456789012345678901234567890 0x 0b2 1.2.3 1:30 1e 0o8 _1 1_ __ =
  12:30:45 0.1e-5 123456789.125 4.9e-324 1.7976931348623157e308 0777777777777777777777 0xffffffffffffffffff`.split(
    /\s+/,
  );

test.each(SCALARS)("the plain scalar %s is hashed as SOPS does", (source) => {
  const sealed = seal(`x: ${source}\nsecrets: {a: b}\n`, "--encrypted-regex", "^secrets$");
  const byHand = sealed.replace(/^x: .*/m, `x: ${source}`);
  expect(open(byHand)).toBeDefined();
  expect(opened(sealed, identities).codes).toEqual([]);
  expect(opened(byHand, identities).codes).toEqual([]);
});

test("whatever is changed in a file, we refuse it if SOPS does", () => {
  for (const name of ["simple", "comments", "plain-scalars"]) {
    const original = sealedText(name);
    const accepted = fc.sample(fc.tuple(fc.nat(original.length - 1), fc.integer({ min: 32, max: 126 })), {
      numRuns: 1500,
      seed: 20261123,
    });
    const changed = accepted.map(
      ([at, code]) => original.slice(0, at) + String.fromCharCode(code) + original.slice(at + 1),
    );
    const ours = [...new Set(changed)].filter((one) => {
      const { value, diagnostics } = parseFile({ path: "x.yaml", text: one });
      return value && diagnostics.length === 0 && openFile(value, identities).value;
    });
    expect(ours.length).toBeGreaterThan(10);
    expect(ours.slice(0, 80).filter((one) => open(one) === undefined)).toEqual([]);
  }
});
