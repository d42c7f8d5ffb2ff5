import { disclosureOf } from "../disclosure.ts";
import type { Outcome } from "../outcome.ts";
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
  const disclosed = disclosureOf(compiled);
  return { out: text, err: diagnostics.length === 0 ? "" : renderText(diagnostics, { color, disclosed }) };
}
