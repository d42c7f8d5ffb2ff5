import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Block, blocksOf, pathWithProgram, run, stepsOf, writeNamed } from "./docs.ts";
import { makePullRepo, type PullRepo, payloadOf } from "./pull-repo.ts";
import type { Done } from "./runner.ts";

// docs/tour.md as a program: its commands run in a repository, and what it says of GitHub is what jobs of the built Action do there. A
// comment that nobody sees, `<!-- github: EVENT BRANCH -->`, stands before what such a job prints.

/** Something that the page shows: where, what it says, and what it is. */
export interface Shown {
  readonly at: number;
  readonly expected: readonly string[];
  readonly actual: readonly string[];
}

export const TOUR = "docs/tour.md";

const EVENT = /^<!-- github: (\w+) ([\w-]+)(?: (\w+))? -->$/;

export async function runTour(text: string): Promise<readonly Shown[]> {
  const made = await makePullRepo({ "README.md": "# Our pipelines\n" });
  try {
    const { repo } = made;
    const { SOPS_AGE_KEY: _, ...env } = repo.env;
    const inPage = { ...env, PATH: pathWithProgram(dirname(repo.root)) };
    const shown: Shown[] = [];
    for (const block of blocksOf(text)) {
      if (block.language === "yaml") writeNamed(repo.root, block);
      else if (block.language === "console") shown.push(...consoleOf(block, made, inPage));
      const event = eventOf(text, block);
      if (event) shown.push({ at: block.at, expected: block.lines, actual: await happen(made, event) });
    }
    return shown;
  } finally {
    await made.close();
  }
}

function consoleOf(block: Block, { repo }: PullRepo, env: NodeJS.ProcessEnv): readonly Shown[] {
  return stepsOf(block).map(({ command, expected, at }) => {
    const [, pushed] = /^git push --quiet origin ([\w-]+)$/.exec(command) ?? [];
    if (pushed) repo.must("update-ref", `refs/remotes/origin/${pushed}`, pushed);
    const actual = pushed ? [] : run(command, repo.root, env);
    return { at: at + command.split("\n").length, expected, actual };
  });
}

interface Event {
  readonly name: string;
  readonly branch: string;
  readonly user: string;
}

function eventOf(text: string, { at }: Block): Event | undefined {
  const before = text.split("\n").slice(0, at - 2);
  const [, name, branch = "", user = ""] = EVENT.exec(before.findLast((line) => line !== "") ?? "") ?? [];
  return name === undefined ? undefined : { name, branch, user };
}

async function happen(made: PullRepo, { name, branch, user }: Event): Promise<readonly string[]> {
  const number = numberOf(made, branch);
  switch (name) {
    case "pushed":
      return logOf(await made.run(made.offer(branch)));
    case "annotated": {
      const { annotations } = await made.run(number);
      return annotations.map(({ properties, message }) => `${properties.file}:${properties.line} ${message}`);
    }
    case "comment":
      return (made.github.state.comments.get(number)?.[0]?.body.trimEnd().split("\n") ?? []).slice(1);
    case "approved":
      made.approve(number, user);
      return logOf(await made.run(number, { event: "pull_request_review" }));
    case "merged":
      made.merge(number);
      return logOf(
        await made.apply({ inputs: { command: "apply", "age-key": keys(made, "production", "preview") } }),
      );
    case "preview":
      return logOf(await preview(made, number));
    case "closed": {
      const pull = made.github.state.pulls.get(number);
      if (pull) made.github.state.pulls.set(number, { ...pull, isOpen: false });
      return logOf(await preview(made, number));
    }
    default:
      throw new Error(`no event ${name}`);
  }
}

function numberOf({ github }: PullRepo, branch: string): number {
  return [...github.state.pulls.values()].find(({ head }) => head.branch === branch)?.number ?? 0;
}

function preview(made: PullRepo, number: number): Promise<Done> {
  const pull = made.github.state.pulls.get(number);
  if (!pull) throw new Error("no such pull request");
  return made.run(number, {
    payload: payloadOf(pull, pull.isOpen ? "opened" : "closed"),
    inputs: { command: "preview", "age-key": keys(made, "preview") },
  });
}

/** What the page keeps in GitHub: files of keys beside the repository. */
function keys({ repo }: PullRepo, ...names: readonly string[]): string {
  return names.map((name) => readFileSync(join(dirname(repo.root), `${name}.agekey`), "utf8")).join("\n");
}

/** What people read of a step's log, with its exit code. */
function logOf({ log, exit }: Done): readonly string[] {
  const lines = log.split("\n").filter((line) => !line.startsWith("::") && !line.startsWith("##["));
  const text = lines.join("\n").trim().split("\n");
  return exit === 0 ? text : [...text, `exit ${exit}`];
}
