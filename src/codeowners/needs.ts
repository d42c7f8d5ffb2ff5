import { compareText, type Span } from "../core/source.ts";
import { audience } from "../link/readers.ts";
import { selects } from "../link/select.ts";
import type { Approval, Declarations, Deployment } from "../model/declaration.ts";
import type { EffectiveWorkspace } from "../model/effective.ts";

/** What of the link graph says who must review a file. */
export interface Graph {
  readonly declarations: Declarations;
  readonly effective: EffectiveWorkspace;
}

/** A file, or with a slash at its end a folder, that must have owners. */
export interface Need {
  readonly path: string;
  /** A document of it that says so. */
  readonly at?: Span;
  /** What it reaches that demands approvals, in words; sorted, at least one. */
  readonly environments: readonly string[];
  /** Who may approve: logins, and slugs of teams. */
  readonly users: readonly string[];
  readonly teams: readonly string[];
  /** Nobody may approve for all of those environments, so that no list of owners can demand it. */
  readonly isPartial: boolean;
}

/** Who decides what runs with keys, and who owns what: GitHub reads these files wherever the Workspaces are. */
const COMMON = [".github/workflows/", ".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/**
 * The files by which something reaches an environment that demands approvals (design: 3.5), each with those who may give them: of
 * one owner's approval GitHub lets pass, so all owners must be of those who may approve for every environment that the file reaches.
 * Sorted by path.
 */
export function ownersNeeded(graphs: readonly Graph[], owned: string): readonly Need[] {
  const files = graphs.flatMap((graph) => [...reachOfFiles(graph)].flatMap(needOf(graph)));
  const everywhere = graphs.flatMap(({ declarations: { workspace } }) =>
    workspace.approvals.map((approval) => ({ approval, isProtected: isProtected(approval, workspace) })),
  );
  if (everywhere.length === 0) return [];
  const common = COMMON.filter((path) => !path.endsWith("CODEOWNERS") || path === owned);
  return [...files, ...common.map((path) => ({ path, ...choose(everywhere) }))].sort((a, b) =>
    compareText(a.path, b.path),
  );
}

interface Reached {
  readonly at: Span;
  readonly environments: Set<string>;
}

/** The environments that a file's documents reach, by path. */
function reachOfFiles({ declarations, effective }: Graph): ReadonlyMap<string, Reached> {
  const found = new Map<string, Reached>();
  const add = (at: Span, environments: Iterable<string>) => {
    const known = found.get(at.file.path) ?? { at, environments: new Set<string>() };
    for (const one of environments) known.environments.add(one);
    found.set(at.file.path, known);
  };
  const { workspace, deployments, links, credentials } = declarations;
  add(workspace.at, workspace.environments.keys());
  for (const { at, environment } of deployments) add(at, [environment.value]);
  for (const { deployment, objects } of effective.deployments) {
    for (const { declaration } of objects) add(declaration.at, [deployment.environment.value]);
  }
  const selected = (is: (deployment: Deployment) => boolean) =>
    deployments.filter(is).map(({ environment }) => environment.value);
  for (const { at, to } of links)
    add(
      at,
      selected((deployment) => selects(to, { deployment, preview: true })),
    );
  for (const credential of credentials) add(credential.at, audience(declarations, credential));
  return found;
}

function needOf({ declarations: { workspace } }: Graph) {
  return ([path, { at, environments }]: readonly [string, Reached]): readonly Need[] => {
    const demands = workspace.approvals
      .filter(({ environment }) => environments.has(environment.value))
      .map((approval) => ({ approval, isProtected: isProtected(approval, workspace) }));
    return demands.length === 0 ? [] : [{ path, at, ...choose(demands) }];
  };
}

function isProtected({ environment }: Approval, { environments }: Declarations["workspace"]): boolean {
  return environments.get(environment.value)?.protected === true;
}

interface Demand {
  readonly approval: Approval;
  readonly isProtected: boolean;
}

/** Those who meet every demand; if there is nobody, those who meet the demands of protected environments; else whoever meets one. */
function choose(demands: readonly Demand[]): Omit<Need, "path" | "at"> {
  const strict = demands.filter((demand) => demand.isProtected);
  const environments = [...new Set(demands.map(({ approval }) => approval.environment.value))].sort(
    compareText,
  );
  const all = meeting(demands);
  if (isSomebody(all)) return { environments, ...all, isPartial: false };
  const some = meeting(strict);
  if (isSomebody(some)) return { environments, ...some, isPartial: true };
  const chosen = strict.length > 0 ? strict : demands;
  const users = unique(chosen.flatMap(({ approval }) => approval.users));
  const teams = unique(chosen.flatMap(({ approval }) => approval.teams));
  return { environments, users, teams, isPartial: true };
}

function meeting(demands: readonly Demand[]): Pick<Need, "users" | "teams"> {
  const common = (of: (approval: Approval) => readonly string[]) =>
    unique(demands.flatMap(({ approval }) => of(approval))).filter((one) =>
      demands.every(({ approval }) => of(approval).some((other) => fold(other) === fold(one))),
    );
  return { users: common(({ users }) => users), teams: common(({ teams }) => teams) };
}

function isSomebody({ users, teams }: Pick<Need, "users" | "teams">): boolean {
  return users.length + teams.length > 0;
}

/** Sorted; GitHub does not tell logins and slugs apart by case. */
function unique(names: readonly string[]): readonly string[] {
  return [...new Map(names.map((name) => [fold(name), name])).values()].sort(compareText);
}

function fold(name: string): string {
  return name.toLowerCase();
}

/** True if an owner, as CODEOWNERS writes him, is one of those that may approve. Which organisation a team is of, only GitHub knows. */
export function mayApprove(owner: string, { users, teams }: Need): boolean {
  const name = fold(owner.replace(/^@/, ""));
  if (!owner.startsWith("@")) return false;
  const [, team] = name.split("/");
  return team === undefined
    ? users.some((user) => fold(user) === name)
    : teams.some((slug) => fold(slug) === team);
}
