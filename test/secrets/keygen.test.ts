import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { keygen } from "../../src/commands/secrets/keygen.ts";
import { createDefaultKeyFile, createNewKeyFile } from "../../src/node/key-file.ts";
import { createKeySource } from "../../src/node/keys.ts";
import { EXIT, type Outcome } from "../../src/outcome.ts";
import { type KeyFile, PortFailure } from "../../src/ports.ts";
import { parseIdentities } from "../../src/sops/identities.ts";

const NOW = new Date("2026-11-23T12:00:00.123Z");
let root = "";
let env: Readonly<Record<string, string>> = {};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "jackfield-keygen-"));
  env = { HOME: root, XDG_CONFIG_HOME: join(root, "config") };
  onTestFinished(() => rmSync(root, { recursive: true }));
});

const standard = () => join(root, "config/sops/age/keys.txt");
const mode = (path: string) => statSync(path).mode & 0o777;
const keysIn = (path: string) =>
  parseIdentities(readFileSync(path, "utf8")).identities.map(({ recipient }) => recipient);

/** What was made, with its public key. Whatever is told, the private half is not in it. */
function made(file: KeyFile): Outcome & { readonly recipient: string } {
  const outcome = keygen(file, NOW);
  expect(`${outcome.text}${JSON.stringify(outcome)}`).not.toMatch(/AGE-SECRET-KEY/i);
  return { ...outcome, recipient: (outcome.result as { recipient?: string } | null)?.recipient ?? "" };
}

test("a key file is as age-keygen writes it, and for its owner alone", () => {
  const path = join(root, "new/er/key.txt");
  const { recipient, text, exit, diagnostics } = made(createNewKeyFile(path));
  expect({ exit, diagnostics }).toEqual({ exit: undefined, diagnostics: [] });
  expect(readFileSync(path, "utf8")).toMatch(
    new RegExp(
      `^# created: 2026-11-23T12:00:00Z\n# public key: ${recipient}\nAGE-SECRET-KEY-1[0-9A-Z]{58}\n$`,
    ),
  );
  expect(keysIn(path)).toEqual([recipient]);
  expect([mode(path), mode(join(root, "new"))]).toEqual([0o600, 0o700]);
  expect(text).toContain(`public key: ${recipient}\nprivate key: added to ${path}`);
});

test("without a name keys are gathered where they are looked for", () => {
  const first = made(createDefaultKeyFile(env));
  const second = made(createDefaultKeyFile(env));
  expect(first.result).toEqual({ recipient: first.recipient, file: standard() });
  expect(mode(standard())).toBe(0o600);
  const { identities, problems } = createKeySource(env).identities();
  expect(problems).toEqual([]);
  expect(identities.map(({ recipient }) => recipient)).toEqual([first.recipient, second.recipient]);
});

test("a key is never appended to the end of a line", () => {
  mkdirSync(join(root, "config/sops/age"), { recursive: true });
  writeFileSync(standard(), "# mine", { mode: 0o640 });
  const { recipient } = made(createDefaultKeyFile(env));
  expect(readFileSync(standard(), "utf8")).toMatch(/^# mine\n# created/);
  expect(keysIn(standard())).toEqual([recipient]);
});

test.each(["a file", "a link to nothing"])("%s in its place is left alone", (what) => {
  const path = join(root, "key.txt");
  if (what === "a file") writeFileSync(path, "precious");
  else symlinkSync("nowhere", path);
  const { exit, diagnostics, recipient } = made(createNewKeyFile(path));
  expect({ exit, recipient, codes: diagnostics.map(({ code }) => code) }).toEqual({
    exit: EXIT.usage,
    recipient: "",
    codes: ["JF007"],
  });
  if (what === "a file") expect(readFileSync(path, "utf8")).toBe("precious");
});

test("a folder that cannot be written to is told", () => {
  writeFileSync(join(root, "shut"), "");
  expect(() => made(createNewKeyFile(join(root, "shut/key.txt")))).toThrow(PortFailure);
});

test("a keys file that is a folder is told", () => {
  mkdirSync(standard(), { recursive: true });
  expect(() => made(createDefaultKeyFile(env))).toThrow(PortFailure);
});
