import fc from "fast-check";

// Generated YAML as people write it: styles, odd scalars, comments, anchors. What it means is told by SOPS and by our
// own reader; here it only has to be text that both take.

/** Plain scalars that readers of YAML disagree on. Not `-0` and what needs more than 63 bits: SOPS cannot seal these. */
const ODD =
  `0755 0o17 0b11 0x1F -0x1f 1_000 08 08.50 +7 0 -17 .5 -.5 1. 1.0 1e3 1e21 1.5e-7 1e400 .inf -.INF +.Inf .NaN ~ NULL
  nULL True FALSE yes off y n 2020-01-31 2020-1-2 2020-02-31 2020-01-31T01:02:03Z 2020-1-2t1:2:3.450Z a/b x@y.z
  2020-01-31T01:02:03+02:00 9223372036854775807 -9223372036854775808 1.2.3 1:30 0o8 _1 12:30:45 123456789.125`.split(
    /\s+/,
  );
const TEXTS = [
  "p w",
  "ä→😀",
  "it's",
  'say "hi"',
  "#no",
  "a: b",
  "- x",
  "{x}",
  "",
  "true",
  "017",
  "tab\tin",
  "é\u0007x",
];
const KEYS = [
  "a",
  "host",
  "port",
  "data",
  "my_secret",
  "x_unencrypted",
  '"8080"',
  '"a:b"',
  "'q r'",
  "n",
  "_x",
];
const COMMENTS = ["c1", "seal it", "keep it", "ä ü", "x: y", "-"];

/** Gives numbers below a bound, from what fast-check chose. */
type Choose = (bound: number) => number;

/** A text of some documents. `lists` false: no comments inside lists, which SOPS cannot match with a comment rule. */
export function yamlTexts(documents: number, commentedLists: boolean): fc.Arbitrary<string> {
  return fc.array(fc.nat(), { minLength: 400, maxLength: 400 }).map((numbers) => {
    let at = 0;
    const choose: Choose = (bound) => (numbers[at++ % numbers.length] ?? 0) % bound;
    const texts = Array.from({ length: documents }, () => new Writer(choose, commentedLists).document());
    return texts.join("---\n");
  });
}

class Writer {
  readonly #choose: Choose;
  readonly #commentedLists: boolean;
  #anchors = 0;

  constructor(choose: Choose, commentedLists: boolean) {
    this.#choose = choose;
    this.#commentedLists = commentedLists;
  }

  document(): string {
    const entries = [this.map(0, 3), "secrets:", this.map(2 + 2 * this.#choose(2), 3), this.comment(0)];
    return `first: 1\n${entries.filter((text) => text !== "").join("\n")}\n`;
  }

  private one<T>(all: readonly T[]): T {
    return all[this.#choose(all.length)] as T;
  }

  private comment(indent: number): string {
    return this.#choose(4) === 0 ? `${" ".repeat(indent)}# ${this.one(COMMENTS)}` : "";
  }

  private inline(): string {
    return this.#choose(6) === 0 ? ` # ${this.one(COMMENTS)}` : "";
  }

  private map(indent: number, depth: number): string {
    const start = this.#choose(KEYS.length);
    const keys = Array.from(
      { length: 1 + this.#choose(3) },
      (_, i) => KEYS[(start + i * 4) % KEYS.length] ?? "",
    );
    const lines = [...new Set(keys)].flatMap((key) => [
      this.comment(indent),
      `${" ".repeat(indent)}${key}:${this.value(indent, depth - 1)}`,
    ]);
    return lines.filter((line) => line !== "").join("\n");
  }

  /** What follows a colon or a dash. */
  private value(indent: number, depth: number): string {
    const kind = depth > 0 ? this.#choose(9) : this.#choose(5);
    if (kind === 5) return this.named(`\n${this.map(indent + 2, depth)}`);
    if (kind === 6) return this.named(`\n${this.list(indent + 2, depth)}`);
    if (kind === 7) return ` ${this.flow(depth)}`;
    if (kind === 8 && this.#anchors > 0) return ` *a${1 + this.#choose(this.#anchors)}`;
    const scalar = this.scalar(indent + 2);
    return scalar.includes("\n") ? ` ${scalar}` : ` ${scalar}${this.inline()}`;
  }

  private list(indent: number, depth: number): string {
    const items = Array.from({ length: 1 + this.#choose(3) }, () => [
      this.#commentedLists ? this.comment(indent) : "",
      `${" ".repeat(indent)}-${this.item(indent, depth)}`,
    ]);
    return items
      .flat()
      .filter((line) => line !== "")
      .join("\n");
  }

  private item(indent: number, depth: number): string {
    if (this.#choose(4) > 0 || depth < 1) return ` ${this.scalar(indent + 2)}`;
    return ` k: ${this.scalar(indent + 4)}\n${" ".repeat(indent + 2)}m: ${this.scalar(indent + 4)}`;
  }

  private flow(depth: number): string {
    const inner = () => (depth > 1 && this.#choose(3) === 0 ? this.flow(depth - 1) : this.flowScalar());
    return this.#choose(2) === 0 ? `[${inner()}, ${inner()}]` : `{a: ${inner()}, "b c": ${inner()}}`;
  }

  private flowScalar(): string {
    return this.#choose(2) === 0 ? this.one(ODD) : JSON.stringify(this.one(TEXTS));
  }

  private scalar(indent: number): string {
    const blanks = " ".repeat(indent);
    switch (this.#choose(7)) {
      case 0:
        return `|${this.one(["", "-", "+"])}\n${blanks}one\n${blanks}  two\n\n${blanks}three`;
      case 1:
        return `>-\n${blanks}one\n${blanks}two`;
      case 2:
        return `'${this.one(TEXTS).replaceAll("'", "''").replace("\u0007", "")}'`;
      case 3:
        return JSON.stringify(this.one(TEXTS));
      case 4:
        return this.named(` ${this.one(["shared", "12", "'t'"])}`).trimStart();
      default:
        return this.one(ODD);
    }
  }

  /** Counted after what it holds, so that no alias in it can mean itself. */
  private named(text: string): string {
    if (this.#choose(3) > 0) return text;
    this.#anchors++;
    return ` &a${this.#anchors}${text}`;
  }
}
