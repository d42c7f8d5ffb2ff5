import type { TypedText } from "./scalars.ts";

// Plain words that some reader of YAML takes for no text.
const WORDS = /^(?:true|false|yes|no|on|off|y|n|null|nan|inf|infinity)$/i;
const PLAIN = /^[A-Za-z][\w./@+-]*$/;
const LINE = /^[^\p{Cc}\u2028\u2029\uFEFF]*$/u;
// What double quotes in YAML must not hold as it is, beyond what JSON escapes.
const UNPRINTABLE = /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g;

/** How a value is written into a file. */
export interface Writing {
  readonly format: "yaml" | "json";
  /** Inside `{…}` or `[…]`, or as a key. */
  readonly flow: boolean;
  /** Blanks before the lines of a block scalar. */
  readonly indent: number;
}

/** The source text of a value, so that SOPS and we read it as what it is. */
export function scalarText({ type, text }: TypedText, writing: Writing): string {
  switch (type) {
    case "str":
      return stringText(text, writing);
    case "bool":
      return text.toLowerCase();
    case "float":
      return writing.format === "json" ? text : floatText(text);
    case "int":
    case "time":
      return text;
  }
}

/** A text as a double-quoted scalar, which is JSON's as well. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(
    UNPRINTABLE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function stringText(text: string, { format, flow, indent }: Writing): string {
  if (format === "json") return quoted(text);
  if (PLAIN.test(text) && !WORDS.test(text)) return text;
  if (flow || !text.includes("\n") || !isBlock(text)) return quoted(text);
  const chomp = text.endsWith("\n") ? "" : "-";
  const lines = text.replace(/\n$/, "").split("\n");
  return `|${chomp}\n${lines.map((line) => (line === "" ? "" : " ".repeat(indent) + line)).join("\n")}`;
}

/** Blanks at the ends of lines are too easily lost in an editor. */
function isBlock(text: string): boolean {
  const lines = text.replaceAll("\t", " ").split("\n");
  return (
    /^[^\s#]/.test(text) &&
    !/[ \t]$/m.test(text) &&
    !/\n\n$/.test(text) &&
    lines.every((line) => LINE.test(line))
  );
}

/** `1` would be read as an integer. */
function floatText(text: string): string {
  if (text === "NaN") return ".nan";
  if (text.endsWith("Inf")) return text.startsWith("-") ? "-.inf" : ".inf";
  return text.includes(".") ? text : `${text}.0`;
}
