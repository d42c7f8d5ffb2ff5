import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

// The prompt on a real terminal: Python's `pty` plays the person at it.

const PROMPT = fileURLToPath(new URL("../../src/node/prompt.ts", import.meta.url));
const PORTS = fileURLToPath(new URL("../../src/ports.ts", import.meta.url));

/** Prints how long the answer is and its checksum: the answer itself must never be on the screen. */
const PROGRAM = `
import { createPrompt } from ${JSON.stringify(PROMPT)};
import { PortFailure } from ${JSON.stringify(PORTS)};
import { createHash } from "node:crypto";
try {
  const text = (await createPrompt(process.stdin, process.stderr).readSecret("Password")).reveal();
  console.log("took " + createHash("sha256").update(text).digest("hex"));
} catch (error) {
  if (!(error instanceof PortFailure)) throw error;
  console.log(error.diagnostic.message);
  process.exitCode = 2;
}
`;

/** Types each of the keys once the screen shows what it waits for; then tells the screen, the exit and the terminal's state. */
const PERSON = `
import json, os, pty, select, sys, termios, time
steps, command = json.loads(sys.argv[1]), sys.argv[2:]
parent, child = pty.openpty()
before = termios.tcgetattr(child)
pid = os.fork()
if pid == 0:
    os.setsid()
    import fcntl
    fcntl.ioctl(child, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2): os.dup2(child, fd)
    os.close(parent)
    os.execvp(command[0], command)
screen, raw, status, deadline = b"", [], None, time.time() + 60
seen = 0
while status is None and time.time() < deadline:
    if select.select([parent], [], [], 0.05)[0]:
        screen += os.read(parent, 65536)
    if steps and steps[0][0].encode() in screen[seen:]:
        seen = len(screen)
        raw.append(not termios.tcgetattr(child)[3] & termios.ECHO)
        os.write(parent, steps.pop(0)[1].encode())
    done, code = os.waitpid(pid, os.WNOHANG)
    if done: status = code
while select.select([parent], [], [], 0.1)[0]:
    screen += os.read(parent, 65536)
after = termios.tcgetattr(child)
print(json.dumps({"screen": screen.decode(), "raw": raw, "status": None if status is None else os.waitstatus_to_exitcode(status), "restored": before == after}))
`;

interface Session {
  readonly screen: string;
  /** Whether the terminal echoed nothing when each of the keys was pressed. */
  readonly raw: readonly boolean[];
  readonly status: number | null;
  readonly restored: boolean;
}

function session(...steps: readonly (readonly [waitsFor: string, keys: string])[]): Session {
  const folder = mkdtempSync(join(tmpdir(), "jackfield-prompt-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = join(folder, "ask.mts");
  writeFileSync(program, PROGRAM);
  const args = ["-c", PERSON, JSON.stringify(steps), process.execPath, "--no-warnings", program];
  const run = spawnSync("python3", args, { encoding: "utf8" });
  expect(run.stderr).toBe("");
  return JSON.parse(run.stdout);
}

const SHA = "f52fbd32b2b3b86ff88ef6c490628285f482af15ddcb29541f94bcf526a3f6c7"; // hunter2

test("a password is typed twice and never shown, and the terminal is as before", () => {
  const { screen, ...rest } = session(["Password: ", "hunter2x\u007f\r"], ["again: ", "hun\u001b[Dter2\r"]);
  expect(rest).toEqual({ raw: [true, true], status: 0, restored: true });
  expect(screen).toContain(`took ${SHA}`);
  expect(screen).not.toMatch(/hun|ter/);
});

test("a text of several lines can be pasted", () => {
  const paste = "\u001b[200~hunter2\r\u001b[201~\r";
  expect(session(["Password: ", paste], ["again: ", paste]).screen).toContain(`took ${SHA}`);
  const two = "\u001b[200~one\rhunter2\u001b[201~\r";
  const { screen, status } = session(["Password: ", two], ["again: ", two]);
  expect({ status, shown: /one|hunter/.test(screen) }).toEqual({ status: 0, shown: false });
});

test.each([
  ["Ctrl-C", [["Password: ", "hun\u0003"]], "it was given up"],
  [
    "Ctrl-C at the second time",
    [
      ["Password: ", "hunter2\r"],
      ["again: ", "hun\u0003"],
    ],
    "it was given up",
  ],
  [
    "a difference",
    [
      ["Password: ", "hunter2\r"],
      ["again: ", "hunter3\r"],
    ],
    "the two that were typed differ",
  ],
  [
    "Enter alone",
    [
      ["Password: ", "\r"],
      ["again: ", "\r"],
    ],
    "it is empty",
  ],
] as const)("%s is refused, and the terminal is as before", (_, steps, reason) => {
  const { screen, status, restored } = session(...steps);
  expect({ status, restored, shown: screen.includes("hun") }).toEqual({
    status: 2,
    restored: true,
    shown: false,
  });
  expect(screen).toContain(`no value was taken: ${reason}`);
});
