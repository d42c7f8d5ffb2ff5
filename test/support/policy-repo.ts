import { spawnSync } from "node:child_process";
import { compile } from "../../src/compile.ts";
import type { Declarations } from "../../src/model/declaration.ts";
import type { EarlierPlace } from "../../src/model/place.ts";
import { createFiles, findPlace } from "../../src/node/files.ts";
import { createHistory } from "../../src/node/git.ts";
import { earlierPlaces } from "../../src/places/earlier.ts";
import type { Repo } from "./repo.ts";

/** Files to write, by path; undefined: to remove. */
export type Edit = Readonly<Record<string, string | undefined>>;

export function edit(repo: Repo, files: Edit): void {
  for (const [path, text] of Object.entries(files)) {
    if (text === undefined) repo.must("rm", "-qf", "--", path);
    else repo.write(path, text);
  }
}

/** Makes a commit of its id. */
export function commit(repo: Repo, files: Edit = {}): string {
  edit(repo, files);
  repo.must("add", "-A");
  repo.must("commit", "-q", "--allow-empty", "-m", "x");
  return repo.must("rev-parse", "HEAD").trim();
}

/** What a folder's files and history tell. */
export function look(root: string) {
  return recall(root, declared(root));
}

/** What the files of a folder declare. */
export function declared(root: string): readonly Declarations[] {
  const { workspaces } = compile(createFiles(findPlace(root)).scan().value);
  return workspaces.map(({ declarations }) => declarations);
}

/** What the history that a folder is in tells, where this is declared now. */
export function recall(folder: string, now: readonly Declarations[]) {
  const { value, diagnostics } = earlierPlaces(createHistory(findPlace(folder).root), now);
  return { places: value, shown: value.map(show), diagnostics, codes: diagnostics.map(({ code }) => code) };
}

function show({ deployment, cluster, namespace, base, delivery }: EarlierPlace): string {
  const at = cluster.directory ?? `${cluster.context}${cluster.uid === undefined ? "" : `=${cluster.uid}`}`;
  return `${deployment} ${at} ${namespace} ${base} ${delivery}`;
}

/** Makes commits without a work tree, thousands a second: of each, the files that it sets. */
export function importCommits(repo: Repo, commits: readonly Edit[]): void {
  const input = commits.map((files, i) => {
    const lines = Object.entries(files).map(([path, text]) =>
      text === undefined
        ? `D ${path}\n`
        : `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
    );
    return `commit refs/heads/main\ncommitter t <t@example.com> ${1_700_000_000 + i} +0000\ndata 1\nx\n${lines.join("")}`;
  });
  const options = { cwd: repo.root, env: repo.env, input: `${input.join("\n")}\n` };
  const { status, stderr } = spawnSync("git", ["fast-import", "--quiet"], options);
  if (status !== 0) throw new Error(stderr.toString());
  repo.must("reset", "-q", "--hard", "main");
}
