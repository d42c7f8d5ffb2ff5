import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { once } from "../core/once.ts";
import { type PatternMatch, patternsIn } from "../core/patterns.ts";
import type { SourceFile, Span } from "../core/source.ts";
import type { Entry, Node, ParsedFile } from "../model/tree.ts";

/** A file of ours; without its trees if it does not parse. */
export interface OwnFile {
  readonly file: SourceFile;
  readonly parsed?: ParsedFile;
}

/** Where a file's plain secrets have been told already: one cause gives one diagnostic. */
export interface Told {
  /** Where keys begin whose value must not be there. */
  readonly keys: ReadonlySet<number>;
  /** Values that must be sealed. */
  readonly values: readonly Span[];
  /** All its `secrets` are yet to be sealed. */
  readonly isUnsealed: boolean;
}

/** Fields that name a key, by the name that Airflow's users know. */
const NAME_FIELDS: readonly string[] = ["login", "aws_access_key_id"];

/**
 * Secrets that show themselves by their form, wherever they stand in plain text: values, keys, comments, documents that are
 * refused, files that do not parse. Nothing silences it, `plain` neither: what is no secret may be sealed all the same.
 */
export function* plainSecrets({ file, parsed }: OwnFile, told: Told): Generator<Diagnostic> {
  for (const match of matchesIn(file)) {
    const around = parsed ? entriesAround(parsed, match.start) : [];
    if (isTold(match, around, told) || isMeant(match, around)) continue;
    const hint = "take it out, treat it as leaked, and seal a new one: `jackfield secrets set`";
    yield diagnostic("JF370", { file, start: match.start, end: match.end }, { kind: match.kind }, { hint });
  }
}

/** Two trees of one repo share most files: each is searched once. */
const matchesIn = once(({ text }: SourceFile) => [...patternsIn(withoutSealed(text))]);

function isTold({ start }: PatternMatch, around: readonly Entry[], told: Told): boolean {
  if (told.isUnsealed && around[0]?.key === "spec" && around[1]?.key === "secrets") return true;
  if (around.some(({ keySpan }) => told.keys.has(keySpan.start))) return true;
  return told.values.some((value) => value.start <= start && start < value.end);
}

function isMeant({ isName }: PatternMatch, around: readonly Entry[]): boolean {
  return isName && NAME_FIELDS.includes(around.at(-1)?.key ?? "");
}

const BASE64 = "[A-Za-z0-9+/=]*";
const CIPHERTEXT = new RegExp(
  `ENC\\[AES256_GCM,data:${BASE64},iv:${BASE64},tag:${BASE64},type:[a-z]*\\]`,
  "g",
);
/** A full line of a wrapped key. */
const ARMOR = /^[ \t]*[A-Za-z0-9+/]{64}$/gm;

/** Ciphertexts and wrapped keys are long runs of letters, in which anything may stand by chance. */
function withoutSealed(text: string): string {
  const blank = (match: string) => " ".repeat(match.length);
  return text.includes("ENC[") ? text.replaceAll(CIPHERTEXT, blank).replaceAll(ARMOR, blank) : text;
}

/** The entries that a place is in, outermost first. */
function entriesAround({ documents }: ParsedFile, at: number): readonly Entry[] {
  const visit = (node: Node): readonly Entry[] => {
    if (node.alias) return [];
    if (node.kind === "seq") return node.items.flatMap(visit);
    if (node.kind !== "map") return [];
    const entry = node.entries.find(({ keySpan, value }) => keySpan.start <= at && at < value.span.end);
    return entry ? [entry, ...visit(entry.value)] : [];
  };
  return documents.flatMap(({ root }) => visit(root));
}
