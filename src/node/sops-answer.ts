import type { SpawnSyncReturns } from "node:child_process";
import { type Checked, diagnostic } from "../core/diagnostic.ts";
import type { SourceFile, Span } from "../core/source.ts";

/** What was asked of the program. */
export interface Asked {
  readonly file: SourceFile;
  readonly verb: "open" | "seal";
}

// Exit codes of SOPS (its `cmd/sops/codes`), in our words.
const REASONS: Readonly<Record<number, string>> = {
  24: "its MAC does not open",
  25: "a value does not open: it was changed, or moved from another place",
  51: "its MAC does not match: it was changed without its key",
  52: "it has no MAC",
  203: "it is sealed already",
};
const NO_DATA_KEY = 128;

/**
 * The text that a run printed if it went well, else what it came to (JF346, JF347): told by its exit code, never by its words,
 * which may hold values.
 */
export function answerOf(run: SpawnSyncReturns<Buffer>, { file, verb }: Asked): Checked<string | undefined> {
  const at = placeOf(file);
  const { status, stdout } = run;
  const failure = failureOf(run);
  try {
    if (failure === undefined && status === 0) return { value: decode(stdout), diagnostics: [] };
    const trouble =
      status === NO_DATA_KEY && verb === "open"
        ? diagnostic("JF346", at, {})
        : diagnostic("JF347", at, { verb, reason: failure ?? reasonOf(status) });
    return { value: undefined, diagnostics: [trouble] };
  } catch {
    const reason = "what it gave is no text";
    return { value: undefined, diagnostics: [diagnostic("JF347", at, { verb, reason })] };
  } finally {
    stdout?.fill(0);
  }
}

/** A file as a whole; without its text, which no message is to show a line of. */
export function placeOf({ path }: SourceFile): Span {
  return { file: { path, text: "" }, start: 0, end: 0 };
}

/** Why a run did not come to its own end; undefined if it did. */
export function failureOf({ error, status, signal }: SpawnSyncReturns<Buffer>): string | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === "ETIMEDOUT") return "it took too long";
  if (code === "ENOBUFS") return "it gave too much";
  // One that ends without reading what it is given breaks the pipe: its exit code tells.
  if (status !== null && (code === undefined || code === "EPIPE")) return undefined;
  return signal ? `it was ended by ${signal}` : `it cannot be run (${code ?? "unknown"})`;
}

function reasonOf(status: number | null): string {
  return REASONS[status ?? -1] ?? `it ended with code ${status}`;
}

function decode(bytes: Buffer): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}
