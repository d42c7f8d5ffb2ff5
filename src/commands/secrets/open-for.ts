import { type Checked, type Diagnostic, hasErrors } from "../../core/diagnostic.ts";
import type { Secret } from "../../core/secret.ts";
import type { ParsedFile } from "../../model/tree.ts";
import type { KeySource } from "../../ports.ts";
import { type Fallback, isWithoutKey, openByProgram } from "../../sops/by-program.ts";
import { type OpenedText, openText } from "../../sops/opened.ts";
import { summedUp } from "./sealed-files.ts";

/** How sealed files are opened. */
export interface Ways {
  readonly keys: KeySource;
  /** The `sops` program, if the user opted into it. */
  readonly fallback: Fallback | undefined;
}

/** A sealed file in plain text. */
export interface OpenedFor {
  readonly plain: Secret;
  /** Undefined: the program opened it, so its data key is not known, and it has to be sealed anew. */
  readonly opened: OpenedText | undefined;
  /** What it held: not to be printed. */
  readonly secrets: readonly Secret[];
}

/** Opens a file that is to be changed, with the keys at hand, else with the program. */
export function openFor(file: ParsedFile, { keys, fallback }: Ways): Checked<OpenedFor | undefined> {
  const found = keys.identities();
  const { value: opened, diagnostics } = openText(file.file, found.identities);
  if (opened) return fine({ plain: opened.plain, opened, secrets: secretsOf(opened) });
  const other = fallback && isWithoutKey(diagnostics) ? openByProgram(file, fallback) : undefined;
  if (other?.value)
    return fine({ plain: other.value.plain, opened: undefined, secrets: secretsOf(other.value) });
  return refused(summedUp(other?.diagnostics ?? diagnostics, found));
}

function secretsOf({ values }: Pick<OpenedText, "values">): readonly Secret[] {
  return [...values.values()].map(({ secret }) => secret);
}

function fine(value: OpenedFor): Checked<OpenedFor> {
  return { value, diagnostics: [] };
}

function refused(diagnostics: readonly Diagnostic[]): Checked<undefined> {
  if (!hasErrors(diagnostics)) throw new Error("a refusal says why");
  return { value: undefined, diagnostics };
}
