import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { ScalarNode } from "../model/tree.ts";

const JSON_NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;
// What YAML 1.1 readers (PyYAML) make of plain words that YAML 1.2 takes as text.
const TRAPS: readonly (readonly [string, RegExp])[] = [
  ["word (true or false)", /^(y|yes|on|n|no|off)$/i],
  ["number in base 60", /^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/],
  ["date", /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?$/],
  ["number with `_`", /^[-+]?[0-9][0-9_]*_[0-9_]*$/],
  ["number in base 2", /^[-+]?0b[01_]+$/],
];

/** An unquoted number that is not written as JSON writes numbers (`0123`, `0x1F`, `+1`, `.5`, `.inf`). */
export function numberTrap(leaf: ScalarNode): Diagnostic | undefined {
  if (typeof leaf.value !== "bigint" && typeof leaf.value !== "number") return undefined;
  if (JSON_NUMBER.test(leaf.source)) return undefined;
  const hint =
    "readers of YAML disagree on it: write it in plain decimal, or in quotes where a text is meant";
  return diagnostic("JF118", leaf.span, {}, { hint });
}

/** An unquoted text that a YAML 1.1 reader takes for a boolean, a number or a date. */
export function wordTrap(leaf: ScalarNode): Diagnostic | undefined {
  if (leaf.style !== "plain" || typeof leaf.value !== "string") return undefined;
  const trap = TRAPS.find(([, pattern]) => pattern.test(leaf.source));
  return trap && diagnostic("JF117", leaf.span, { what: trap[0] }, { hint: "put it in quotes" });
}
