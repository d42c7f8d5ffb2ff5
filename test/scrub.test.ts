import fc from "fast-check";
import { expect, test } from "vitest";
import { createScrubber } from "../src/core/scrub.ts";
import { Secret } from "../src/core/secret.ts";

function scrubbed(secrets: readonly string[], text: string): string {
  const scrubber = createScrubber();
  for (const secret of secrets) scrubber.learn(new Secret(secret));
  return scrubber.scrub(text);
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

const CASES: readonly (readonly [
  name: string,
  secrets: readonly string[],
  text: string,
  expected: string,
])[] = [
  ["nothing learned", [], "host: db", "host: db"],
  ["the value", ["hunter2"], "a hunter2, hunter2.", "a [secret], [secret]."],
  ["a short value", ["abc"], `abc ${base64("abc")}`, `abc ${base64("abc")}`],
  ["blanks", ["      "], "a      b", "a      b"],
  ["a value with blanks around it", [" hunter2\n"], "a hunter2.", "a [secret]."],
  [
    "each line of a longer one",
    ["first line\r\n  second\nxy"],
    "second, first line, xy",
    "[secret], [secret], xy",
  ],
  ["in JSON", ['pass"word\n'], JSON.stringify({ a: 'pass"word\n' }), '{"a":"[secret]"}'],
  ["a line of it in JSON", ['pass"word\n1234'], '"pass\\"word"', '"[secret]"'],
  ["in ASCII JSON", ["wörld"], '"w\\u00f6rld"', '"[secret]"'],
  ["in a URL", ["p@ss/word"], "db://u:p%40ss%2Fword@h", "db://u:[secret]@h"],
  ["in a URL by Python", ["pass(word)"], "pass%28word%29", "[secret]"],
  ["in base64", ["hunter2"], base64("hunter2"), "[secret]"],
  [
    "in base64 for URLs",
    ["~~~???>>>"],
    base64("~~~???>>>").replaceAll("/", "_").replaceAll("+", "-"),
    "[secret]",
  ],
  ["a secret that holds another", ["word", "password1"], "password1 word", "[secret] [secret]"],
  ["secrets that overlap", ["abcdXX", "XXefgh"], "-abcdXXefgh-", "-[secret]-"],
  ["secrets that touch", ["abcd", "efgh"], "-abcdefgh-", "-[secret]-"],
  ["a secret that is a word of the mask", ["hunter2222", "secret"], "hunter2222", "[secret]"],
  ["half a surrogate pair", ["abc\ud800"], "abc\ud800", "[secret]"],
  ["an age key", [], "x AGE-SECRET-KEY-1QQQQ y", "x [secret] y"],
  ["an age key in small letters", [], "age-secret-key-1qqqq", "[secret]"],
  ["an age key in mixed letters", [], "Age-Secret-Key-1qQqQ", "[secret]"],
  ["an age key against quantum computers", [], "AGE-SECRET-KEY-PQ-1QQQQ", "[secret]"],
  ["words about age keys", [], "AGE-SECRET-KEY", "AGE-SECRET-KEY"],
];

test.each(CASES)("%s", (_, secrets, text, expected) => {
  expect(scrubbed(secrets, text)).toBe(expected);
});

const anySecret = fc
  .oneof(
    fc.string({ unit: "binary", minLength: 4, maxLength: 40 }),
    fc.string({ minLength: 4, maxLength: 8 }),
  )
  .filter((text) => text.trim().length >= 4);
const around = fc.string({ unit: "binary", maxLength: 12 });

test("no learned value is left, however values overlap", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 4, maxLength: 7 });
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c", " "), maxLength: 60 });
  fc.assert(
    fc.property(fc.array(letters, { minLength: 1, maxLength: 5 }), text, (secrets, output) => {
      const left = scrubbed(secrets, output).split("[secret]");
      for (const secret of secrets) for (const part of left) expect(part).not.toContain(secret);
    }),
    { numRuns: 500 },
  );
});

test("what is no secret stays", () => {
  fc.assert(
    fc.property(around, anySecret, around, (before, secret, after) => {
      fc.pre(!/AGE-SECRET/i.test(before + secret + after));
      const text = `<${before}|${secret}|${after}>`;
      const clean = scrubbed([secret], text);
      expect(clean).not.toContain(secret);
      fc.pre(text.indexOf(secret) === before.length + 2 && text.lastIndexOf(secret) === before.length + 2);
      fc.pre(!before.includes(secret.trim()) && !after.includes(secret.trim()) && !/[\r\n]/.test(secret));
      expect(clean.endsWith(`|${after}>`) || secret.trim() !== secret).toBe(true);
    }),
  );
});

const FORMS: readonly (readonly [string, (text: string) => string])[] = [
  ["JSON", (text) => JSON.stringify(text)],
  ["URL", (text) => encodeURIComponent(text)],
  ["base64", base64],
];

test.each(FORMS)("%s of a text does not give away the secret in it", (_, encode) => {
  fc.assert(
    fc.property(around, anySecret, around, (before, secret, after) => {
      fc.pre([before, secret, after].every((one) => one.isWellFormed()));
      const clean = scrubbed([secret], encode(before + secret + after));
      expect(clean).toContain("[secret]");
      expect(clean).not.toContain(encode(secret).replace(/^"|"$/g, ""));
    }),
  );
});

test("many secrets and a long text take no time to speak of", () => {
  const secrets = Array.from({ length: 2_000 }, (_, i) => `generated-secret-${i}-${"x".repeat(20)}`);
  const text = `${"an ordinary line of output\n".repeat(20_000)}${secrets[1_234]}`;
  const started = performance.now();
  expect(scrubbed(secrets, text).endsWith("\n[secret]")).toBe(true);
  expect(performance.now() - started).toBeLessThan(5_000);
});
