import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { InitContent, InitFolder } from "../commands/init.ts";
import { diagnostic } from "../core/diagnostic.ts";
import { PortFailure } from "../ports.ts";
import { WORKSPACE_FILE } from "./files.ts";
import { packagedSchema, packageRoot } from "./package.ts";

/** The folder that `init` fills; it is made if it is not there. Throws PortFailure. */
export function createInitFolder(path: string): InitFolder {
  return {
    shown: path,
    exists: (file) => existsSync(join(path, file)),
    read(file) {
      try {
        return readFileSync(join(path, file), "utf8");
      } catch (error) {
        const reason = (error as NodeJS.ErrnoException).code ?? "unknown";
        throw new PortFailure(diagnostic("JF003", undefined, { path: join(path, file), reason }));
      }
    },
    workspaceAbove: () => workspaceAbove(resolve(path)),
    workspaceBelow: () => workspaceBelow(path),
    createAll(files) {
      const written: string[] = [];
      for (const [file, text] of files) {
        try {
          written.push(createFile(join(path, file), text));
        } catch (error) {
          for (const one of written) rmSync(one, { force: true });
          const reason = (error as NodeJS.ErrnoException).code ?? "unknown";
          throw new PortFailure(diagnostic("JF004", undefined, { path: join(path, file), reason }));
        }
      }
    },
  };
}

function createFile(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { flag: "wx" });
  return path;
}

/** Up to the root of the git work tree, as all commands look. */
function workspaceAbove(folder: string): string | undefined {
  const above = dirname(folder);
  if (above === folder || existsSync(join(folder, ".git"))) return undefined;
  const file = join(above, WORKSPACE_FILE);
  return existsSync(file) ? file : workspaceAbove(above);
}

function workspaceBelow(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const below = join(path, entry.name);
    if (entry.isFile() && entry.name === WORKSPACE_FILE) return below;
    const isOurs = entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules";
    const found = isOurs ? workspaceBelow(below) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What the package carries for `init`. npm leaves out every `.gitignore`, so that one is written here. */
export function packagedContent(): InitContent {
  return {
    schema: () => packagedSchema("jackfield.schema.json"),
    example: () =>
      new Map([
        ...packagedFiles("example"),
        [".gitignore", "# What jackfield builds holds plain secrets.\n.jackfield/\n"],
      ]),
    workflows: () =>
      new Map(packagedFiles("workflows").map(([path, text]) => [`.github/workflows/${path}`, text])),
  };
}

/** Files below a folder of fixtures, by path; sorted. */
function packagedFiles(folder: string): readonly (readonly [path: string, text: string])[] {
  const root = join(packageRoot(), "fixtures", folder);
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [relative(root, path).split(sep).join("/"), readFileSync(path, "utf8")] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
