import fc from "fast-check";
import { expect, test } from "vitest";
import type { Diagnostic } from "../src/core/diagnostic.ts";
import { diagnostic } from "../src/core/diagnostic.ts";
import type { SourceFile, Span } from "../src/core/source.ts";
import type { Range } from "../src/render/frame.ts";
import { renderJson } from "../src/render/json.ts";
import { renderText } from "../src/render/text.ts";
import { marked } from "./support/marked.ts";

function spanIn(path: string, source: string): Span {
  const { text, offsets } = marked(source);
  const [start = 0, end = start] = offsets;
  return { file: { path, text }, start, end };
}

const KEY = spanIn("a/db.yaml", "spec:\n  ┆hots┆: db.internal\n");
const OTHER = spanIn("b.yaml", "name: ┆db┆\n");
const whole = ({ text }: SourceFile): readonly Range[] => [{ start: 0, end: text.length }];
const nothing = (): readonly Range[] => [];

const ERROR = diagnostic(
  "JF102",
  KEY,
  {},
  { hint: "keep one of them", related: [{ at: OTHER, message: "first set here" }] },
);
const WARNING = diagnostic("JF417", OTHER, {});
const INFO: Diagnostic = { code: "JF417", severity: "info", message: "shadowed", related: [] };
const PLACELESS = diagnostic("JF901", undefined, { reason: "Error" });

test("place, message, frame, related places with their frames, hint, count", () => {
  expect(renderText([ERROR, WARNING], { color: false, disclosed: whole })).toBe(
    `a/db.yaml:2:3 error JF102: ${ERROR.message}
  2 |   hots: db.internal
    |   ^^^^
  b.yaml:1:7 first set here
  1 | name: db
    |       ^^
  = hint: keep one of them

b.yaml:1:7 warning JF417: ${WARNING.message}
  1 | name: db
    |       ^^

1 error, 1 warning
`,
  );
});

test("frames show what is disclosed and nothing else", () => {
  expect(renderText([ERROR], { color: false, disclosed: nothing })).toBe(
    `a/db.yaml:2:3 error JF102: ${ERROR.message}
  2 |   •••
    |   ^^^
  b.yaml:1:7 first set here
  1 | •••
    | ^^^
  = hint: keep one of them

1 error
`,
  );
});

const WHOLE_FILE = { file: KEY.file, start: 0, end: 0 };

test.each<readonly [string, readonly Diagnostic[], string]>([
  ["nothing", [], ""],
  ["no place", [PLACELESS], "error JF901: a defect in Jackfield: Error\n\n1 error\n"],
  ["a whole file", [{ ...INFO, at: WHOLE_FILE }], "a/db.yaml:1:1 info JF417: shadowed\n\n1 info\n"],
])("%s", (_, diagnostics, expected) => {
  expect(renderText(diagnostics, { color: false, disclosed: whole })).toBe(expected);
});

test.each<readonly [readonly Diagnostic[], string]>([
  [[PLACELESS, PLACELESS, WARNING], "2 errors, 1 warning"],
  [[WARNING, WARNING], "2 warnings"],
  [[INFO, INFO, PLACELESS], "1 error, 2 info"],
])("the count, %#", (diagnostics, expected) => {
  const lines = renderText(diagnostics, { color: false, disclosed: nothing }).trimEnd().split("\n");
  expect(lines.at(-1)).toBe(expected);
});

test("colours only when asked for, and nothing else changes", () => {
  const plain = renderText([ERROR, WARNING, INFO], { color: false, disclosed: whole });
  const colored = renderText([ERROR, WARNING, INFO], { color: true, disclosed: whole });
  const colorCode = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g");
  expect(plain).not.toMatch(colorCode);
  expect(colored).toMatch(colorCode);
  expect(colored.replaceAll(colorCode, "")).toBe(plain);
});

test("one JSON object, in the shape that the design gives", () => {
  const text = renderJson("validate", "1.2.3", [ERROR, PLACELESS], { workspaces: [] });
  expect(JSON.parse(text)).toStrictEqual({
    version: "1.2.3",
    command: "validate",
    diagnostics: [
      {
        code: "JF102",
        severity: "error",
        message: ERROR.message,
        file: "a/db.yaml",
        line: 2,
        column: 3,
        endLine: 2,
        endColumn: 7,
        hint: "keep one of them",
        related: [{ file: "b.yaml", line: 1, column: 7, message: "first set here" }],
      },
      {
        code: "JF901",
        severity: "error",
        message: PLACELESS.message,
        file: null,
        line: null,
        column: null,
        endLine: null,
        endColumn: null,
        related: [],
      },
    ],
    result: { workspaces: [] },
  });
  expect(text.endsWith("}\n")).toBe(true);
});

test("columns are UTF-16 units, and a span may end on another line", () => {
  const at = spanIn("a.yaml", "🏭┆a: |\n  b┆\n");
  const [only] = JSON.parse(renderJson("validate", "0", [{ ...INFO, at }], null)).diagnostics;
  expect([only.line, only.column, only.endLine, only.endColumn]).toEqual([1, 3, 2, 4]);
});

const hostile = fc.string({
  unit: fc.constantFrom(
    "a",
    "`",
    "\n",
    "\r",
    "\t",
    "\u001b",
    "\u009b",
    "\u007f",
    "\u202e",
    "\u2066",
    "\u2028",
    "\ud800",
  ),
});
const hostileDiagnostic = fc
  .record({ path: hostile, text: hostile, message: hostile, hint: hostile })
  .map(({ path, text, message, hint }): Diagnostic => {
    const at = { file: { path, text }, start: 0, end: text.length };
    return { code: "JF417", severity: "error", message, hint, at, related: [{ at, message }] };
  });

test("no name and no text can speak to the terminal, or begin a line of its own", () => {
  fc.assert(
    fc.property(hostileDiagnostic, (one) => {
      const text = renderText([one], { color: false, disclosed: whole });
      expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      const lines = renderText([{ ...one, message: "m", hint: "h", related: [] }], {
        color: false,
        disclosed: whole,
      });
      expect(lines.split("\n").length).toBe(one.at?.end === 0 ? 5 : 7);
    }),
  );
});

test("JSON is printable too, and means the same", () => {
  fc.assert(
    fc.property(hostileDiagnostic, (one) => {
      const text = renderJson("validate", "0", [one], [one.message]);
      expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(JSON.parse(text).result).toEqual([one.message]);
    }),
  );
});
