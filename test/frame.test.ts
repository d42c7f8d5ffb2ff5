import fc from "fast-check";
import { expect, test } from "vitest";
import type { SourceFile } from "../src/core/source.ts";
import { codeFrame, type Range } from "../src/render/frame.ts";
import { marked } from "./support/marked.ts";

/** A frame for the text between two `┆`; what stands in `«…»` may be shown. */
function frameOf(source: string): readonly string[] {
  const { text: withQuotes, offsets } = marked(source);
  const before = (offset: number) => withQuotes.slice(0, offset).replaceAll(/[«»]/g, "").length;
  const visible: Range[] = [...withQuotes.matchAll(/«[^»]*»/g)].map((match) => ({
    start: before(match.index),
    end: before(match.index + match[0].length),
  }));
  const file: SourceFile = { path: "a.yaml", text: withQuotes.replaceAll(/[«»]/g, "") };
  const [start = 0, end = start] = offsets.map(before);
  return codeFrame({ file, start, end }, visible);
}

const CASES: readonly (readonly [name: string, source: string, line: string, carets: string])[] = [
  ["a visible key", "«┆hots┆:» db", "  1 | hots: •••", "    | ^^^^"],
  ["a masked value", "«host:» ┆hunter2┆", "  1 | host: •••", "    |       ^^^"],
  ["a short masked value", "«host:» ┆x┆", "  1 | host: •••", "    |       ^^^"],
  ["blanks in what is masked", "«host:» ┆a - b  {c}┆ ", "  1 | host: •••", "    |       ^^^"],
  ["a part of what is masked", "secret┆wo┆rd «x»", "  1 | ••• x", "    | ^^^"],
  ["nothing visible", "password: ┆hunter2┆ # why", "  1 | •••", "    | ^^^"],
  ["indentation", "a:\n   ┆b┆", "  2 |    •••", "    |    ^^^"],
  ["a tab", "\t«ab\t┆cd┆»", "  1 |  ab cd", "    |     ^^"],
  ["the first line of several", "«a:» ┆|\n  b\n  c┆", "  1 | a: •••", "    |    ^^^"],
  ["the second line", "«a»\r\n«┆b┆»\r\nc", "  2 | b", "    | ^"],
  ["an empty span", "«a: ┆┆b»", "  1 | a: b", "    |    ^"],
  ["the end of the file", "«ab»┆┆", "  1 | ab", "    |   ^"],
  ["an empty line", "a\n┆┆\nb", "  2 |", "    | ^"],
  ["beyond the line's end", "«a:»┆\n┆", "  1 | a:", "    |   ^"],
  ["overlapping ranges", "«a«b» ┆c┆»", "  1 | ab •••", "    |    ^^^"],
  ["wide characters before", "«日本 ┆x┆»", "  1 | 日本 x", "    |      ^"],
  ["wide characters marked", "«┆日本🏭┆»", "  1 | 日本🏭", "    | ^^^^^^"],
  ["a combining mark", "«e\u0301 ┆x┆»", "  1 | e<U+0301> x", "    |           ^"],
  ["a zero-width character", "«a┆\u200b┆b»", "  1 | a<U+200B>b", "    |  ^^^^^^^^"],
  ["a direction override", "«┆\u202e┆ab»", "  1 | <U+202E>ab", "    | ^^^^^^^^"],
  ["right-to-left letters", "«\u05d0 ┆x┆»", "  1 | <U+05D0> x", "    |          ^"],
  ["an escape sequence", "«\u001b[31m┆x┆»", "  1 | <U+001B>[31mx", "    |             ^"],
  ["a blank that is none", "«a\u00a0┆b┆»", "  1 | a<U+00A0>b", "    |          ^"],
  ["a carriage return in a line", "«a\rb┆c┆»", "  1 | a<U+000D>bc", "    |           ^"],
  ["a character beyond the BMP", "«\u{e0041}┆x┆»", "  1 | <U+E0041>x", "    |          ^"],
];

test.each(CASES)("%s", (_, source, line, carets) => {
  expect(frameOf(source)).toEqual([line, carets]);
});

test("a range inside another, or twice, shows nothing twice", () => {
  const file = { path: "a.yaml", text: "abcdef: x" };
  const [all, inner] = [
    { start: 0, end: 7 },
    { start: 2, end: 4 },
  ];
  const frame = codeFrame({ file, start: 4, end: 6 }, [inner, all, inner, all]);
  expect(frame).toEqual(["  1 | abcdef: •••", "    |     ^^"]);
});

test("the gutter is as wide as the line's number", () => {
  expect(frameOf(`${"\n".repeat(99)}«┆a┆»`)).toEqual(["  100 | a", "      | ^"]);
});

test.each([
  ["in the middle", `«${"a".repeat(150)}┆bb┆${"c".repeat(150)}»`, `…${"a".repeat(40)}bb${"c".repeat(58)}…`],
  ["at the beginning", `«┆bb┆${"c".repeat(150)}»`, `bb${"c".repeat(98)}…`],
  ["at the end", `«${"a".repeat(150)}┆bb┆»`, `…${"a".repeat(98)}bb`],
  [
    "in wide characters",
    `«${"日".repeat(90)}┆b┆${"本".repeat(90)}»`,
    `…${"日".repeat(20)}b${"本".repeat(29)}…`,
  ],
])("a long line is cut: %s", (_, source, expected) => {
  const [line, carets] = frameOf(source);
  expect(line).toBe(`  1 | ${expected}`);
  const at = expected.indexOf("b");
  const column = [...expected.slice(0, at)].reduce((sum, char) => sum + (char > "\u2e80" ? 2 : 1), 0);
  expect(carets).toBe(`    | ${" ".repeat(column)}${"^".repeat(expected.split("b").length - 1)}`);
});

test("a span longer than the line that fits is marked as far as it is shown", () => {
  const [line = "", carets = ""] = frameOf(`«a: ┆${"b".repeat(300)}┆»`);
  expect(line).toBe(`  1 | a: ${"b".repeat(97)}…`);
  expect(carets).toBe(`    |    ${"^".repeat(97)}`);
});

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 150 }),
  fc.string({
    unit: fc.constantFrom("a", " ", "\t", "\n", "\r", "{", ":", "日", "\u202e", "🏭"),
    maxLength: 200,
  }),
);
const anyFrame = fc
  .record({
    text: anyText,
    place: fc.tuple(fc.nat(200), fc.nat(200)),
    ranges: fc.array(fc.tuple(fc.nat(200), fc.nat(40)), { maxLength: 6 }),
  })
  .map(({ text, place: [a, b], ranges }) => ({
    at: { file: { path: "a.yaml", text }, start: Math.min(a, b, text.length), end: Math.max(a, b) },
    visible: ranges.map(([start, length]) => ({ start, end: Math.min(start + length, text.length) })),
  }));

test("whatever the text, a frame is two printable lines of limited length with carets inside the first", () => {
  fc.assert(
    fc.property(anyFrame, ({ at, visible }) => {
      const frame = codeFrame(at, visible);
      expect(frame).toHaveLength(2);
      for (const line of frame) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{M}]/u);
      expect([...(frame[0] ?? "")].length).toBeLessThan(115);
      expect(frame[1]).toMatch(/^ +\| *\^{1,101}$/);
    }),
    { numRuns: 500 },
  );
});

test("with nothing visible, lines that differ only in what is masked look the same", () => {
  const word = fc
    .string({ unit: "binary", minLength: 1, maxLength: 80 })
    .filter((one) => /^[^\s]+$/.test(one));
  fc.assert(
    fc.property(word, word, (one, other) => {
      const [a, b] = [one, other].map((text) =>
        codeFrame({ file: { path: "a", text }, start: 0, end: 1 }, []),
      );
      expect(a).toEqual(b);
    }),
  );
});
