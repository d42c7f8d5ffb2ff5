import type { Secret } from "./secret.ts";

/** Guards all output: what it has learned never passes. */
export interface Scrubber {
  /** Values shorter than 4 characters are ignored. */
  learn(secret: Secret): void;
  /** The text with every form of every learned secret, and every age private key, replaced by `[secret]`. */
  scrub(text: string): string;
}

const MASK = "[secret]";
/** Shorter values are words of everyday text: masking them would hide everything and protect nothing. */
const MIN_LENGTH = 4;
const AGE_KEY = /AGE-SECRET-KEY-(PQ-)?1[A-Z0-9]*/gi;

export function createScrubber(): Scrubber {
  /** By their first characters, so that a text is read once, however many were learned. */
  const formsByStart = new Map<string, Set<string>>();
  return {
    learn(secret) {
      for (const form of formsOf(secret.reveal())) {
        const start = form.slice(0, MIN_LENGTH);
        const forms = formsByStart.get(start);
        if (forms) forms.add(form);
        else formsByStart.set(start, new Set([form]));
      }
    },
    scrub: (text) => replace(text, formsByStart).replace(AGE_KEY, MASK),
  };
}

/** Forms that overlap or touch become one mask: a part of a secret is not left beside another one. */
function replace(text: string, formsByStart: ReadonlyMap<string, ReadonlySet<string>>): string {
  if (formsByStart.size === 0) return text;
  let clean = "";
  let copied = 0;
  let maskedTo = 0;
  for (let at = 0; at + MIN_LENGTH <= text.length; at++) {
    const end = longestAt(text, at, formsByStart.get(text.slice(at, at + MIN_LENGTH)));
    if (end <= maskedTo) continue;
    if (maskedTo === 0 || at > maskedTo) {
      clean += `${text.slice(copied, at)}${MASK}`;
    }
    maskedTo = end;
    copied = end;
  }
  return clean + text.slice(copied);
}

/** Where the longest form that begins at a place ends; 0 if none does. */
function longestAt(text: string, at: number, forms: ReadonlySet<string> | undefined): number {
  let end = 0;
  for (const form of forms ?? []) if (text.startsWith(form, at)) end = Math.max(end, at + form.length);
  return end;
}

/** The value, its lines, and what they become in JSON, URLs and base64. */
function formsOf(plain: string): ReadonlySet<string> {
  if (plain.trim().length < MIN_LENGTH) return new Set();
  const lines = plain.split(/\r\n|[\r\n]/).map((line) => line.trim());
  const texts = [plain, plain.trim(), ...lines].filter((text) => text.length >= MIN_LENGTH);
  return new Set([
    ...texts.flatMap((text) => [text, ...jsonForms(text), ...urlForms(text)]),
    ...base64Forms(plain),
  ]);
}

/** As in a JSON text, and as in one that is pure ASCII. */
function jsonForms(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replace(
    /[^\0-\x7E]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return [json, ascii];
}

/** As JavaScript writes it, and as Python does, which leaves fewer signs as they are. */
function urlForms(text: string): readonly string[] {
  // A lone surrogate has no URL form.
  if (!text.isWellFormed()) return [];
  const url = encodeURIComponent(text);
  const strict = url.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return [url, strict];
}

/** Base64 of the value, and what of it stays the same wherever it stands in a longer text. */
function base64Forms(plain: string): readonly string[] {
  const bytes = Buffer.from(plain);
  const inside = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    // Characters of 6 bits: the first and the last may hold bits of what stands around it.
    return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  });
  const forms = [bytes.toString("base64"), ...inside];
  return forms.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}
