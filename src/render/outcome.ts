import type { Compiled } from "../compile.ts";
import type { SourceFile } from "../core/source.ts";
import type { Outcome } from "../outcome.ts";
import { disclose, discloseUnparsed, type TypeOfObject } from "./disclose.ts";
import type { Range } from "./frame.ts";
import { renderJson } from "./json.ts";
import { renderText } from "./text.ts";

export interface Rendering {
  readonly command: string;
  readonly version: string;
  readonly format: "text" | "json";
  readonly color: boolean;
}

/** What goes to standard output (the answer) and to standard error (diagnostics, for people). */
export function renderOutcome(
  outcome: Outcome,
  { command, version, format, color }: Rendering,
): { readonly out: string; readonly err: string } {
  const { diagnostics, result, text, compiled } = outcome;
  if (format === "json") return { out: renderJson(command, version, diagnostics, result), err: "" };
  // Notes belong to the command that checks; elsewhere they would drown the answer.
  const shown =
    command === "validate" ? diagnostics : diagnostics.filter(({ severity }) => severity !== "info");
  if (shown.length === 0) return { out: text, err: "" };
  return { out: text, err: renderText(shown, { color, disclosed: disclosure(compiled) }) };
}

/** What frames may show, worked out once for each file that a diagnostic points into. */
export function disclosure(compiled: Compiled | undefined): (file: SourceFile) => readonly Range[] {
  const known = new Map<SourceFile, readonly Range[]>();
  const types = new Map(
    compiled?.workspaces.flatMap(({ declarations }) =>
      declarations.objects.map(({ kind, id, type }) => [`${kind}/${id.value}`, type?.value] as const),
    ),
  );
  const typeOfObject: TypeOfObject = (kind, id) => types.get(`${kind}/${id}`);
  return (file) => {
    const parsed = compiled?.parsed.get(file.path);
    const ranges = known.get(file) ?? (parsed ? disclose(parsed, typeOfObject) : discloseUnparsed(file.text));
    known.set(file, ranges);
    return ranges;
  };
}
