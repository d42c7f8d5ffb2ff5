import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceFile } from "../../src/core/source.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures", import.meta.url));

/** The absolute path of something below `fixtures/`. */
export function fixturePath(...parts: readonly string[]): string {
  return join(FIXTURES, ...parts);
}

/** The cases of a folder of fixtures, sorted. */
export function casesOf(folder: string): readonly string[] {
  return readdirSync(fixturePath(folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** All files below a folder, by their paths in it; sorted. */
export function readTree(folder: string): readonly SourceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path: path.slice(folder.length + 1), text: readFileSync(path, "utf8") }));
}
