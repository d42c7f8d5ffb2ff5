import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { keygen } from "../../src/commands/secrets/keygen.ts";
import { createDefaultKeyFile, createNewKeyFile } from "../../src/node/key-file.ts";
import type { KeyFile } from "../../src/ports.ts";

// Where git, and age, have a say about new keys.

const NOW = new Date("2026-11-23T12:00:00Z");
let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "jackfield-keygen-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
});

const made = (file: KeyFile) => keygen(file, NOW);

test("age-keygen reads the public key from what we write", () => {
  const path = join(root, "key.txt");
  const { result } = made(createNewKeyFile(path));
  const { stdout } = spawnSync("age-keygen", ["-y", path], { encoding: "utf8" });
  expect(result).toEqual({ recipient: stdout.trim(), file: path });
});

const EXPOSED = "JF005";

test.each([
  ["a name that git does not ignore", "", "key.txt", [EXPOSED]],
  ["a name that git ignores", "*.agekey\n", "me.agekey", []],
  ["a folder that git ignores", "keys/\n", "keys/deep/me.txt", []],
])("in a work tree: %s", (_, ignore, path, codes) => {
  spawnSync("git", ["init", "-q", root]);
  writeFileSync(join(root, ".gitignore"), ignore);
  const { diagnostics, exit } = made(createNewKeyFile(join(root, path)));
  expect(diagnostics.map(({ code }) => code)).toEqual(codes);
  expect(exit).toBeUndefined();
});

test("in a work tree: a keys file that is a link into it, tracked or not, gets no key", () => {
  const tree = join(root, "dotfiles");
  spawnSync("git", ["init", "-q", tree]);
  writeFileSync(join(tree, "keys.txt"), "# mine\n");
  mkdirSync(join(root, "config/sops/age"), { recursive: true });
  symlinkSync(join(tree, "keys.txt"), join(root, "config/sops/age/keys.txt"));
  const env = { HOME: root, XDG_CONFIG_HOME: join(root, "config") };
  expect(made(createDefaultKeyFile(env)).diagnostics.map(({ code }) => code)).toEqual([EXPOSED]);
  spawnSync("git", ["-C", tree, "add", "keys.txt"]);
  writeFileSync(join(tree, ".gitignore"), "keys.txt\n");
  expect(made(createDefaultKeyFile(env)).diagnostics.map(({ code }) => code)).toEqual([EXPOSED]);
  expect(readFileSync(join(tree, "keys.txt"), "utf8")).toBe("# mine\n");
});
