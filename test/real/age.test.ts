import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { openAgeEntry, readAgeEntry } from "../../src/sops/age.ts";
import { wrapForAge } from "../../src/sops/age-seal.ts";
import { generateIdentity, type Identity, parseIdentities } from "../../src/sops/identities.ts";
import { opened } from "../support/sealed-files.ts";

// Against the real `age`, `age-keygen` and `sops` on the PATH, both ways, with keys of both kinds.

const folder = mkdtempSync(join(tmpdir(), "jackfield-age-")); // away from any .sops.yaml
afterAll(() => rmSync(folder, { recursive: true }));

function keygen(...options: readonly string[]): string {
  return execFileSync("age-keygen", options, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

interface Key {
  readonly identity: Identity;
  /** A key file of it. */
  readonly file: string;
}

function keyFile(name: string, text: string): Key {
  const file = join(folder, name);
  writeFileSync(file, text, { mode: 0o600 });
  const [identity] = parseIdentities(readFileSync(file, "utf8")).identities;
  if (!identity) throw new Error("no key");
  return { identity, file };
}

const KEYS: readonly (readonly [string, Key])[] = [
  ["of ours", keyFile("ours.txt", `${generateIdentity().text.reveal()}\n`)],
  ["of age-keygen", keyFile("theirs.txt", keygen())],
  ["of age-keygen -pq", keyFile("quantum.txt", keygen("-pq"))],
];

const dataKeys = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 64 }), { numRuns: 15, seed: 20261123 });

test.each(KEYS)("a key %s has the recipient that age-keygen says", (_, { identity, file }) => {
  expect(execFileSync("age-keygen", ["-y", file], { encoding: "utf8" })).toBe(`${identity.recipient}\n`);
});

test.each(KEYS)("what we wrap for a key %s, age opens", (_, { identity, file }) => {
  for (const dataKey of dataKeys) {
    const armor = wrapForAge(dataKey, identity.recipient);
    const plain = execFileSync("age", ["-d", "-i", file], { input: armor });
    expect(plain).toEqual(Buffer.from(dataKey));
  }
});

test.each(KEYS)("what age wraps for a key %s, we open, and find the armor like ours", (_, { identity }) => {
  for (const dataKey of dataKeys) {
    const armor = execFileSync("age", ["-a", "-r", identity.recipient], { input: dataKey }).toString(
      "latin1",
    );
    const entry = readAgeEntry(armor);
    expect(typeof entry === "string" ? entry : openAgeEntry(entry, identity)).toEqual(Buffer.from(dataKey));
    const shape = (text = "") => text.replaceAll(/[\w+/]/g, "x");
    expect(shape(armor)).toBe(shape(wrapForAge(dataKey, identity.recipient)));
  }
});

test.each(KEYS)("what we wrap for a key %s, age refuses once a character of it is another", (_, key) => {
  const armor = wrapForAge(Buffer.alloc(32, 7), key.identity.recipient) ?? "";
  const places = fc.sample(fc.nat(armor.length - 1), { numRuns: 40, seed: 20261123 });
  for (const at of places) {
    const changed = `${armor.slice(0, at)}${armor[at] === "A" ? "B" : "A"}${armor.slice(at + 1)}`;
    const theirs = spawnSync("age", ["-d", "-i", key.file], { input: changed });
    const entry = readAgeEntry(changed);
    const ours = typeof entry === "string" ? entry : openAgeEntry(entry, key.identity);
    expect([theirs.status === 0, Buffer.isBuffer(ours)]).toEqual([false, false]);
  }
});

test.each(KEYS)("what sops seals for a key %s, we open", (_, { identity }) => {
  const plain = join(folder, "plain.yaml");
  writeFileSync(plain, "secrets:\n  a: canary\n  b: 0755\n");
  const env = { PATH: process.env.PATH, HOME: folder };
  const sealed = execFileSync("sops", ["encrypt", "--age", identity.recipient, plain], {
    env,
    encoding: "utf8",
  });
  expect(opened(sealed, [identity]).values).toEqual([
    ["str", "canary"],
    ["int", "493"],
  ]);
});
