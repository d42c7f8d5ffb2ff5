import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { mayApprove, type Need } from "./needs.ts";
import { type Rule, ruleFor } from "./rules.ts";

/** A file that must have owners, and the rule that counts for it. */
export interface Verdict {
  readonly need: Need;
  readonly rule: Rule | undefined;
  /** Owners that may not approve what the file reaches. */
  readonly foreign: readonly string[];
  readonly isOwned: boolean;
}

/** What the rules make of each need; `files` gives the paths that a need is about. */
export function judge(
  needs: readonly Need[],
  rules: readonly Rule[],
  files: (need: Need) => readonly string[],
): readonly Verdict[] {
  return needs.flatMap((need) =>
    files(need).map((path) => {
      const rule = ruleFor(path, rules);
      const foreign = rule?.owners.filter((owner) => !mayApprove(owner, need)) ?? [];
      const isOwned = rule !== undefined && rule.owners.length > 0 && foreign.length === 0;
      return { need, rule, foreign, isOwned };
    }),
  );
}

const GENERATE = "`jackfield codeowners generate` writes the rules that are missing";

/** What is wrong with the owners, each cause once, however many files it is about. */
export function troublesOf(verdicts: readonly Verdict[]): readonly Diagnostic[] {
  const unowned = verdicts.filter(({ isOwned, foreign }) => !isOwned && foreign.length === 0);
  const foreign = verdicts.filter((one) => one.foreign.length > 0);
  return [
    ...grouped(unowned, ({ need }) => inWords(need)).map(([first, all]) =>
      diagnostic(
        "JF800",
        first.rule?.at ?? first.need.at,
        { files: named(all), environments: inWords(first.need) },
        { hint: GENERATE },
      ),
    ),
    ...grouped(foreign, (one) => `${one.rule?.at.start} ${one.foreign} ${inWords(one.need)}`).map(
      ([first, all]) =>
        diagnostic(
          "JF801",
          first.rule?.at,
          { files: named(all), owners: first.foreign.join(", "), environments: inWords(first.need) },
          { hint: GENERATE },
        ),
    ),
  ];
}

/** Where a list of owners cannot demand all that `approvals` do. */
export function partialOnes(needs: readonly Need[]): readonly Diagnostic[] {
  const partial = needs.filter(({ isPartial }) => isPartial).map((need) => ({ need }));
  return grouped(partial, ({ need }) => inWords(need)).map(([{ need }, all]) =>
    diagnostic(
      "JF802",
      need.at,
      { files: named(all), environments: inWords(need) },
      { hint: "give one team a say in all of them; `apply` demands each approval in any case" },
    ),
  );
}

function grouped<T>(all: readonly T[], key: (one: T) => string): readonly (readonly [T, readonly T[]])[] {
  return [...Map.groupBy(all, key).values()].map((group) => [group[0] as T, group]);
}

/** The first of them by its path, and how many more. */
function named(all: readonly { readonly need: Need }[]): string {
  const paths = [...new Set(all.map(({ need }) => need.path))];
  const others = paths.length - 1;
  return `\`${paths[0]}\`${others === 0 ? "" : ` and ${others} other${others === 1 ? "" : "s"}`}`;
}

function inWords({ environments }: Need): string {
  return environments.map((name) => `\`${name}\``).join(", ");
}
