import type { Diagnostic } from "../core/diagnostic.ts";
import { positionAt, type Span } from "../core/source.ts";

/** One object on standard output (design: 4). `result` is plain data without secrets. */
export function renderJson(
  command: string,
  version: string,
  diagnostics: readonly Diagnostic[],
  result: unknown,
): string {
  return `${JSON.stringify({ version, command, diagnostics: diagnostics.map(toJson), result }, null, 2)}\n`;
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
