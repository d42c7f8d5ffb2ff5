/** What became of the keys so far: the line goes on, was ended, or was given up. */
export type Keyed = "more" | "done" | "stopped";

const PASTE_BEGINS = "\u001b[200~";
const PASTE_ENDS = "\u001b[201~";
/** Keys that send more than one character: arrows, Home, Alt and a letter. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals send them
const SEQUENCE = /^\u001b(?:\[[0-?]*[ -/]*[@-~]|O[\s\S])/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals send them
const BEGUN_SEQUENCE = /^\u001b(?:\[[0-?]*[ -/]*|O)?$/;

/**
 * A line typed on a terminal in raw mode that nobody sees: backspace, Ctrl-U (all away), Enter, Ctrl-C and Ctrl-D. Other
 * keys that write nothing are left out, so that no arrow gets into a password. What is pasted (bracketed by the terminal)
 * is taken as it is, lines included, without one newline at its end.
 */
export class UnseenLine {
  #text = "";
  #pending = "";

  get text(): string {
    return this.#text;
  }

  /** Keys that came after the end of this line. */
  get rest(): string {
    return this.#pending;
  }

  /** Takes characters as the terminal sends them, in pieces of any size. */
  feed(input: string): Keyed {
    this.#pending += input;
    while (this.#pending !== "") {
      const keyed = this.#pending.startsWith("\u001b") ? this.#sequence() : this.#key();
      if (keyed === "wait") return "more";
      if (keyed !== "more") return keyed;
    }
    return "more";
  }

  #key(): Keyed {
    const [key = ""] = this.#pending;
    this.#pending = this.#pending.slice(key.length);
    switch (key) {
      case "\r":
      case "\n":
        return "done";
      case "\u0003":
        return "stopped";
      case "\u0004":
        return this.#text === "" ? "stopped" : "more";
      case "\u007f":
      case "\b":
        this.#text = [...this.#text].slice(0, -1).join("");
        return "more";
      case "\u0015":
        this.#text = "";
        return "more";
      default:
        if (key >= " ") this.#text += key;
        return "more";
    }
  }

  #sequence(): Keyed | "wait" {
    if (this.#pending.startsWith(PASTE_BEGINS)) return this.#paste();
    if (BEGUN_SEQUENCE.test(this.#pending)) return "wait";
    const length = SEQUENCE.exec(this.#pending)?.[0].length ?? 1;
    this.#pending = this.#pending.slice(length);
    return "more";
  }

  #paste(): Keyed | "wait" {
    const end = this.#pending.indexOf(PASTE_ENDS);
    if (end < 0) return "wait";
    // A terminal sends Enter for the end of a line.
    const pasted = this.#pending.slice(PASTE_BEGINS.length, end).replaceAll(/\r\n?/g, "\n");
    this.#text += pasted.replace(/\n$/, "");
    this.#pending = this.#pending.slice(end + PASTE_ENDS.length);
    return "more";
  }
}
