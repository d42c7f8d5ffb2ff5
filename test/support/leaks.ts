import { keyText } from "./sealed-files.ts";

// Whether a text tells a canary: raw, in any case, in base64 at any offset, in hex, as in a URL, as in JSON, or a piece of it.

/** A private key that must not be told. */
export const KEY = /AGE-SECRET-KEY-1\S+/.exec(keyText("one"))?.[0] ?? "";
/** A secret that must not be told, with signs that every encoding changes. */
export const SECRET = 'Zq7!x "Kanari" \\ßü/+vQ9&=kjW2';

/** Of encodings, and of the key, whose first words are no secret. */
const PIECE = 12;
/** Of the secret as it is. */
const RAW_PIECE = 8;

const keyBody = KEY.slice("AGE-SECRET-KEY-1".length);
const cases = (text: string) => [text, text.toLowerCase(), text.toUpperCase()];
const written = [JSON.stringify(SECRET).slice(1, -1), encodeURIComponent(SECRET)];
const encoded = [keyBody, SECRET, ...written].flatMap(cases).flatMap(formsOf);
const pieces = new Map<number, ReadonlySet<string>>([
  [PIECE, new Set([keyBody, ...encoded].flatMap((form) => windows(form, PIECE)))],
  [RAW_PIECE, new Set(windows(SECRET, RAW_PIECE))],
]);

function windows(form: string, length: number): readonly string[] {
  const text = form.toLowerCase();
  return Array.from({ length: Math.max(0, text.length - length + 1) }, (_, at) =>
    text.slice(at, at + length),
  );
}

function formsOf(plain: string): readonly string[] {
  const json = JSON.stringify(plain).slice(1, -1);
  const ascii = json.replace(/[^\0-~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const bytes = Buffer.from(plain);
  const base64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  });
  const urlSafe = base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"));
  const reversed = [...plain].reverse().join("");
  return [json, ascii, encodeURIComponent(plain), bytes.toString("hex"), reversed, ...base64, ...urlSafe];
}

/** The pieces of canaries in a text, with and without its blanks, line ends and colours. */
export function leaksIn(text: string): readonly string[] {
  const plain = text.toLowerCase();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken out
  const joined = plain.replaceAll(/\u001b\[[\d;]*m/g, "").replaceAll(/\s+/g, "");
  const found = new Set<string>();
  for (const [length, forms] of pieces) {
    for (const one of [plain, joined]) {
      for (let at = 0; at + length <= one.length; at++) {
        const piece = one.slice(at, at + length);
        if (forms.has(piece)) found.add(piece);
      }
    }
  }
  return [...found];
}
