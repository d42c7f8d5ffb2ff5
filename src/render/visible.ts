/** One sign on a line of a terminal, and how many columns it takes. */
export interface Cell {
  readonly text: string;
  readonly width: number;
}

// Control, format, separator and private characters; marks that combine with their neighbour; what is drawn as
// nothing; blanks that look like the usual one; and letters that turn the direction of a line.
const HIDDEN =
  /^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{M}\p{Default_Ignorable_Code_Point}\p{Emoji_Modifier}\u2800]$/u;
const BLANK = /^\p{Zs}$/u;
const RIGHT_TO_LEFT = /^[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]$/u;
/** East Asian characters and pictures that terminals draw two columns wide. */
const WIDE =
  /^[\u1100-\u115F\u2E80-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{18DFF}\u{1AFF0}-\u{1B2FF}\u{1F200}-\u{1F2FF}\u{20000}-\u{3FFFD}\p{Emoji_Presentation}]$/u;
const FLAG_LETTER = /^\p{Regional_Indicator}$/u;

/** A character as a terminal may show it: a tab as one blank, what hides or moves text as its code. */
export function cellOf(char: string): Cell {
  if (char >= " " && char <= "~") return { text: char, width: 1 };
  if (char === "\t") return { text: " ", width: 1 };
  if (HIDDEN.test(char) || BLANK.test(char) || RIGHT_TO_LEFT.test(char)) {
    const hex = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return { text: `<U+${hex}>`, width: hex.length + 4 };
  }
  return { text: char, width: WIDE.test(char) && !FLAG_LETTER.test(char) ? 2 : 1 };
}

/** One line of text that is safe to print: nothing in it ends the line, hides, or speaks to the terminal. */
export function visibleText(text: string): string {
  return Array.from(text, (char) => cellOf(char).text).join("");
}
