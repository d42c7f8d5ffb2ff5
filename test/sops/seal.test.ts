import fc from "fast-check";
import { expect, test } from "vitest";
import { openText } from "../../src/sops/opened.ts";
import { resealText, rewrapText, rotateText } from "../../src/sops/reseal.ts";
import { sealText } from "../../src/sops/seal.ts";
import { identitiesOf, sealedText } from "../support/sealed-files.ts";
import { yamlTexts } from "../support/sops-texts.ts";

const identities = identitiesOf("one", "two", "three");
const [one = "", two = "", three = ""] = identities.map(({ recipient }) => recipient);
const now = new Date("2026-11-23T12:00:00.999Z");
const later = new Date("2026-11-24T00:00:00Z");

const PLAIN = `# who
kind: Credential # what
spec:
  connection: crm
  secrets:
    # since May
    password: canary-one # rotate it
    port: 5432
    extra: {token: "canary, two", list: [a, a]}
    key: |
      -----BEGIN-----
      canary-three
other: 1
`;

function must<T>(checked: {
  readonly value: T | undefined;
  readonly diagnostics: readonly { code: string }[];
}): T {
  if (checked.value === undefined) throw new Error(checked.diagnostics.map(({ code }) => code).join());
  return checked.value;
}

function seal(text: string, recipients: readonly string[] = [one], path = "x.yaml"): string {
  return must(sealText({ path, text }, { groups: [recipients], now }));
}

function open(text: string, keys = identities, path = "x.yaml") {
  return must(openText({ path, text }, keys));
}

/** Lines without the `sops` block. */
function lines(text: string): readonly string[] {
  return text.slice(0, text.indexOf("\nsops:\n")).split("\n");
}

test("only what is in scope is sealed, comments there too, and the rest stays as it is", () => {
  const sealed = seal(PLAIN);
  expect(sealed).not.toContain("canary");
  expect(sealed).not.toContain("since May");
  expect(sealed).not.toContain("rotate");
  const shown = lines(sealed).map((line) => line.replaceAll(/ENC\[[^\]]*type:(\w+)\]/g, "<$1>"));
  expect(shown).toEqual([
    "# who",
    "kind: Credential # what",
    "spec:",
    "  connection: crm",
    "  secrets:",
    "    #<comment>",
    "    password: <str> #<comment>",
    "    port: <int>",
    '    extra: {token: "<str>", list: ["<str>", "<str>"]}',
    "    key: <str>",
    "other: 1",
  ]);
  expect(sealed).toContain('lastmodified: "2026-11-23T12:00:00Z"');
  expect(open(sealed).plain.reveal()).toBe(PLAIN.replace("list: [a, a]", "list: [a, a]"));
});

test("two seals of one text have nothing in common but the text", () => {
  const ciphertexts = (text: string): readonly string[] => text.match(/ENC\[[^\]]+\]/g) ?? [];
  const [first, second] = [ciphertexts(seal(PLAIN)), ciphertexts(seal(PLAIN))];
  expect(first.length).toBe(9);
  expect(first.filter((one) => second.includes(one))).toEqual([]);
  expect(new Set(first).size).toBe(first.length);
});

test("an edit changes the lines it is about, and lastmodified and MAC", () => {
  const sealed = seal(PLAIN);
  const opened = open(sealed);
  const edited = PLAIN.replace("5432", "5433")
    .replace("since May", "since June")
    .replace("other: 1", "other: 2");
  const again = must(resealText(opened, edited, { now: later }));
  const before = lines(sealed);
  const changed = lines(again).filter((line) => !before.includes(line));
  expect(changed.map((line) => line.trim().split(/[ :]/)[0]?.slice(0, 5))).toEqual([
    "#ENC[",
    "port",
    "other",
  ]);
  expect(again).toContain('lastmodified: "2026-11-24T00:00:00Z"');
  expect(open(again).plain.reveal()).toBe(edited);
});

test("what is new or moved gets a new ciphertext, also where the value is known", () => {
  const opened = open(seal(PLAIN));
  const moved = PLAIN.replace("    port: 5432\n", "    port: 5432\n    login: canary-one\n");
  const again = must(resealText(opened, moved, { now }));
  const [password, login] = ["password", "login"].map(
    (key) => new RegExp(`${key}: (ENC[^\\]]+)`).exec(again)?.[1],
  );
  expect(login).toBeDefined();
  expect(login).not.toBe(password);
});

test("rotation leaves no ciphertext and no wrapped key, and takes recipients away", () => {
  const sealed = seal(PLAIN, [one, two]);
  const rotated = must(rotateText(open(sealed), { now: later, recipients: [two] }));
  const parts = (text: string) => [
    ...(text.match(/ENC\[[^\]]+\]/g) ?? []),
    ...(text.match(/^ +[\w+/]{64}$/gm) ?? []),
  ];
  expect(parts(rotated).filter((part) => parts(sealed).includes(part))).toEqual([]);
  expect(open(rotated).plain.reveal()).toBe(PLAIN);
  expect(openText({ path: "x.yaml", text: rotated }, identitiesOf("one")).diagnostics[0]?.code).toBe("JF321");
});

test("rewrapping keeps values, time and MAC, and wraps every entry anew", () => {
  const sealed = seal(PLAIN, [one, two]);
  const made = must(rewrapText(open(sealed), [two, three]));
  const ciphertexts = (text: string) => text.match(/ENC\[[^\]]+\]/g);
  expect(ciphertexts(made)).toEqual(ciphertexts(sealed));
  expect(made).toContain('lastmodified: "2026-11-23T12:00:00Z"');
  const armor = (text: string): readonly string[] => text.match(/^ +[\w+/]{64}$/gm) ?? [];
  expect(armor(made).filter((line) => armor(sealed).includes(line))).toEqual([]);
  expect(
    open(made, identitiesOf("three")).metadata.groups[0]?.age.map(({ recipient }) => recipient.value),
  ).toEqual([two, three]);
});

test("hidden stanzas and labels that lie do not survive: such a file is not opened at all", () => {
  for (const name of ["hidden-stanza", "entry-mislabelled"]) {
    const { value, diagnostics } = openText(
      { path: "x.yaml", text: sealedText(name) },
      identitiesOf("one", "three"),
    );
    expect(value).toBeUndefined();
    expect(diagnostics.map(({ code }) => code)).toEqual([name === "hidden-stanza" ? "JF310" : "JF311"]);
  }
});

test.each([
  [
    "a sealed value in the plain text",
    (text: string) => text.replace("canary-one", "ENC[AES256_GCM,data:x]"),
    "JF352",
  ],
  ["a block of its own", (text: string) => `${text}sops: {}\n`, "JF355"],
  ["no YAML", (text: string) => `${text}  : [\n`, "JF101"],
  ["half a character", (text: string) => text.replace("canary-one", '"\\ud800"'), "JF350"],
] as const)("an edit to %s is refused", (_, edit, code) => {
  const { value, diagnostics } = resealText(open(seal(PLAIN)), edit(PLAIN), { now });
  expect(value).toBeUndefined();
  expect(diagnostics.map((trouble) => trouble.code)).toEqual([code]);
  expect(JSON.stringify(diagnostics.map(({ at: _at, ...rest }) => rest))).not.toContain("canary");
});

test("recipients that are no age recipients are refused by number, whatever their text", () => {
  const { value, diagnostics } = sealText(
    { path: "x.yaml", text: PLAIN },
    { groups: [[one, "age1canary", "AGE-SECRET-KEY-1CANARY"]], now },
  );
  expect(value).toBeUndefined();
  expect(diagnostics.map(({ message }) => message)).toEqual([
    "recipient 2 is no age recipient",
    "recipient 3 is no age recipient",
  ]);
});

test("a file for others than age cannot be wrapped anew, one of key groups not for a list", () => {
  const withPgp = sealedText("simple").replace(
    "sops:\n",
    "sops:\n    pgp:\n        - fp: ABCD\n          enc: x\n",
  );
  const both = open(withPgp);
  expect(resealText(both, "a: 1\n", { now }).diagnostics.map(({ code }) => code)).toEqual(["JF351"]);
  expect(must(rewrapText(both, [one]))).not.toContain("pgp");
  const groups = must(sealText({ path: "x.yaml", text: PLAIN }, { groups: [[one], [two]], now }));
  const opened = open(groups);
  expect(rewrapText(opened, [one]).diagnostics.map(({ code }) => code)).toEqual(["JF356"]);
  const again = must(rotateText(opened, { now }));
  expect(open(again).plain.reveal()).toBe(PLAIN);
  expect(openText({ path: "x.yaml", text: again }, identitiesOf("one")).diagnostics[0]?.code).toBe("JF323");
});

test("the items that SOPS makes of comments in lists are comments again", () => {
  const text = sealedText("comment-in-list");
  const opened = open(text, identities);
  expect(opened.plain.reveal()).toMatch(/^ +# /m);
  const again = must(resealText(opened, opened.plain.reveal(), { now }));
  expect(open(again).plain.reveal()).toBe(opened.plain.reveal());
});

test("whatever the text, sealing and opening it come back to the same", () => {
  const scopes = [
    { name: "encrypted_regex", text: "^secrets$" },
    { name: "unencrypted_suffix", text: "_unencrypted" },
    { name: "encrypted_comment_regex", text: "seal" },
    { name: "unencrypted_comment_regex", text: "keep" },
  ] as const;
  fc.assert(
    fc.property(yamlTexts(2, true), fc.constantFrom(...scopes), (text, scope) => {
      const sealed = must(sealText({ path: "x.yaml", text }, { groups: [[one]], scope, now }));
      const opened = open(sealed);
      // Written out once, the form stays.
      const plain = opened.plain.reveal();
      const again = must(resealText(opened, plain, { now }));
      expect(open(again).plain.reveal()).toBe(plain);
      expect(lines(again)).toEqual(lines(sealed));
    }),
    { numRuns: 60 },
  );
});

test("one changed byte of what we sealed is refused, or changes nothing that a MAC covers", () => {
  const sealed = seal(PLAIN);
  const expected = [...open(sealed).values.values()].map(({ secret }) => secret.reveal());
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 0x20, max: 0x7e }), (at, code) => {
      const changed = sealed.slice(0, at) + String.fromCharCode(code) + sealed.slice(at + 1);
      const { value } = openText({ path: "x.yaml", text: changed }, identities);
      if (value) expect([...value.values.values()].map(({ secret }) => secret.reveal())).toEqual(expected);
    }),
    { numRuns: 600 },
  );
});
