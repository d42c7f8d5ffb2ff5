import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { Octokit } from "@octokit/rest";
import { diagnostic } from "../../core/diagnostic.ts";
import { PortFailure } from "../../ports.ts";

export interface ClientOptions {
  readonly apiUrl: string;
  readonly token: string;
  /** A limit is waited for once, if no longer than this; in seconds. */
  readonly patience?: number;
}

type Parameters = Readonly<Record<string, string | number>>;

/** Requests, by the routes of GitHub's API. */
export interface Client {
  /** Undefined: not found. */
  get(route: string, parameters: Parameters): Promise<unknown>;
  /** All pages. */
  list(route: string, parameters: Parameters): Promise<readonly unknown[]>;
  send(route: string, parameters: Parameters): Promise<unknown>;
  /** Who the token is. */
  login(): Promise<string>;
}

const PATIENCE = 60;
/** As many as anybody opens, and no end of pages. */
const MAX_PAGES = 200;
const PAGE = 100;

/** A client that tries again what failed on the way, and waits for limits as long as they say, within reason. */
export function createClient({ apiUrl, token, patience = PATIENCE }: ClientOptions): Client {
  const wait = (after: number, _: unknown, __: unknown, tries: number) => tries < 2 && after <= patience;
  const Kit = Octokit.plugin(retry, throttling);
  const kit = new Kit({
    auth: token,
    baseUrl: apiUrl.replace(/\/+$/, ""),
    userAgent: "jackfield",
    // Its own log would hold what the server says.
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    throttle: { onRateLimit: wait, onSecondaryRateLimit: wait },
  });
  const ask = (route: string, parameters: Parameters) =>
    told(route, async () => (await kit.request(route, { ...parameters })).data as unknown);
  return {
    get: async (route, parameters) => {
      try {
        return await ask(route, parameters);
      } catch (error) {
        if (error instanceof NotFound) return undefined;
        throw error;
      }
    },
    list: (route, parameters) => told(route, () => allPages(kit, route, parameters)),
    send: ask,
    login: () =>
      told(
        "graphql",
        async () => (await kit.graphql<{ viewer: { login: string } }>("{viewer{login}}")).viewer.login,
      ),
  };
}

/** Told apart from other failures: to some questions it is an answer. */
class NotFound extends PortFailure {}

async function told<T>(route: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PortFailure) throw error;
    const status = statusOf(error);
    const { diagnostic: trouble } = failure(route, status);
    throw status === 404 ? new NotFound(trouble) : new PortFailure(trouble);
  }
}

async function allPages(kit: Octokit, route: string, parameters: Parameters): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  let pages = 0;
  for await (const { data } of kit.paginate.iterator(route, { ...parameters, per_page: PAGE })) {
    if (!Array.isArray(data) || ++pages > MAX_PAGES) throw failure(route, 0);
    all.push(...data);
  }
  return all;
}

function nothing(): void {
  // Nobody is told.
}

function statusOf(error: unknown): number {
  const status = (error as { readonly status?: unknown }).status;
  return typeof status === "number" ? status : 0;
}

const HINTS: Readonly<Record<number, string>> = {
  401: "`github-token` is none, or it has expired",
  403: "give the job the permissions that `docs/github.md` lists; teams need `approvals-token`",
  404: "the token does not see that; teams need `approvals-token`",
  422: "GitHub does not take what is sent",
};

/** What failed, without a word of the server's. */
export function failure(route: string, status: number): PortFailure {
  const hint = HINTS[status] ?? "run it again later: nothing was decided on what is not known";
  const told = { operation: route, status: status === 0 ? "no clear answer" : `HTTP ${status}` };
  return new PortFailure(diagnostic("JF761", undefined, told, { hint }));
}
