import {
  existsSync,
  linkSync as link,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeMemoryFolder, wipeFolder } from "../src/node/memory-folder.ts";

test("the first folder that is in memory, else the one for temporary files", () => {
  for (const candidates of [[], ["/nowhere"], ["/proc"], ["/"]]) {
    const made = makeMemoryFolder(candidates);
    try {
      expect(made.inMemory).toBe(false);
      expect(made.path.startsWith(tmpdir())).toBe(true);
      expect(statSync(made.path).mode & 0o777).toBe(0o700);
    } finally {
      rmSync(made.path, { recursive: true });
    }
  }
});

test("files are overwritten, not only unlinked; what a link leads to is left alone", () => {
  const outside = mkdtempSync(join(tmpdir(), "jackfield-outside-"));
  const { path } = makeMemoryFolder([]);
  writeFileSync(join(outside, "kept"), "canary");
  writeFileSync(join(path, "secret.yaml"), "canary");
  mkdirSync(join(path, "more"));
  writeFileSync(join(path, "more/copy.yaml"), "canary");
  symlinkSync(join(outside, "kept"), join(path, "link"));
  // A second name shows what became of the content.
  for (const name of ["secret.yaml", "more/copy.yaml"]) {
    const twin = join(outside, name.replace("/", "-"));
    rmSync(twin, { force: true });
    link(join(path, name), twin);
  }
  wipeFolder(path);
  expect(existsSync(path)).toBe(false);
  expect(readFileSync(join(outside, "kept"), "utf8")).toBe("canary");
  expect(readdirSync(outside).sort()).toEqual(["kept", "more-copy.yaml", "secret.yaml"]);
  for (const name of ["secret.yaml", "more-copy.yaml"]) {
    expect(readFileSync(join(outside, name), "latin1")).toBe("\0".repeat(6));
  }
  wipeFolder(path);
  rmSync(outside, { recursive: true });
});
