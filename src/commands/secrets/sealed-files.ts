import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import { type Outcome, usage } from "../../outcome.ts";
import type { FoundKeys, Progress } from "../../ports.ts";
import { withoutKeys } from "../../unseal/unseal.ts";

/** What a command line says of the files to work on. */
export interface Wanted {
  readonly names: readonly string[];
  readonly all: boolean;
}

/** The complaint about a call that names no files, or too many; undefined: it is fine. */
export function wrongCall({ names, all }: Wanted, verb: "verify" | "update" | "rotate"): Outcome | undefined {
  if (all && names.length > 0) return usage(diagnostic("JF021", undefined, {}));
  if (all || names.length > 0) return undefined;
  const hint = "name files, or give `--all` for every sealed file of the Workspaces";
  return usage(diagnostic("JF020", undefined, { verb }, { hint }));
}

/** Does something with each item, and tells how far it is. */
export function inSteps<T, R>(
  items: readonly T[],
  nameOf: (item: T) => string,
  progress: Progress,
  step: (item: T) => R,
): readonly R[] {
  try {
    return items.map((item, done) => {
      progress.report(done, items.length, nameOf(item));
      return step(item);
    });
  } finally {
    progress.report(items.length, items.length, "");
  }
}

const UNOPENED: readonly string[] = ["JF321", "JF322", "JF323", "JF346"];

/** True for what says that nobody's key at hand opens a file, as opposed to that something is wrong with the file. */
export function isUnopened({ code }: Diagnostic): boolean {
  return UNOPENED.includes(code);
}

/** What is told of files: that no key opens them only once for all, with whom they are sealed for and which keys were tried. */
export function summedUp(diagnostics: readonly Diagnostic[], found: FoundKeys): readonly Diagnostic[] {
  if (found.identities.length === 0) return withoutKeys(diagnostics, found);
  const unopened = diagnostics.filter(({ code }) => code === "JF321");
  if (unopened.length < 2) return diagnostics;
  const others = diagnostics.filter(({ code }) => code !== "JF321");
  // Each recipient once: most files have the same ones.
  const byRecipient = Map.groupBy(
    unopened.flatMap(({ related }) => related),
    ({ message }) => message,
  );
  const related = [...byRecipient.values()].flatMap(([first]) => first ?? []).slice(0, MAX_LISTED);
  const tried = found.identities.slice(0, MAX_LISTED).map(({ recipient }) => recipient);
  const hint = `the keys at hand are those of ${tried.join(", ")}`;
  return [diagnostic("JF393", undefined, { count: unopened.length }, { hint, related }), ...others];
}

const MAX_LISTED = 9;
