import { styleText } from "node:util";
import type { Diagnostic, Severity } from "../core/diagnostic.ts";
import { positionAt, type SourceFile, type Span } from "../core/source.ts";
import { codeFrame, type Range } from "./frame.ts";
import { visibleText } from "./visible.ts";

export interface TextOptions {
  readonly color: boolean;
  /** What code frames may show of a file. */
  readonly disclosed: (file: SourceFile) => readonly Range[];
}

type Style = Parameters<typeof styleText>[0];

const STYLES: Record<Severity, Style> = {
  error: ["red", "bold"],
  warning: ["yellow", "bold"],
  info: ["cyan", "bold"],
};

/** A flood is told line by line: nobody reads that many frames, and each of them costs. */
const MAX_FRAMES = 200;

/** Diagnostics for people: place, message, masked code frame, related places, hint; then a count. None: nothing. */
export function renderText(diagnostics: readonly Diagnostic[], options: TextOptions): string {
  if (diagnostics.length === 0) return "";
  // A note needs no frame: it must not push errors out of sight.
  const isFramed = ({ severity }: Diagnostic, index: number) => index < MAX_FRAMES && severity !== "info";
  const parts = diagnostics.map((one, i) => renderOne(one, options, isFramed(one, i)));
  return `${parts.join("\n")}\n${summary(diagnostics)}\n`;
}

function renderOne(diagnostic: Diagnostic, options: TextOptions, framed: boolean): string {
  const { severity, code, message, at, hint, related } = diagnostic;
  const paint = painter(options);
  const head = `${paint(STYLES[severity], `${severity} ${code}`)}: ${visibleText(message)}`;
  const lines = [at ? `${paint("bold", placeOf(at))} ${head}` : head];
  if (at && framed) lines.push(...frame(at, options));
  for (const one of related) {
    lines.push(`  ${paint("bold", placeOf(one.at))} ${visibleText(one.message)}`);
    if (framed) lines.push(...frame(one.at, options));
  }
  if (hint !== undefined) lines.push(`  = ${paint("cyan", "hint")}: ${visibleText(hint)}`);
  return lines.map((line) => `${line}\n`).join("");
}

/** A whole file (place 0 to 0) has no line to show. */
function frame(at: Span, options: TextOptions): readonly string[] {
  if (at.file.text === "" || at.end === 0) return [];
  return codeFrame(at, options.disclosed(at.file));
}

function placeOf(at: Span): string {
  const { line, column } = positionAt(at.file, at.start);
  return `${visibleText(at.file.path)}:${line}:${column}`;
}

function painter({ color }: TextOptions): (style: Style, text: string) => string {
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text);
}

function summary(diagnostics: readonly Diagnostic[]): string {
  const parts = (["error", "warning", "info"] as const).flatMap((severity) => {
    const count = diagnostics.filter((one) => one.severity === severity).length;
    if (count === 0) return [];
    return [`${count} ${severity}${count === 1 || severity === "info" ? "" : "s"}`];
  });
  return parts.join(", ");
}
