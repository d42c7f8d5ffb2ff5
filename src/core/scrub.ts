import type { Secret } from "./secret.ts";

/** Guards all output: what it has learned never passes. */
export interface Scrubber {
  learn(secret: Secret): void;
  /** The text with every form of every learned secret, and every age private key, replaced. */
  scrub(text: string): string;
}

const MASK = "[secret]";
/** Shorter values are words of everyday text: masking them would hide everything and protect nothing. */
const MIN_LENGTH = 4;
const AGE_KEY = /AGE-SECRET-KEY-(PQ-)?1[A-Z0-9]*/gi;

export function createScrubber(): Scrubber {
  const forms = new Set<string>();
  let sorted: readonly string[] | undefined;
  return {
    learn(secret) {
      for (const form of formsOf(secret.reveal())) forms.add(form);
      sorted = undefined;
    },
    scrub(text) {
      // Longest first: a secret that contains another is replaced whole.
      sorted ??= [...forms].sort((a, b) => b.length - a.length);
      let clean = text.replace(AGE_KEY, MASK);
      for (const form of sorted) clean = clean.replaceAll(form, MASK);
      return clean;
    },
  };
}

/** The value, its lines, and what it becomes in JSON, URLs and base64. */
function formsOf(plain: string): readonly string[] {
  const lines = plain.split(/\r?\n/).map((line) => line.trim());
  const whole = [plain, JSON.stringify(plain).slice(1, -1), encode(plain), ...base64Forms(plain)];
  return [...whole, ...lines].filter((form) => form.length >= MIN_LENGTH);
}

function encode(plain: string): string {
  // A lone surrogate has no URL form.
  return plain.isWellFormed() ? encodeURIComponent(plain) : "";
}

/** Base64 of the value alone, and the part that stays the same wherever it stands in a longer text. */
function base64Forms(plain: string): readonly string[] {
  const bytes = Buffer.from(plain);
  if (bytes.length < 2 * MIN_LENGTH) return [bytes.toString("base64")];
  const inside = [0, 1, 2].map((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    // The first group mixes with what stands before, the last with what follows.
    return padded.slice(offset === 0 ? 0 : 4, -4);
  });
  return [bytes.toString("base64"), ...inside.filter((form) => form.length >= 2 * MIN_LENGTH)];
}
