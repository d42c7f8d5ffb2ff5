import { type Checked, type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import type { Outcome } from "../../outcome.ts";
import type { KeySource, Progress, Replacement } from "../../ports.ts";
import { type OpenedText, openText } from "../../sops/opened.ts";
import type { Estate } from "../estate.ts";
import { inSteps, summedUp } from "./sealed-files.ts";
import { nothingDone, type RecipientChange } from "./workspace-files.ts";

/** A file to encrypt again. */
export interface Turn extends RecipientChange {
  readonly source: SourceFile;
}

export interface ReencryptPorts {
  readonly keys: KeySource;
  readonly progress: Progress;
}

/** Makes the new text of an opened file; without recipients those that it has stay. */
export type Reencrypt = (
  opened: OpenedText,
  recipients: readonly string[] | undefined,
) => Checked<string | undefined>;

/** What becomes of the files, for the writer: all, or else the outcome that names each file that is in the way. */
export function reencryptAll(
  turns: readonly Turn[],
  { keys, progress }: ReencryptPorts,
  estate: Estate,
  reencrypt: Reencrypt,
): ReadonlyMap<string, Replacement> | Outcome {
  if (turns.length === 0) return new Map();
  const found = keys.identities();
  const made = inSteps(
    turns,
    ({ source }) => source.path,
    progress,
    ({ source, recipients }): Checked<string | undefined> => {
      const unfit = unwrappable(recipients ?? []);
      const opened = openText(source, found.identities);
      if (!opened.value || unfit.length > 0) {
        return { value: undefined, diagnostics: [...unfit, ...opened.diagnostics] };
      }
      return reencrypt(
        opened.value,
        recipients?.map(({ value }) => value.id),
      );
    },
  );
  const replacements = new Map<string, Replacement>();
  const failed: string[] = [];
  for (const [index, { source }] of turns.entries()) {
    const after = made[index]?.value;
    if (after === undefined) failed.push(source.path);
    else replacements.set(source.path, { before: source.text, after });
  }
  if (failed.length === 0) return replacements;
  const diagnostics = made.flatMap((one) => one.diagnostics);
  return nothingDone(summedUp(diagnostics, found), estate, failed);
}

/** Recipients that the engine cannot wrap a data key for, each kind once. */
function unwrappable(recipients: NonNullable<RecipientChange["recipients"]>): readonly Diagnostic[] {
  const byKind = Map.groupBy(recipients, ({ value }) => value.kind);
  return [...byKind].flatMap(([kinds, [first]]) =>
    first && kinds !== "age" ? [diagnostic("JF351", first.at, { kinds })] : [],
  );
}
