import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

// The built program as a process, as users run it. `npm test` builds it first.
const BIN = fileURLToPath(new URL("../bin/jackfield.js", import.meta.url));

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function jackfield(cwd: string, ...args: readonly string[]): Run {
  const env = { PATH: process.env.PATH, HOME: cwd };
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    cwd,
    env,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const roots: string[] = [];
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

function folder(files: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), "jackfield-cli-"));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const WORKSPACE = `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: main, uid: 0b6f2d0e-8f1c-4a0b-9a57-5b8d1f3f6a11}
spec:
  environments: {development: {}}
  clusters: {laptop: {directory: .jackfield/laptop}}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: dev}
spec: {environment: development, cluster: laptop, namespace: airflow-dev}
`;

function connection(id: string, spec: string): string {
  return `apiVersion: jackfield.dev/v1\nkind: Connection\nmetadata: {name: ${id}}\nspec: ${spec}\n`;
}

const GOOD = {
  "jackfield.yaml": WORKSPACE,
  "connections/api.yaml": connection("api", "{type: http, host: https://api.example.com, sharing: all}"),
};
const WARNS = { ...GOOD, "connections/odd.yaml": connection("odd", "{type: homemade, sharing: all}") };
const WRONG = {
  ...GOOD,
  "connections/api.yaml": connection("api", "{type: http, hots: CANARY, sharing: all}"),
};

test.each([
  ["a valid estate", GOOD, ["validate"], 0],
  ["a warning", WARNS, ["validate"], 0],
  ["a warning, with --strict", WARNS, ["validate", "--strict"], 1],
  ["an error", WRONG, ["validate"], 1],
  ["an error stops a build", WRONG, ["build"], 1],
  ["an unknown command", GOOD, ["vallidate"], 2],
  ["an unknown flag", GOOD, ["validate", "--fast"], 2],
  ["a format there is not", GOOD, ["validate", "--format", "xml"], 2],
  ["an unknown Workspace", GOOD, ["get", "--workspace", "mian"], 2],
  ["an unknown Deployment", GOOD, ["get", "--deployment", "dve"], 2],
  ["a Deployment with its Workspace", GOOD, ["get", "--deployment", "main/dev"], 0],
  ["an unknown object", GOOD, ["explain", "apy", "--deployment", "dev"], 2],
  ["explain without a Deployment", GOOD, ["explain", "api"], 2],
  ["an unknown type", GOOD, ["types", "postgers"], 2],
  ["an unknown kind", GOOD, ["schema", "conection"], 2],
  ["an unknown shell", GOOD, ["completion", "tcsh"], 2],
  ["no Workspace", {}, ["validate"], 2],
  ["a folder that is not there", GOOD, ["validate", "-C", "nowhere"], 3],
  ["a command that the group has not", GOOD, ["secrets", "keygeen"], 2],
  ["a group without a command", GOOD, ["secrets"], 2],
  ["help of a group", GOOD, ["secrets", "--help"], 0],
  ["a report without a Workspace", {}, ["secrets", "recipients"], 2],
  ["help", GOOD, ["--help"], 0],
  ["the version", GOOD, ["--version"], 0],
] as const)("%s exits as it should", (_, files, args, status) => {
  const run = jackfield(folder(files), ...args);
  expect({ status: run.status, output: run.stdout + run.stderr }).toMatchObject({ status });
  expect(run.stdout + run.stderr).not.toMatch(/CANARY|\n {4}at /);
});

test("a typo in a name is answered with the nearest one", () => {
  const run = jackfield(folder(GOOD), "get", "--deployment", "dve");
  expect(run.stderr).toContain("did you mean `dev`?");
});

test("JSON is one object on standard output, with positions from 1 and files relative to the repo", () => {
  const run = jackfield(folder(WRONG), "validate", "--format", "json");
  expect(run.stderr).toBe("");
  const { version, command, diagnostics, result } = JSON.parse(run.stdout);
  expect({ version, command }).toEqual({
    version: JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version,
    command: "validate",
  });
  expect(result).toHaveProperty("workspaces");
  const unknown = diagnostics.find((one: { message: string }) => one.message.includes("hots"));
  expect(unknown).toMatchObject({
    severity: "error",
    file: "connections/api.yaml",
    line: 4,
    column: 20,
    endLine: 4,
    endColumn: 24,
    hint: expect.stringContaining("host"),
    related: [],
  });
  expect(unknown.code).toMatch(/^JF2\d\d$/);
});

test("a build writes four files a Deployment, for the owner alone, and a failed one leaves them", () => {
  const root = folder(GOOD);
  const built = jackfield(root, "build");
  expect(built).toMatchObject({ status: 0, stderr: "" });
  const out = join(root, ".jackfield/build/main/dev");
  expect(readdirSync(out).sort()).toEqual([
    "connections.json",
    "secrets.yaml",
    "values.yaml",
    "variables.json",
  ]);
  const before = readFileSync(join(out, "connections.json"), "utf8");
  expect(JSON.parse(before)).toEqual({ api: { conn_type: "http", host: "https://api.example.com" } });
  writeFileSync(join(root, "connections/api.yaml"), WRONG["connections/api.yaml"]);
  expect(jackfield(root, "build").status).toBe(1);
  expect(readFileSync(join(out, "connections.json"), "utf8")).toBe(before);
  expect(readdirSync(join(root, ".jackfield/build"))).toEqual(["main"]);
});

test("a build drops a Deployment that is gone, and keeps the others when one is asked for", () => {
  const second =
    WORKSPACE.split("---\n")[1]?.replaceAll("dev}", "qa}").replace("airflow-dev", "airflow-qa") ?? "";
  const root = folder({ ...GOOD, "qa.yaml": second });
  expect(jackfield(root, "build").status).toBe(0);
  expect(jackfield(root, "build", "--deployment", "dev").status).toBe(0);
  expect(readdirSync(join(root, ".jackfield/build/main"))).toEqual(["dev", "qa"]);
  writeFileSync(join(root, "qa.yaml"), "");
  expect(jackfield(root, "build").status).toBe(0);
  expect(readdirSync(join(root, ".jackfield/build/main"))).toEqual(["dev"]);
});

test("a build refuses a place that holds files of others", () => {
  const root = folder({ ...GOOD, "taken/main/notes.txt": "mine" });
  const run = jackfield(root, "build", "--out", "taken");
  expect(run).toMatchObject({ status: 1, stderr: expect.stringContaining("JF006") });
  expect(readdirSync(join(root, "taken/main"))).toEqual(["notes.txt"]);
});

test("--workspace leaves out what is said of the others", () => {
  const other = WORKSPACE.replace("name: main", "name: other");
  const root = folder({
    ...prefixed("main", GOOD),
    ...prefixed("other", { ...WRONG, "jackfield.yaml": other }),
  });
  expect(jackfield(root, "validate").status).toBe(1);
  expect(jackfield(root, "validate", "--workspace", "main")).toMatchObject({ status: 0, stderr: "" });
  expect(jackfield(root, "build", "--workspace", "main").status).toBe(0);
  expect(jackfield(root, "validate", "--workspace", "other").status).toBe(1);
});

function prefixed(name: string, files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${name}/${path}`, text]));
}

test("an old Node is refused with one line", () => {
  const old = 'Object.defineProperty(process.versions, "node", { value: "20.20.2" })';
  const args = ["--import", `data:text/javascript,${encodeURIComponent(old)}`, BIN, "--version"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect({ status, stdout, stderr }).toEqual({
    status: 3,
    stdout: "",
    stderr: "jackfield needs Node 22.19 or newer; this is 20.20.2\n",
  });
});

/** What bash offers for a line whose last word is not done. */
function offered(script: string, line: string): string {
  const words = line.split(" ");
  const call = `COMP_WORDS=(${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${words.length - 1}`;
  const run = spawnSync("bash", ["-c", `${script}\n${call}; _jackfield; echo "\${COMPREPLY[@]}"`], {
    encoding: "utf8",
  });
  expect(run.stderr).toBe("");
  return run.stdout.trim();
}

test.each([
  ["jackfield va", "validate"],
  ["jackfield sec", "secrets"],
  ["jackfield secrets key", "keygen"],
  ["jackfield secrets va", ""],
  ["jackfield secrets keygen --o", "--out"],
  ["jackfield secrets recipients --work", "--workspace"],
  ["jackfield secrets nothing --f", ""],
  ["jackfield get --dep", "--deployment"],
  ["jackfield secrets keygen --format js", "json"],
])("completion of %j is %j", (line, words) => {
  expect(offered(jackfield(folder(), "completion", "bash").stdout, line)).toBe(words);
});

test("completion scripts are scripts, and offer the commands", () => {
  const root = folder();
  expect(jackfield(root, "completion", "zsh").stdout).toContain("#compdef jackfield");
  const fish = jackfield(root, "completion", "fish").stdout.split("\n");
  const seen = "__fish_seen_subcommand_from";
  expect(fish.some((line) => line.includes("-n __fish_use_subcommand") && line.includes("secrets"))).toBe(
    true,
  );
  expect(fish).toContain(`complete -c jackfield -n "${seen} secrets; and ${seen} keygen" -l out`);
  expect(fish).toContain(`complete -c jackfield -n "${seen} get" -l deployment`);
  expect(fish.filter((line) => line.includes(`${seen} secrets; and not ${seen}`))).toHaveLength(1);
});

test("a private key that is made is in the file alone", () => {
  const root = folder();
  const run = jackfield(root, "secrets", "keygen", "--format", "json");
  const { command, result } = JSON.parse(run.stdout);
  expect([run.status, command]).toEqual([0, "secrets keygen"]);
  expect(readFileSync(result.file, "utf8")).toContain("AGE-SECRET-KEY-1");
  expect(run.stdout + run.stderr).not.toMatch(/AGE-SECRET-KEY/i);
});

test("colours only where they are asked for", () => {
  const root = folder(WRONG);
  expect(jackfield(root, "validate").stderr).not.toContain("\u001b[");
  expect(jackfield(root, "validate", "--color", "always").stderr).toContain("\u001b[");
});

test("what a pull request or a command line names cannot speak to a terminal, nor to GitHub from a line of its own", () => {
  const evil = "e\u001b[31m\r\n::error::x\u202e\u0007";
  const extra = JSON.stringify({ [evil]: "v" })
    .replace("\u202e", "\\u202e")
    .replace("\u0007", "\\u0007");
  const root = folder({
    ...GOOD,
    [`${evil}/api.yaml`]: connection("evil", `{type: http, sharing: all, host: h, extra: ${extra}}`),
  });
  const runs = [
    jackfield(root, "validate"),
    jackfield(root, "get", "--deployment", "dev"),
    jackfield(root, "explain", "evil", "--deployment", "dev"),
    jackfield(root, evil),
    jackfield(root, "validate", `--${evil}`),
    jackfield(root, "validate", "--format", evil),
  ];
  expect(runs.map(({ status }) => status)).toEqual([0, 0, 0, 2, 2, 2]);
  const said = runs.map(({ stdout, stderr }) => stdout + stderr);
  for (const text of said) expect(text).not.toMatch(/[^\P{C}\n]|^::/mu);
  for (const text of said.slice(1)) expect(text).toContain("<U+001B>[31m<U+000D><U+000A>::error::x<U+202E>");
});

test("a misspelt command is told with the one that is meant", () => {
  expect(jackfield(folder(), "valdate").stderr).toContain("'valdate'\n(Did you mean validate?)\n");
});

test("a value behind a `=`, where none belongs, is not shown", () => {
  const root = folder(GOOD);
  const wrong = jackfield(root, "secrets", "set", "api", "pasword=hunter2", "--deployment", "dev");
  const option = jackfield(
    root,
    "secrets",
    "set",
    "api",
    "password",
    "--deployment",
    "dev",
    "--value=hun'ter2",
  );
  expect([wrong.status, option.status]).toEqual([2, 2]);
  expect(wrong.stderr).toContain("`pasword=…`");
  expect(option.stderr).toContain("unknown option '--value=…'");
  expect(wrong.stderr + option.stderr).not.toMatch(/ter2/);
});
