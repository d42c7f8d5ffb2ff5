import type { Pull } from "../../src/github-ports.ts";
import { type FakeGitHub, startGitHub } from "./github-server.ts";
import { makeRepo, type Repo } from "./repo.ts";
import { type Done, type Job, runAction } from "./runner.ts";
import { keyText } from "./sealed-files.ts";

/** A repository with a pull request, as a job finds it: the branches of the remote are there, and its merge result is checked out. */
export interface PullRepo {
  readonly repo: Repo;
  readonly github: FakeGitHub;
  /** Commits files on a new branch off `main`, and opens a pull request of it. */
  open(
    files: Readonly<Record<string, string | undefined>>,
    more?: Partial<Pull> & { readonly author?: string },
  ): number;
  /** Opens a pull request of a branch that is there, or tells of its new tip. */
  offer(branch: string, more?: Partial<Pull> & { readonly author?: string }): number;
  /** Commits more to a pull request's branch. */
  push(number: number, files: Readonly<Record<string, string | undefined>>, by?: string): void;
  /** Merges it as GitHub does, and gives the commit. */
  merge(number: number, how?: "merge" | "squash" | "rebase"): string;
  /** Commits to `main` without a pull request. */
  pushMain(files: Readonly<Record<string, string | undefined>>): string;
  approve(number: number, ...users: readonly string[]): void;
  run(number: number, more?: Partial<Job>): Promise<Done>;
  /** Runs `apply` on a push to a branch. */
  apply(more?: Partial<Job>, branch?: string): Promise<Done>;
  close(): Promise<void>;
}

const REPO = 4711;

export async function makePullRepo(files: Readonly<Record<string, string>>): Promise<PullRepo> {
  const repo = makeRepo();
  const github = await startGitHub();
  const { state } = github;
  const commit = (message: string, changes: Readonly<Record<string, string | undefined>>) => {
    for (const [path, text] of Object.entries(changes)) {
      if (text === undefined) repo.must("rm", "-q", path);
      else repo.write(path, text);
    }
    repo.commit(message);
    return repo.must("rev-parse", "HEAD").trim();
  };
  const remote = (branch: string) => repo.must("update-ref", `refs/remotes/origin/${branch}`, branch);
  commit("start", files);
  remote("main");
  /** The ends of the last push that a job ran on, by branch: a job that runs again has the same. */
  const pushed = new Map<string, { readonly before: string; readonly after: string }>();
  const pushOf = (branch: string) => {
    const after = repo.must("rev-parse", branch).trim();
    const last = pushed.get(branch) ?? { before: "0".repeat(40), after: "0".repeat(40) };
    const push = last.after === after ? last : { before: last.after, after };
    pushed.set(branch, push);
    return push;
  };
  const pullOf = (number: number): Pull => {
    const pull = state.pulls.get(number);
    if (!pull) throw new Error("no such pull request");
    return pull;
  };
  const headAt = (number: number, sha: string, by: string) => {
    const pull = pullOf(number);
    state.pulls.set(number, { ...pull, head: { ...pull.head, sha } });
    state.pushes.unshift({ branch: pull.head.branch, after: sha, actor: by });
    state.commits.set(sha, [by, "web-flow"]);
    remote(pull.head.branch);
  };
  const tipOf = (branch: string) => ({ repo: REPO, branch, sha: repo.must("rev-parse", branch).trim() });
  const offer: PullRepo["offer"] = (branch, more = {}) => {
    const known = [...state.pulls.values()].find(({ head, isOpen }) => isOpen && head.branch === branch);
    const author = more.author ?? known?.author ?? "octocat";
    const number = known?.number ?? state.pulls.size + 1;
    const pull = known ?? {
      number,
      isOpen: true,
      isMerged: false,
      isDraft: false,
      labels: [],
      mergeCommit: undefined,
      author,
      head: tipOf(branch),
      base: tipOf(more.base?.branch ?? "main"),
    };
    state.pulls.set(number, { ...pull, ...more });
    headAt(number, tipOf(branch).sha, author);
    return number;
  };
  return {
    repo,
    github,
    offer,
    open: (changes, more = {}) => {
      const number = state.pulls.size + 1;
      const branch = `feature-${number}`;
      repo.must("switch", "-q", more.base?.branch ?? "main");
      repo.must("switch", "-q", "-c", branch);
      commit(`pull ${number}`, changes);
      repo.must("switch", "-q", "main");
      return offer(branch, more);
    },
    push: (number, changes, by = "octocat") => {
      repo.must("switch", "-q", pullOf(number).head.branch);
      const sha = commit("more", changes);
      repo.must("switch", "-q", "main");
      headAt(number, sha, by);
    },
    merge: (number, how = "merge") => {
      const pull = pullOf(number);
      const { branch, sha } = pull.head;
      const into = pull.base.branch;
      repo.must("switch", "-q", into);
      if (how === "merge") repo.must("merge", "-q", "--no-ff", "-m", `Merge ${number}`, branch);
      else if (how === "squash") {
        repo.must("merge", "-q", "--squash", branch);
        repo.commit(`Squash ${number}`);
      } else {
        repo.must("switch", "-q", "--detach", branch);
        repo.must("rebase", "-q", "--force-rebase", into);
        const rebased = repo.must("rev-parse", "HEAD").trim();
        repo.must("switch", "-q", into);
        repo.must("merge", "-q", "--ff-only", rebased);
      }
      const mergeCommit = repo.must("rev-parse", "HEAD").trim();
      const brought = repo
        .must("rev-list", `${repo.must("rev-parse", `origin/${into}`).trim()}..${mergeCommit}`)
        .trim()
        .split("\n");
      for (const commit of brought)
        state.commitPulls.set(commit, [...(state.commitPulls.get(commit) ?? []), number]);
      state.pulls.set(number, {
        ...pull,
        head: { ...pull.head, sha },
        isOpen: false,
        isMerged: true,
        mergeCommit,
      });
      remote(into);
      repo.must("switch", "-q", "main");
      return mergeCommit;
    },
    pushMain: (changes) => {
      const sha = commit("pushed", changes);
      remote("main");
      return sha;
    },
    approve: (number, ...users) => {
      const reviews = users.map((user) => ({
        user,
        state: "approved" as const,
        commit: pullOf(number).head.sha,
      }));
      state.reviews.set(number, [...(state.reviews.get(number) ?? []), ...reviews]);
    },
    apply: (more = {}, branch = "main") => {
      const { before, after } = pushOf(branch);
      return runAction({
        inputs: { command: "apply", "age-key": keyText("one") },
        event: "push",
        payload: {
          ref: `refs/heads/${branch}`,
          before,
          repository: { id: REPO, default_branch: "main", full_name: "octo/repo" },
        },
        workspace: repo.root,
        sha: after,
        ref: `refs/heads/${branch}`,
        apiUrl: github.url,
        ...more,
      });
    },
    run: (number, more = {}) => {
      const pull = pullOf(number);
      return runAction({
        inputs: { command: "plan" },
        event: "pull_request",
        payload: payloadOf(pull, more.event === undefined ? "synchronize" : "submitted"),
        workspace: repo.root,
        sha: repo.must("rev-parse", "main").trim(),
        ref: `refs/pull/${number}/merge`,
        apiUrl: github.url,
        ...more,
      });
    },
    close: async () => {
      await github.close();
      repo.remove();
    },
  };
}

/** The event's payload, as far as anybody reads it. */
export function payloadOf({ number, head, base }: Pull, action: string): object {
  const tip = ({ repo, branch, sha }: Pull["head"]) => ({
    ref: branch,
    sha,
    repo: repo === undefined ? null : { id: repo },
  });
  return {
    action,
    number,
    pull_request: { number, head: tip(head), base: tip(base) },
    repository: { id: REPO, default_branch: "main", full_name: "octo/repo" },
  };
}
