import { append } from "../core/append.ts";
import { type Checked, type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { ParsedFile, SealedNode } from "../model/tree.ts";
import type { UnsealedValue } from "../model/unsealed.ts";
import type { FoundKeys, KeySource } from "../ports.ts";
import { type Fallback, isWithoutKey, openByProgram } from "../sops/by-program.ts";
import type { Identity } from "../sops/identities.ts";
import { openFile, type Unsealed } from "../sops/open.ts";

/**
 * Opens the files from which a sealed value is drawn, each once. Keys are looked for only if there is such a file. Fails
 * closed: a file that does not open gives no value at all, and an error. The `sops` program, if the user opted into it, is
 * asked only for what no key at hand opens.
 */
export function unseal(
  files: readonly ParsedFile[],
  keys: KeySource,
  fallback?: Fallback,
): Checked<ReadonlyMap<SealedNode, UnsealedValue>> {
  if (files.length === 0) return { value: new Map(), diagnostics: [] };
  const found = keys.identities();
  const values = new Map<SealedNode, UnsealedValue>();
  const diagnostics: Diagnostic[] = [];
  for (const file of new Set(files)) {
    const opened = openOne(file, found.identities, fallback);
    for (const [node, value] of opened.value ?? []) values.set(node, value);
    append(diagnostics, opened.diagnostics);
  }
  const told = found.identities.length > 0 ? diagnostics : withoutKeys(diagnostics, found);
  return { value: values, diagnostics: told };
}

function openOne(
  file: ParsedFile,
  identities: readonly Identity[],
  fallback: Fallback | undefined,
): Checked<Unsealed | undefined> {
  const own = openFile(file, identities);
  if (!fallback || !isWithoutKey(own.diagnostics)) return own;
  const { value, diagnostics } = openByProgram(file, fallback);
  return { value: value?.values, diagnostics };
}

/** Without any key that is one trouble, not one a file; what kept the sources from giving one is told with it. */
export function withoutKeys(diagnostics: readonly Diagnostic[], found: FoundKeys): readonly Diagnostic[] {
  const others = diagnostics.filter(({ code }) => code !== "JF321");
  const unopened = diagnostics.filter(({ code }) => code === "JF321");
  if (unopened.length === 0) return others;
  const hint = `set \`SOPS_AGE_KEY\` or \`SOPS_AGE_KEY_FILE\`; looked in ${found.looked.join(", ")}`;
  // Each recipient once: most files have the same ones.
  const byRecipient = Map.groupBy(
    unopened.flatMap((trouble) => trouble.related),
    ({ message }) => message,
  );
  const related = [...byRecipient.values()].flatMap(([first]) => first ?? []).slice(0, 9);
  return [diagnostic("JF340", undefined, {}, { hint, related }), ...found.problems, ...others];
}
