import { isJsonObject, parseJson } from "../core/json.ts";
import { compareText } from "../core/source.ts";
import type { ObjectName } from "../model/plan.ts";

/** The annotation that holds the record of a Secret. */
export const RECORD = "jackfield.dev/record";

/**
 * What a Secret came from: facts of Git alone, never a hash of plain text. `objects` are those it holds, each with the digests of the
 * ciphertexts of its sealed fields.
 */
export interface SecretRecord {
  readonly tool: string;
  /** The commit that was applied; absent: there was no Git. */
  readonly commit?: string;
  /** The files were not as that commit has them. */
  readonly modified?: true;
  /** The commit that its policy came from; absent: the same. */
  readonly policyCommit?: string;
  /** The newest of the approved changes that it comes from; absent: no approval was asked for. */
  readonly changeId?: string;
  /** A digest of the policy that was applied: of the Workspace's document and the Deployment's. */
  readonly policyDigest: string;
  /** Why rails were broken, if they were. */
  readonly breakGlass?: string;
  /** By `nameOf` the object, then by field. */
  readonly objects: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** An object as a key of maps: `Connection/warehouse`. */
export function nameOf({ kind, id }: ObjectName): string {
  return `${kind}/${id}`;
}

/** The record as JSON: the same record is the same text. */
export function recordText(record: SecretRecord): string {
  return JSON.stringify(recordJson(record));
}

/** The record as plain data. */
export function recordJson({ objects, ...facts }: SecretRecord): unknown {
  const sorted = [...objects]
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, fields]) => [name, Object.fromEntries([...fields].sort(([a], [b]) => compareText(a, b)))]);
  return {
    v: 1,
    tool: facts.tool,
    commit: facts.commit,
    modified: facts.modified,
    policyCommit: facts.policyCommit,
    changeId: facts.changeId,
    policyDigest: facts.policyDigest,
    breakGlass: facts.breakGlass,
    objects: Object.fromEntries(sorted),
  };
}

/** The record that a text holds; undefined if it is none of ours, or of a later version. */
export function readRecord(text: string | undefined): SecretRecord | undefined {
  const value = parseJson(text ?? "");
  if (!isJsonObject(value) || value.v !== 1 || !isJsonObject(value.objects)) return undefined;
  const { tool, commit, modified, policyCommit, changeId, policyDigest, breakGlass } = value;
  if (typeof tool !== "string" || typeof policyDigest !== "string") return undefined;
  const objects = new Map<string, ReadonlyMap<string, string>>();
  for (const [name, fields] of Object.entries(value.objects)) {
    if (!isJsonObject(fields)) return undefined;
    const digests = Object.entries(fields).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    );
    objects.set(name, new Map(digests));
  }
  return {
    tool,
    policyDigest,
    objects,
    // Whoever may edit the Secret may have written anything: git is given commits only.
    ...(typeof commit === "string" && COMMIT.test(commit) && { commit }),
    ...(modified === true && { modified }),
    ...(typeof policyCommit === "string" && COMMIT.test(policyCommit) && { policyCommit }),
    ...(typeof changeId === "string" && { changeId }),
    ...(typeof breakGlass === "string" && { breakGlass }),
  };
}
