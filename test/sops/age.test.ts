import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import * as vectors from "cctv-age";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type AgeTrouble, openAgeEntry, readAgeEntry, readBinaryEntry } from "../../src/sops/age.ts";
import { decodeBech32, encodeBech32 } from "../../src/sops/bech32.ts";
import { parseIdentities } from "../../src/sops/identities.ts";
import { keyText } from "../support/sealed-files.ts";

interface Vector {
  readonly name: string;
  readonly header: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

function readVector([name, bytes]: readonly [string, Uint8Array]): Vector {
  const whole = Buffer.from(bytes);
  const end = whole.indexOf("\n\n");
  const lines = whole.subarray(0, end).toString().split("\n");
  const header = new Map(
    lines.map((line) => [line.split(": ")[0] ?? "", line.slice(line.indexOf(": ") + 2)]),
  );
  const body = whole.subarray(end + 2);
  return { name, header, body: header.get("compressed") === "zlib" ? inflateSync(body) : body };
}

/** One chunk: all that a data key needs. */
const MAX_BODY = 70_000;

const all = Object.entries(vectors)
  .filter((entry): entry is [string, Uint8Array] => entry[1] instanceof Uint8Array)
  .map(readVector);
const cases = all.filter(({ header }) => header.has("identity"));
const fitting = cases.filter(({ body }) => body.length < MAX_BODY);

function openVector({ header, body }: Vector): Buffer | AgeTrouble {
  const { identities, problems } = parseIdentities(header.get("identity") ?? "");
  expect(problems).toEqual([]);
  const entry =
    header.get("armored") === "yes" ? readAgeEntry(body.toString("latin1")) : readBinaryEntry(body);
  if (typeof entry === "string") return entry;
  const [identity] = identities;
  if (!identity) throw new Error("a vector without a key");
  return openAgeEntry(entry, identity);
}

const LAYERS: Readonly<Record<string, readonly AgeTrouble[]>> = {
  "armor failure": ["armor"],
  "header failure": ["header", "stanzas", "armor"],
  "no match": ["no-match", "stanzas"],
  "HMAC failure": ["header-mac"],
  "payload failure": ["payload", "header"],
};

/** Success in general, but not for us: other stanzas beside the one that opens, or none that needs no plugin. */
const SEVERAL = [
  "hybrid_and_x25519",
  "hybrid_grease",
  "hybrid_multiple_recipients",
  "stanza_empty_body",
  "stanza_empty_last_line",
  "stanza_valid_characters",
  "x25519_grease",
  "x25519_multiple_recipients",
];

test("the vectors are there", () => {
  expect([all.length, cases.length, fitting.length]).toEqual([143, 116, 105]);
});

test.each(fitting.map((vector) => [vector.name, vector] as const))("age vector %s", (name, vector) => {
  const result = openVector(vector);
  const expected = vector.header.get("expect") ?? "";
  if (SEVERAL.includes(name)) expect(result).toBe("stanzas");
  else if (expected === "success") {
    if (!Buffer.isBuffer(result)) throw new Error(`refused: ${result}`);
    expect(createHash("sha256").update(result).digest("hex")).toBe(vector.header.get("payload"));
  } else {
    expect(LAYERS[expected]).toContain(result);
  }
});

test.each(
  cases.filter((vector) => !fitting.includes(vector)).map((vector) => [vector.name, vector] as const),
)("age vector %s, too long for a data key, is refused", (_, vector) => {
  expect(["payload", "armor"]).toContain(openVector(vector));
});

test("bech32 reads what it writes, and nothing with a changed character", () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(
      bytes,
      fc.nat(),
      fc.constantFrom(..."qpzry9x8gf2tvdw0s3jn54khce6mua7lQ1-"),
      (value, at, char) => {
        const text = encodeBech32("age", value);
        expect(decodeBech32(text, "age")).toEqual(Buffer.from(value));
        expect(decodeBech32(text.toUpperCase(), "age")).toEqual(Buffer.from(value));
        const place = at % text.length;
        const changed = text.slice(0, place) + char + text.slice(place + 1);
        if (changed !== text) expect(decodeBech32(changed, "age")).toBeUndefined();
      },
    ),
  );
});

const key = /AGE-SECRET-KEY-1\S+/.exec(keyText("one"))?.[0] ?? "";
const other = /AGE-SECRET-KEY-1\S+/.exec(keyText("two"))?.[0] ?? "";
const publicKey = /age1\S+/.exec(keyText("one"))?.[0] ?? "";

test("a key gives the recipient that age-keygen wrote beside it", () => {
  expect(parseIdentities(keyText("one")).identities.map(({ recipient }) => recipient)).toEqual([publicKey]);
});

test.each([
  ["lines", `${key}\n${other}\n`, 2],
  ["spaces", `  ${key} ${other}`, 2],
  ["CRLF and tabs", `${key}\r\n\t${other}\r\n`, 2],
  ["twice the same", `${key}\n${key}`, 1],
  ["comments", `# ${other}\n  # x\n${key}`, 1],
  ["nothing", "\n  \n", 0],
] as const)("keys parted by %s", (_, text, count) => {
  expect(parseIdentities(text)).toMatchObject({ problems: [] });
  expect(parseIdentities(text).identities.length).toBe(count);
});

test.each([
  ["cut", key.slice(0, -3), /cut or mistyped/],
  ["mistyped", key.slice(0, -1) + (key.endsWith("Q") ? "P" : "Q"), /cut or mistyped/],
  ["in lower case", key.toLowerCase(), /not an age private key/],
  ["joined by a comma", `${key},${other}`, /cut or mistyped/],
  ["public", publicKey, /public key/],
  ["post-quantum and cut", "AGE-SECRET-KEY-PQ-1QQQQ", /cut or mistyped/],
  ["of a plugin", "AGE-PLUGIN-YUBIKEY-1QQQQ", /plugin/],
  ["of SSH", "-----BEGIN", /not an age private key/],
] as const)("a key that is %s is told without a byte of it", (_, text, reason) => {
  const { identities, problems } = parseIdentities(`${other}\n${text}\n`);
  expect(identities.length).toBe(1);
  expect(problems).toEqual([{ line: 2, reason: expect.stringMatching(reason) }]);
  const told = JSON.stringify(problems).toLowerCase();
  for (let at = 0; at + 8 <= text.length; at++) {
    const part = text.slice(at, at + 8).toLowerCase();
    if (!"age-secret-key-1 begins".includes(part) && !part.startsWith("age-"))
      expect(told).not.toContain(part);
  }
});

test("any text is read without a throw", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      parseIdentities(text);
      parseIdentities(`AGE-SECRET-KEY-1${text}`);
      readAgeEntry(text);
      readBinaryEntry(Buffer.from(`age-encryption.org/v1\n${text}`, "latin1"));
    }),
  );
});
