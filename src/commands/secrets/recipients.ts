import type { CompiledWorkspace } from "../../compile.ts";
import { compareText } from "../../core/source.ts";
import { type Addressed, addressees, recipientKey, without } from "../../link/readers.ts";
import type { Located, Recipient, Workspace } from "../../model/declaration.ts";
import type { Outcome } from "../../outcome.ts";
import type { Files } from "../../ports.ts";
import { table } from "../../render/table.ts";
import { visibleText } from "../../render/visible.ts";
import { recipientsOf } from "../../sops/lint.ts";
import { count, isOutcome, type Narrowing, openEstate } from "../estate.ts";

/** A file with Credentials, and who can read it. */
interface FileReaders {
  readonly path: string;
  readonly environments: readonly string[];
  /** Those that its metadata names; none: it is not sealed, or its metadata cannot be read. */
  readonly readers: readonly Recipient[];
  /** Listed for its environments, but not among its readers. */
  readonly missing: readonly Recipient[];
  /** Among its readers, but not listed for its environments. */
  readonly stale: readonly Recipient[];
  /** Why nobody is to read it, or it cannot be told who is. */
  readonly wanted: Extract<Addressed["wanted"], string> | undefined;
}

/** A recipient, what it is listed for, and what it can read. */
interface Reader {
  readonly recipient: Recipient;
  readonly environments: readonly string[];
  readonly files: readonly FileReaders[];
}

/**
 * `jackfield secrets recipients`: who can read what, told from the metadata of sealed files, without keys. It reports and does
 * not judge; only what keeps a document from being read at all is an error here, for then the report is not whole.
 */
export function recipients(files: Files, narrowing: Narrowing): Outcome {
  const estate = openEstate(files, narrowing);
  if (isOutcome(estate)) return estate;
  const all = estate.workspaces.map((workspace) => {
    const sealed = addressees(workspace.declarations).map(fileReaders);
    return { workspace, files: sealed, readers: readersOf(workspace, sealed) };
  });
  return {
    diagnostics: estate.diagnostics.filter(
      ({ code, severity }) => severity === "error" && /^JF[012]/.test(code),
    ),
    result: { workspaces: all.map(toJson) },
    text: all.map(toText).join("\n"),
    compiled: estate.compiled,
  };
}

interface Report {
  readonly workspace: CompiledWorkspace;
  readonly files: readonly FileReaders[];
  readonly readers: readonly Reader[];
}

function fileReaders({ file, environments, wanted }: Addressed): FileReaders {
  const readers = recipientsOf(file);
  const isJudged = typeof wanted !== "string" && readers.length > 0;
  return {
    path: file.file.path,
    environments,
    readers: values(readers),
    missing: isJudged ? values(without(wanted, readers)) : [],
    stale: isJudged ? values(without(readers, wanted)) : [],
    wanted: typeof wanted === "string" ? wanted : undefined,
  };
}

function values(recipients: readonly Located<Recipient>[]): readonly Recipient[] {
  return recipients.map(({ value }) => value);
}

/** Those that environments list, in the order of the Workspace, then those that only files name. */
function readersOf({ declarations }: CompiledWorkspace, files: readonly FileReaders[]): readonly Reader[] {
  const environments = [...declarations.workspace.environments.values()];
  const listed = environments.flatMap((environment) => values(environment.recipients));
  const known = new Map(
    [...listed, ...files.flatMap(({ readers }) => readers)].map((one) => [recipientKey(one), one]),
  );
  const has = (all: readonly Recipient[], key: string) => all.some((one) => recipientKey(one) === key);
  return [...known].map(([key, recipient]) => ({
    recipient,
    environments: environments
      .filter((environment) => has(values(environment.recipients), key))
      .map(({ name }) => name.value),
    files: files.filter(({ readers }) => has(readers, key)),
  }));
}

function toJson({ workspace, files, readers }: Report): unknown {
  return {
    name: workspace.declarations.workspace.name.value,
    recipients: readers.map(({ recipient, environments, files: readable }) => ({
      ...recipient,
      environments,
      files: readable.map(({ path }) => path),
    })),
    files: files.map(({ path, environments, readers: all, missing, stale, wanted }) => ({
      file: path,
      environments,
      sealed: all.length > 0,
      readers: all,
      missing,
      stale,
      ...(wanted !== undefined && { unjudged: wanted }),
    })),
  };
}

function toText({ workspace, files, readers }: Report): string {
  const { name, environments: all } = workspace.declarations.workspace;
  const title = `${name.value}: ${count(files.length, "file")} with Credentials, ${count(readers.length, "recipient")}\n`;
  const rows = readers.map(({ recipient, environments, files: readable }) => [
    shown(recipient),
    environments.join(", ") || "nothing",
    readable.length === 0 ? "nothing" : `${count(readable.length, "file")}: ${byAudience(readable, all)}`,
  ]);
  const listing = rows.length === 0 ? "" : table([["RECIPIENT", "LISTED FOR", "CAN READ"], ...rows], "  ");
  const odd = files.flatMap((file) => {
    const troubles = troublesOf(file).map((trouble) => `    ${trouble}\n`);
    return troubles.length > 0 ? [`  ${visibleText(file.path)}\n`, ...troubles] : [];
  });
  return `${title}${listing}${odd.length > 0 ? "\n" : ""}${odd.join("")}`;
}

/** How many files for which environments: "12 for production, 1 for all". */
function byAudience(files: readonly FileReaders[], all: Workspace["environments"]): string {
  const groups = Map.groupBy(files, ({ environments }) => {
    if (environments.length > 1 && environments.length === all.size) return "all";
    return environments.join(" and ") || "nobody";
  });
  const sorted = [...groups].sort(([a], [b]) => compareText(a, b));
  return sorted.map(([audience, { length }]) => `${length} for ${audience}`).join(", ");
}

function troublesOf({ environments, readers, missing, stale, wanted }: FileReaders): readonly string[] {
  const audience = environments.join(" and ");
  return [
    ...(readers.length === 0 ? ["not sealed, or its recipients cannot be read"] : []),
    ...(wanted === undefined ? [] : [UNJUDGED[wanted].replace("{audience}", audience)]),
    ...missing.map((one) => `missing  ${shown(one)}  is listed for ${audience}, but cannot read it`),
    ...stale.map((one) => `stale    ${shown(one)}  can read it, but is not listed for ${audience}`),
  ];
}

const UNJUDGED: Readonly<Record<Extract<Addressed["wanted"], string>, string>> = {
  unaddressed: "for nobody: it selects no Deployment",
  unlisted: "for {audience}, where no recipients are listed",
  unclear: "for whom cannot be told: see `jackfield validate`",
};

function shown({ kind, id }: Recipient): string {
  return visibleText(kind === "age" ? id : `${kind} ${id}`);
}
