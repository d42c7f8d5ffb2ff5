import type { Compiled } from "../../src/compile.ts";
import { disclosure } from "../../src/render/outcome.ts";
import { renderText } from "../../src/render/text.ts";

/** Diagnostics as people see them: messages, masked code frames, related places, hints. */
export function show(compiled: Compiled): string {
  const { diagnostics } = compiled;
  if (diagnostics.length === 0) return "";
  return renderText(diagnostics, { color: false, disclosed: disclosure(compiled) });
}
