import { type Need, ownersNeeded } from "../../codeowners/needs.ts";
import { hasErrors } from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import type { Outcome } from "../../outcome.ts";
import type { Files, GitHubFiles } from "../../ports.ts";
import { type Estate, isOutcome, openEstate } from "../estate.ts";

export interface OwnersPorts {
  readonly files: Files;
  readonly github: GitHubFiles;
}

/** Where GitHub looks first. */
const USUAL = ".github/CODEOWNERS";

export interface Needed {
  readonly estate: Estate;
  /** Empty if there is none yet. */
  readonly file: SourceFile;
  readonly isThere: boolean;
  readonly needs: readonly Need[];
  /** The paths that a need is about: of a folder those that lie there, and those that may come. */
  readonly files: (need: Need) => readonly string[];
}

/** Which files must have which owners: of all Workspaces, as a repo has one CODEOWNERS. An `Outcome`: they do not compile. */
export function neededOwners({ files, github }: OwnersPorts): Needed | Outcome {
  const estate = openEstate(files, {});
  if (isOutcome(estate)) return estate;
  const { diagnostics, compiled } = estate;
  if (hasErrors(diagnostics)) return { diagnostics, result: null, text: "", compiled };
  const found = github.codeowners();
  const file = found ?? { path: USUAL, text: "" };
  const workflows = github.workflows().map(({ path }) => path);
  return {
    estate,
    file,
    isThere: found !== undefined,
    needs: ownersNeeded(compiled.workspaces, file.path),
    files: ({ path }) => (path.endsWith("/") ? [...workflows, `${path}new.yml`, `${path}new.yaml`] : [path]),
  };
}

export const NOTHING = "no environment has `approvals`: nothing needs an owner\n";
