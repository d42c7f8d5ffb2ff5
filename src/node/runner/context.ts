import { diagnostic } from "../../core/diagnostic.ts";
import { isJsonObject, parseJson } from "../../core/json.ts";
import { PortFailure } from "../../ports.ts";
import { readBounded } from "../read-bounded.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The pull request of an event, as GitHub sent it. Repos are told apart by their numeric ids. */
export interface PullEvent {
  readonly number: number;
  readonly headSha: string;
  /** Undefined: the repo is gone. */
  readonly headRepo: number | undefined;
  readonly baseBranch: string;
}

/** What the runner tells of a run. */
export interface Context {
  readonly event: string;
  /** `opened`, `synchronize`, …; undefined: the event has none. */
  readonly action: string | undefined;
  /** `owner/name`. */
  readonly repository: string;
  readonly repositoryId: number;
  readonly defaultBranch: string;
  readonly sha: string;
  readonly ref: string;
  /** Where the repo is checked out. */
  readonly workspace: string;
  /** Of `push`: where the branch was before; undefined: it is new. */
  readonly before: string | undefined;
  readonly apiUrl: string;
  readonly runUrl: string;
  readonly pull: PullEvent | undefined;
  /** Of `merge_group`: the two ends. */
  readonly group: { readonly base: string; readonly head: string; readonly baseBranch: string } | undefined;
}

const MAX_EVENT = 25 * 1024 * 1024;
const SHA = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const NAME = /^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/;

/** Throws PortFailure: whatever is not as the runner and GitHub give it. */
export function readContext(env: Env): Context {
  const payload = readEvent(env);
  const repository = objectAt(payload, "repository") ?? {};
  const wanted = (name: string) => env[name] ?? missing(name);
  const name = wanted("GITHUB_REPOSITORY");
  const sha = wanted("GITHUB_SHA");
  const server = wanted("GITHUB_SERVER_URL");
  if (!NAME.test(name)) missing("GITHUB_REPOSITORY");
  if (!SHA.test(sha)) missing("GITHUB_SHA");
  const action = payload.action;
  return {
    event: wanted("GITHUB_EVENT_NAME"),
    action: typeof action === "string" ? action : undefined,
    repository: name,
    repositoryId:
      numberOf(repository.id) ?? numberOf(Number(env.GITHUB_REPOSITORY_ID)) ?? missing("repository.id"),
    defaultBranch: branchOf(repository.default_branch) ?? missing("repository.default_branch"),
    sha,
    ref: wanted("GITHUB_REF"),
    workspace: wanted("GITHUB_WORKSPACE"),
    before: shaOf(payload.before),
    apiUrl: wanted("GITHUB_API_URL"),
    runUrl: `${server}/${name}/actions/runs/${numberOf(Number(env.GITHUB_RUN_ID)) ?? 0}`,
    pull: pullOf(payload),
    group: groupOf(payload),
  };
}

function readEvent(env: Env): Readonly<Record<string, unknown>> {
  const path = env.GITHUB_EVENT_PATH ?? missing("GITHUB_EVENT_PATH");
  const payload = parseJson(readBounded(path, MAX_EVENT).toString("utf8"));
  return isJsonObject(payload) ? payload : missing("GITHUB_EVENT_PATH");
}

function pullOf(payload: Readonly<Record<string, unknown>>): PullEvent | undefined {
  const pull = objectAt(payload, "pull_request");
  if (!pull) return undefined;
  const [head, base] = [objectAt(pull, "head"), objectAt(pull, "base")];
  return {
    number: numberOf(pull.number) ?? missing("pull_request.number"),
    headSha: shaOf(head?.sha) ?? missing("pull_request.head.sha"),
    headRepo: numberOf(head && objectAt(head, "repo")?.id),
    baseBranch: branchOf(base?.ref) ?? missing("pull_request.base.ref"),
  };
}

function groupOf(payload: Readonly<Record<string, unknown>>): Context["group"] {
  const group = objectAt(payload, "merge_group");
  if (!group) return undefined;
  const ref = branchOf(group.base_ref) ?? missing("merge_group.base_ref");
  return {
    base: shaOf(group.base_sha) ?? missing("merge_group.base_sha"),
    head: shaOf(group.head_sha) ?? missing("merge_group.head_sha"),
    baseBranch: ref.replace(/^refs\/heads\//, ""),
  };
}

function objectAt(
  value: Readonly<Record<string, unknown>>,
  key: string,
): Readonly<Record<string, unknown>> | undefined {
  const found = value[key];
  return isJsonObject(found) ? found : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

function shaOf(value: unknown): string | undefined {
  return typeof value === "string" && SHA.test(value) ? value : undefined;
}

/** As a ref's last part: git takes no option for it. */
function branchOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && !value.startsWith("-") ? value : undefined;
}

function missing(name: string): never {
  const hint = "run it as a step of a workflow of GitHub Actions";
  throw new PortFailure(diagnostic("JF760", undefined, { name }, { hint }));
}
