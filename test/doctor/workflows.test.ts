import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { judgeWorkflows } from "../../src/doctor/workflows.ts";
import { parseFile } from "../../src/parse/parse.ts";
import { fixturePath } from "../support/fixture.ts";

const SHA = "0123456789abcdef0123456789abcdef01234567";
const OURS = `octo/jackfield@${SHA}`;
const CHECKOUT = `{uses: actions/checkout@${SHA}, with: {persist-credentials: false}}`;

const judge = (...texts: readonly string[]) =>
  judgeWorkflows(
    texts.flatMap((text) => parseFile({ path: ".github/workflows/x.yml", text }).value ?? []),
  ).map(({ level, message, diagnostic: one }) => (one ? `${one.code} ${message}` : level));

const workflow = (steps: string, { on = "push", more = "" } = {}) =>
  `on: ${on}\njobs:\n  deliver:\n    runs-on: ubuntu-latest\n${more}    steps: [${steps}]\n`;
const APPLY = `{uses: ${OURS}, with: {command: apply, age-key: x}}`;
const IN_PLACE = { more: "    environment: production\n" };

test("the workflows that init writes lack their commits, and nothing else", () => {
  const folder = fixturePath("workflows");
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  const told = judge(...texts);
  expect(told.filter((one) => !one.startsWith("JF688"))).toEqual(["skipped"]);
  const pinned = texts.map((text) => text.replaceAll(/@v0 #/g, `@${SHA} #`));
  expect(judge(...pinned)).toEqual([...texts.map(() => "ok"), "skipped"]);
});

const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  ["all as it should be", workflow(`${CHECKOUT}, ${APPLY}`, IN_PLACE), ["ok", "skipped"]],
  ["not ours", workflow("{uses: octo/other@v1}, {run: make}"), ["skipped"]],
  ["a script that only names us", workflow("{run: npx jackfield validate}"), ["skipped"]],
  [
    "keys in no environment",
    workflow(APPLY),
    ["JF686 line 3: job `deliver` takes keys, and runs in no environment of GitHub's", "skipped"],
  ],
  [
    "a way into the cluster is a key",
    workflow(`{uses: ${OURS}, with: {command: gc, kubeconfig: x}}`),
    ["JF686 line 3: job `deliver` takes keys, and runs in no environment of GitHub's", "skipped"],
  ],
  [
    "a script beside keys",
    workflow(`${APPLY}, {run: make}`, IN_PLACE),
    ["JF687 line 6: job `deliver` takes keys, and runs more than Jackfield", "skipped"],
  ],
  [
    "a script beside a plan",
    workflow(`{uses: ${OURS}, with: {command: plan}}, {run: make}`),
    ["ok", "skipped"],
  ],
  [
    "tags and branches",
    workflow("{uses: octo/jackfield@v0}, {uses: octo/other@main}, {uses: ./own}"),
    ["JF688 line 5: job `deliver` pins `octo/jackfield@v0`, `octo/other@main` by no commit", "skipped"],
  ],
  [
    "a checkout that keeps its token",
    workflow(`{uses: actions/checkout@${SHA}}, {uses: ${OURS}}`),
    ["JF689 line 5: job `deliver` leaves the token of its checkout to all that runs after it", "skipped"],
  ],
  ...["pull_request_target", "[push, workflow_run]", "{issue_comment: {types: [created]}}"].map(
    (on) =>
      [
        `at ${on}`,
        workflow(`{uses: ${OURS}}`, { on }),
        [expect.stringMatching(/^JF685 line 3: job `deliver` runs Jackfield at/), "skipped"],
      ] as const,
  ),
  ["what is no workflow", "on: push\njobs: 1\n", ["skipped"]],
];

test.each(CASES)("%s", (_, text, expected) => {
  expect(judge(text)).toEqual(expected);
});
