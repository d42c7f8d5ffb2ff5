import type { Diagnostic } from "../core/diagnostic.ts";
import { positionAt, type Span } from "../core/source.ts";

/**
 * One object on standard output (design: 4). `result` is plain data without secrets; still every text in it goes
 * through `scrub`, before it is quoted, so that what comes out is JSON whatever was scrubbed.
 */
export function renderJson(
  command: string,
  version: string,
  diagnostics: readonly Diagnostic[],
  result: unknown,
  scrub: (text: string) => string = (text) => text,
): string {
  const object = { version, command, diagnostics: diagnostics.map(toJson), result };
  const clean = (_: string, value: unknown) => (typeof value === "string" ? scrub(value) : value);
  return `${JSON.stringify(object, clean, 2).replace(UNSAFE, escaped)}\n`;
}

/** What JSON may hold as it is, but a terminal or a log must not: controls, separators, direction marks. */
const UNSAFE = /[\u007F-\u009F\p{Cf}\u2028\u2029]/gu;

function escaped(char: string): string {
  const units = Array.from({ length: char.length }, (_, i) => char.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

function toJson({ code, severity, message, hint, at, related }: Diagnostic): unknown {
  const end = at && positionAt(at.file, at.end);
  return {
    code,
    severity,
    message,
    ...place(at),
    endLine: end?.line ?? null,
    endColumn: end?.column ?? null,
    ...(hint === undefined ? {} : { hint }),
    related: related.map((one) => ({ ...place(one.at), message: one.message })),
  };
}

/** Places count from 1, columns in UTF-16 code units; null where there is none. */
function place(at: Span | undefined): Readonly<Record<string, string | number | null>> {
  const start = at && positionAt(at.file, at.start);
  return { file: at?.file.path ?? null, line: start?.line ?? null, column: start?.column ?? null };
}
