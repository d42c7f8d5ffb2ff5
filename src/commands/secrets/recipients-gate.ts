import { type Compiled, compile } from "../../compile.ts";
import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import { recipientKey } from "../../link/readers.ts";
import type { Declarations, Environment, Workspace } from "../../model/declaration.ts";
import { EXIT, type Outcome, usage } from "../../outcome.ts";

/** What the gate asks of Git. */
export interface Reviewed {
  /** Undefined: there is none, so nothing was reviewed yet. */
  defaultBranch(): { readonly name: string; readonly commit: string } | undefined;
  fileAt(commit: string, path: string): string | undefined;
  yamlAt(commit: string): readonly SourceFile[];
}

/** Environments of a Workspace that a command is about to seal for. */
export interface SealsFor {
  readonly declarations: Declarations;
  readonly environments: Iterable<string>;
}

/**
 * Asked by whatever encrypts, before it does (design: 3.2): a recipient that the same environment of the same Workspace
 * does not have on the default branch may have been slipped in by whoever may edit `jackfield.yaml`, so it takes a word
 * of the user's, `--accept-recipient`. An `Outcome` refuses; undefined lets the command go on.
 */
export function recipientsGate(
  sealsFor: readonly SealsFor[],
  accepted: readonly string[],
  history: Reviewed,
  compiled: Compiled,
): Outcome | undefined {
  const used = sealsFor.flatMap(environmentsOf);
  const known = new Set(
    used.flatMap(({ environment }) => environment.recipients.map(({ value }) => value.id)),
  );
  const stray = accepted.findIndex((one) => !known.has(one));
  const branch = history.defaultBranch();
  const fresh = branch ? newRecipients(used, branch, history) : [];
  if (stray >= 0) {
    const ids = [...new Set(fresh.map(({ id }) => id))];
    const hint = ids.length > 0 ? `those that are new: ${ids.join(", ")}` : "no recipient of this run is new";
    // What was given is not told: it may be a private key, pasted by mistake.
    return usage(diagnostic("JF391", undefined, { number: stray + 1 }, { hint }));
  }
  const diagnostics = fresh.filter(({ id }) => !accepted.includes(id)).map(({ told }) => told);
  if (diagnostics.length === 0) return undefined;
  return { diagnostics, result: null, text: "", compiled, exit: EXIT.problems };
}

interface UsedEnvironment {
  readonly workspace: Workspace;
  readonly environment: Environment;
}

/** Each environment once, in the order of the Workspace. One that is unknown is told by itself. */
function environmentsOf({ declarations: { workspace }, environments }: SealsFor): readonly UsedEnvironment[] {
  const names = new Set(environments);
  return [...workspace.environments.values()]
    .filter(({ name }) => names.has(name.value))
    .map((environment) => ({ workspace, environment }));
}

interface NewRecipient {
  readonly id: string;
  readonly told: Diagnostic;
}

function newRecipients(
  used: readonly UsedEnvironment[],
  { name: branch, commit }: { readonly name: string; readonly commit: string },
  history: Reviewed,
): readonly NewRecipient[] {
  const reviewed = new Map<string, Workspace | undefined>();
  const fresh = new Map<string, NewRecipient>();
  for (const { workspace, environment } of used) {
    const { directory } = workspace;
    if (!reviewed.has(directory)) reviewed.set(directory, workspaceAt(workspace, commit, history));
    const { value: name } = environment.name;
    const before = reviewed.get(directory)?.environments.get(name)?.recipients ?? [];
    const old = new Set(before.map(({ value }) => recipientKey(value)));
    for (const { value, at } of environment.recipients) {
      const key = `${directory}\n${name}\n${recipientKey(value)}`;
      if (old.has(recipientKey(value)) || fresh.has(key)) continue;
      const params = { recipient: value.id, environment: name, branch };
      const hint = `ask its owner whether it is right; then merge it to ${branch} first, or add \`--accept-recipient ${value.id}\``;
      fresh.set(key, { id: value.id, told: diagnostic("JF390", at, params, { hint }) });
    }
  }
  return [...fresh.values()];
}

/** The same Workspace on the default branch: the one in its folder, else the one with its uid, which was moved. */
function workspaceAt(
  { directory, uid }: Workspace,
  commit: string,
  history: Reviewed,
): Workspace | undefined {
  const path = directory === "" ? "jackfield.yaml" : `${directory}/jackfield.yaml`;
  const text = history.fileAt(commit, path);
  const there = text === undefined ? undefined : workspaceIn({ path, text });
  if (there || uid === undefined) return there;
  const files = history.yamlAt(commit).filter((file) => /(^|\/)jackfield\.yaml$/.test(file.path));
  return files.map(workspaceIn).find((one) => one?.uid === uid);
}

function workspaceIn(file: SourceFile): Workspace | undefined {
  return compile([file]).workspaces[0]?.declarations.workspace;
}
