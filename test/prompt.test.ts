import { PassThrough } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createPrompt } from "../src/node/prompt.ts";
import { UnseenLine } from "../src/node/unseen-line.ts";
import { PortFailure } from "../src/ports.ts";

const ESC = "\u001b";

test.each([
  ["letters and Enter", "abc\r", "done", "abc"],
  ["a line feed for Enter", "abc\n", "done", "abc"],
  ["nothing yet", "abc", "more", "abc"],
  ["backspace", "abx\u007fc\r", "done", "abc"],
  ["backspace over a character of two units", "a\u{1F511}\u007fb\r", "done", "ab"],
  ["backspace at the beginning", "\u007f\ba\r", "done", "a"],
  ["Ctrl-U", "wrong\u0015right\r", "done", "right"],
  ["Ctrl-C", "abc\u0003", "stopped", "abc"],
  ["Ctrl-D in an empty line", "\u0004", "stopped", ""],
  ["Ctrl-D behind something", "a\u0004b\r", "done", "ab"],
  ["arrows and other keys", `a${ESC}[D${ESC}[1;5C${ESC}OPb${ESC}[3~c\r`, "done", "abc"],
  ["Escape and what is typed then", `a${ESC}bc\r`, "done", "abc"],
  ["Tab and other control keys", "a\tb\u0001\u0000c\r", "done", "abc"],
  ["a paste", `${ESC}[200~p w${ESC}[201~\r`, "done", "p w"],
  ["a pasted line", `${ESC}[200~abc\r${ESC}[201~\r`, "done", "abc"],
  ["pasted lines", `${ESC}[200~a\rb\r\nc\n\n${ESC}[201~\r`, "done", "a\nb\nc\n"],
  ["a paste between typed text", `x${ESC}[200~\t${ESC}[201~y\r`, "done", "x\ty"],
  ["a paste that goes on", `${ESC}[200~a\rb`, "more", ""],
] as const)("%s", (_, keys, keyed, text) => {
  const whole = new UnseenLine();
  expect([whole.feed(keys), whole.text]).toEqual([keyed, text]);
  const piecewise = new UnseenLine();
  const pieces = [...keys].map((key) => piecewise.feed(key));
  expect([pieces.at(-1), piecewise.text]).toEqual([keyed, text]);
});

test("keys behind the end of a line are the next line's", () => {
  const line = new UnseenLine();
  expect(line.feed("one\rtwo")).toBe("done");
  expect(line.rest).toBe("two");
});

/** A terminal: what it shows, and whether it is raw. */
function terminal() {
  const input = Object.assign(new PassThrough(), {
    isTTY: true as const,
    modes: [] as boolean[],
    setRawMode(raw: boolean) {
      this.modes.push(raw);
      return this as never;
    },
  });
  const shown: string[] = [];
  const screen = {
    isTTY: true as const,
    write(text: string | Uint8Array) {
      shown.push(String(text));
      return true;
    },
  };
  return { input, screen, shown };
}

async function outcome(answer: Promise<{ reveal(): string }>): Promise<string> {
  try {
    return `taken: ${(await answer).reveal()}`;
  } catch (error) {
    if (error instanceof PortFailure && error.fault === "user") return error.diagnostic.message;
    throw error;
  }
}

test.each([
  ["typed twice", "hunter2\rhunter2\r", "taken: hunter2"],
  ["typed differently", "hunter2\rhunter3\r", "no value was taken: the two that were typed differ"],
  ["not typed", "\r\r", "no value was taken: it is empty"],
  ["given up", "hun\u0003", "no value was taken: it was given up"],
  ["given up at the second time", "hunter2\rhun\u0003", "no value was taken: it was given up"],
])("on a terminal: %s", async (_, keys, expected) => {
  const { input, screen, shown } = terminal();
  const answer = outcome(createPrompt(input as never, screen as never).readSecret("Password"));
  for (const key of Buffer.from(keys)) input.write(Buffer.of(key));
  expect(await answer).toBe(expected);
  expect(input.modes).toEqual([true, false]);
  expect(shown[0]).toBe("\u001b[?2004h");
  expect(shown.at(-1)).toBe("\u001b[?2004l");
  expect(shown.join("")).not.toMatch(/hun/);
  expect([input.listenerCount("data"), input.isPaused()]).toEqual([0, true]);
});

test("a terminal that is hung up gives the question up", async () => {
  const { input, screen } = terminal();
  const answer = outcome(createPrompt(input as never, screen as never).readSecret("Password"));
  input.end();
  expect(await answer).toBe("no value was taken: it was given up");
});

function piped(...chunks: readonly (string | Buffer)[]): Promise<string> {
  const input = new PassThrough();
  const answer = outcome(createPrompt(input as never, { write: () => true } as never).readSecret("Password"));
  for (const chunk of chunks) input.write(chunk);
  input.end();
  return answer;
}

const MIB = "x".repeat(1024 * 1024);

test.each([
  ["a line", ["hunter2\n"], "taken: hunter2"],
  ["a line of Windows", ["hunter2\r\n"], "taken: hunter2"],
  ["no newline", ["hunter2"], "taken: hunter2"],
  ["several lines", ["a\n", "b\n\n"], "taken: a\nb\n"],
  ["blanks", [" \t "], "taken:  \t "],
  ["a character in two pieces", [Buffer.of(0xc3), Buffer.of(0xbc)], "taken: ü"],
  ["nothing", [], "no value was taken: it is empty"],
  ["an empty line", ["\n"], "no value was taken: it is empty"],
  ["a NUL", ["a\0b"], "no value was taken: it holds a NUL character, which nothing takes"],
  ["bytes that are no text", [Buffer.of(0xff)], "no value was taken: it is not UTF-8 text"],
  [
    "one character too much",
    [`${MIB}y`],
    "no value was taken: it is longer than 1 MiB, which no Secret holds",
  ],
  ["far too much", [MIB, MIB], "no value was taken: it is longer than 1 MiB, which no Secret holds"],
])("from a pipe: %s", async (_, chunks, expected) => {
  expect(await piped(...chunks)).toBe(expected);
});

test("from a pipe: as much as a Secret may hold", async () => {
  expect(await piped(`${MIB}\n`)).toBe(`taken: ${MIB}`);
});

test("from a pipe every text comes as it is, one newline at its end aside", async () => {
  const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((one) => !/\0|\r$/.test(one));
  const check = fc.asyncProperty(text, async (one) => {
    expect(await piped(`${one}\n`)).toBe(`taken: ${one}`);
  });
  await fc.assert(check, { numRuns: 200 });
});
