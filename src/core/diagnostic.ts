import { type Code, catalog, type ParamsOf } from "./catalog.ts";
import { compareSpans, compareText, type Span } from "./source.ts";

export type Severity = "error" | "warning" | "info";

/** A second place that helps to understand a diagnostic, with what it shows. */
export interface Related {
  readonly at: Span;
  readonly message: string;
}

/** One trouble: what (`message`), where (`at`), why (`related`) and what to do (`hint`). Never a value. */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly hint?: string;
  readonly at?: Span;
  readonly related: readonly Related[];
  /** Of what is told once for several Deployments: what it is, and all that it is about. Not printed. */
  readonly cause?: Cause;
}

export interface Cause {
  /** Tells one cause from another at one place. */
  readonly key: string;
  readonly members: readonly string[];
}

/** What a stage gives: as much of its result as is usable, and every trouble it met. */
export interface Checked<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** Where a diagnostic points and what else it says. `at` undefined means: no place in a file. */
export interface Extras {
  readonly hint?: string | undefined;
  readonly related?: readonly Related[];
}

/**
 * A diagnostic of the catalogue. Parameters are checked by the compiler against the placeholders of the
 * code's text; they must never hold a value of the user's, only names, counts and words of ours.
 */
export function diagnostic<C extends Code>(
  code: C,
  at: Span | undefined,
  params: Readonly<Record<ParamsOf<C>, string | number>>,
  extras: Extras = {},
): Diagnostic {
  const { severity, text } = catalog[code];
  const message = text.replace(/\{(\w+)\}/g, (_, name: string) =>
    String((params as Record<string, string | number>)[name]),
  );
  return {
    code,
    severity,
    message,
    ...(extras.hint === undefined ? {} : { hint: extras.hint }),
    ...(at === undefined ? {} : { at }),
    related: extras.related ?? [],
  };
}

/** True if any is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((d) => d.severity === "error");
}

/** Sorted by place, then code and message; exact repeats dropped. Places without a file come first. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const sorted = [...diagnostics].sort(compareDiagnostics);
  return sorted.filter((d, i) => i === 0 || compareDiagnostics(sorted[i - 1] as Diagnostic, d) !== 0);
}

function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  if (!a.at || !b.at) {
    if (a.at || b.at) return a.at ? 1 : -1;
  } else {
    const place = compareSpans(a.at, b.at);
    if (place !== 0) return place;
  }
  return compareText(a.code, b.code) || compareText(a.message, b.message);
}
