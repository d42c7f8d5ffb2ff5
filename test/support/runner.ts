import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

// Runs a built action as the runner of GitHub Actions does.

export interface Job {
  /** The `action.yml`. */
  readonly action?: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly event: string;
  readonly payload: object;
  /** Where the repo is checked out. */
  readonly workspace: string;
  readonly sha: string;
  readonly ref: string;
  readonly apiUrl: string;
  readonly repository?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly message: string;
  readonly properties: Readonly<Record<string, string>>;
}

export interface Done {
  readonly exit: number | null;
  /** As people see it: masked. */
  readonly log: string;
  /** Those that are kept: ten of each level. */
  readonly annotations: readonly Annotation[];
  readonly dropped: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly masks: readonly string[];
}

const TOKEN = "a-throw-away-token";
const KEPT = 10;
const MAX_MESSAGE = 4096;
const MAX_SUMMARY = 1024 * 1024;
const ACTION = fileURLToPath(new URL("../../action.yml", import.meta.url));
/** The one that actions run on. */
const NODE = fileURLToPath(new URL("../../node_modules/node/bin/node", import.meta.url));

export async function runAction(job: Job): Promise<Done> {
  const folder = mkdtempSync(join(tmpdir(), "jackfield-runner-"));
  try {
    const files = {
      output: join(folder, "output"),
      summary: join(folder, "summary"),
      event: join(folder, "event.json"),
    };
    for (const path of [files.output, files.summary]) writeFileSync(path, "");
    writeFileSync(files.event, JSON.stringify(job.payload));
    const file = job.action ?? ACTION;
    const { inputs, runs } = parse(readFileSync(file, "utf8")) as Manifest;
    const env = { ...inputsOf(inputs ?? {}, job), ...runnerEnv(job, files, folder), ...job.env };
    const ran = await start(join(dirname(file), runs.main), env, job.workspace);
    return {
      ...readLog(ran.out),
      exit: ran.exit,
      outputs: readOutputs(files.output),
      ...readSummary(files.summary, ran.out),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Manifest {
  readonly inputs?: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly using: string; readonly main: string };
}

/** Inputs that the action does not declare are warned of by the runner, and passed all the same; here they are a mistake of the test. */
function inputsOf(declared: NonNullable<Manifest["inputs"]>, { inputs }: Job): Record<string, string> {
  const unknown = Object.keys(inputs).filter((name) => !(name in declared));
  if (unknown.length > 0) throw new Error(`unexpected inputs ${unknown.join(", ")}`);
  const entries = Object.entries(declared).map(([name, { default: usual = "" }]) => {
    const value = inputs[name] ?? (usual.includes("github.token") ? TOKEN : usual);
    return [`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`, value] as const;
  });
  return Object.fromEntries(entries);
}

function runnerEnv(
  job: Job,
  files: Readonly<Record<string, string>>,
  folder: string,
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    HOME: folder,
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_API_URL: job.apiUrl,
    GITHUB_SERVER_URL: "https://github.example",
    GITHUB_REPOSITORY: job.repository ?? "octo/repo",
    GITHUB_REPOSITORY_ID: "4711",
    GITHUB_RUN_ID: "42",
    GITHUB_ACTOR: "octocat",
    GITHUB_EVENT_NAME: job.event,
    GITHUB_EVENT_PATH: files.event ?? "",
    GITHUB_OUTPUT: files.output ?? "",
    GITHUB_STEP_SUMMARY: files.summary ?? "",
    GITHUB_WORKSPACE: job.workspace,
    GITHUB_SHA: job.sha,
    GITHUB_REF: job.ref,
    RUNNER_TEMP: folder,
  };
}

/** Not waited for in this process's own time: a server of the test's may be in it. */
function start(
  main: string,
  env: Record<string, string>,
  cwd: string,
): Promise<{ exit: number | null; out: string }> {
  const child = spawn(NODE, [main], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exit) => resolve({ exit, out }));
  });
}

/** Commands stand at the start of a line; the old form counts anywhere in it. */
function commandOf(line: string): { name: string; properties: string; data: string } | undefined {
  const match =
    /^\s*::([a-z-]+)(?: ([^:]*))?::(.*)$/s.exec(line) ?? /##\[([a-z-]+)(?: ([^\]]*))?\](.*)$/s.exec(line);
  return match ? { name: match[1] ?? "", properties: match[2] ?? "", data: match[3] ?? "" } : undefined;
}

function readLog(out: string): Pick<Done, "log" | "annotations" | "dropped" | "masks"> {
  const commands = out.split("\n").flatMap((line) => commandOf(line) ?? []);
  const masks = commands.filter(({ name }) => name === "add-mask").map(({ data }) => unescaped(data));
  const mask = (text: string) => masks.reduce((masked, one) => masked.replaceAll(one, "***"), text);
  const all = commands.flatMap(({ name, properties, data }): readonly Annotation[] => {
    if (name !== "error" && name !== "warning" && name !== "notice") return [];
    const message = mask(unescaped(data)).slice(0, MAX_MESSAGE);
    return [{ level: name, message, properties: propertiesOf(properties) }];
  });
  const kept = (["error", "warning", "notice"] as const).flatMap((level) =>
    all.filter((one) => one.level === level).slice(0, KEPT),
  );
  const unknown = commands.filter(
    ({ name }) => !["error", "warning", "notice", "add-mask", "group", "endgroup"].includes(name),
  );
  if (unknown.length > 0)
    throw new Error(`a command that nobody meant: ${unknown.map(({ name }) => name).join(", ")}`);
  return { log: mask(out), annotations: kept, dropped: all.length - kept.length, masks };
}

function propertiesOf(text: string): Record<string, string> {
  const pairs = text.split(",").filter((pair) => pair.includes("="));
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = "", ...value] = pair.split("=");
      return [key.trim(), unescaped(value.join("=")).replaceAll("%3A", ":").replaceAll("%2C", ",")];
    }),
  );
}

function unescaped(text: string): string {
  return text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
}

function readOutputs(path: string): Record<string, string> {
  const lines = readFileSync(path, "utf8").split("\n");
  const outputs: Record<string, string> = {};
  for (let at = 0; at < lines.length; at++) {
    const [name = "", end] = (lines[at] ?? "").split("<<");
    if (end === undefined) continue;
    const last = lines.indexOf(end, at + 1);
    if (last < 0) throw new Error(`output ${name} has no end`);
    outputs[name] = lines.slice(at + 1, last).join("\n");
    at = last;
  }
  return outputs;
}

function readSummary(path: string, out: string): Pick<Done, "summary"> {
  const text = readFileSync(path, "utf8");
  if (Buffer.byteLength(text) > MAX_SUMMARY) throw new Error("the summary is too large");
  return { summary: readLog(out).masks.reduce((masked, one) => masked.replaceAll(one, "***"), text) };
}
