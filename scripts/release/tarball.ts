import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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

const UNPINNED = "jackfield/jackfield@v0 # pin it by its commit";

/** The workflows that the package's `init --github` writes pin the Action by the commit of this very release. */
export function pinWorkflows(source: string, commit: string, version: string): void {
  const folder = join(source, "fixtures/workflows");
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), "utf8");
    if (!text.includes(UNPINNED)) throw new Refusal(`${name} does not run the Action as it is to be pinned`);
    writeFileSync(
      join(folder, name),
      text.replaceAll(UNPINNED, `jackfield/jackfield@${commit} # v${version}`),
    );
  }
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
export function tryTarball(
  tarball: string,
  folder: string,
  { version, commit }: { readonly version: string; readonly commit: string },
): void {
  mkdirSync(folder);
  // A repo of its own, not a folder of this one.
  run("git", ["init", "--quiet"], { cwd: folder });
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
  jackfield("init", "--github");
  const workflow = readFileSync(join(folder, ".github/workflows/jackfield-apply.yml"), "utf8");
  if (!workflow.includes(`jackfield@${commit}`)) throw new Refusal("`init --github` pins another Action");
  run(process.execPath, ["library.js"], { cwd: folder });
}
