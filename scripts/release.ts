import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import packageJson from "../package.json" with { type: "json" };
import { commitAction, tagsOf, tryAction } from "./release/action.ts";
import { type Notes, notesOf } from "./release/notes.ts";
import { Refusal, run } from "./release/run.ts";
import { lintPackage, packTarball, pinWorkflows, tryTarball } from "./release/tarball.ts";

// `npm run release`: makes all that a version needs from what HEAD says, and tries it: the commit that `uses:` resolves to, its tags,
// the npm package, notes, checksums. Nothing leaves this machine. With `--dry-run` the tags are in a clone alone.
const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: {
    "dry-run": { type: "boolean", default: false },
    out: { type: "string", default: ".jackfield/release" },
  },
});
const { version } = packageJson;
const out = join(root, values.out);

try {
  await release(values["dry-run"]);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`no release: ${error.message}\n`);
  process.exitCode = 1;
}

async function release(isDry: boolean): Promise<void> {
  const notes = notesOf(readFileSync(join(root, "CHANGELOG.md"), "utf8"), version);
  const head = run("git", ["rev-parse", "HEAD"], { cwd: root }).trim();
  if (!isDry) refuseUnready(notes);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "notes.md"), notes.text);

  const source = buildSource("source");
  say(`built ${head.slice(0, 12)}`);
  refuseOther(source, buildSource("again"));
  say("built again: the same, byte for byte");

  const commit = commitAction(source, head, source, version);
  tryAction(source, join(out, "action"), version);
  say(`${tagsOf(version).join(", ")}: ${commit.slice(0, 12)}, taken by its tag, and started`);

  pinWorkflows(source, commit, version);
  await lintPackage(source);
  const tarball = packTarball(source, out);
  tryTarball(tarball, join(out, "installed"), { version, commit });
  say(`${basename(tarball)}: publint has nothing to say; installed in an empty folder, and run`);

  writeFileSync(join(out, "SHA256SUMS"), checksums(source, tarball));
  say("notes.md, SHA256SUMS");
  // The same commit, as it is made of the same.
  if (!isDry) commitAction(root, head, source, version);
  say(isDry ? `a rehearsal: all is in ${values.out}, and nothing is tagged here` : next(tarball));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What only a rehearsal may do without. */
function refuseUnready({ date }: Notes): void {
  const dirty = run("git", ["status", "--porcelain"], { cwd: root });
  if (dirty !== "") throw new Refusal(`the work tree has changes:\n${dirty}`);
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) throw new Refusal(`CHANGELOG.md dates ${version} "${date}"`);
  const [tag = ""] = tagsOf(version);
  if (run("git", ["tag", "--list", tag], { cwd: root }) !== "") throw new Refusal(`${tag} is there already`);
}

/** HEAD in a clone of its own, built: nothing that only lies here has a part in it. */
function buildSource(name: string): string {
  const folder = join(out, name);
  run("git", ["clone", "--quiet", "--no-tags", `file://${root}`, folder], { cwd: root });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  run("npm", ["run", "--silent", "build"], { cwd: folder });
  return folder;
}

function refuseOther(one: string, other: string): void {
  const listing = (folder: string) =>
    readdirSync(join(folder, "dist"), { recursive: true, encoding: "utf8" }).sort();
  const files = listing(one).filter((path) => /\.(?:c?js|ts)$/.test(path));
  const same =
    listing(one).join("\n") === listing(other).join("\n") &&
    files.every((path) => digest(join(one, "dist", path)) === digest(join(other, "dist", path)));
  if (!same) throw new Refusal("what is built differs from one time to the next");
}

function digest(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** As `sha256sum --check` reads them. */
function checksums(source: string, tarball: string): string {
  const built = ["action.cjs", "client-node.cjs"].map((name) => ["dist", name] as const);
  const lines = [
    `${digest(tarball)}  ${basename(tarball)}`,
    ...built.map((path) => `${digest(join(source, ...path))}  action/${path.join("/")}`),
  ];
  return `${lines.join("\n")}\n`;
}

function next(tarball: string): string {
  const [fixed = "", ...moving] = tagsOf(version);
  return [
    "next:",
    `  git push origin ${fixed} && git push --force origin ${moving.join(" ")}`,
    `  make a Release of ${fixed}, of no other tag, with ${values.out}/notes.md and SHA256SUMS`,
    `  npm publish --provenance ${join(values.out, basename(tarball))}`,
  ].join("\n");
}
