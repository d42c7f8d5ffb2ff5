import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { Refusal, run } from "./run.ts";

/** What may be in the package; anything else is a mistake. */
const ALLOWED = [
  /^(?:package\.json|README\.md|LICENSE)$/,
  /^bin\/jackfield\.js$/,
  /^dist\/(?:main|client-node)\.cjs$/,
  /^dist\/sops\.js$/,
  /^dist\/types\/.+\.d\.ts$/,
  /^schemas\/[\w-]+\.schema\.json$/,
  /^fixtures\/example\/.+\.(?:ya?ml|json)$/,
  // A throw-away key, which says so.
  /^fixtures\/example\/demo\.agekey$/,
  /^fixtures\/example\/\.(?:gitignore|sops\.yaml)$/,
  /^fixtures\/workflows\/[\w-]+\.yml$/,
];

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Packs a built source into a folder, and gives the tarball's path. Throws Refusal if it holds what it must not. */
export function packTarball(source: string, out: string): string {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", out];
  const [packed] = JSON.parse(run("npm", args, { cwd: source })) as readonly Packed[];
  if (!packed) throw new Refusal("`npm pack` gave nothing");
  const strange = packed.files.filter(({ path }) => !ALLOWED.some((one) => one.test(path)));
  if (strange.length > 0) {
    throw new Refusal(`the package would hold ${strange.map(({ path }) => path).join(", ")}`);
  }
  return join(out, packed.filename);
}

/** Throws Refusal if publint has anything to say. */
export async function lintPackage(source: string): Promise<void> {
  const { messages, pkg } = await publint({ pkgDir: source, strict: true, pack: "npm" });
  if (messages.length === 0) return;
  const told = messages.map((message) => formatMessage(message, pkg) ?? message.code);
  throw new Refusal(`publint:\n${told.join("\n")}`);
}

const LIBRARY = `import { open } from "jackfield/sops";\nif (typeof open !== "function") throw new Error("no library");\n`;

/** Installs the tarball in an empty folder, with the network away, and does there what the README promises. Throws Refusal. */
export function tryTarball(tarball: string, folder: string, version: string): void {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{"private": true, "type": "module"}\n');
  writeFileSync(join(folder, "library.js"), LIBRARY);
  const npm = ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", tarball];
  run("npm", npm, { cwd: folder });
  const program = join(folder, "node_modules/.bin/jackfield");
  const jackfield = (...args: readonly string[]) =>
    run(program, args, { cwd: folder, env: { SOPS_AGE_KEY_FILE: "estate/demo.agekey" } });
  const told = jackfield("--version").trim();
  if (told !== version) throw new Refusal(`the package says it is ${told}, not ${version}`);
  jackfield("init", "-C", "estate", "--example");
  jackfield("validate", "-C", "estate");
  jackfield("build", "-C", "estate");
  jackfield("schema");
  run(process.execPath, ["library.js"], { cwd: folder });
}
