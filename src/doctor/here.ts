import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Recipient } from "../model/declaration.ts";
import type { FoundKeys } from "../ports.ts";
import { count, type Finding, fine, names, skipped, trouble } from "./finding.ts";

// What is judged of this machine: its files, its keys, its clone.

/** What the YAML of the Workspaces comes to: every trouble of it is told by `validate`. */
export function judgeFiles(
  workspaces: number,
  deployments: number,
  diagnostics: readonly Diagnostic[],
): Finding {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const warnings = diagnostics.filter(({ severity }) => severity === "warning").length;
  if (errors + warnings === 0) {
    const what = `${count(workspaces, "Workspace")} with ${count(deployments, "Deployment")}`;
    return fine("", "files", `${what}, and nothing is wrong with the files`);
  }
  return {
    about: "",
    area: "files",
    level: errors > 0 ? "error" : "warning",
    message: `the files have ${count(errors, "error")} and ${count(warnings, "warning")}`,
    hint: "`jackfield validate` tells them",
  };
}

/** Where keys were looked for, and the public halves of those that were found. */
export function judgeSources({ identities, looked, problems }: FoundKeys): readonly Finding[] {
  const where = `looked in ${looked.join(", ")}`;
  const found = identities.map(({ recipient }) => recipient);
  const first =
    found.length > 0
      ? fine("", "keys", `${where}: the keys of ${names(found)}`)
      : skipped("", "keys", `${where}: no age key`);
  return [first, ...problems.map((one) => trouble("", "keys", one))];
}

/** What the keys at hand open of one environment. */
export interface EnvironmentKeys {
  readonly workspace: string;
  readonly environment: string;
  readonly recipients: readonly Recipient[];
  /** Deployments that draw sealed values, and those of them that do not open for want of a key. */
  readonly sealed: number;
  readonly closed: number;
}

export function judgeEnvironment(keys: EnvironmentKeys): Finding {
  const { workspace, environment, recipients, sealed, closed } = keys;
  const about = `environment ${workspace}/${environment}`;
  if (sealed === 0) return fine(about, "keys", "its Deployments draw nothing sealed");
  if (closed === 0) return fine(about, "keys", `the keys at hand open what ${all(sealed)} draw`);
  const listed = recipients.length === 0 ? "of the files" : names(recipients.map(({ id }) => id));
  const hint = `plan goes without; apply takes the private key of one of the recipients ${listed}`;
  const what = { environment, count: `${closed} of ${count(sealed, "Deployment")}` };
  return trouble(about, "keys", diagnostic("JF670", undefined, what, { hint }));
}

function all(number: number): string {
  return number === 1 ? "its one Deployment" : `all ${count(number, "Deployment")}`;
}

/** What a clone says of itself. */
export interface Clone {
  /** Undefined: no commit. */
  readonly head: string | undefined;
  readonly defaultBranch: string | undefined;
  readonly isShallow: boolean;
  readonly isModified: boolean;
}

export function judgeClone({ head, defaultBranch, isShallow, isModified }: Clone): readonly Finding[] {
  const told = (code: "JF671" | "JF672" | "JF673", hint: string) =>
    trouble("", "git", diagnostic(code, undefined, {}, { hint }));
  if (head === undefined) return [told("JF671", "commit the files: `git init` and `git commit`")];
  const reason = "this clone is shallow";
  const hint = "fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` in a checkout";
  return [
    isShallow
      ? trouble("", "git", diagnostic("JF600", undefined, { reason }, { hint }))
      : fine("", "git", `the clone has its whole history; HEAD is ${head.slice(0, 8)}`),
    defaultBranch === undefined
      ? told("JF672", "`git remote set-head origin --auto` asks the remote")
      : fine("", "git", `the default branch is \`${defaultBranch}\``),
    isModified
      ? told("JF673", "what is applied from here is noted as no commit's: commit first")
      : fine("", "git", "all files of the Workspaces are as HEAD has them"),
  ];
}
