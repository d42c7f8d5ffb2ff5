import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFiles, findPlace } from "../src/node/files.ts";
import { createNamedFiles } from "../src/node/named-files.ts";
import { readBounded } from "../src/node/read-bounded.ts";

// The file adapter on real folders and real git repositories.

const OURS = "apiVersion: jackfield.dev/v1\n";
let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "jackfield-files-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: string | Buffer = OURS): void {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
}

/** What is found from a start folder: paths, then codes of troubles with their files. */
function scan(start = ""): readonly string[] {
  const { value, diagnostics } = createFiles(findPlace(join(root, start))).scan();
  return [...value.map(({ path }) => path), ...diagnostics.map(({ code, at }) => `${code} ${at?.file.path}`)];
}

test("outside git: every YAML file below the start, dot-folders aside", () => {
  for (const path of ["jackfield.yaml", "a/b.yml", "a/B.YAML", "a/c.json", ".github/x.yaml", "a/.b/x.yaml"])
    write(path);
  write(".sops.yaml");
  expect(scan()).toEqual([".sops.yaml", "a/B.YAML", "a/b.yml", "jackfield.yaml"]);
});

test("outside git: a start inside a Workspace finds all of it, and paths are told from it", () => {
  for (const path of ["jackfield.yaml", "connections/deep/a.yaml"]) write(path);
  expect(scan("connections/deep")).toEqual(["connections/deep/a.yaml", "jackfield.yaml"]);
});

test("a folder named like a file, and a file that cannot be read", () => {
  mkdirSync(join(root, "folder.yaml"));
  write("jackfield.yaml");
  write("folder.yaml/a.yaml");
  expect(scan()).toEqual(["folder.yaml/a.yaml", "jackfield.yaml"]);
});

test("not UTF-8: an error if it is ours, not judged if not", () => {
  write("jackfield.yaml", Buffer.concat([Buffer.from(OURS), Buffer.from([0xff, 0xfe, 0xc3])]));
  write("other.yaml", Buffer.from([0xff, 0xfe, 0xc3]));
  expect(scan()).toEqual(["JF103 jackfield.yaml"]);
});

test("a byte order mark stays in the text, so that places are told as editors count them", () => {
  write("jackfield.yaml", `\uFEFF${OURS}`);
  const { value } = createFiles(findPlace(root)).scan();
  expect(value[0]?.text).toBe(`\uFEFF${OURS}`);
});

test("a start folder reached through a link is told by its real place", () => {
  write("real/jackfield.yaml");
  symlinkSync(join(root, "real"), join(root, "link"));
  expect(scan("link")).toEqual(["jackfield.yaml"]);
});

test.skipIf(process.platform === "win32")("a pipe is no file, and is not waited for", () => {
  write("jackfield.yaml");
  spawnSync("mkfifo", [join(root, "pipe.yaml")]);
  expect(scan()).toEqual(["jackfield.yaml"]);
});

test.skipIf(process.platform === "win32")(
  "a device that never ends is too large, as a file and as keys",
  () => {
    symlinkSync("/dev/zero", join(root, "endless.sops.yaml"));
    const { diagnostics } = createNamedFiles({ root, start: root, git: false }).read("endless.sops.yaml");
    expect(diagnostics.map(({ message }) => message)).toEqual([expect.stringContaining("larger than 5 MiB")]);
    expect(() => readBounded("/dev/zero", 1000)).toThrow(expect.objectContaining({ code: "EFBIG" }));
    expect(readBounded("/dev/null", 0)).toEqual(Buffer.alloc(0));
  },
);
