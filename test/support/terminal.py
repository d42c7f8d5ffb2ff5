"""Runs a program in a pseudo-terminal and drives it, as a person at a keyboard would.

Standard input: {"argv": [...], "env": {...}, "cwd": "...", "steps": [[kind, text]...]}. A step is
  expect TEXT   wait until TEXT is on the screen, behind what was expected before
  send TEXT     type it
  signal NAME   send a signal to the program alone
  hangup        close the terminal
Standard output: {"screen": "...", "status": n, "signal": n or null, "pid": n}.
"""

import json
import os
import pty
import select
import signal
import sys
import time

job = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    os.chdir(job["cwd"])
    os.execvpe(job["argv"][0], job["argv"], job["env"])

screen = b""
seen = 0
deadline = time.monotonic() + 60


def read(wait):
    global screen
    ready, _, _ = select.select([terminal], [], [], wait)
    if not ready:
        return True
    try:
        data = os.read(terminal, 65536)
    except OSError:
        data = b""
    screen += data
    return data != b""


for step in job["steps"]:
    kind, text = step[0], (step[1] if len(step) > 1 else "")
    if kind == "expect":
        wanted = text.encode()
        while screen.find(wanted, seen) < 0:
            if time.monotonic() > deadline or not read(0.2):
                sys.exit(f"never saw {text!r} behind {screen[seen:][-2000:]!r}")
        seen = screen.find(wanted, seen) + len(wanted)
    elif kind == "send":
        time.sleep(0.3)
        os.write(terminal, text.encode())
    elif kind == "signal":
        time.sleep(0.3)
        os.kill(pid, getattr(signal, "SIG" + text))
    elif kind == "hangup":
        time.sleep(0.3)
        os.close(terminal)
        terminal = -1

while terminal >= 0 and time.monotonic() < deadline and read(0.2):
    pass
while True:
    done, status = os.waitpid(pid, os.WNOHANG)
    if done:
        break
    if time.monotonic() > deadline:
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.05)
json.dump(
    {
        "screen": screen.decode("utf-8", "replace"),
        "status": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "pid": pid,
    },
    sys.stdout,
)
