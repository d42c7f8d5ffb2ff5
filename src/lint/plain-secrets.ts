import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { type PatternMatch, patternsIn } from "../core/patterns.ts";
import type { SourceFile } from "../core/source.ts";
import type { Entry, Node, ParsedFile } from "../model/tree.ts";

/** A file of ours; without its trees if it does not parse. */
export interface OwnFile {
  readonly file: SourceFile;
  readonly parsed?: ParsedFile;
}

/** Fields that name a key, by the name that Airflow's users know. */
const NAME_FIELDS: readonly string[] = ["login", "aws_access_key_id"];

/**
 * Secrets that show themselves by their form, wherever they stand in plain text: values, keys, comments, documents that are
 * refused, files that do not parse. `told` has the places of keys whose value has been told to be a secret already, and
 * the files that are told to be unsealed as a whole.
 */
export function* plainSecrets({ file, parsed }: OwnFile, told: Told): Generator<Diagnostic> {
  if (told.files.has(file)) return;
  for (const match of patternsIn(withoutSealed(file.text))) {
    const around = parsed ? entriesAround(parsed, match.start) : [];
    if (around.some(({ keySpan }) => told.keys.has(keySpan.start)) || isMeant(match, around)) continue;
    const hint = "take it out, treat it as leaked, and seal a new one: `jackfield secrets set`";
    yield diagnostic("JF370", { file, start: match.start, end: match.end }, { kind: match.kind }, { hint });
  }
}

export interface Told {
  readonly files: ReadonlySet<SourceFile>;
  readonly keys: ReadonlySet<number>;
}

function isMeant({ isName }: PatternMatch, around: readonly Entry[]): boolean {
  return isName && NAME_FIELDS.includes(around.at(-1)?.key ?? "");
}

/** Ciphertexts and wrapped keys are long runs of letters, in which anything may stand by chance. */
function withoutSealed(text: string): string {
  const blank = (match: string) => " ".repeat(match.length);
  return text.replaceAll(/ENC\[AES256_GCM,[^\]]*\]/g, blank).replaceAll(/^[ \t]*[A-Za-z0-9+/]{64}$/gm, blank);
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
