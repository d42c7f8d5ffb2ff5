import { expect, test } from "vitest";
import type { EffectiveObject } from "../src/model/effective.ts";
import {
  type ConnectionSpec,
  connection,
  environmentVariable,
  sealed,
  variable,
  written,
} from "./support/effective.ts";
import { troubles } from "./support/emitting.ts";

const quote = "write it in quotes";
const sealedAs = (word: string) => `it was sealed as a ${word}; write it in quotes before sealing`;

// airflow.md 1.3: what breaks an entry or the whole file. Each must be impossible to emit.
const POISON: [string, ConnectionSpec, string, string, string | undefined][] = [
  ["a password that is a number", { password: 12345n }, "password", "JF501", quote],
  [
    "a sealed password that is a number",
    { password: sealed("1", "int") },
    "password",
    "JF501",
    sealedAs("number"),
  ],
  [
    "a sealed password that is a boolean",
    { password: sealed("True", "bool") },
    "password",
    "JF501",
    sealedAs("boolean"),
  ],
  [
    "a sealed password that is a date",
    { password: sealed("2026-01-01T00:00:00Z", "time") },
    "password",
    "JF501",
    sealedAs("date"),
  ],
  ["a login that is a number", { login: 1n }, "login", "JF501", quote],
  ["a host that is a number", { host: written(1.5, "1.5") }, "host", "JF501", quote],
  ["a schema that is a boolean", { schema: true }, "schema", "JF501", quote],
  ["a host that is null", { host: null }, "host", "JF501", "use `unset`"],
  ["a host that is a list", { host: ["a"] }, "host", "JF501", undefined],
  ["a password that is a map", { password: { a: "b" } }, "password", "JF501", undefined],
  ["a port that is a text", { port: "5432" }, "port", "JF502", "write it without quotes"],
  ["a port that is a word", { port: "x" }, "port", "JF502", undefined],
  ["a port with a fraction", { port: written(54.5, "54.5") }, "port", "JF502", undefined],
  ["port 0", { port: 0n }, "port", "JF502", undefined],
  ["port 65536", { port: 65536n }, "port", "JF502", undefined],
  ["a negative port", { port: -1n }, "port", "JF502", undefined],
  ["a port that is null", { port: null }, "port", "JF502", undefined],
  ["a sealed port that is a word", { port: sealed("x") }, "port", "JF502", undefined],
  ["a sealed port out of range", { port: sealed("70000", "int") }, "port", "JF502", undefined],
  ["a sealed port with a zero before it", { port: sealed("05432") }, "port", "JF502", undefined],
  [
    "an infinite number",
    { extra: { a: written(Number.POSITIVE_INFINITY, ".inf") } },
    "extra.a",
    "JF503",
    "write it in quotes if the provider takes a text",
  ],
  [
    "no number",
    { extra: { a: written(Number.NaN, ".nan") } },
    "extra.a",
    "JF503",
    "write it in quotes if the provider takes a text",
  ],
  [
    "a sealed infinite number",
    { extra: { a: sealed("+Inf", "float") } },
    "extra.a",
    "JF503",
    "write it in quotes if the provider takes a text",
  ],
  [
    "a number too large for a float",
    { extra: { a: written(Number.POSITIVE_INFINITY, "1e999") } },
    "extra.a",
    "JF503",
    "write it in quotes if the provider takes a text",
  ],
  ["a NUL in a password", { password: sealed("a\0b") }, "password", "JF504", undefined],
  ["a lone surrogate in a host", { host: "\ud800" }, "host", "JF504", undefined],
  ["a lone surrogate in extra", { extra: { a: "\udc00x" } }, "extra.a", "JF504", undefined],
  [
    "a number in name only",
    { extra: { a: sealed("abc", "int") } },
    "extra.a",
    "JF505",
    "seal the value again",
  ],
  [
    "a float in name only",
    { extra: { a: sealed("1,5", "float") } },
    "extra.a",
    "JF505",
    "seal the value again",
  ],
  [
    "a boolean in name only",
    { extra: { a: sealed("yes", "bool") } },
    "extra.a",
    "JF505",
    "seal the value again",
  ],
  ["binary data", { extra: { a: sealed("x", "bytes") } }, "extra.a", "JF506", sealedAs("binary data")],
  ["a sealed date", { extra: { a: sealed("2026", "time") } }, "extra.a", "JF506", sealedAs("date")],
  ["null in extra", { extra: { a: null } }, "extra.a", "JF507", "leave the key out"],
];

test.each(POISON)("poison cannot be emitted: %s", (_, spec, path, code, hint) => {
  const object = connection("c", spec);
  const [trouble, ...others] = troubles({}, object, connection("good"));
  expect(others).toEqual([]);
  expect(trouble).toMatchObject({ code, severity: "error", at: object.fields.get(path)?.value.span });
  expect(trouble?.hint).toBe(hint);
});

test("poison below the first level of extra cannot be emitted either", () => {
  const nested = { a: [{ b: null }, { c: "\0" }, { "\ud800": "x" }] };
  const codes = troubles({}, connection("c", { extra: nested })).map(({ code }) => code);
  expect(codes).toEqual(["JF507", "JF504", "JF504"]);
});

test("`__extra__` is Airflow's own key", () => {
  expect(troubles({}, connection("c", { extra: { __extra__: "{}" } })).map((d) => d.code)).toEqual(["JF509"]);
});

test("what a Variable or EnvironmentVariable cannot be", () => {
  const codes = (object: EffectiveObject) => troubles({}, object).map(({ code }) => code);
  expect(codes(variable("v", null))).toEqual(["JF507"]);
  expect(codes(variable("v", "a\0"))).toEqual(["JF504"]);
  expect(codes(variable("v", sealed("2026", "time")))).toEqual(["JF506"]);
  expect(codes(environmentVariable("E", 1n))).toEqual(["JF501"]);
  expect(codes(environmentVariable("E", { a: "b" }))).toEqual(["JF501"]);
  expect(codes(environmentVariable("E", sealed("1", "int")))).toEqual(["JF501"]);
  expect(codes(environmentVariable("E", sealed("\0")))).toEqual(["JF504"]);
});

test("an incomplete object is not delivered", () => {
  const { type: _type, ...typeless } = connection("c");
  expect(troubles({}, typeless).map(({ code }) => code)).toEqual(["JF508"]);
  expect(troubles({}, { ...variable("v", ""), fields: new Map() }).map(({ code }) => code)).toEqual([
    "JF508",
  ]);
});
test("no diagnostic says a value", () => {
  const canary = "canary-9f3a";
  for (const [, spec] of POISON) {
    const found = troubles({}, connection("c", { ...spec, login: sealed(canary, "bytes") }));
    expect(JSON.stringify(found)).not.toContain(canary);
  }
});
