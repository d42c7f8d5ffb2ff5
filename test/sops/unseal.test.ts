import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createKeySource } from "../../src/node/keys.ts";
import type { KeySource } from "../../src/ports.ts";
import { unseal } from "../../src/unseal/unseal.ts";
import { expectedOf, identitiesOf, keyText, parsed, sealedText } from "../support/sealed-files.ts";

const home = mkdtempSync(join(tmpdir(), "jackfield-keys-"));
afterAll(() => rmSync(home, { recursive: true }));

function write(path: string, text: string): string {
  const whole = join(home, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

const [one = "", two = "", three = ""] = identitiesOf("one", "two", "three").map(
  ({ recipient }) => recipient,
);
const recipients = (env: Readonly<Record<string, string>>, platform = "linux") =>
  createKeySource({ HOME: join(home, "nobody"), ...env }, platform)
    .identities()
    .identities.map(({ recipient }) => recipient);

test("keys come from the variable, the named file and the default file, together", () => {
  const file = write("two.txt", keyText("two"));
  write("config/sops/age/keys.txt", keyText("three"));
  const env = {
    SOPS_AGE_KEY: keyText("one"),
    SOPS_AGE_KEY_FILE: file,
    XDG_CONFIG_HOME: join(home, "config"),
  };
  expect(recipients(env)).toEqual([one, two, three]);
  expect(recipients({ SOPS_AGE_KEY: "", SOPS_AGE_KEY_FILE: "" })).toEqual([]);
});

test.each([
  ["linux", "home", ".config/sops/age/keys.txt", {}],
  ["linux", "home", "x/sops/age/keys.txt", { XDG_CONFIG_HOME: "home/x" }],
  ["darwin", "home", "Library/Application Support/sops/age/keys.txt", {}],
  ["darwin", "home", "x/sops/age/keys.txt", { XDG_CONFIG_HOME: "home/x" }],
  ["win32", "home", "AppData/sops/age/keys.txt", { APPDATA: "home/AppData" }],
] as const)("the default keys file on %s below %s is %s", (platform, folder, path, more) => {
  const root = mkdtempSync(join(home, "default-"));
  const env = Object.fromEntries(Object.entries(more).map(([name, value]) => [name, join(root, value)]));
  mkdirSync(dirname(join(root, folder, path)), { recursive: true });
  writeFileSync(join(root, folder, path), keyText("two"));
  expect(recipients({ HOME: join(root, folder), ...env }, platform)).toEqual([two]);
});

test("keys are looked for at the first question, and once", () => {
  let reads = 0;
  const env = {
    HOME: join(home, "nobody"),
    get SOPS_AGE_KEY() {
      reads += 1;
      return keyText("one");
    },
  };
  const keys = createKeySource(env, "linux");
  expect(reads).toBe(0);
  const found = keys.identities();
  expect(reads).toBe(1);
  expect(keys.identities()).toBe(found);
  expect(reads).toBe(1);
  expect(JSON.stringify(found)).not.toContain("AGE-SECRET");
});

test("no key is asked for if no file is drawn", () => {
  const keys: KeySource = {
    identities: () => {
      throw new Error("asked");
    },
  };
  expect(unseal([], keys)).toEqual({ value: new Map(), diagnostics: [] });
});

test("each drawn file is opened, by its own nodes", () => {
  const files = [parsed(sealedText("simple")), parsed(sealedText("recipients"))];
  const keys = createKeySource({ SOPS_AGE_KEY: keyText("one"), HOME: home }, "linux");
  const { value, diagnostics } = unseal([...files, ...files], keys);
  expect(diagnostics).toEqual([]);
  const texts = [...value.values()].map(({ type, secret }) => [type, secret.reveal()]);
  expect(texts).toEqual([...expectedOf("simple").values, ...expectedOf("recipients").values]);
});

test("a file that does not open gives no value, the others do", () => {
  const files = ["host-edited", "simple", "no-key"].map((name) => parsed(sealedText(name), `${name}.yaml`));
  const keys = createKeySource({ SOPS_AGE_KEY: keyText("one"), HOME: home }, "linux");
  const { value, diagnostics } = unseal(files, keys);
  expect(diagnostics.map(({ code, at }) => [code, at?.file.path])).toEqual([
    ["JF334", "host-edited.yaml"],
    ["JF321", "no-key.yaml"],
  ]);
  expect(value.size).toBe(expectedOf("simple").values.length);
});

test("without any key that is told once, with where it looked and what was wrong there", () => {
  const files = ["simple", "no-key", "kms-only"].map((name) => parsed(sealedText(name)));
  const env = {
    HOME: home,
    SOPS_AGE_KEY: "AGE-SECRET-KEY-1CUT",
    SOPS_AGE_KEY_FILE: join(home, "absent.txt"),
  };
  const { value, diagnostics } = unseal(files, createKeySource(env, "linux"));
  expect(value.size).toBe(0);
  expect(diagnostics.map(({ code }) => code)).toEqual(["JF340", "JF341", "JF342", "JF322"]);
  const [first, bad, unreadable] = diagnostics;
  expect(first?.hint).toContain("`SOPS_AGE_KEY`, `SOPS_AGE_KEY_FILE` (");
  expect(first?.related.map(({ message }) => message)).toEqual([`sealed for ${one}`, `sealed for ${two}`]);
  expect(bad?.message).toBe("`SOPS_AGE_KEY`, line 1: a damaged age private key: it was cut or mistyped");
  expect(unreadable?.message).toContain("ENOENT");
});

test("troubles of one source are not told if another gave a key", () => {
  const env = { HOME: home, SOPS_AGE_KEY: keyText("one"), SOPS_AGE_KEY_FILE: join(home, "absent.txt") };
  const { diagnostics } = unseal([parsed(sealedText("simple"))], createKeySource(env, "linux"));
  expect(diagnostics).toEqual([]);
});
