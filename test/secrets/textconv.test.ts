import { expect, test } from "vitest";
import { textconv } from "../../src/commands/secrets/textconv.ts";
import { generateIdentity, type Identity, parseIdentities } from "../../src/sops/identities.ts";
import { maskedText } from "../../src/sops/masked-text.ts";
import { openText } from "../../src/sops/opened.ts";
import { resealText, rotateText } from "../../src/sops/reseal.ts";
import { identitiesOf, keyText, sealedText } from "../support/sealed-files.ts";
import { NOW, ONE, sealedFor, TWO } from "../support/secrets-ports.ts";

const CANARY = "canary-5e1f";
const PLAIN = `apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: warehouse
  for: {environment: production} # see the ticket
  secrets:
    # ${CANARY} comment
    password: ${CANARY}
    login: ${CANARY}
    key: |
      ${CANARY}
      second
    extra: {list: [same, same, "5"], n: 5}
`;
const KEYS = identitiesOf("one");
const SEALED = sealedFor(PLAIN, [ONE, TWO]);
const PATH = "x.sops.yaml";

const mask = (text: string, keys: readonly Identity[] = KEYS, path = PATH) =>
  maskedText({ path, text }, keys);
const reopen = (text: string) => {
  const { value } = openText({ path: PATH, text }, KEYS);
  if (!value) throw new Error("it does not open");
  return value;
};
const edited = (from: string, to: string, text = SEALED) => {
  const opened = reopen(text);
  return resealText(opened, opened.plain.reveal().replace(from, to), { now: NOW }).value ?? "";
};

/** The lines that only one of two texts has. */
function difference(a: string, b: string): readonly string[] {
  const [left, right] = [a.split("\n"), b.split("\n")];
  return [
    ...left.filter((line) => !right.includes(line)).map((line) => `-${line}`),
    ...right.filter((line) => !left.includes(line)).map((line) => `+${line}`),
  ];
}

test("with a key: keys, comments and layout as they are, a mark for each value, and who can read", () => {
  expect(mask(SEALED).replaceAll(/[0-9a-f]{8}(?=\])/g, "########")).toBe(`apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: warehouse
  for: {environment: production} # see the ticket
  secrets:
    #[secret ########]
    password: [secret ########]
    login: [secret ########]
    key: [secret ########]
    extra: {list: [[secret ########], [secret ########], [secret ########]], n: [secret ########]}
sops:
    recipients:
        - ${ONE}
        - ${TWO}
    encrypted_regex: ^secrets$
    lastmodified: "2026-01-01T00:00:00Z"
`);
});

test("without a key the marks are of the ciphertexts", () => {
  const masked = mask(SEALED, []);
  expect(masked).toBe(mask(SEALED, identitiesOf("three")));
  expect(masked.replaceAll("[sealed ", "[secret ").replaceAll(/[0-9a-f]{8}(?=\])/g, "")).toBe(
    mask(SEALED).replaceAll(/[0-9a-f]{8}(?=\])/g, ""),
  );
  expect(masked).not.toContain("[secret ");
  const again = sealedFor(PLAIN, [ONE, TWO]);
  expect(difference(masked, mask(again, [])).length).toBe(10);
});

test("only what changed shows, with and without a key", () => {
  const after = edited(`password: ${CANARY}`, "password: other");
  for (const keys of [KEYS, []]) {
    const changes = difference(mask(SEALED, keys), mask(after, keys));
    expect(changes.map((line) => line.replace(/[0-9a-f]{8}\]/, ""))).toEqual([
      expect.stringMatching(/^- {4}password: \[(secret|sealed) $/),
      '-    lastmodified: "2026-01-01T00:00:00Z"',
      expect.stringMatching(/^\+ {4}password: \[(secret|sealed) $/),
      '+    lastmodified: "2026-11-23T12:00:00Z"',
    ]);
  }
});

test("with a key, a new data key and new recipients change no mark", () => {
  const rotated = rotateText(reopen(SEALED), { now: NOW, recipients: [ONE] }).value ?? "";
  expect(difference(mask(SEALED), mask(rotated))).toEqual([
    `-        - ${TWO}`,
    '-    lastmodified: "2026-01-01T00:00:00Z"',
    '+    lastmodified: "2026-11-23T12:00:00Z"',
  ]);
});

test("one value has different marks in different places, and one in the same place of two files", () => {
  const marks = [...mask(SEALED).matchAll(/\[secret (\w+)\]/g)].map(([, mark]) => mark);
  // The items of a list are in one place, and `same` is there twice.
  expect(new Set(marks).size).toBe(marks.length - 1);
  const other = mask(sealedFor(PLAIN.replace("login: canary-5e1f", "login: x"), [ONE]));
  expect(other).toContain(`password: [secret ${marks[1]}]`);
});

test("what is at hand decides on the marks, not the file; two people see different ones", () => {
  const both = identitiesOf("one", "two");
  expect(mask(SEALED, both)).toBe(mask(SEALED, [...both].reverse()));
  expect([mask(SEALED), mask(SEALED, identitiesOf("two"))]).toContain(mask(SEALED, both));
  expect(mask(SEALED)).not.toBe(mask(SEALED, identitiesOf("two")));
  const quantum = mask(sealedText("post-quantum"), identitiesOf("quantum"));
  expect(quantum).toContain("[secret ");
});

test.each([
  [
    "a value that was changed",
    (text: string) =>
      text.replace(
        /(password: ENC\[AES256_GCM,data:)(.)/,
        (_, head, one) => `${head}${one === "A" ? "B" : "A"}`,
      ),
    "JF331",
  ],
  ["an open field that was changed", (text: string) => text.replace("production", "development"), "JF334"],
  [
    "a block that cannot be read",
    (text: string) => text.replace(/recipient: age1/, "recipient: eve1"),
    "JF304",
  ],
  ["a value that is not sealed", (text: string) => text.replace(/login: ENC.*/, `login: ${CANARY}`), "JF308"],
  ["no valid YAML", (text: string) => `${text}<<<<<<< ours\n`, "JF101"],
  ["a key twice", (text: string) => text.replace("kind:", "kind: x\nkind:"), "JF102"],
])("damaged by %s: the first line says so", (_, damage, code) => {
  for (const keys of [KEYS, []]) {
    const masked = mask(damage(SEALED), keys);
    const isSeen = keys.length > 0 || !["JF331", "JF334", "JF308"].includes(code);
    if (isSeen) expect(masked).toMatch(new RegExp(`^# jackfield: this file does not open \\(${code}\\): `));
    expect(masked).not.toContain("ENC[");
    expect(masked).not.toContain(CANARY);
    expect(masked).toContain("[sealed ");
  }
});

test("plain values below `secrets` are not shown, even where the block cannot be read", () => {
  const text = SEALED.replace(/login: ENC.*/, `login: ${CANARY}`).replace(
    "encrypted_regex: ^secrets$",
    "encrypted_regex: (a+)+",
  );
  expect(mask(text)).not.toContain(CANARY);
  expect(mask(text.replace("recipient: age1", "recipient: x"))).not.toContain(CANARY);
  const conflict = `<<<<<<< ours\n${text}=======\n  - ${CANARY}\n${CANARY}\n# ${CANARY}\n>>>>>>> theirs\n`;
  expect(mask(conflict)).not.toContain(CANARY);
  expect(mask(conflict)).toMatch(
    /password: \[sealed \w{8}\]\n {4}login: \[not shown\]\n[\s\S]*>>>>>>> theirs\n$/,
  );
});

test("other rules, key groups and what weakens a file are shown", () => {
  expect(mask(sealedText("groups"))).toMatch(/shamir_threshold: \d of \d/);
  expect(mask(sealedText("mac-only-encrypted"))).toContain("mac_only_encrypted: true");
  expect(mask(sealedText("kms-only"))).toMatch(/- kms arn:/);
});

test.each([
  ["no sealed file", "a: 1\n# ENC[AES256_GCM,data:x]\n"],
  ["nothing", ""],
  ["no YAML", "}{ not yaml"],
  ["somebody else's `sops`", "sops: a text\n"],
])("%s is given as it is", (_, text) => {
  expect(mask(text)).toBe(text);
});

test("a JSON file", () => {
  const { value } = openText({ path: PATH, text: SEALED }, KEYS);
  expect(value).toBeDefined();
  const json = sealedFor(`{"a": 1, "secrets": {"p": "${CANARY}"}}`, [ONE], "x.json");
  const masked = mask(json, KEYS, "x.json");
  expect(masked).toMatch(/^\{"a": 1, "secrets": \{"p": \[secret \w{8}\]\}, sops:\n/);
  expect(masked).not.toContain("ENC[");
});

test("every fixture gets an answer without a ciphertext", () => {
  for (const name of [
    "comments",
    "comment-in-list",
    "documents",
    "lists",
    "scalars",
    "rule-comment",
    "no-key",
  ]) {
    const masked = mask(sealedText(name));
    expect(masked, name).not.toContain("ENC[");
  }
});

test("the command: an answer for any bytes, and exit code 0", () => {
  const keys = { identities: () => ({ identities: KEYS, looked: [], problems: [] }) };
  const run = (text: string | undefined) => textconv({ files: { read: () => text }, keys }, PATH);
  expect(run(SEALED)).toEqual({ diagnostics: [], result: { text: mask(SEALED) }, text: mask(SEALED) });
  expect(run(undefined).text).toBe("# jackfield: this file is no UTF-8 text\n");
  expect(run(undefined).diagnostics).toEqual([]);
});

test("a mark tells nothing of the key", () => {
  const { text } = generateIdentity();
  const [identity] = parseIdentities(text.reveal()).identities;
  if (!identity) throw new Error("no key");
  const masked = mask(sealedFor(PLAIN, [identity.recipient]), [identity]);
  for (const key of [text.reveal(), keyText("one").split("\n").at(-2) ?? ""])
    expect(masked).not.toContain(key);
});
