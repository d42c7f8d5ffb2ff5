import type { ScalarNode } from "../model/tree.ts";
import type { SealedType } from "./value.ts";

// How SOPS, written in Go, reads plain YAML scalars (go-yaml v3) and writes them into its MAC. This is neither
// YAML 1.2 nor JavaScript: `0755` is 493, `1_000` is 1000, an unquoted date is a time.

/** What SOPS makes of a scalar: its type, and the text that goes into MAC and ciphertext. */
export interface TypedText {
  readonly type: Exclude<SealedType, "bytes" | "comment">;
  readonly text: string;
}

const WORDS: ReadonlyMap<string, TypedText | undefined> = new Map([
  ...words(["", "~", "null", "Null", "NULL"], undefined),
  ...words(["true", "True", "TRUE"], { type: "bool", text: "True" }),
  ...words(["false", "False", "FALSE"], { type: "bool", text: "False" }),
  ...words([".nan", ".NaN", ".NAN"], { type: "float", text: "NaN" }),
  ...words([".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"], { type: "float", text: "+Inf" }),
  ...words(["-.inf", "-.Inf", "-.INF"], { type: "float", text: "-Inf" }),
]);
const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const TIME =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[-+]\d\d:\d\d)| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?)?$/;
const CANONICAL_INTEGER = /^(?:0|-?[1-9][0-9]*)$/;
const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 64n - 1n;

/** The text of a plain (not sealed) scalar that goes into the MAC; undefined for null, which does not. */
export function hashedText(node: ScalarNode): string | undefined {
  return typedText(node)?.text;
}

/** What SOPS makes of a plain (not sealed) scalar; undefined for null. JSON's numbers are read as YAML's. */
export function typedText({ style, source, span }: ScalarNode): TypedText | undefined {
  if (style !== "plain") return { type: "str", text: source };
  if (WORDS.has(source)) return WORDS.get(source);
  if (/^\.[0-9]/.test(source)) return float(source) ?? { type: "str", text: source };
  if (!/^[-+0-9]/.test(source)) return { type: "str", text: source };
  const bare = source.replaceAll("_", "");
  const time = timeText(source);
  if (time !== undefined) return { type: "time", text: time };
  const integer = integerText(bare);
  // Go's integers of JSON end where 64 bits do; what is beyond is a float.
  const isInteger = integer !== undefined && (!span.file.path.endsWith(".json") || fitsType(integer, "int"));
  if (isInteger) return { type: "int", text: integer };
  return float(bare) ?? { type: "str", text: source };
}

/** Whether an opened text is as SOPS writes values of the type that its label names. */
export function fitsType(text: string, type: SealedType): boolean {
  switch (type) {
    case "int":
      return CANONICAL_INTEGER.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
    case "float":
      return ["+Inf", "-Inf", "NaN"].includes(text) || goFloat(Number(text)) === text;
    case "bool":
      return text === "True" || text === "False";
    case "time":
      return timeText(text) === text;
    case "str":
    case "bytes":
    case "comment":
      return true;
  }
}

function words(
  all: readonly string[],
  typed: TypedText | undefined,
): readonly (readonly [string, TypedText | undefined])[] {
  return all.map((word) => [word, typed]);
}

function float(bare: string): TypedText | undefined {
  const text = floatText(bare);
  return text === undefined ? undefined : { type: "float", text };
}

function integerText(bare: string): string | undefined {
  const [, sign = "", digits] = INTEGER.exec(bare) ?? [];
  if (digits === undefined) return undefined;
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  const value = sign === "-" ? -BigInt(octal) : BigInt(octal);
  return value >= MIN_INTEGER && value <= MAX_INTEGER ? String(value) : undefined;
}

/** Undefined for what is no number, or too large for one. */
function floatText(bare: string): string | undefined {
  if (!FLOAT.test(bare)) return undefined;
  const value = Number(bare);
  return Number.isFinite(value) ? goFloat(value) : undefined;
}

/** Go's `FormatFloat(value, 'f', -1, 64)` of a finite number: the shortest digits, never an exponent. */
function goFloat(value: number): string {
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const text = String(Math.abs(value));
  const match = /^(\d)(?:\.(\d+))?e([-+]\d+)$/.exec(text);
  if (!match) return sign + text;
  const digits = `${match[1]}${match[2] ?? ""}`;
  const exponent = Number(match[3]);
  return sign + (exponent < 0 ? `0.${"0".repeat(-exponent - 1)}${digits}` : digits.padEnd(exponent + 1, "0"));
}

/** RFC 3339 with as many decimals as needed, as Go writes a time; undefined for what go-yaml takes for no time. */
function timeText(source: string): string | undefined {
  const match = TIME.exec(source);
  if (!match) return undefined;
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number];
  const parts = [match[4] ?? match[9] ?? 0, match[5] ?? match[10] ?? 0, match[6] ?? match[11] ?? 0];
  const [hour, minute, second] = parts.map(Number) as [number, number, number];
  const days = month >= 1 && month <= 12 ? new Date(Date.UTC(2000, month, 0)).getUTCDate() : 0;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const lastDay = month === 2 && !isLeap ? 28 : days;
  if (day < 1 || day > lastDay || hour > 23 || minute > 59 || second > 59) return undefined;
  const zone = match[8] ?? "Z";
  if (zone !== "Z" && (Number(zone.slice(1, 3)) > 23 || Number(zone.slice(4)) > 59)) return undefined;
  const decimals = (match[7] ?? match[12] ?? "").slice(0, 9).replace(/0+$/, "");
  const two = (part: number) => String(part).padStart(2, "0");
  const date = `${match[1]}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
  return `${date}${decimals && `.${decimals}`}${/00:00/.test(zone) ? "Z" : zone}`;
}
