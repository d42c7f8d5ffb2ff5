import { inspect } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openAgeEntry, readAgeEntry } from "../../src/sops/age.ts";
import { recipientText } from "../../src/sops/age-kinds.ts";
import { wrapForAge } from "../../src/sops/age-seal.ts";
import { encodeBech32 } from "../../src/sops/bech32.ts";
import {
  generateIdentity,
  type Identity,
  isAgeRecipient,
  parseIdentities,
} from "../../src/sops/identities.ts";
import { wrapHybrid } from "../../src/sops/post-quantum.ts";
import { combineShares, splitSecret } from "../../src/sops/shamir.ts";
import { identitiesOf, keyText } from "../support/sealed-files.ts";

const [classic, other, quantum] = identitiesOf("one", "two", "quantum") as readonly [
  Identity,
  Identity,
  Identity,
];
const KINDS = [
  ["X25519", classic],
  ["post-quantum", quantum],
] as const;

function wrapped(dataKey: Uint8Array, { recipient }: Identity): string {
  const armor = wrapForAge(dataKey, recipient);
  if (armor === undefined) throw new Error("not wrapped");
  return armor;
}

function open(armor: string, identity: Identity): unknown {
  const entry = readAgeEntry(armor);
  return typeof entry === "string" ? entry : openAgeEntry(entry, identity);
}

test.each(KINDS)("what is wrapped for a key of kind %s opens with it", (_, identity) => {
  const dataKey = fc.uint8Array({ minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(dataKey, (bytes) => {
      expect(open(wrapped(bytes, identity), identity)).toEqual(Buffer.from(bytes));
    }),
    { numRuns: 30 },
  );
});

test.each(KINDS)(
  "kind %s: the armor is as age writes it, with one stanza, and never twice the same",
  (_, identity) => {
    const dataKey = Buffer.alloc(32, 7);
    const armor = wrapped(dataKey, identity);
    expect(armor).toMatch(
      /^-----BEGIN AGE ENCRYPTED FILE-----\n([\w+/]{64}\n)*[\w+/]{1,64}={0,2}\n-----END AGE ENCRYPTED FILE-----\n$/,
    );
    const header = Buffer.from(armor.split("\n").slice(1, -2).join(""), "base64").toString("latin1");
    expect(header.match(/^-> /gm)?.length).toBe(1);
    const lines = new Set([armor, wrapped(dataKey, identity)].flatMap((one) => one.split("\n").slice(2, -2)));
    expect(lines.size).toBe(2 * (armor.split("\n").length - 4));
  },
);

test.each(KINDS)("kind %s: no changed character of an entry goes unseen", (_, identity) => {
  const dataKey = Buffer.alloc(32, 7);
  const armor = wrapped(dataKey, identity);
  fc.assert(
    fc.property(fc.nat(armor.length - 1), fc.constantFrom(..."Aa0+/=\n"), (at, char) => {
      const changed = armor.slice(0, at) + char + armor.slice(at + 1);
      if (changed.trim() !== armor.trim()) expect(open(changed, identity)).toEqual(expect.any(String));
    }),
    { numRuns: 150 },
  );
});

test("another key does not match, of the same kind or not", () => {
  const dataKey = Buffer.alloc(32, 7);
  expect(open(wrapped(dataKey, classic), other)).toBe("no-match");
  expect(open(wrapped(dataKey, classic), quantum)).toBe("no-match");
  expect(open(wrapped(dataKey, quantum), classic)).toBe("no-match");
  const text = encodeBech32("age-secret-key-pq-", Buffer.alloc(32, 3)).toUpperCase();
  const [otherQuantum] = parseIdentities(text).identities;
  expect(otherQuantum && open(wrapped(dataKey, quantum), otherQuantum)).toBe("no-match");
});

// Every X25519 point of low order (RFC 7748, section 6.1), and what reads as one of them.
const LOW_ORDER = [
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  `ec${"ff".repeat(30)}7f`,
  `ed${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(30)}7f`,
  `${"00".repeat(31)}80`,
].map((hex) => Buffer.from(hex, "hex"));

test.each(LOW_ORDER.map((point) => [point.toString("hex"), point] as const))(
  "the point %s of low order is wrapped for by no kind, nor opened",
  (_, point) => {
    expect(wrapForAge(Buffer.alloc(32), recipientText("X25519", point))).toBeUndefined();
    const hybrid = Buffer.concat([quantum.publicKey.subarray(0, -32), point]);
    expect(wrapForAge(Buffer.alloc(32), recipientText("mlkem768x25519", hybrid))).toBeUndefined();
    for (const [, identity] of KINDS) {
      const entry = readAgeEntry(wrapped(Buffer.alloc(32), identity));
      if (typeof entry === "string") throw new Error(entry);
      const share = Buffer.concat([entry.share.subarray(0, -32), point]);
      expect(openAgeEntry({ ...entry, share }, identity)).toBe("header");
    }
  },
);

test("a post-quantum recipient with numbers out of range is wrapped for by nobody", () => {
  const bytes = Buffer.concat([Buffer.alloc(384, 0xff), quantum.publicKey.subarray(384)]);
  expect(wrapHybrid(Buffer.alloc(16), bytes)).toBeUndefined();
});

test.each([
  ["nothing", ""],
  ["mistyped", classic.recipient.replace(/.$/, (last) => (last === "q" ? "p" : "q"))],
  ["cut", classic.recipient.slice(0, -1)],
  ["in capitals", classic.recipient.toUpperCase()],
  ["with a line break", `${classic.recipient}\n`],
  ["two of them", `${classic.recipient},${other.recipient}`],
  ["post-quantum and cut", quantum.recipient.slice(0, -1)],
  ["post-quantum in capitals", quantum.recipient.toUpperCase()],
  ["too long", recipientText("X25519", Buffer.alloc(33, 9))],
  ["of another kind's length", recipientText("mlkem768x25519", classic.publicKey)],
  ["of a plugin", "age1yubikey1qwerty"],
  ["of SSH", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2OIbTYm0CHnZg3IVFqhuLgl9GHhZPvMpuHcGFGXC4L"],
  ["a private key", /AGE-SECRET-KEY-1\S+/.exec(keyText("one"))?.[0] ?? ""],
] as const)("no recipient: %s", (_, text) => {
  expect(isAgeRecipient(text)).toBe(false);
  expect(wrapForAge(Buffer.alloc(32), text)).toBeUndefined();
});

test("a new key is read as the recipient it came with, and prints without its secret half", () => {
  const { recipient, text } = generateIdentity();
  const { identities, problems } = parseIdentities(text.reveal());
  expect(problems).toEqual([]);
  expect(identities.map((one) => [one.kind, one.recipient])).toEqual([["X25519", recipient]]);
  expect(isAgeRecipient(recipient)).toBe(true);
  expect(text.reveal()).toMatch(/^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/);
  expect(generateIdentity().recipient).not.toBe(recipient);
  const printed = [...identities, quantum].flatMap((one) => [
    inspect(one, { depth: 9 }),
    JSON.stringify(one),
  ]);
  expect(`${printed}${inspect(text)}`.toUpperCase()).not.toContain("SECRET-KEY");
});

test("a post-quantum key gives the recipient that age-keygen wrote beside it", () => {
  expect(quantum.recipient).toBe(/age1pq1\S+/.exec(keyText("quantum"))?.[0]);
  expect(isAgeRecipient(quantum.recipient)).toBe(true);
});

test("any threshold of shares gives the secret, and one fewer does not", () => {
  const sizes = fc.integer({ min: 2, max: 9 }).chain((threshold) =>
    fc.record({
      threshold: fc.constant(threshold),
      secret: fc.uint8Array({ minLength: 16, maxLength: 40 }),
      parts: fc.integer({ min: threshold, max: 12 }),
    }),
  );
  fc.assert(
    fc.property(sizes, fc.infiniteStream(fc.nat()), ({ threshold, secret, parts }, order) => {
      const shares = splitSecret(secret, parts, threshold);
      expect(shares.map(({ length }) => length)).toEqual(Array(parts).fill(secret.length + 1));
      const mixed = shares.toSorted(() => (order.next().value % 2) - 0.5);
      expect(combineShares(mixed.slice(0, threshold))).toEqual(Buffer.from(secret));
      expect(combineShares(mixed)).toEqual(Buffer.from(secret));
      expect(combineShares(mixed.slice(0, threshold - 1))).not.toEqual(Buffer.from(secret));
    }),
    { numRuns: 60 },
  );
});

test("a secret is split over as many as 255, and over no senseless number", () => {
  const points = splitSecret(Buffer.from("x"), 255, 2).map((share) => share.at(-1));
  expect(points.toSorted((a = 0, b = 0) => a - b)).toEqual(Array.from({ length: 255 }, (_, i) => i + 1));
  for (const [parts, threshold] of [
    [256, 2],
    [2, 3],
    [0, 0],
  ] as const) {
    expect(() => splitSecret(Buffer.from("x"), parts, threshold)).toThrow();
  }
  expect(() => splitSecret(Buffer.alloc(0), 2, 2)).toThrow();
});
