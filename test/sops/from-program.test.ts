import { expect, test } from "vitest";
import { Secret } from "../../src/core/secret.ts";
import { valuesFromPlain } from "../../src/sops/from-program.ts";
import { openFile } from "../../src/sops/open.ts";
import { compileScope } from "../../src/sops/scope.ts";
import { sealText } from "../../src/sops/seal.ts";
import { identitiesOf, parsed } from "../support/sealed-files.ts";

// What the `sops` program prints becomes the values that we would have opened ourselves, or nothing.

const identities = identitiesOf("one");
const groups = [identities.map(({ recipient }) => recipient)];
const scope = compileScope({ name: "encrypted_regex", text: "^secrets$" });

function sealed(text: string): string {
  const made = sealText({ path: "x.yaml", text }, { groups, now: new Date("2026-11-23T12:00:00Z") });
  if (made.value === undefined) throw new Error(made.diagnostics.map(({ message }) => message).join());
  return made.value;
}

/** Type and text of every value; undefined if the answer is refused. */
function taken(sealedText: string, plain: string): readonly string[] | undefined {
  if (!scope) throw new Error("our own rule is safe");
  const values = valuesFromPlain(parsed(sealedText), scope, new Secret(plain));
  return values && [...values.values()].map(({ type, secret }) => `${type} ${secret.reveal()}`);
}

function own(sealedText: string): readonly string[] {
  const { value } = openFile(parsed(sealedText), identities);
  return [...(value?.values() ?? [])].map(({ type, secret }) => `${type} ${secret.reveal()}`);
}

/** A sealed value, and the form in which SOPS 3.13.3 prints it. */
test.each([
  ["hello", "hello"],
  ["'0755'", '"0755"'],
  ['"yes"', '"yes"'],
  ["'x '", "'x '"],
  ['"a\\nb\\n"', "|\n        a\n        b"],
  ['"a\\r\\nb\\u0085\\u2028\\0\\a"', '"a\\r\\nb\\N\\L\\0\\a"'],
  ['"\\u200b"', "\u200b"],
  ["0o17", "15"],
  ["9223372036854775807", "9223372036854775807"],
  ["1.0", "1"],
  ["-0.0", "-0"],
  ["1e21", "1e+21"],
  ["1.5e-7", "1.5e-07"],
  ["123456789.125", "1.23456789125e+08"],
  ["12345678901234567890.0", "1.2345678901234567e+19"],
  [".inf", ".inf"],
  ["-.INF", "-.inf"],
  [".NaN", ".nan"],
  ["TRUE", "true"],
  ["2020-1-2", "2020-01-02T00:00:00Z"],
  ["2020-01-31T01:02:03.50+02:00", "2020-01-31T01:02:03.5+02:00"],
])("%j is taken from %j", (written, printed) => {
  const text = sealed(`plain: 1\nsecrets:\n  a: ${written}\n`);
  expect(own(text).length).toBe(1);
  expect(taken(text, `plain: 1\nsecrets:\n    a: ${printed}\n`)).toEqual(own(text));
});

const FILE = `plain: {port: 5432, ratio: 1.0, day: 2020-01-31, none: null, text: "1"}
secrets:
  # a comment
  a: one
  list:
    # another
    - two
    - [3, {b: true}]
  empty: ""
  nothing: null
  map: {}
  items: []
---
secrets: {z: last}
`;
const ANSWER = `plain:
    port: 5432
    ratio: 1
    day: 2020-01-31T00:00:00Z
    none: null
    text: "1"
secrets:
    # a comment
    a: one
    list:
        # another
        - two
        - - 3
          - b: true
    empty: ""
    nothing: null
    map: {}
    items: []
---
secrets:
    z: last
`;

test("a whole file is taken, comments in lists left out", () => {
  const text = sealed(FILE).replace("    # another\n", "");
  expect(taken(text, ANSWER)).toEqual(["str one", "str two", "int 3", "bool True", "str last"]);
});

test("a comment that SOPS made an item of has no value", () => {
  const item = /#(ENC\[\S+type:comment\])\n(?= +- )/.exec(sealed(FILE));
  const text = sealed(FILE).replace(/#(ENC\[\S+type:comment\]\n +- )/, "- $1");
  expect(item).not.toBeNull();
  expect(taken(text, ANSWER)?.length).toBe(5);
});

/** Each a change of the answer that must not go through. */
test.each([
  ["nothing", ANSWER, ""],
  ["no YAML", "a: one", "a: one: two"],
  ["another plain value", "5432", "5433"],
  ["a plain text for a number", "port: 5432", "port: 5432x"],
  ["a null for a text", "none: null", 'none: ""'],
  ["another key", "a: one", "b: one"],
  ["a key more", "a: one", "a: one\n    c: two"],
  ["a key less", "    a: one\n", ""],
  ["another order", '    empty: ""\n    nothing: null', '    nothing: null\n    empty: ""'],
  ["an item more", "- two", "- two\n        - two"],
  ["an item less", "        - two\n", ""],
  ["a list for a value", "a: one", "a: [one]"],
  ["a map for a value", "a: one", "a: {b: one}"],
  ["a value for a map", "map: {}", "map: null"],
  ["a value for a list", "items: []", "items: {}"],
  ["a value where there is none", 'empty: ""', "empty: x"],
  ["null for a value", "a: one", "a: null"],
  ["a number for a text", "a: one", "a: 1"],
  ["a text for a number", "- - 3", '- - "3"'],
  ["a number with a fraction for an integer", "- - 3", "- - 3.5"],
  ["a text for a flag", "b: true", 'b: "true"'],
  ["a document less", "---\nsecrets:\n    z: last\n", ""],
  ["a document more", "---\nsecrets", "---\nx: 1\n---\nsecrets"],
  ["a sops block", "---", "sops: {mac: x}\n---"],
  ["a key twice", "a: one", "a: one\n    a: one"],
  ["a tag", "a: one", "a: !!binary b25l"],
])("%s is refused", (_, from, to) => {
  const text = sealed(FILE);
  expect(taken(text, ANSWER)).toBeDefined();
  expect(ANSWER).toContain(from);
  expect(taken(text, ANSWER.replace(from, to))).toBeUndefined();
});

test("a label that does not fit is refused", () => {
  const text = sealed("secrets: {a: 12}\n");
  expect(taken(text, "secrets: {a: 12}\n")).toEqual(["int 12"]);
  expect(taken(text.replace("type:int", "type:str"), "secrets: {a: 12}\n")).toBeUndefined();
  expect(taken(text.replace("type:int", "type:bytes"), "secrets: {a: 12}\n")).toBeUndefined();
  expect(taken(text.replace("type:int", "type:comment"), "secrets: {a: 12}\n")).toBeUndefined();
});

test("a plain value in scope, and a sealed one outside, are what they are", () => {
  const text = sealed("secrets: {a: one, b: two}\n");
  const plain = text.replace(/"?ENC[^,]*,data[^"\n]*type:str\]"?/, "one");
  expect(taken(plain, "secrets: {a: one, b: two}\n")).toBeUndefined();
  const outside = sealed("secrets: {a: one}\nlog: x\n").replace("log: x", "log: ENC[AES256_GCM,data:x]");
  expect(taken(outside, "secrets: {a: one}\nlog: ENC[AES256_GCM,data:x]\n")).toEqual(["str one"]);
  expect(taken(outside, "secrets: {a: one}\nlog: ENC[AES256_GCM,data:y]\n")).toBeUndefined();
});
