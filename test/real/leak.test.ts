import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openText } from "../../src/sops/opened.ts";
import { rewrapText } from "../../src/sops/reseal.ts";
import { breaches, FORMATS, seen } from "../support/breaches.ts";
import { COMMANDS, edited, estate, PROD, prod } from "../support/leak-estate.ts";
import { KEY, SECRET } from "../support/leaks.ts";
import type { Call } from "../support/sandbox.ts";
import { identitiesOf } from "../support/sealed-files.ts";
import {
  CONNECTION,
  credentialYaml,
  ONE,
  sealedFor,
  THREE,
  TWO,
  workspaceYaml,
} from "../support/secrets-ports.ts";

// The leak test of test/secrets, where it takes git: what a default branch, its history and its settings bring to be told.

const spilt = CONNECTION.replace("login: etl", `login: etl, password: '${SECRET}'`);

type Changes = Readonly<Record<string, string>>;

/** Commits what is there and then each change but the last, which is left in the work tree. */
function committed(...steps: readonly Changes[]): (folder: string) => void {
  return (folder) => {
    const git = (...args: readonly string[]) => {
      const identity = ["-c", "user.name=x", "-c", "user.email=x@example.com"];
      const { status } = spawnSync("git", [...identity, ...args], { cwd: folder });
      if (status !== 0) throw new Error(`git ${args[0]} ended with ${status}`);
    };
    git("init", "--quiet", "--initial-branch=main");
    for (const changes of steps) {
      git("add", "--all");
      git("commit", "--quiet", "--message=all");
      for (const [path, text] of Object.entries(changes)) writeFileSync(join(folder, path), text);
    }
  };
}

const more = { "jackfield.yaml": workspaceYaml([ONE, THREE], [ONE, TWO]) };
const set = ["secrets", "set", "warehouse", "password", "--environment", "production"];
const theirs = sealedFor(credentialYaml("{environment: production}", `"${SECRET.slice(0, 3)}"`), [
  ONE,
  THREE,
]);

const later = edited((text) => text.replace("Kanari", "x"));

/** The sealed file of production for other recipients, under its own data key. */
function rewrapped(recipients: readonly string[]): string {
  const opened = openText({ path: PROD, text: prod }, identitiesOf("one")).value;
  return (opened && rewrapText(opened, recipients).value) ?? "";
}

const CASES: Readonly<
  Record<string, Omit<Call, "files"> & { readonly files?: Readonly<Record<string, string>> }>
> = {
  ...Object.fromEntries(
    ["updatekeys", "rotate", "edit", "build", "validate"].map((name) => [
      `a new recipient: ${name}`,
      { args: COMMANDS[name] ?? [], prepare: committed(more) },
    ]),
  ),
  "a new recipient: set": { args: set, input: SECRET, prepare: committed(more) },
  "a new recipient: a key": {
    args: [...set, "--accept-recipient", KEY],
    input: SECRET,
    prepare: committed(more),
  },
  "a new recipient of a file of nobody": {
    args: ["secrets", "rotate", "other.yaml"],
    files: { "other.yaml": prod.replace("jackfield.dev/v1", "v1") },
    prepare: committed({ "other.yaml": theirs.replace("jackfield.dev/v1", "v1") }),
  },
  "a new recipient by merge": {
    args: ["secrets", "merge-driver", "base", "ours", "theirs", PROD],
    files: { base: prod, ours: later, theirs },
    prepare: committed({}),
  },
  "a secret that was committed": {
    args: ["secrets", "seal", "spilt.yaml", "--all"],
    files: { "spilt.yaml": spilt.replace("name: warehouse", "name: spilt") },
    prepare: committed({}),
  },
  "a file changed by hand": {
    args: ["validate"],
    prepare: committed({ [PROD]: prod.replace("warehouse", "wharehouse") }),
  },
  "a file rolled back": { args: ["validate"], prepare: committed({ [PROD]: later }, { [PROD]: prod }) },
  "a MAC of another content": {
    args: ["validate"],
    prepare: committed({ [PROD]: later }, { [PROD]: prod.replace("warehouse", "wharehouse") }),
  },
  "a private key that would be committed": {
    args: ["validate"],
    files: { "deploy/notes.txt": `the key: ${KEY}\n` },
    prepare: committed({}),
  },
  "a reader taken out": {
    args: ["validate"],
    files: { [PROD]: rewrapped([ONE, TWO]) },
    prepare: committed({ [PROD]: rewrapped([ONE]) }),
  },
  "out is not ignored": { args: ["build", "--out", "out"], prepare: committed({}) },
  "settings that are locked": {
    args: ["secrets", "install-git"],
    prepare: committed({ ".git/config.lock": "" }),
  },
  "a repository that is broken": {
    args: COMMANDS.rotate ?? [],
    prepare: committed({ ".git/HEAD": `ref: ${SECRET}\n` }),
  },
};

test.each(Object.keys(CASES))("%s", async (name) => {
  const { files = {}, ...one } = CASES[name] ?? { args: [] };
  const all = new Map([...estate(), ...Object.entries(files)]);
  for (const format of FORMATS) {
    expect(await breaches(name, { ...one, files: all, args: [...one.args, ...format] })).toEqual([]);
  }
});

test("the codes that take git have been seen", () => {
  expect(
    ["JF024", "JF037", "JF043", "JF048", "JF372", "JF385", "JF386", "JF387", "JF388", "JF390"].filter(
      (code) => !seen.has(code),
    ),
  ).toEqual([]);
});
