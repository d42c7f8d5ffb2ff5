import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createNamedFiles } from "../../src/node/named-files.ts";
import { createProgress } from "../../src/node/progress.ts";

const base = realpathSync(mkdtempSync(join(tmpdir(), "jackfield-named-")));
afterAll(() => rmSync(base, { recursive: true }));

const root = join(base, "repo");
const start = join(root, "a");
mkdirSync(join(start, "b"), { recursive: true });
mkdirSync(join(root, "c"));
const named = createNamedFiles({ root, start, git: false });
writeFileSync(join(start, "x.yaml"), "near");
writeFileSync(join(root, "x.yaml"), "far");
writeFileSync(join(root, "c", "y.yaml"), "y");
writeFileSync(join(base, "out.yaml"), "out");
writeFileSync(join(base, "bytes.yaml"), Buffer.from([0xff, 0xfe]));
symlinkSync(start, join(base, "link"));

test.each([
  ["from the start", "x.yaml", "a/x.yaml", "near"],
  ["with dots", "../x.yaml", "x.yaml", "far"],
  ["as diagnostics tell paths", "c/y.yaml", "c/y.yaml", "y"],
  ["absolute, in the tree", join(root, "c/y.yaml"), "c/y.yaml", "y"],
  ["through a link", join(base, "link/x.yaml"), "a/x.yaml", "near"],
  ["outside of the tree", "../../out.yaml", "../../out.yaml", "out"],
])("a name is found %s", (_, name, path, text) => {
  expect(named.read(name)).toEqual({ value: { path, text }, diagnostics: [] });
});

test.each([
  ["no file", "nowhere.yaml", "there is no such file"],
  ["a folder", "b", "it is a folder"],
  ["no text", "../../bytes.yaml", "it is not UTF-8 text"],
])("%s is told", (_, name, reason) => {
  const { value, diagnostics } = named.read(name);
  expect(value).toBeUndefined();
  expect(diagnostics).toMatchObject([{ code: "JF003", message: `cannot read \`${name}\`: ${reason}` }]);
});

test("progress of a long run is one line on a terminal, and nothing in a pipe", () => {
  const written: string[] = [];
  const write = (text: string) => void written.push(text);
  const run = (stream: { isTTY?: boolean }, total: number) => {
    written.length = 0;
    const progress = createProgress({ ...stream, columns: 30, write });
    progress.report(3, total, "a\u001bb/a-very-long-name-of-a-file.yaml");
    progress.report(total, total, "");
    return written.join("");
  };
  expect(run({}, 500)).toBe("");
  expect(run({ isTTY: true }, 5)).toBe("");
  expect(run({ isTTY: true }, 500)).toBe("\r\u001b[2K3/500 a<U+001B>b/a-very-long…\r\u001b[2K");
});
