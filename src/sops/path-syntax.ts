// The syntax of Go's regular expressions (facts: package regexp/syntax, flags as `regexp.Compile` sets them), as far as rules of
// `.sops.yaml` use it. JavaScript's engine would read other things into it, and take for ever over some of them.

/** A character, by its code point. */
export type CharSet = (char: number) => boolean;

export type PathSyntax =
  | { readonly kind: "char"; readonly has: CharSet }
  | { readonly kind: "at"; readonly place: "begin" | "end" | "boundary" | "inside" }
  | { readonly kind: "all"; readonly parts: readonly PathSyntax[] }
  | { readonly kind: "any"; readonly choices: readonly PathSyntax[] }
  /** `counted`: written with braces, whose product Go bounds. `max` may be infinite. */
  | {
      readonly kind: "repeat";
      readonly of: PathSyntax;
      readonly min: number;
      readonly max: number;
      readonly counted: boolean;
    };

/** `refused`: Go does not compile it. `unknown`: it may, but we do not read it. */
export type Unreadable = "refused" | "unknown";

const MAX_LENGTH = 1000;
const MAX_COUNT = 1000;
const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const PLACES = { A: "begin", z: "end", b: "boundary", B: "inside" } as const;

/** True for what `\w` is in Go: ASCII alone. */
export const isWordChar: CharSet = (char) =>
  inRange(48, 57)(char) || inRange(65, 90)(char) || inRange(97, 122)(char) || char === 95;

const CLASSES: Readonly<Record<string, CharSet>> = {
  d: inRange(48, 57),
  s: (char) => char === 32 || (char >= 9 && char <= 13 && char !== 11),
  w: isWordChar,
};

/** Reads a pattern as Go does. */
export function readPathSyntax(text: string): PathSyntax | Unreadable {
  if (text.length > MAX_LENGTH) return "unknown";
  const parser = new Parser(text);
  const syntax = parser.alternatives(0);
  return parser.trouble ?? syntax;
}

function inRange(low: number, high: number): CharSet {
  return (char) => char >= low && char <= high;
}

const NOTHING: PathSyntax = { kind: "all", parts: [] };

/** After the first trouble it is at the end of the text, and what it gives means nothing. */
class Parser {
  trouble: Unreadable | undefined;
  readonly #chars: readonly string[];
  readonly #names = new Set<string>();
  #next = 0;

  constructor(text: string) {
    this.#chars = [...text];
  }

  alternatives(depth: number): PathSyntax {
    const choices = [this.sequence(depth)];
    while (this.#eat("|")) choices.push(this.sequence(depth));
    return choices.length === 1 ? (choices[0] ?? NOTHING) : { kind: "any", choices };
  }

  sequence(depth: number): PathSyntax {
    const parts: PathSyntax[] = [];
    for (let char = this.#peek(); char !== undefined && char !== "|"; char = this.#peek()) {
      if (char === ")") {
        if (depth > 0) break;
        this.#fail("refused");
      } else parts.push(this.repeated(this.atom(depth)));
    }
    return { kind: "all", parts };
  }

  /** One quantifier at most may follow: two are an error in Go. */
  repeated(of: PathSyntax): PathSyntax {
    const count = this.count();
    if (!count) return of;
    this.#eat("?");
    if (this.count()) this.#fail("refused");
    const node: PathSyntax = { kind: "repeat", of, ...count };
    if (count.counted && (count.min > 1 || count.max > 1) && !fitsCount(node, MAX_COUNT))
      this.#fail("refused");
    return node;
  }

  count(): { readonly min: number; readonly max: number; readonly counted: boolean } | undefined {
    if (this.#eat("*")) return { min: 0, max: Number.POSITIVE_INFINITY, counted: false };
    if (this.#eat("+")) return { min: 1, max: Number.POSITIVE_INFINITY, counted: false };
    if (this.#eat("?")) return { min: 0, max: 1, counted: false };
    const braces = this.#take(/^\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}/);
    if (!braces) return undefined;
    const [, low = "", comma, high] = braces;
    const min = Number(low);
    const max = high === undefined ? (comma ? Number.POSITIVE_INFINITY : min) : Number(high);
    if (min > MAX_COUNT || (max !== Number.POSITIVE_INFINITY && max > MAX_COUNT) || min > max)
      this.#fail("refused");
    return { min, max, counted: true };
  }

  atom(depth: number): PathSyntax {
    // A quantifier of nothing.
    if (this.count()) return this.#fail("refused");
    const char = this.#read() ?? "";
    if (char === "(") return this.group(depth);
    if (char === "[") return { kind: "char", has: this.charClass() };
    if (char === ".") return { kind: "char", has: (one) => one !== 10 };
    if (char === "^") return { kind: "at", place: "begin" };
    if (char === "$") return { kind: "at", place: "end" };
    if (char !== "\\") return literal(codeOf(char));
    const escaped = this.#peek() ?? "";
    if (Object.hasOwn(PLACES, escaped)) {
      this.#read();
      return { kind: "at", place: PLACES[escaped as keyof typeof PLACES] };
    }
    if (escaped === "Q") return this.#fail("unknown");
    const named = this.namedClass();
    return named ? { kind: "char", has: named } : literal(this.escapedChar());
  }

  group(depth: number): PathSyntax {
    if (this.#peek() === "?") {
      const opening = this.#take(/^\?(?::|P?<([A-Za-z0-9_]+)>)/);
      if (!opening) return this.#fail(this.#take(/^\?[imsU]*(?:-[imsU]+)?[:)]/) ? "unknown" : "refused");
      const [, name] = opening;
      if (name !== undefined && this.#names.has(name)) return this.#fail("refused");
      if (name !== undefined) this.#names.add(name);
    }
    const inner = this.alternatives(depth + 1);
    return this.#eat(")") ? inner : this.#fail("refused");
  }

  charClass(): CharSet {
    const isNegated = this.#eat("^");
    const sets: CharSet[] = [];
    for (let first = true; first || this.#peek() !== "]"; first = false) {
      if (this.#peek() === undefined) {
        this.#fail("refused");
        return () => false;
      }
      sets.push(this.classItem());
    }
    this.#read();
    return (char) => sets.some((has) => has(char)) !== isNegated;
  }

  classItem(): CharSet {
    if (this.#peek() === "[" && this.#peek(1) === ":") this.#fail("unknown");
    if (this.#peek() === "\\") {
      this.#read();
      const named = this.namedClass();
      if (named) return named;
      return this.rangeFrom(this.escapedChar());
    }
    return this.rangeFrom(codeOf(this.#read() ?? ""));
  }

  rangeFrom(low: number): CharSet {
    const after = this.#peek(1);
    if (this.#peek() !== "-" || after === undefined || after === "]") return inRange(low, low);
    this.#read();
    const high = this.#eat("\\") ? this.escapedChar() : codeOf(this.#read() ?? "");
    if (high < low) this.#fail("refused");
    return inRange(low, high);
  }

  /** Behind a backslash: `d`, `W` and the like. */
  namedClass(): CharSet | undefined {
    const letter = this.#peek() ?? "";
    if (letter === "p" || letter === "P") {
      this.#fail("unknown");
      return () => false;
    }
    const has = Object.hasOwn(CLASSES, letter.toLowerCase()) ? CLASSES[letter.toLowerCase()] : undefined;
    if (!has) return undefined;
    this.#read();
    return letter === letter.toLowerCase() ? has : (char) => !has(char);
  }

  /** Behind a backslash: a control character, or punctuation that stands for itself. */
  escapedChar(): number {
    const char = this.#read() ?? "";
    const control = Object.hasOwn(CONTROLS, char) ? CONTROLS[char] : undefined;
    if (control !== undefined) return control;
    const isOctal = char === "0" || (/[1-7]/.test(char) && /[0-7]/.test(this.#peek() ?? ""));
    if (isOctal || char === "x") this.#fail("unknown");
    else if (char === "" || /[A-Za-z0-9]/.test(char) || codeOf(char) > 127) this.#fail("refused");
    return codeOf(char);
  }

  #peek(ahead = 0): string | undefined {
    return this.#chars[this.#next + ahead];
  }

  #read(): string | undefined {
    const char = this.#peek();
    this.#next += 1;
    return char;
  }

  #eat(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#next += 1;
    return true;
  }

  /** Reads what a pattern finds here; it takes ASCII alone. */
  #take(form: RegExp): RegExpExecArray | undefined {
    const found = form.exec(this.#chars.slice(this.#next).join(""));
    if (found) this.#next += found[0].length;
    return found ?? undefined;
  }

  #fail(trouble: Unreadable): PathSyntax {
    this.trouble ??= trouble;
    this.#next = this.#chars.length;
    return NOTHING;
  }
}

function literal(code: number): PathSyntax {
  return { kind: "char", has: inRange(code, code) };
}

function codeOf(char: string): number {
  return char.codePointAt(0) ?? 0;
}

/** Go bounds how often counted repetitions within each other repeat what is innermost. */
function fitsCount(node: PathSyntax, limit: number): boolean {
  if (node.kind === "all") return node.parts.every((part) => fitsCount(part, limit));
  if (node.kind === "any") return node.choices.every((choice) => fitsCount(choice, limit));
  if (node.kind !== "repeat") return true;
  if (!node.counted) return fitsCount(node.of, limit);
  const times = node.max === Number.POSITIVE_INFINITY ? node.min : node.max;
  if (node.max === 0) return true;
  return times <= limit && fitsCount(node.of, times > 0 ? Math.floor(limit / times) : limit);
}
