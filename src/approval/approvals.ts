import type { Review } from "../github-ports.ts";
import type { Approval } from "../model/approval.ts";
import type { Touched } from "../model/change.ts";
import type { Workspace } from "../model/declaration.ts";

/** A pull request, as far as its approval goes. */
export interface Reviewed {
  /** Its last commit: a review of another one does not count. */
  readonly head: string;
  readonly author: string;
  /** Who may have pushed that commit. */
  readonly pushers: readonly string[];
  /** In the order they were submitted. */
  readonly reviews: readonly Review[];
}

/**
 * Who approves a pull request as it stands: users whose latest word on it approves its last commit, but for its author and whoever pushed
 * that (design: 3.5). Sorted.
 */
export function approvers({ head, author, pushers, reviews }: Reviewed): readonly string[] {
  const words = new Map<string, Review>();
  // A comment takes nothing back.
  for (const review of reviews) if (review.state !== "commented") words.set(fold(review.user), review);
  const excluded = new Set([author, ...pushers].map(fold));
  return [...words]
    .filter(([user, { state, commit }]) => state === "approved" && commit === head && !excluded.has(user))
    .map(([, { user }]) => user)
    .sort();
}

/** GitHub does not tell logins apart by case. */
function fold(login: string): string {
  return login.toLowerCase();
}

/** What one policy demands of a change that reaches these environments, and how far these users meet it. */
export async function approvalsOf(
  touches: readonly Touched[],
  policy: Approval["policy"],
  workspaces: readonly Workspace[],
  voices: readonly string[],
  isMember: (team: string, user: string) => Promise<boolean>,
): Promise<readonly Approval[]> {
  const demands = touches.flatMap(({ identity, environment }) =>
    workspaces
      .filter((one) => (one.uid ?? one.name.value) === identity)
      .flatMap((one) =>
        one.approvals
          .filter((approval) => approval.environment.value === environment)
          .map((approval) => ({ workspace: one.name.value, ...approval })),
      ),
  );
  return Promise.all(
    demands.map(async ({ workspace, environment, count, users, teams }) => ({
      workspace,
      environment: environment.value,
      policy,
      count,
      of: [...users, ...teams.map((team) => `team ${team}`)],
      by: await meeting({ count, users, teams }, voices, isMember),
    })),
  );
}

/** Teams are asked for only where users are not enough: not every token may read them. */
async function meeting(
  { count, users, teams }: { count: number; users: readonly string[]; teams: readonly string[] },
  voices: readonly string[],
  isMember: (team: string, user: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const listed = new Set(users.map(fold));
  const named = voices.filter((voice) => listed.has(fold(voice)));
  if (named.length >= count || teams.length === 0) return named;
  const others = voices.filter((voice) => !listed.has(fold(voice)));
  const answers = await Promise.all(
    others.map(async (voice) => {
      const memberships = await Promise.all(teams.map((team) => isMember(team, voice)));
      return memberships.some((is) => is) ? [voice] : [];
    }),
  );
  return [...named, ...answers.flat()].sort();
}
