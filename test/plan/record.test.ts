import fc from "fast-check";
import { expect, test } from "vitest";
import { readRecord, recordText, type SecretRecord } from "../../src/plan/record.ts";

const record: fc.Arbitrary<SecretRecord> = fc.record(
  {
    tool: fc.string(),
    commit: fc.stringMatching(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/),
    modified: fc.constant(true as const),
    policyDigest: fc.string(),
    breakGlass: fc.string(),
    objects: fc
      .array(fc.tuple(fc.string(), fc.array(fc.tuple(fc.string(), fc.string()))))
      .map((objects) => new Map(objects.map(([name, fields]) => [name, new Map(fields)]))),
  },
  { requiredKeys: ["tool", "policyDigest", "objects"] },
);

test("a record is read as it was written, whatever is in it", () => {
  fc.assert(
    fc.property(record, (one) => {
      const read = readRecord(recordText(one));
      expect({ ...read, objects: undefined }).toEqual({ ...one, objects: undefined });
      expect([...(read?.objects ?? [])].sort()).toEqual([...one.objects].sort());
    }),
  );
});

test("the same record is the same text, whatever its order", () => {
  const objects = [
    ["Connection/b", new Map([["password", "1"]])],
    ["Connection/a", new Map()],
  ] as const;
  const text = (entries: Iterable<(typeof objects)[number]>) =>
    recordText({ tool: "1", policyDigest: "p", objects: new Map(entries) });
  expect(text(objects)).toBe(text([...objects].reverse()));
});

test.each([
  undefined,
  "",
  "null",
  "[]",
  "{",
  "{}",
  '{"v":2,"tool":"1","policyDigest":"p","objects":{}}',
  '{"v":1,"policyDigest":"p","objects":{}}',
  '{"v":1,"tool":"1","objects":{}}',
  '{"v":1,"tool":"1","policyDigest":"p","objects":[]}',
  '{"v":1,"tool":"1","policyDigest":"p","objects":{"Connection/a":1}}',
])("what is no record is none: %s", (text) => {
  expect(readRecord(text)).toBeUndefined();
});

test("a commit that is none is not taken for one", () => {
  const text = recordText({ tool: "1", policyDigest: "p", commit: "--output=x", objects: new Map() });
  expect(readRecord(text)?.commit).toBeUndefined();
});
