import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createKeySource } from "../../src/node/keys.ts";
import { parseFile } from "../../src/parse/parse.ts";
import { lintSealedFile } from "../../src/sops/lint.ts";
import { openFile } from "../../src/sops/open.ts";
import { unseal } from "../../src/unseal/unseal.ts";
import { casesOf } from "../support/fixture.ts";
import { expectedOf, identitiesOf, keyText, parsed, sealedText } from "../support/sealed-files.ts";

const key = /AGE-SECRET-KEY-1(\S+)/.exec(keyText("one"))?.[1] ?? "";
const quantumKey = /AGE-SECRET-KEY-PQ-1(\S+)/.exec(keyText("quantum"))?.[1] ?? "";

/** Everything that stands in the way a person could read it, but for the files themselves, which are public. */
function readable(...values: readonly unknown[]): string {
  const withoutFiles = (_: string, value: unknown) =>
    typeof value === "object" && value !== null && "path" in value && "text" in value ? "" : value;
  return values
    .flatMap((value) => [JSON.stringify(value, withoutFiles), String(value), inspect(value, { depth: 3 })])
    .join("\n");
}

/** Neither a secret nor a part of a key, in any spelling. */
function expectNoLeak(text: string, secrets: readonly string[]): void {
  const lower = text.toLowerCase();
  for (const secret of secrets.filter((one) => one.length >= 5)) {
    for (const form of [secret, Buffer.from(secret).toString("base64"), encodeURIComponent(secret)]) {
      expect(lower).not.toContain(form.toLowerCase());
    }
  }
  for (const one of [key, quantumKey]) {
    for (let at = 0; at + 8 <= one.length; at++)
      expect(lower).not.toContain(one.slice(at, at + 8).toLowerCase());
  }
}

test.each(casesOf("sops"))("%s: no diagnostic holds a secret", (name) => {
  const { open, values } = expectedOf(name);
  const file = parsed(sealedText(name));
  const opened = openFile(file, identitiesOf("one", "three", "quantum"));
  const told = [...opened.diagnostics, ...lintSealedFile(file)].map(({ at: _, related, ...rest }) => ({
    ...rest,
    related: related.map(({ message }) => message),
  }));
  const secrets = values.map(([, text]) => text).filter((text) => open !== "ok" || text.startsWith("canary"));
  expectNoLeak(readable(told, [...(opened.value?.values() ?? [])]), [...secrets, "canary-plain", "canary"]);
});

test("opened values and identities print without what they hold", () => {
  const text = `${keyText("one")}${keyText("quantum")}`;
  const keys = createKeySource({ SOPS_AGE_KEY: text, HOME: "nowhere" }, "linux");
  const result = unseal([parsed(sealedText("simple"))], keys);
  const values = [...result.value.values()];
  expect(values.length).toBe(2);
  expectNoLeak(readable(values, `${values[0]?.secret}`, { ...values[0] }, keys.identities()), [
    "canary-password-one",
  ]);
});

test.each([
  ["cut", (text: string) => text.slice(0, -1)],
  ["mistyped", (text: string) => text.replace(/.$/, (last) => (last === "Q" ? "P" : "Q"))],
  ["doubled", (text: string) => `${text},${text}`],
  ["in lower case", (text: string) => text.toLowerCase()],
  ["without its prefix", (text: string) => text.slice("AGE-SECRET-KEY-1".length)],
] as const)("a key that is %s is not told", (_, spoil) => {
  const text = spoil(`AGE-SECRET-KEY-1${key}`);
  const keys = createKeySource({ SOPS_AGE_KEY: text, HOME: "nowhere" }, "linux");
  const { diagnostics } = unseal([parsed(sealedText("simple"))], keys);
  expect(diagnostics.map(({ code }) => code)).toEqual(["JF340", "JF341"]);
  expectNoLeak(readable(diagnostics.map(({ message, hint }) => [message, hint])), []);
});

test("a private key in the place of a file, an entry or a value is not told", () => {
  const text = `AGE-SECRET-KEY-1${key}`;
  const original = sealedText("simple");
  const spoiled = [
    text,
    `sops: ${text}`,
    original.replace(/^( +password: ).*/m, `$1${text}`),
    original.replace(/^( +recipient: ).*/m, `$1${text}`),
    original.replace(/-----BEGIN AGE/, text),
    original.replace(/^( +mac: ).*/m, `$1${text}`),
    original.replace(/^( +encrypted_regex: ).*/m, `$1${text}(`),
    original.replace(/^( +version: )/m, `    ${text}: 1\n$1`),
  ];
  for (const yaml of spoiled) {
    const { value, diagnostics } = parseFile({ path: "sealed.yaml", text: yaml });
    const opened = value ? openFile(value, identitiesOf("one")).diagnostics : [];
    const unopened = value ? openFile(value, identitiesOf("three")).diagnostics : [];
    const found = [...diagnostics, ...opened, ...unopened, ...(value ? lintSealedFile(value) : [])];
    expect(found.length).toBeGreaterThan(0);
    const told = found.map(({ message, hint, related }) => [
      message,
      hint,
      related.map((one) => one.message),
    ]);
    expectNoLeak(readable(told), ["canary-password-one"]);
  }
});
