import type { Diagnostic, Severity } from "../core/diagnostic.ts";
import { positionAt, type Span } from "../core/source.ts";
import type { Risk } from "../model/change.ts";
import { visibleText } from "./visible.ts";

/** What GitHub records of one severity in one step. */
const RECORDED = 10;
const LENGTH = 300;
const LEVEL = { error: "error", warning: "warning", info: "notice" } as const satisfies Record<
  Severity,
  string
>;

interface Note {
  readonly severity: Severity;
  readonly title: string;
  readonly message: string;
  readonly at: Span | undefined;
}

/**
 * Workflow commands that annotate lines of files: errors first. Of more than GitHub records, the last one says how many are left out.
 * `prefix`: of paths, where the repo is not the runner's workspace.
 */
export function annotations(diagnostics: readonly Diagnostic[], risks: readonly Risk[]): readonly string[] {
  const notes: readonly Note[] = [
    ...diagnostics.map(({ severity, code, message, hint, at }) => ({
      severity,
      title: code,
      message: hint === undefined ? message : `${message} – ${hint}`,
      at,
    })),
    ...risks.map(({ kind, message, at }) => ({ severity: "warning" as const, title: kind, message, at })),
  ];
  return (["error", "warning", "info"] as const).flatMap((severity) => {
    const all = notes.filter((one) => one.severity === severity);
    if (all.length <= RECORDED) return all.map(line);
    const left = all.length - RECORDED + 1;
    const more = { severity, title: "jackfield", message: `and ${left} more: see the log`, at: undefined };
    return [...all.slice(0, RECORDED - 1), more].map(line);
  });
}

function line({ severity, title, message, at }: Note): string {
  const text = visibleText(message);
  const short = text.length > LENGTH ? `${text.slice(0, LENGTH - 1)}…` : text;
  const properties = [...placeOf(at), ["title", visibleText(title)] as const];
  const told = properties.map(([key, value]) => `${key}=${escapeProperty(String(value))}`).join(",");
  return `::${LEVEL[severity]} ${told}::${escapeData(short)}`;
}

function placeOf(at: Span | undefined): readonly (readonly [string, string | number])[] {
  if (!at) return [];
  const [from, to] = [positionAt(at.file, at.start), positionAt(at.file, at.end)];
  const lines = [
    ["file", at.file.path],
    ["line", from.line],
    ["endLine", to.line],
  ] as const;
  // Columns count within one line only.
  return from.line === to.line ? [...lines, ["col", from.column], ["endColumn", to.column]] : lines;
}

/** As the runner takes it back. */
export function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
