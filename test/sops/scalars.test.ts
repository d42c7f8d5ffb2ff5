import fc from "fast-check";
import { expect, test } from "vitest";
import type { ScalarNode } from "../../src/model/tree.ts";
import { fitsType, hashedText } from "../../src/sops/scalars.ts";
import { parsed } from "../support/sealed-files.ts";

/** What of a YAML value goes into the MAC. */
function hashed(yaml: string): string | undefined {
  const [entry] = parsed(`k: ${yaml}\n`).documents[0]?.root.entries ?? [];
  return hashedText(entry?.value as ScalarNode);
}

// The right-hand sides are go-yaml's, as SOPS 3.13.3 hashes them; test/real/sops.test.ts asks SOPS itself.
test.each([
  ["", undefined],
  ["~", undefined],
  ["NULL", undefined],
  ["nULL", "nULL"],
  ["True", "True"],
  ["FALSE", "False"],
  ["yes", "yes"],
  ["off", "off"],
  ["0", "0"],
  ["-0", "0"],
  ["+7", "7"],
  ["0755", "493"],
  ["0o17", "15"],
  ["0b11", "3"],
  ["0x1F", "31"],
  ["-0x1f", "-31"],
  ["1_000", "1000"],
  ["08", "8"],
  ["08.50", "8.5"],
  ["9223372036854775808", "9223372036854775808"],
  ["18446744073709551616", "18446744073709552000"],
  ["1.0", "1"],
  ["1.", "1"],
  [".5", "0.5"],
  ["-.5", "-0.5"],
  ["1e3", "1000"],
  ["1e21", "1000000000000000000000"],
  ["123456789e13", "1234567890000000000000"],
  ["1.5e-7", "0.00000015"],
  ["1e400", "1e400"],
  ["-0.0", "-0"],
  [".inf", "+Inf"],
  ["-.INF", "-Inf"],
  [".NaN", "NaN"],
  ["0x", "0x"],
  ["1.2.3", "1.2.3"],
  ["2020-01-31", "2020-01-31T00:00:00Z"],
  ["2020-1-2", "2020-01-02T00:00:00Z"],
  ["2020-02-29", "2020-02-29T00:00:00Z"],
  ["2021-02-29", "2021-02-29"],
  ["1900-02-29", "1900-02-29"],
  ["2020-04-31", "2020-04-31"],
  ["2020-13-01", "2020-13-01"],
  ["2020-01-31 1:2:3", "2020-01-31T01:02:03Z"],
  ["2020-01-31T01:02:03.4500Z", "2020-01-31T01:02:03.45Z"],
  ["2020-01-31T01:02:03+02:00", "2020-01-31T01:02:03+02:00"],
  ["2020-01-31T01:02:03-00:00", "2020-01-31T01:02:03Z"],
  ["2020-01-31T24:00:00Z", "2020-01-31T24:00:00Z"],
  ["2020-01-31T01:02:03", "2020-01-31T01:02:03"],
  ['"5432"', "5432"],
  ["'~'", "~"],
  ['"a\\n"', "a\n"],
  ["|\n  a\n  b", "a\nb\n"],
] as const)("%s is hashed as %s", (yaml, text) => {
  expect(hashed(yaml)).toBe(text);
});

test.each([
  ["int", "0", true],
  ["int", "-9223372036854775808", true],
  ["int", "9223372036854775808", false],
  ["int", "007", false],
  ["int", "+7", false],
  ["int", "-0", false],
  ["int", "", false],
  ["int", "abc", false],
  ["float", "0.5", true],
  ["float", "+Inf", true],
  ["float", "1e3", false],
  ["float", "0.50", false],
  ["float", "x", false],
  ["bool", "True", true],
  ["bool", "true", false],
  ["time", "2020-01-31T00:00:00Z", true],
  ["time", "2020-01-31", false],
  ["str", "", true],
  ["bytes", "AAAA", true],
] as const)("type %s: %s fits: %s", (type, text, fits) => {
  expect(fitsType(text, type)).toBe(fits);
});

test("a number's text reads back as the number, without an exponent", () => {
  fc.assert(
    fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (value) => {
      const text = hashed(String(value).includes(".") ? String(value) : value.toExponential()) ?? "";
      expect(Number(text) === value).toBe(true);
      expect(text).toMatch(/^-?\d+(\.\d+)?$/);
    }),
  );
});
