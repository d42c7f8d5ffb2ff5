import type { SourceFile, Span } from "../core/source.ts";
import type { Entry, MapNode, Node, ScalarNode, ScalarValue, SealedNode, SeqNode } from "../model/tree.ts";
import { SEALED_PREFIX } from "./build-tree.ts";

// Most files are as a program writes them: maps and lists in block style, one plain or quoted scalar a line. These are
// read here, ten times as fast as by the library, into exactly the tree that it would give.

// Anything but printable ASCII, an empty line, or the mark between two documents.
const BEYOND = /[^\n -~]|^ *\n|^(?:---|\.\.\.)/m;
const KEY = /([A-Za-z_][\w.-]{0,99}):(?: (?! )|(?=\n))/y;
const PLAIN_START = /^[A-Za-z/^_]/;
const PLAIN_END = /:(?: |$)| #| $/;
const INTEGER = /^(?:0|[1-9]\d{0,14})$/;
const VERSION = /^\d+\.\d+\.\d+$/;
const WORDS: ReadonlyMap<string, ScalarValue> = new Map<string, ScalarValue>([
  ...["null", "Null", "NULL"].map((word) => [word, null] as const),
  ...["true", "True", "TRUE"].map((word) => [word, true] as const),
  ...["false", "False", "FALSE"].map((word) => [word, false] as const),
]);
const MAX_DEPTH = 32;

/** The tree of a file of one document; undefined if anything in it is beyond what is read here. */
export function readPlainBlocks(file: SourceFile): MapNode | undefined {
  if (BEYOND.test(file.text) || !file.text.endsWith("\n")) return undefined;
  const reader = new Reader(file);
  const root = reader.column === 0 ? reader.map(0) : undefined;
  return root && reader.isAtEnd ? root : undefined;
}

class Reader {
  readonly #file: SourceFile;
  readonly #text: string;
  /** Of the first character of what comes next, which stands in this column. */
  #at = 0;
  column = 0;

  constructor(file: SourceFile) {
    this.#file = file;
    this.#text = file.text;
    this.#startLine(0);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  map(depth: number): MapNode | undefined {
    const { column } = this;
    const start = this.#at;
    const entries: Entry[] = [];
    const seen = new Set<string>();
    while (this.column === column && !this.isAtEnd && !this.#isItem()) {
      const entry = this.#entry(depth);
      if (!entry || seen.has(entry.key) || this.column > column) return undefined;
      seen.add(entry.key);
      entries.push(entry);
    }
    const end = this.#lineStart();
    return entries.length === 0 ? undefined : { kind: "map", span: this.#span(start, end), entries };
  }

  #entry(depth: number): Entry | undefined {
    const { column } = this;
    const start = this.#at;
    KEY.lastIndex = start;
    const [whole = "", key] = KEY.exec(this.#text) ?? [];
    if (key === undefined || WORDS.get(key) === null) return undefined;
    this.#at += whole.length;
    const keySpan = this.#span(start, start + key.length);
    if (this.#text[this.#at] !== "\n") {
      const isLiteral = this.#text.startsWith("|\n", this.#at);
      const value = isLiteral ? this.#literal(column) : this.#scalar();
      return value && { key, keySpan, value };
    }
    this.#startLine(this.#at + 1);
    const isChild = this.column > column || (this.column === column && this.#isItem());
    const value = isChild && !this.isAtEnd && depth < MAX_DEPTH ? this.#block(depth + 1) : undefined;
    return value && { key, keySpan, value };
  }

  #block(depth: number): Node | undefined {
    return this.#isItem() ? this.#seq(depth) : this.map(depth);
  }

  #seq(depth: number): SeqNode | undefined {
    const { column } = this;
    const start = this.#at;
    const items: Node[] = [];
    while (this.column === column && !this.isAtEnd && this.#isItem()) {
      this.#at += 2;
      this.column += 2;
      const item = this.#isEntry() ? this.map(depth + 1) : this.#scalar();
      if (!item || this.column > column) return undefined;
      items.push(item);
    }
    return { kind: "seq", span: this.#span(start, this.#lineStart()), items };
  }

  /** A scalar that ends with its line. */
  #scalar(): ScalarNode | SealedNode | undefined {
    const start = this.#at;
    const end = this.#text.indexOf("\n", start);
    const read = readScalar(this.#text.slice(start, end));
    if (!read) return undefined;
    this.#startLine(end + 1);
    const span = this.#span(start, end);
    if (read.source.startsWith(SEALED_PREFIX)) return { kind: "sealed", span, ciphertext: read.source };
    return { kind: "scalar", span, ...read };
  }

  /** A `|` text whose lines all begin in one column. */
  #literal(parent: number): ScalarNode | undefined {
    const start = this.#at;
    this.#startLine(start + 2);
    const { column } = this;
    if (column <= parent || this.isAtEnd) return undefined;
    const lines: string[] = [];
    while (this.column === column && !this.isAtEnd) {
      const end = this.#text.indexOf("\n", this.#at);
      lines.push(this.#text.slice(this.#at, end));
      this.#startLine(end + 1);
    }
    // What is left of it belongs to the map around; what is right of it, to the text.
    if (this.column > parent && !this.isAtEnd) return undefined;
    const source = `${lines.join("\n")}\n`;
    const span = this.#span(start, this.#lineStart());
    if (source.startsWith(SEALED_PREFIX)) return undefined;
    return { kind: "scalar", span, value: source, source, style: "block" };
  }

  #startLine(at: number): void {
    let end = at;
    while (this.#text[end] === " ") end++;
    this.#at = end;
    this.column = end - at;
  }

  #lineStart(): number {
    return this.#at - this.column;
  }

  #isItem(): boolean {
    return this.#text.startsWith("- ", this.#at);
  }

  #isEntry(): boolean {
    KEY.lastIndex = this.#at;
    return KEY.test(this.#text);
  }

  #span(start: number, end: number): Span {
    return { file: this.#file, start, end };
  }
}

function readScalar(line: string): Pick<ScalarNode, "value" | "source" | "style"> | undefined {
  const inner = line.slice(1, -1);
  if (line.length > 1 && line.startsWith('"') && line.endsWith('"') && !/["\\]/.test(inner)) {
    return { value: inner, source: inner, style: "quoted" };
  }
  if (line.length > 1 && line.startsWith("'") && line.endsWith("'") && !inner.includes("'")) {
    return { value: inner, source: inner, style: "quoted" };
  }
  if (INTEGER.test(line)) return { value: BigInt(line), source: line, style: "plain" };
  const word = WORDS.get(line);
  if (word !== undefined) return { value: word, source: line, style: "plain" };
  const isPlain = PLAIN_START.test(line) ? !PLAIN_END.test(line) : VERSION.test(line);
  return isPlain ? { value: line, source: line, style: "plain" } : undefined;
}
