import type { BranchTip, Comment, GitHub, Pull, Repo, Review } from "../../github-ports.ts";
import { type Client, type ClientOptions, createClient, failure } from "./client.ts";

export interface GitHubOptions extends ClientOptions {
  /** `owner/name`. */
  readonly repository: string;
  /** May read the teams of the organisation; the workflow's own token may not. */
  readonly approvalsToken?: string | undefined;
}

/** The port on GitHub's REST API. Throws PortFailure for whatever is not a clear answer; no text of the server's is part of it. */
export function createGitHub({ repository, approvalsToken, ...options }: GitHubOptions): GitHub {
  const [owner = "", repo = ""] = repository.split("/");
  const own = { owner, repo };
  const client = createClient(options);
  const teams = approvalsToken === undefined ? client : createClient({ ...options, token: approvalsToken });
  const repoOnce = memo(() => readRepo(client, own));
  return {
    repo: repoOnce,
    pull: async (number) => {
      const answer = await client.get("GET /repos/{owner}/{repo}/pulls/{pull_number}", {
        ...own,
        pull_number: number,
      });
      return answer ? pullOf(answer) : absent(repoOnce);
    },
    pullsOf: async (commit) => {
      const path = "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls";
      return (await client.list(path, { ...own, commit_sha: commit })).map(pullOf);
    },
    branch: async (name) => {
      const answer = await client.get("GET /repos/{owner}/{repo}/branches/{branch}", {
        ...own,
        branch: name,
      });
      if (!answer) return absent(repoOnce);
      return { repo: (await repoOnce()).id, branch: name, sha: text(at(answer, "commit", "sha")) };
    },
    reviews: async (number) => {
      const path = "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews";
      return (await client.list(path, { ...own, pull_number: number })).flatMap(reviewOf);
    },
    lastPushers: (pull) => lastPushers(client, own, pull),
    isMember: (team, user) => isMember(teams, owner, team, user),
    login: memo(() => client.login()),
    ...commentsOf(client, own),
  };
}

type Own = Readonly<Record<"owner" | "repo", string>>;

function commentsOf(
  client: Client,
  own: Own,
): Pick<GitHub, "comments" | "createComment" | "updateComment" | "deleteComment"> {
  return {
    comments: async (number) => {
      const path = "GET /repos/{owner}/{repo}/issues/{issue_number}/comments";
      return (await client.list(path, { ...own, issue_number: number })).map(commentOf);
    },
    createComment: async (number, body) => {
      const path = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
      return commentOf(await client.send(path, { ...own, issue_number: number, body }));
    },
    updateComment: async (id, body) => {
      const path = "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";
      return commentOf(await client.send(path, { ...own, comment_id: id, body }));
    },
    deleteComment: async (id) => {
      await client.get("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}", {
        ...own,
        comment_id: id,
      });
    },
  };
}

function memo<T>(ask: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined;
  return () => {
    known ??= ask();
    return known;
  };
}

async function readRepo(client: Client, own: Own): Promise<Repo> {
  const answer = await client.get("GET /repos/{owner}/{repo}", own);
  if (!answer) throw failure("repos/get", 404);
  return { id: count(at(answer, "id")), defaultBranch: text(at(answer, "default_branch")) };
}

/** It is not there, in a repo that we see; of a repo that we do not see nothing is known. */
async function absent(repo: () => Promise<Repo>): Promise<undefined> {
  await repo();
  return undefined;
}

/** Who pushed the head. Where GitHub keeps no trace of that, whoever made the commit. */
async function lastPushers(client: Client, own: Own, { head }: Pull): Promise<readonly string[]> {
  // The newest hundred of the branch: the head is the newest of them.
  const path = "GET /repos/{owner}/{repo}/activity";
  const activities = await client.get(path, { ...own, ref: `refs/heads/${head.branch}`, per_page: 100 });
  const pushes = list(activities).filter((one) => at(one, "after") === head.sha);
  const actors = pushes.flatMap((one) => optionalText(at(one, "actor", "login")) ?? []);
  if (actors.length > 0) return [...new Set(actors)];
  const commit = await client.get("GET /repos/{owner}/{repo}/commits/{ref}", { ...own, ref: head.sha });
  if (!commit) throw failure("repos/get-commit", 404);
  const made = [at(commit, "author", "login"), at(commit, "committer", "login")].flatMap(
    (one) => optionalText(one) ?? [],
  );
  return [...new Set(made)].filter((login) => login !== WEB);
}

/** Commits what people do on the web page. */
const WEB = "web-flow";

async function isMember(client: Client, owner: string, team: string, user: string): Promise<boolean> {
  const path = "GET /orgs/{org}/teams/{team_slug}/memberships/{username}";
  const answer = await client.get(path, { org: owner, team_slug: team, username: user });
  return answer !== undefined && at(answer, "state") === "active";
}

function pullOf(answer: unknown): Pull {
  const merged = at(answer, "merged_at");
  return {
    number: count(at(answer, "number")),
    isOpen: at(answer, "state") === "open",
    isMerged: merged !== null && merged !== undefined,
    isDraft: at(answer, "draft") === true,
    author: optionalText(at(answer, "user", "login")) ?? "",
    head: tipOf(at(answer, "head")),
    base: tipOf(at(answer, "base")),
    labels: list(at(answer, "labels")).flatMap((one) => optionalText(at(one, "name")) ?? []),
    mergeCommit: optionalText(at(answer, "merge_commit_sha")),
  };
}

function tipOf(tip: unknown): BranchTip {
  const repo = at(tip, "repo", "id");
  return {
    repo: typeof repo === "number" ? repo : undefined,
    branch: text(at(tip, "ref")),
    sha: text(at(tip, "sha")),
  };
}

const STATES: Readonly<Record<string, Review["state"]>> = {
  APPROVED: "approved",
  CHANGES_REQUESTED: "changes-requested",
  DISMISSED: "dismissed",
  COMMENTED: "commented",
};

/** One that is not submitted yet is none. */
function reviewOf(answer: unknown): readonly Review[] {
  const state = STATES[text(at(answer, "state"))];
  const user = optionalText(at(answer, "user", "login"));
  return state && user !== undefined ? [{ user, state, commit: optionalText(at(answer, "commit_id")) }] : [];
}

function commentOf(answer: unknown): Comment {
  return {
    id: count(at(answer, "id")),
    author: optionalText(at(answer, "user", "login")) ?? "",
    body: optionalText(at(answer, "body")) ?? "",
  };
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    found = typeof found === "object" && found !== null ? (found as Record<string, unknown>)[key] : undefined;
  }
  return found;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function text(value: unknown): string {
  if (typeof value !== "string") throw failure("an answer", 0);
  return value;
}

function count(value: unknown): number {
  if (typeof value !== "number") throw failure("an answer", 0);
  return value;
}
