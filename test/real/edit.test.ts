import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeRepo, PROGRAM, type Repo } from "../support/repo.ts";
import { CONNECTION, ONE, sealedFor, TWO, workspaceYaml } from "../support/secrets-ports.ts";

// `secrets edit` on a real terminal, with real editors and real signals. Python's `pty` plays the person at it.

const DRIVER = fileURLToPath(new URL("../support/terminal.py", import.meta.url));
const PATH = "warehouse.production.sops.yaml";
const PLAIN = `apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: warehouse
  for: {environment: production}
  secrets:
    # rotated each spring
    password: canary-one
`;

let repo: Repo;
let before: readonly string[];

beforeEach(() => {
  repo = makeRepo();
  repo.write("jackfield.yaml", workspaceYaml([ONE, TWO], [TWO]));
  repo.write("warehouse.yaml", CONNECTION.replace("sharing: all", "sharing: all, exclude: [dev]"));
  repo.write(PATH, sealedFor(PLAIN, [ONE, TWO]));
  repo.commit("base");
  before = leftovers();
});

afterEach(async () => {
  // Others may be at work on this machine: what is ours stays, what is theirs goes.
  const left = () => leftovers().filter((folder) => !before.includes(folder));
  await expect.poll(left, { timeout: 5000 }).toEqual([]);
  expect(repo.git("status", "--short", "--ignored").out.replace(/^.M .*\n/gm, "")).toBe("");
  repo.remove();
});

/** Folders of ours in every place where plain texts are put. */
function leftovers(): readonly string[] {
  return ["/dev/shm", tmpdir()].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /^jackfield-\w{6}$/.test(name) && existsSync(join(folder, name)))
      .map((name) => join(folder, name)),
  );
}

type Step = readonly [kind: "expect" | "send" | "signal" | "hangup", text?: string];

interface Ran {
  readonly screen: string;
  readonly status: number | null;
  readonly signal: number | null;
}

function onTerminal(editor: string, steps: readonly Step[], args: readonly string[] = [PATH]): Ran {
  const job = {
    argv: [process.execPath, PROGRAM, "secrets", "edit", ...args],
    cwd: repo.root,
    env: { ...repo.env, NO_COLOR: "1", EDITOR: editor },
    steps,
  };
  const { status, stdout, stderr } = spawnSync("python3", [DRIVER], {
    input: JSON.stringify(job),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** An editor that is a shell script; `$1` is the file. Beside the repo, so that git does not see it. */
function script(text: string): string {
  const path = join(repo.root, "../editor.sh");
  repo.write("../editor.sh", `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

test("a script as the editor: the file is the owner's alone, in memory, and gone afterwards", () => {
  const log = join(repo.root, "../log");
  const editor = script(
    `stat -c '%a %n' "$1" "$(dirname "$1")" >'${log}'\nstat -f -c %T "$1" >>'${log}'\nsed -i s/canary-one/canary-two/ "$1"`,
  );
  const { status, screen } = onTerminal(editor, []);
  expect([status, screen]).toEqual([0, `${PATH}: changed, and sealed\r\n`]);
  expect(readFileSync(log, "utf8")).toMatch(
    /^600 \/dev\/shm\/jackfield-\w{6}\/warehouse\.production\.yaml\n700 \/dev\/shm\/jackfield-\w{6}\ntmpfs\n$/,
  );
  expect(repo.plain(PATH)).toBe(PLAIN.replace("canary-one", "canary-two"));
});

test("words in $EDITOR are parted by blanks, and no shell reads them; $VISUAL comes first", () => {
  const log = join(repo.root, "../log");
  const editor = script(`printf '%s\\n' "$@" >'${log}'`);
  expect(onTerminal(`${editor}  --wait  $(touch\tx);`, []).status).toBe(0);
  expect(readFileSync(log, "utf8")).toMatch(/^--wait\n\$\(touch\nx\);\n\/dev\/shm\//);
  repo.env.VISUAL = editor;
  expect(onTerminal("false", []).status).toBe(0);
});

test("vim: it shows the text, and leaves nothing of it anywhere", () => {
  repo.write(
    "../home/.vimrc",
    "set undofile backup writebackup swapfile viminfo='100,<50 undodir=~ backupdir=~\n",
  );
  const { status, screen } = onTerminal("vim", [
    ["expect", "canary-one"],
    ["send", ":%s/canary-one/canary-two/\r"],
    ["expect", "canary-two"],
    ["send", "yy:w\r"],
    ["send", ":q\r"],
  ]);
  expect(status, screen).toBe(0);
  expect(screen).toContain(`${PATH}: changed, and sealed`);
  expect(repo.plain(PATH)).toContain("password: canary-two\n");
  const home = repo.env.HOME ?? "";
  const kept = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const entry of kept)
    expect(readFileSync(join(entry.parentPath, entry.name), "utf8")).not.toContain("canary");
});

test("vi, when no editor is named; leaving without a change writes nothing", () => {
  const sealed = repo.read(PATH);
  const { status, screen } = onTerminal("", [
    ["expect", "canary-one"],
    ["send", ":q\r"],
  ]);
  expect([status, repo.read(PATH)]).toEqual([0, sealed]);
  expect(screen).toContain("not changed, nothing was written");
});

test("ed: an error is told with its line, the editor opens again with it, and a Ctrl-C in it is the editor's", () => {
  const { status, screen } = onTerminal("ed", [
    ["expect", "\n"],
    ["send", ",s/connection:/connektion:/\nw\nq\n"],
    ["expect", "edit again? [Y/n] "],
    ["send", "\n"],
    ["expect", "\n"],
    ["send", "\u0003"],
    ["send", ",p\n"],
    ["expect", "# jackfield: this text has errors."],
    ["expect", "canary-one"],
    ["send", ",s/connektion:/connection:/\n,s/canary-one/canary-two/\nw\nq\n"],
    ["expect", "changed, and sealed"],
  ]);
  expect(status, screen).toBe(0);
  expect(screen).toContain("JF201");
  // What the program itself printed has no value in it.
  const report = screen.slice(screen.indexOf(`${PATH}:`), screen.indexOf("edit again?"));
  expect(report).not.toContain("canary");
  expect(repo.plain(PATH)).toBe(PLAIN.replace("canary-one", "canary-two"));
});

test.each([
  ["n", [["send", "n\n"]]],
  ["Ctrl-C", [["send", "\u0003"]]],
  ["Ctrl-D", [["send", "\u0004"]]],
] as const)("an error, and giving up by %s: nothing is written", (_, steps) => {
  const sealed = repo.read(PATH);
  const editor = script('echo "not: [yaml canary-two" >> "$1"');
  const { status, screen } = onTerminal(editor, [["expect", "edit again? [Y/n] "], ...steps]);
  expect(status).toBe(1);
  expect(screen).toContain("nothing was written");
  expect(screen).not.toContain("canary");
  expect(repo.read(PATH)).toBe(sealed);
});

test("Ctrl-C in an editor that it ends", () => {
  const sealed = repo.read(PATH);
  const { status, screen } = onTerminal(script("echo ready\nsleep 30"), [
    ["expect", "ready"],
    ["send", "\u0003"],
  ]);
  expect(status).toBe(3);
  expect(screen).toMatch(/JF044: the editor, that of `\$EDITOR`, (was stopped by SIGINT|ended with 130)/);
  expect(repo.read(PATH)).toBe(sealed);
});

/** A process that ended may still be listed, until its parent asks. */
function isRunning(pid: string): boolean {
  const state = existsSync(`/proc/${pid}`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : ") Z";
  return !/\) [ZX]/.test(state);
}

test.each([
  ["TERM", 15],
  ["HUP", 1],
] as const)("SIG%s to the program ends it and the editor", (name, number) => {
  const pid = join(repo.root, "../pid");
  const { signal } = onTerminal(script(`echo $$ >'${pid}'\necho ready\nexec sleep 30`), [
    ["expect", "ready"],
    ["signal", name],
  ]);
  expect(signal).toBe(number);
  expect(isRunning(readFileSync(pid, "utf8").trim())).toBe(false);
});

test("a SIGINT to the program alone waits for the editor, as git does", () => {
  const { status } = onTerminal(script(`echo ready\nsleep 1.5\nsed -i s/canary-one/canary-two/ "$1"`), [
    ["expect", "ready"],
    ["signal", "INT"],
  ]);
  expect(status).toBe(0);
  expect(repo.plain(PATH)).toContain("canary-two");
});

test("the terminal is closed", () => {
  const { signal, status } = onTerminal(script("echo ready\nexec sleep 30"), [
    ["expect", "ready"],
    ["hangup"],
  ]);
  expect([signal, status]).toEqual([1, null]);
});

test("the file was changed meanwhile: it stays as it is, and what was edited is kept and named", () => {
  const editor = script(
    `sed -i s/canary-one/canary-two/ "$1"; echo '# by somebody else' >> '${join(repo.root, PATH)}'`,
  );
  const { status, screen } = onTerminal(editor, []);
  expect(status).toBe(3);
  expect(screen).toContain("it was changed by somebody else meanwhile");
  const kept = /it is in `([^`]+)`/.exec(screen.replaceAll("\r\n", "\n"))?.[1] ?? "";
  expect(readFileSync(kept, "utf8")).toBe(PLAIN.replace("canary-one", "canary-two"));
  expect(statSync(kept).mode & 0o777).toBe(0o600);
  expect(repo.read(PATH)).toMatch(/# by somebody else\n$/);
  expect(repo.plain(PATH)).toContain("canary-one");
  rmSync(dirname(kept), { recursive: true });
});

test("without a terminal an error ends it, and nothing is written", () => {
  const sealed = repo.read(PATH);
  repo.env.EDITOR = script('echo "not: [yaml canary-two" >> "$1"');
  for (const args of [[], ["--format", "json"]]) {
    const { status, out, err } = repo.jackfield("secrets", "edit", PATH, ...args);
    expect([status, out.length + err.length > 0]).toEqual([1, true]);
    expect(out + err).toContain("JF101");
    expect(out + err).not.toContain("canary");
  }
  expect(repo.read(PATH)).toBe(sealed);
});

test("what the editor prints does not get into what we print", () => {
  repo.env.EDITOR = script('echo noise; sed -i s/canary-one/canary-two/ "$1"');
  const { status, out } = repo.jackfield("secrets", "edit", PATH, "--format", "json");
  expect(status).toBe(0);
  expect(JSON.parse(out).result).toEqual({ file: PATH, changed: true });
});

test.each([
  ["that is not there", "/nowhere/editor", 3, "cannot be started: ENOENT"],
  ["that fails", "false", 3, "ended with 1"],
])("an editor %s", (_, editor, exit, reason) => {
  repo.env.EDITOR = editor;
  const { status, err } = repo.jackfield("secrets", "edit", PATH);
  expect([status, err.includes(reason)]).toEqual([exit, true]);
});

test("an editor that leaves bytes, other files and a folder", () => {
  repo.env.EDITOR = script('mkdir "$1.d"; cp "$1" "$1~"; cp "$1" "$1.d/x"; printf "\\377canary" > "$1"');
  const { status, err } = repo.jackfield("secrets", "edit", PATH);
  expect([status, err.includes("left a text that is not UTF-8")]).toEqual([3, true]);
});

test("a new file from a folder below, one through a link out of the tree, one that nobody may read", () => {
  repo.env.EDITOR = script(`sed -i 's/password: ""/password: canary-two/' "$1"`);
  repo.must("rm", "-q", PATH);
  repo.commit("none");
  repo.write("sub/x", "");
  const made = repo.jackfield("secrets", "edit", "-C", "sub", "deep/er/warehouse.production.sops.yaml");
  expect([made.status, made.out]).toEqual([
    0,
    "sub/deep/er/warehouse.production.sops.yaml: made, and sealed\n",
  ]);
  expect(repo.jackfield("validate").err).not.toContain("error JF");
  rmSync(join(repo.root, "sub"), { recursive: true });
  symlinkSync("/tmp", join(repo.root, "out"));
  expect(repo.jackfield("secrets", "edit", "out/warehouse.production.sops.yaml").status).not.toBe(0);
  expect(repo.jackfield("secrets", "edit", "/tmp/warehouse.production.sops.yaml").status).not.toBe(0);
  expect(existsSync("/tmp/warehouse.production.sops.yaml")).toBe(false);
  rmSync(join(repo.root, "out"));
});
