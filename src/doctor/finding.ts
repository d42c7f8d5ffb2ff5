import type { Diagnostic } from "../core/diagnostic.ts";

export type Area =
  | "files"
  | "keys"
  | "git"
  | "github"
  | "server"
  | "rights"
  | "namespace"
  | "size"
  | "pods"
  | "directory";

/** One line of what `doctor` tells. */
export interface Finding {
  /** What was looked at: `cluster main`, `Deployment analytics/prod`; empty for this machine. */
  readonly about: string;
  readonly area: Area;
  /** `skipped`: it could not be looked at, and that is no fault by itself. */
  readonly level: "ok" | "skipped" | "warning" | "error";
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
  /** What a warning or an error is. */
  readonly diagnostic?: Diagnostic;
}

export function fine(about: string, area: Area, message: string): Finding {
  return { about, area, level: "ok", message };
}

export function skipped(about: string, area: Area, message: string): Finding {
  return { about, area, level: "skipped", message };
}

export function trouble(about: string, area: Area, diagnostic: Diagnostic): Finding {
  const { severity, message, hint } = diagnostic;
  const level = severity === "info" ? "skipped" : severity;
  return { about, area, level, message, ...(hint !== undefined && { hint }), diagnostic };
}

/** "1 pod", "2 pods". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** Names as code, with commas. */
export function names(all: readonly string[]): string {
  return all.map((one) => `\`${one}\``).join(", ");
}
