import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Comment, Pull, Review } from "../../src/github-ports.ts";
import { answer, answerTroubles, type Route, requestTroubles, routeOf } from "./openapi.ts";

// A GitHub of our own: its REST API as far as we use it, over a state that tests write. Every request and every answer is held to what
// GitHub publishes.

export interface State {
  readonly repository: string;
  id: number;
  defaultBranch: string;
  /** Who the token is. */
  login: string;
  /** The token may not write. */
  isReadOnly: boolean;
  /** The token may not read teams. */
  hidesTeams: boolean;
  readonly pulls: Map<number, Pull>;
  readonly reviews: Map<number, Review[]>;
  readonly comments: Map<number, Comment[]>;
  readonly branches: Map<string, string>;
  /** Pushes, newest first. */
  readonly pushes: { branch: string; after: string; actor: string }[];
  /** The pull requests that brought a commit. */
  readonly commitPulls: Map<string, readonly number[]>;
  /** Who made a commit: its author, and whoever committed it. */
  readonly commits: Map<string, readonly [author: string, committer: string]>;
  /** Members by team. */
  readonly teams: Map<string, readonly string[]>;
}

export interface Fault {
  /** Of the operation. */
  readonly id: string;
  times: number;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection ends instead. */
  readonly drops?: boolean;
}

export interface FakeGitHub {
  readonly url: string;
  readonly state: State;
  readonly faults: Fault[];
  /** Called with each operation that is asked, before it is answered: what happens meanwhile. */
  readonly meanwhile: ((id: string, nth: number) => void)[];
  /** Operations, in the order they were asked. */
  readonly asked: string[];
  /** What did not conform. */
  readonly troubles: string[];
  close(): Promise<void>;
}

const PER_PAGE = 30;
const MAX_BODY = 65_536;

export function emptyState(repository = "octo/repo"): State {
  return {
    repository,
    id: 4711,
    defaultBranch: "main",
    login: "github-actions[bot]",
    isReadOnly: false,
    hidesTeams: false,
    pulls: new Map(),
    reviews: new Map(),
    comments: new Map(),
    branches: new Map(),
    pushes: [],
    commitPulls: new Map(),
    commits: new Map(),
    teams: new Map(),
  };
}

export async function startGitHub(state: State = emptyState()): Promise<FakeGitHub> {
  const faults: Fault[] = [];
  const asked: string[] = [];
  const meanwhile: FakeGitHub["meanwhile"] = [];
  const troubles: string[] = [];
  const server = createServer((request, response) => {
    readBody(request).then((body) =>
      handle({ state, faults, meanwhile, asked, troubles, url }, request, response, body),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v3`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, state, faults, meanwhile, asked, troubles, close };
}

interface Serving extends Omit<FakeGitHub, "close"> {}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function handle(serving: Serving, request: IncomingMessage, response: ServerResponse, text: string): void {
  const { state, faults, asked, troubles } = serving;
  const method = request.method ?? "GET";
  const address = new URL(request.url ?? "/", serving.url);
  const body = text === "" ? undefined : JSON.parse(text);
  if (address.pathname === "/api/graphql") {
    asked.push("graphql");
    if (body?.query !== "{viewer{login}}") troubles.push("an unknown query");
    reply(response, 200, { data: { viewer: { login: state.login } } });
    return;
  }
  const route = routeOf(method, address.pathname.replace("/api/v3", ""));
  if (!route) {
    troubles.push(`no operation: ${method} ${address.pathname}`);
    reply(response, 404, {});
    return;
  }
  asked.push(route.id);
  for (const happen of serving.meanwhile) happen(route.id, asked.filter((one) => one === route.id).length);
  const fault = faults.find(({ id, times }) => id === route.id && times > 0);
  if (fault) {
    fault.times -= 1;
    if (fault.drops) request.socket.destroy();
    else
      reply(
        response,
        fault.status,
        { message: "CANARY of the server's", documentation_url: "x" },
        fault.headers,
      );
    return;
  }
  troubles.push(...requestTroubles(route, address.searchParams, body).map((one) => `${route.id}: ${one}`));
  const { status, value, link } = serve(serving, route, address, body);
  if (status === 204) {
    if (!("204" in route.operation.responses)) troubles.push(`${route.id} answers 204`);
    response.writeHead(204).end();
    return;
  }
  const full =
    status < 300
      ? answer(route, status, value)
      : { message: "CANARY of the server's", documentation_url: "x" };
  troubles.push(...answerTroubles(route, status, full).map((one) => `${route.id} answers ${status}: ${one}`));
  reply(response, status, full, link === undefined ? {} : { link });
}

function reply(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(body));
}

interface Served {
  readonly status: number;
  readonly value: unknown;
  readonly link?: string | undefined;
}

const NOT_FOUND: Served = { status: 404, value: {} };

function serve(serving: Serving, route: Route, address: URL, body: unknown): Served {
  const { state } = serving;
  const path = (name: string) => route.path.get(name) ?? "";
  const number = Number(path("pull_number") || path("issue_number"));
  if (`${path("owner")}/${path("repo")}` !== state.repository && path("org") === "") return NOT_FOUND;
  const page = (all: readonly unknown[]) => paged(all, address);
  switch (route.id) {
    case "repos/get":
      return ok({ id: state.id, default_branch: state.defaultBranch });
    case "pulls/get": {
      const pull = state.pulls.get(number);
      return pull ? ok(pullJson(pull)) : NOT_FOUND;
    }
    case "repos/list-pull-requests-associated-with-commit": {
      const numbers = state.commitPulls.get(path("commit_sha")) ?? [];
      return page(numbers.flatMap((one) => state.pulls.get(one) ?? []).map(pullJson));
    }
    case "repos/get-branch": {
      const sha = state.branches.get(path("branch"));
      return sha === undefined ? NOT_FOUND : ok({ name: path("branch"), commit: { sha } });
    }
    case "pulls/list-reviews":
      return page((state.reviews.get(number) ?? []).map(reviewJson));
    case "repos/list-activities": {
      const ref = address.searchParams.get("ref");
      const own = state.pushes.filter(({ branch }) => ref === null || ref === `refs/heads/${branch}`);
      return page(
        own.map(({ branch, after, actor }) => ({
          ref: `refs/heads/${branch}`,
          after,
          actor: { login: actor },
        })),
      );
    }
    case "repos/get-commit": {
      const made = state.commits.get(path("ref"));
      return made ? ok({ author: { login: made[0] }, committer: { login: made[1] } }) : NOT_FOUND;
    }
    case "teams/get-membership-for-user-in-org": {
      if (state.hidesTeams) return { status: 403, value: {} };
      const isIn = state.teams.get(path("team_slug"))?.includes(path("username"));
      return isIn ? ok({ state: "active", role: "member" }) : NOT_FOUND;
    }
    case "issues/list-comments":
      return page((state.comments.get(number) ?? []).map(commentJson));
    default:
      return write(state, route, number, (body ?? {}) as { readonly body?: string });
  }
}

function write(
  state: State,
  route: Route,
  number: number,
  { body = "" }: { readonly body?: string },
): Served {
  if (state.isReadOnly) return { status: 403, value: {} };
  if (body.length > MAX_BODY) return { status: 422, value: {} };
  if (route.id === "issues/create-comment") {
    const comment = {
      id: 1 + Math.max(0, ...[...state.comments.values()].flat().map(({ id }) => id)),
      author: state.login,
      body,
    };
    state.comments.set(number, [...(state.comments.get(number) ?? []), comment]);
    return { status: 201, value: commentJson(comment) };
  }
  const id = Number(route.path.get("comment_id"));
  if (route.id === "issues/delete-comment") {
    for (const [pull, comments] of state.comments)
      state.comments.set(
        pull,
        comments.filter((one) => one.id !== id),
      );
    return { status: 204, value: undefined };
  }
  for (const [pull, comments] of state.comments) {
    const before = comments.find((one) => one.id === id);
    if (!before) continue;
    const after = { ...before, body };
    state.comments.set(
      pull,
      comments.map((one) => (one === before ? after : one)),
    );
    return ok(commentJson(after));
  }
  return NOT_FOUND;
}

function ok(value: unknown): Served {
  return { status: 200, value };
}

function paged(all: readonly unknown[], address: URL): Served {
  const size = Number(address.searchParams.get("per_page") ?? PER_PAGE);
  const page = Number(address.searchParams.get("page") ?? 1);
  const items = all.slice((page - 1) * size, page * size);
  if (page * size >= all.length) return ok(items);
  const next = new URL(address);
  next.searchParams.set("page", String(page + 1));
  return { ...ok(items), link: `<${next}>; rel="next"` };
}

function pullJson({ head, base, ...pull }: Pull): unknown {
  const tip = ({ repo, branch, sha }: Pull["head"]) => ({
    ref: branch,
    sha,
    label: `octo:${branch}`,
    ...(repo === undefined ? { repo: null } : { repo: { id: repo } }),
  });
  return {
    number: pull.number,
    state: pull.isOpen ? "open" : "closed",
    merged_at: pull.isMerged ? "2026-01-02T00:00:00Z" : null,
    draft: pull.isDraft,
    user: { login: pull.author },
    head: tip(head),
    base: tip(base),
    labels: pull.labels.map((name) => ({
      id: 1,
      node_id: "x",
      url: "x",
      name,
      description: "x",
      color: "x",
      default: false,
    })),
    merge_commit_sha: pull.mergeCommit ?? null,
  };
}

function reviewJson({ user, state, commit }: Review): unknown {
  return { user: { login: user }, state: state.toUpperCase().replace("-", "_"), commit_id: commit ?? null };
}

function commentJson({ id, author, body }: Comment): unknown {
  return { id, body, user: { login: author } };
}
