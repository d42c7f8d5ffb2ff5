import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// Who may import whom, and what a file may be like (design: 4). Read from the text of the files: no compiler.

const SRC = fileURLToPath(new URL("../src", import.meta.url));
const STAGES = [
  "parse",
  "validate",
  "declare",
  "link",
  "lint",
  "emit",
  "unseal",
  "sops",
  "places",
  "plan",
  "guard",
  "apply",
  "change",
  "approval",
  "preview",
] as const;
const SPECS = ["specs.ts", "specs-files.ts", "specs-git.ts", "specs-values.ts"].map(
  (name) => `commands/secrets/${name}`,
);
const SHELL = [
  "main.ts",
  "cli.ts",
  "program.ts",
  "shell.ts",
  "version.ts",
  ...["apply", "io", "live-ports", "main", "note", "plan", "preview", "report", "run"].map(
    (name) => `action/${name}.ts`,
  ),
  "commands/live/specs.ts",
  "commands/preview/specs.ts",
  "commands/codeowners/specs.ts",
  "commands/build-spec.ts",
  ...SPECS,
];

interface Import {
  readonly target: string;
  /** Only types: gone after compilation. */
  readonly typeOnly: boolean;
}

interface Source {
  /** Relative to `src`. */
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const sources: readonly Source[] = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.parentPath.includes("generated"))
  .map((entry) => join(entry.parentPath, entry.name).slice(SRC.length + 1))
  .sort()
  .map(readSource);

function readSource(path: string): Source {
  const text = readFileSync(join(SRC, path), "utf8");
  const found = text.matchAll(
    /^(import|export)( type)?\b[^;"']*?from\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm,
  );
  const imports = [...found].map(([whole, , type, from, lazy]) => ({
    target: resolveTarget(path, from ?? lazy ?? ""),
    typeOnly: type !== undefined || /\{[^}]*\}/.test(whole) ? isTypeOnly(whole, type) : false,
  }));
  const bare = [...text.matchAll(/^import "([^"]+)";/gm)].map((m) => ({
    target: m[1] ?? "",
    typeOnly: false,
  }));
  return {
    path,
    folder: path.includes("/") ? (path.split("/")[0] ?? "") : "",
    text,
    imports: [...imports, ...bare],
  };
}

function isTypeOnly(statement: string, type: string | undefined): boolean {
  if (type !== undefined) return true;
  const names =
    /\{([^}]*)\}/
      .exec(statement)?.[1]
      ?.split(",")
      .filter((name) => name.trim() !== "") ?? [];
  return names.length > 0 && names.every((name) => name.trim().startsWith("type "));
}

/** Ours as a path below `src`, others as they are written. */
function resolveTarget(from: string, target: string): string {
  return target.startsWith(".") ? normalize(join(dirname(from), target)) : target;
}

function folderOf(target: string): string {
  return target.split("/")[0] ?? "";
}

/** What a set of files imports and should not. */
function offences(
  files: readonly Source[],
  isAllowed: (one: Import, source: Source) => boolean,
): readonly string[] {
  return files.flatMap((source) =>
    source.imports
      .filter((one) => !isAllowed(one, source))
      .map((one) => `${source.path} imports ${one.target}`),
  );
}

const inFolder = (...folders: readonly string[]) => sources.filter(({ folder }) => folders.includes(folder));
const isOurs = ({ target }: Import) => !target.startsWith("@") && /\.(?:ts|js|json)$/.test(target);

test("core imports nothing of ours but core", () => {
  expect(offences(inFolder("core"), (one) => !isOurs(one) || folderOf(one.target) === "core")).toEqual([]);
});

test("model imports only core and model", () => {
  const allowed = ["core", "model"];
  expect(offences(inFolder("model"), (one) => allowed.includes(folderOf(one.target)))).toEqual([]);
});

/** Stages that use another one, and why. */
const STAGE_EXCEPTIONS: Readonly<Record<string, string>> = {};

/** Stages that take whole texts, and so do the work of earlier ones on them. */
const USES: Readonly<Record<string, readonly string[]>> = {
  sops: ["parse"],
  places: ["parse", "validate", "declare"],
};

test.each(STAGES)("stage %s imports no other stage", (stage) => {
  const used = USES[stage] ?? [];
  const ports = ["ports.ts", "cluster-ports.ts", "history-ports.ts", "github-ports.ts"];
  const shared = ["core", "model", "catalogue", "destination", "sops", ...ports, stage, ...used];
  const found = offences(inFolder(stage), (one) => !isOurs(one) || shared.includes(folderOf(one.target)));
  expect(found.filter((offence) => !Object.hasOwn(STAGE_EXCEPTIONS, offence))).toEqual([]);
});

test("every exception is needed", () => {
  const all = offences(inFolder(...STAGES), () => false);
  expect(Object.keys(STAGE_EXCEPTIONS).filter((one) => !all.includes(one))).toEqual([]);
});

test("nobody imports the shell, and only the shell, commands and adapters import adapters", () => {
  const isShell = (path: string) => SHELL.includes(path);
  expect(offences(sources, (one, { path }) => !isShell(one.target) || isShell(path))).toEqual([]);
  const mayAdapt = (source: Source) => isShell(source.path) || source.folder === "node";
  expect(offences(sources, (one, source) => folderOf(one.target) !== "node" || mayAdapt(source))).toEqual([]);
});

/** Third-party packages and the folders that may import them. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "@noble/post-quantum/ml-kem.js": ["sops"],
  "@kubernetes/client-node/dist/config.js": ["node"],
  "@octokit/plugin-retry": ["node"],
  "@octokit/plugin-throttling": ["node"],
  "@octokit/rest": ["node"],
  // A kubeconfig is none of our documents.
  yaml: ["parse", "node"],
  commander: ["", "commands"],
};

test("third-party packages are imported where they belong", () => {
  const isAllowed = (one: Import, { folder }: Source) =>
    one.target.startsWith("node:") ||
    (isOurs(one) && (!one.target.endsWith(".json") || one.target.startsWith("catalogue/types/"))) ||
    (PACKAGES[one.target]?.includes(folder) ?? false);
  expect(offences(sources, isAllowed)).toEqual([]);
});

test("the outside world is touched in adapters and the shell only", () => {
  const inner = sources.filter(({ path, folder }) => folder !== "node" && !SHELL.includes(path));
  const pure = ["node:buffer", "node:crypto", "node:util", "node:path/posix"];
  expect(offences(inner, ({ target }) => !target.startsWith("node:") || pure.includes(target))).toEqual([]);
  const world =
    /(?<![\w.])process\.|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bfetch\(|\bset(?:Timeout|Interval)\(|\.toLocale\w+\(|\blocaleCompare\(/;
  expect(inner.filter(({ text }) => world.test(code(text))).map(({ path }) => path)).toEqual([]);
});

test("no cycle of imports that are left after compilation", () => {
  const graph = new Map(
    sources.map(({ path, imports }) => [path, imports.filter((i) => !i.typeOnly).map((i) => i.target)]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(" > "));
    else if (!done.has(path)) for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  expect(cycles).toEqual([]);
});

const FORBIDDEN: readonly (readonly [string, RegExp])[] = [
  ["any", /(?:[:<|&,(]|\bas|=>)\s*any\b/],
  ["console", /\bconsole\./],
  ["a default export", /^export default\b/m],
  ["an enum", /^(?:export )?(?:const )?enum\b/m],
  ["a silenced compiler", /@ts-(?:ignore|nocheck|expect-error)/],
];

test.each(FORBIDDEN)("no source has %s", (_, pattern) => {
  const found = sources.filter(({ text }) =>
    pattern.test(pattern.source.includes("@ts") ? text : code(text)),
  );
  expect(found.map(({ path }) => path)).toEqual([]);
});

test("files have at most 250 lines, the table of diagnostics excepted", () => {
  const long = sources.filter(
    ({ path, text }) => path !== "core/catalog.ts" && text.split("\n").length > 251,
  );
  expect(long.map(({ path }) => path)).toEqual([]);
});

/** Long because it is a table. */
const TABLES = /^(cli\.ts: commands|commands\/(?:secrets|live|preview)\/specs.*)$/;

test("functions have at most 50 lines", () => {
  // Formatted code: a function of the top level ends at the next line that is a lone brace.
  const long = sources.flatMap(({ path, text }) => {
    const all = text.matchAll(/^(?:export )?(?:async )?function\*? (\w+)[\s\S]*?^\}$/gm);
    return [...all].filter(([body]) => body.split("\n").length > 50).map(([, name]) => `${path}: ${name}`);
  });
  expect(long.filter((one) => !TABLES.test(one))).toEqual([]);
});

test("files have kebab-case names", () => {
  expect(
    sources.filter(({ path }) => !/^(?:[a-z0-9-]+\/)*[a-z0-9-]+\.ts$/.test(path)).map(({ path }) => path),
  ).toEqual([]);
});

/** Without comments and texts. */
function code(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/(?<!:)\/\/.*$/gm, "")
    .replaceAll(/"(?:[^"\\\n]|\\.)*"/g, '""')
    .replaceAll(/`(?:[^`\\$]|\\.)*`/g, "``");
}
