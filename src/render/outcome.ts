import type { Compiled } from "../compile.ts";
import type { SourceFile } from "../core/source.ts";
import type { Outcome } from "../outcome.ts";
import { disclose, discloseUnparsed, type TypeOfObject } from "./disclose.ts";
import type { Range } from "./frame.ts";
import { renderJson } from "./json.ts";
import { sarif } from "./sarif.ts";
import { renderText } from "./text.ts";

export interface Rendering {
  readonly command: string;
  readonly version: string;
  readonly format: "text" | "json" | "markdown" | "sarif";
  readonly color: boolean;
  /** Takes out what must not be printed, wherever it came from. */
  readonly scrub: (text: string) => string;
}

/** What goes to standard output (the answer) and to standard error (diagnostics, for people). */
export function renderOutcome(
  outcome: Outcome,
  { command, version, format, color, scrub }: Rendering,
): { readonly out: string; readonly err: string } {
  const { diagnostics, result, compiled, told } = outcome;
  const text = format === "markdown" ? (outcome.markdown ?? "") : outcome.text;
  if (format === "json") return { out: renderJson(command, version, diagnostics, result, scrub), err: "" };
  if (format === "sarif") return { out: sarif(version, diagnostics, outcome.risks ?? [], scrub), err: "" };
  // Notes belong to the command that checks; elsewhere they would drown the answer.
  const shown = diagnostics.filter(
    (one) => (command === "validate" || one.severity !== "info") && !told?.has(one),
  );
  if (shown.length === 0) return { out: scrub(text), err: "" };
  const err = renderText(shown, { color, disclosed: disclosure(compiled) });
  return { out: scrub(text), err: scrub(err) };
}

/** What frames may show, worked out once for each file that a diagnostic points into. */
export function disclosure(compiled: Compiled | undefined): (file: SourceFile) => readonly Range[] {
  const known = new Map<SourceFile, readonly Range[]>();
  const types = new Map<string, Set<string>>();
  for (const { kind, id, type } of compiled?.workspaces.flatMap((one) => one.declarations.objects) ?? []) {
    const key = `${kind}/${id.value}`;
    if (type) types.set(key, (types.get(key) ?? new Set()).add(type.value));
  }
  // One id with two types (in two Workspaces, say) is as good as unknown.
  const typeOfObject: TypeOfObject = (kind, id) => {
    const [type, ...others] = types.get(`${kind}/${id}`) ?? [];
    return others.length === 0 ? type : undefined;
  };
  return (file) => {
    const parsed = compiled?.parsed.get(file.path);
    const ranges = known.get(file) ?? (parsed ? disclose(parsed, typeOfObject) : discloseUnparsed(file.text));
    known.set(file, ranges);
    return ranges;
  };
}
