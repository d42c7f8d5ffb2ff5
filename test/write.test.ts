import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTreeWriter } from "../src/node/write.ts";
import { PortFailure, type Replacement } from "../src/ports.ts";

let root = "";

beforeEach(() => {
  root = join(realpathSync(mkdtempSync(join(tmpdir(), "jackfield-write-"))), "tree");
  mkdirSync(root);
});

afterEach(() => {
  chmodAll(dirname(root));
  rmSync(dirname(root), { recursive: true, force: true });
});

function chmodAll(folder: string): void {
  chmodSync(folder, 0o700);
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) chmodAll(join(folder, entry.name));
}

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** All files of the tree by path, those that are hidden too; folders with a slash. */
function tree(): Readonly<Record<string, string>> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const listed = entries.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(root.length + 1);
    return entry.isFile() ? [name, readFileSync(path, "utf8")] : [`${name}/`, ""];
  });
  return Object.fromEntries(listed.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)));
}

function replaceAll(
  files: Readonly<Record<string, readonly [string | undefined, string | undefined]>>,
): void {
  const all = Object.entries(files).map(
    ([path, [before, after]]) => [path, { before, after } satisfies Replacement] as const,
  );
  createTreeWriter(root).replaceAll(new Map(all));
}

function refused(files: Parameters<typeof replaceAll>[0]): string {
  try {
    replaceAll(files);
  } catch (error) {
    if (error instanceof PortFailure) return error.diagnostic.message;
    throw error;
  }
  return "written";
}

test("files are replaced, made and removed at once, and nothing else is left", () => {
  put("a.yaml", "one");
  put("gone.yaml", "old");
  replaceAll({
    "a.yaml": ["one", "two"],
    "new/er/b.yaml": [undefined, "three"],
    "gone.yaml": ["old", undefined],
  });
  expect(tree()).toEqual({ "a.yaml": "two", "new/": "", "new/er/": "", "new/er/b.yaml": "three" });
});

test("a file keeps its mode, and a new one gets what the umask leaves", () => {
  put("a.yaml", "one");
  chmodSync(join(root, "a.yaml"), 0o606);
  const umask = process.umask(0o027);
  try {
    replaceAll({ "a.yaml": ["one", "two"], "b.yaml": [undefined, "new"] });
  } finally {
    process.umask(umask);
  }
  const mode = (path: string) => statSync(join(root, path)).mode & 0o777;
  expect([mode("a.yaml"), mode("b.yaml")]).toEqual([0o606, 0o640]);
});

test("texts of any kind come back byte by byte", () => {
  put("a.yaml", "\uFEFFeins\r\n");
  replaceAll({ "a.yaml": ["\uFEFFeins\r\n", "\uFEFFzwei ü \u{1F511}\r\n"] });
  expect(tree()).toEqual({ "a.yaml": "\uFEFFzwei ü \u{1F511}\r\n" });
});

test.each([
  [
    "was changed",
    { "b.yaml": ["two!", "x"] },
    "cannot write `b.yaml`: it was changed by somebody else meanwhile",
  ],
  ["is gone", { "c.yaml": ["x", "y"] }, "cannot write `c.yaml`: it was changed by somebody else meanwhile"],
  [
    "is there already",
    { "b.yaml": [undefined, "x"] },
    "cannot write `b.yaml`: it was changed by somebody else meanwhile",
  ],
  ["leads out", { "../c.yaml": [undefined, "x"] }, "cannot write `../c.yaml`: it leads out of the tree"],
  [
    "is absolute",
    { "/tmp/c.yaml": [undefined, "x"] },
    "cannot write `/tmp/c.yaml`: it leads out of the tree",
  ],
  [
    "is git's own",
    { ".git/config": [undefined, "x"] },
    "cannot write `.git/config`: it leads out of the tree",
  ],
  ["is a link", { "link.yaml": ["one", "x"] }, "cannot write `link.yaml`: it is a symbolic link"],
  [
    "is behind a link",
    { "out/c.yaml": [undefined, "x"] },
    "cannot write `out/c.yaml`: a symbolic link is on the way",
  ],
  [
    "is below a file",
    { "b.yaml/c.yaml": [undefined, "x"] },
    "cannot write `b.yaml/c.yaml`: a folder on the way is a file",
  ],
  ["is a folder", { dir: [undefined, "x"] }, "cannot write `dir`: it is no regular file"],
] as const)("where one file %s, none is written", (_, bad, message) => {
  put("a.yaml", "one");
  put("b.yaml", "two");
  put("dir/d.yaml", "");
  symlinkSync("a.yaml", join(root, "link.yaml"));
  symlinkSync("..", join(root, "out"));
  const before = tree();
  const [path, [was, will]] = Object.entries(bad)[0] as [string, readonly [string | undefined, string]];
  expect(
    refused({ "a.yaml": ["one", "ONE"], "deep/er/new.yaml": [undefined, "n"], [path]: [was, will] }),
  ).toBe(message);
  expect(tree()).toEqual(before);
});

test("what the file system refuses in the middle is taken back", () => {
  put("a.yaml", "one");
  put("old.yaml", "old");
  put("z/shut.yaml", "two");
  // A name so long that there is no room for a temporary one beside it fails after the others are staged.
  const long = `${"n".repeat(250)}.yaml`;
  const before = tree();
  const message = refused({
    "a.yaml": ["one", "ONE"],
    "old.yaml": ["old", undefined],
    "fresh/b.yaml": [undefined, "b"],
    [long]: [undefined, "x"],
  });
  expect(message).toContain("ENAMETOOLONG");
  expect(tree()).toEqual(before);
});

test("a file that changes while others are put in place takes all back", () => {
  put("a.yaml", "one");
  put("b.yaml", "two");
  put("gone.yaml", "gone");
  // Signals are held back between the first look at all files and the second one at each.
  vi.spyOn(process, "on").mockImplementationOnce(() => {
    put("b.yaml", "theirs");
    return process;
  });
  const files = {
    "a.yaml": ["one", "ONE"],
    "new.yaml": [undefined, "new"],
    "gone.yaml": ["gone", undefined],
    "b.yaml": ["two", "TWO"],
  } as const;
  expect(refused(files)).toContain("changed by somebody else");
  expect(tree()).toEqual({ "a.yaml": "one", "b.yaml": "theirs", "gone.yaml": "gone" });
});

test("signals are nobody's business afterwards", () => {
  replaceAll({ "a.yaml": [undefined, "one"] });
  expect(process.listenerCount("SIGTERM")).toBe(0);
});
