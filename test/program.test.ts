import { expect, test } from "vitest";
import { type CommandSpec, createProgram, type Invocation, isUsageStop } from "../src/program.ts";

const ACCEPT = ["--accept-recipient <recipient...>", "a new one"] as const;
const run = () => ({ diagnostics: [], result: null, text: "" });
const SPECS: readonly CommandSpec[] = [
  { name: "validate", description: "check", subject: "estate", run },
  {
    name: "secrets set",
    description: "set a secret",
    subject: "estate",
    args: [
      ["<id>", "the object"],
      ["[files...]", "more"],
    ],
    options: [ACCEPT],
    run,
  },
  { name: "secrets edit", description: "edit a file", subject: "estate", run },
];

interface Call {
  readonly called: Invocation | undefined;
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** What becomes of a command line. */
async function call(...argv: readonly string[]): Promise<Call> {
  let [called, exit, out, err]: [Invocation | undefined, number, string, string] = [undefined, 0, "", ""];
  const streams = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const done = (invocation: Invocation) => {
    called = invocation;
  };
  try {
    await createProgram(SPECS, { secrets: "all about secrets" }, "1.2.3", streams, done).parseAsync(argv, {
      from: "user",
    });
  } catch (error) {
    if (!isUsageStop(error)) throw error;
    exit = error.exitCode;
  }
  return { called, exit, out, err };
}

test("a command of a group is called by its full name", async () => {
  const { called } = await call("secrets", "set", "warehouse", "-C", "estate", "--format", "json");
  expect(called).toMatchObject({
    command: "secrets set",
    args: ["warehouse"],
    options: { C: "estate", format: "json" },
  });
});

test("help lists a group once, and the group its commands", async () => {
  const { out } = await call("--help");
  expect(out.match(/^ +secrets .*all about secrets$/gm)).toHaveLength(1);
  const group = await call("secrets", "--help");
  expect(group).toMatchObject({ exit: 0, err: "" });
  expect(group.out).toContain("Usage: jackfield secrets");
  expect(group.out).toMatch(/set .* set a secret\n +edit .* edit a file/s);
});

test.each([
  ["a group alone", ["secrets"], "Usage: jackfield secrets"],
  ["a word that a group has not", ["secrets", "sett"], "Did you mean set?"],
  ["a missing argument", ["secrets", "set"], "missing required argument"],
  ["an option of nobody", ["secrets", "set", "x", "--fast"], "unknown option"],
])("%s is a wrong call", async (_, argv, told) => {
  const { called, exit, out, err } = await call(...argv);
  expect({ called, out, stopped: exit !== 0 }).toEqual({ called: undefined, out: "", stopped: true });
  expect(err).toContain(told);
});

test("a list is given value by value, and no word behind it is lost to it", async () => {
  const argv = [
    "secrets",
    "set",
    "--accept-recipient",
    "age1a",
    "id",
    "--accept-recipient",
    "age1b",
    "one.yaml",
  ];
  const { called } = await call(...argv);
  expect(called?.args).toEqual(["id", "one.yaml"]);
  expect(called?.options.acceptRecipient).toEqual(["age1a", "age1b"]);
  expect((await call("secrets", "set", "--help")).out).toContain("--accept-recipient <recipient> ");
});
