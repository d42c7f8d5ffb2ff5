import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { Refusal, run } from "./run.ts";

/** All that a job downloads: what it runs, and what people read there. */
const FILES = ["action.yml", "package.json", "README.md", "CHANGELOG.md", "LICENSE", "docs"];
const BUILT = ["dist/action.cjs", "dist/client-node.cjs"];

/** `1.2.3` and what moves with it: `uses: OWNER/jackfield@v1` gets the newest `1.x`. */
export function tagsOf(version: string): readonly string[] {
  const [major, minor] = version.split(".");
  return [`v${version}`, `v${major}.${minor}`, `v${major}`];
}

/**
 * Commits what the Action needs on top of a source commit, and tags it; the work tree stays as it is. Each file is the source's, or was
 * built from it. Dates and names are the source commit's, so that the same source gives the same commit. Gives the commit.
 */
export function commitAction(repo: string, source: string, built: string, version: string): string {
  const git = (args: readonly string[], input?: string, env?: Record<string, string>) =>
    run("git", args, { cwd: repo, ...(input === undefined ? {} : { input }), ...(env && { env }) }).trim();
  const listed = git(["ls-tree", source, "--", ...FILES]).split("\n");
  if (listed.length !== FILES.length) throw new Refusal(`the source lacks one of ${FILES.join(", ")}`);
  const made = BUILT.map((path) => {
    const blob = git(["hash-object", "-w", "--no-filters", join(built, path)]);
    return `100644 blob ${blob}\t${path.replace("dist/", "")}`;
  });
  const dist = git(["mktree"], `${made.join("\n")}\n`);
  const tree = git(["mktree"], `${[...listed, `040000 tree ${dist}\tdist`].join("\n")}\n`);
  const [name = "", email = "", date = ""] = git(["log", "-1", "--format=%an%n%ae%n%aI", source]).split("\n");
  const who = {
    ...{ GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_AUTHOR_DATE: date },
    ...{ GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email, GIT_COMMITTER_DATE: date },
  };
  const commit = git(["commit-tree", tree, "-p", source, "-m", `Release ${version}`], undefined, who);
  const [fixed = "", ...moving] = tagsOf(version);
  git(["tag", fixed, commit]);
  for (const tag of moving) git(["tag", "--force", tag, commit]);
  return commit;
}

/** Takes the Action as `uses:` would, by its tag, and starts it. Throws Refusal unless it is whole. */
export function tryAction(repo: string, folder: string, version: string): void {
  const [, , major = ""] = tagsOf(version);
  run("git", ["clone", "--quiet", "--depth", "1", "--branch", major, `file://${repo}`, folder], {
    cwd: repo,
  });
  const { runs } = parse(readFileSync(join(folder, "action.yml"), "utf8")) as {
    runs: { using: string; main: string };
  };
  if (runs.using !== "node24" || !existsSync(join(folder, runs.main))) {
    throw new Refusal(`action.yml of ${major} runs ${runs.main}, which is not there`);
  }
  // In no job it says what it lacks.
  const env = { PATH: process.env.PATH, INPUT_COMMAND: "plan" };
  const { stdout } = spawnSync(process.execPath, [join(folder, runs.main)], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  if (!stdout.includes("JF760")) throw new Refusal(`the Action of ${major} does not start:\n${stdout}`);
}
