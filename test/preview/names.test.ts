import fc from "fast-check";
import { expect, test } from "vitest";
import { hostsIn, matchesHost } from "../../src/preview/hosts.ts";
import { lifetimeOf } from "../../src/preview/record.ts";
import { slugOf } from "../../src/preview/slug.ts";

test("a branch that is a name stays one; of others no two are alike", () => {
  expect(slugOf("fix-1")).toBe("fix-1");
  const near = [
    "a_b",
    "a-b",
    "A-B",
    "a/b",
    "a--b",
    "-a-b",
    "a-b-",
    "a b",
    "ä-b",
    "",
    "-",
    `${"x".repeat(50)}1`,
    `${"x".repeat(50)}2`,
  ];
  const slugs = near.map(slugOf);
  expect(new Set(slugs).size).toBe(near.length);
});

test("a slug is a part of a legal name, and short", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (branch) => {
      const slug = slugOf(branch);
      expect(slug).toMatch(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/);
      expect(slug.length).toBeLessThanOrEqual(49);
    }),
  );
});

const HOSTS: readonly (readonly [string, readonly string[] | undefined])[] = [
  ["db.dev.example.com", ["db.dev.example.com"]],
  ["DB.Dev.Example.Com.", ["db.dev.example.com"]],
  ["db.dev.example.com:5432", ["db.dev.example.com"]],
  ["https://db.dev.example.com/path?x=1", ["db.dev.example.com"]],
  ["a.dev.example.com:1,b.dev.example.com:2", ["a.dev.example.com", "b.dev.example.com"]],
  ["a.dev.example.com, b.example.net", ["a.dev.example.com", "b.example.net"]],
  ["https://good.dev.example.com@evil.net/", undefined],
  ["good.dev.example.com@evil.net", undefined],
  ["https://evil.net\\@good.dev.example.com", undefined],
  ["https://evil.net#.dev.example.com", undefined],
  ["evil.net?.dev.example.com", undefined],
  ["10.0.0.1", undefined],
  ["0x7f000001", undefined],
  ["2130706433", undefined],
  ["[::1]:80", undefined],
  ["::1", undefined],
  ["exаmple.com", undefined],
  ["", undefined],
  ["a..b", undefined],
  ["a b.dev.example.com", undefined],
  ["a.dev.example.com\nevil.net", undefined],
  ["-a.dev.example.com", undefined],
  ["postgresql://user:pw@a.dev.example.com/db", undefined],
  ["(DESCRIPTION=(ADDRESS=(HOST=evil.net)))", undefined],
];

test.each(HOSTS)("the hosts in %j", (text, expected) => {
  expect(hostsIn(text)).toEqual(expected);
});

const GLOBS: readonly (readonly [string, string, boolean])[] = [
  ["db.dev.example.com", "*.dev.example.com", true],
  ["a.b.dev.example.com", "*.dev.example.com", true],
  ["dev.example.com", "*.dev.example.com", false],
  ["evildev.example.com", "*.dev.example.com", false],
  ["db.dev.example.com.evil.net", "*.dev.example.com", false],
  ["db.dev.example.com", "db.dev.example.com", true],
  ["db.dev.example.com", "DB.dev.example.com.", true],
  ["x.dev.example.com", "db.dev.example.com", false],
  ["anything.net", "*", false],
  ["anything.net", "*.", false],
  ["a.b.net", "*.*.net", false],
];

test.each(GLOBS)("%s and %s: %s", (host, glob, expected) => {
  expect(matchesHost(host, [glob])).toBe(expected);
});

test("how long a preview lives", () => {
  expect([undefined, "12h", "2d", "1w", "999w"].map((one) => lifetimeOf(one))).toEqual([
    604_800, 43_200, 172_800, 604_800, 2_592_000,
  ]);
});
