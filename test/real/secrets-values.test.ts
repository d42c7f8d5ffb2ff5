import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { type EditPorts, edit } from "../../src/commands/secrets/edit.ts";
import { seal } from "../../src/commands/secrets/seal.ts";
import { type SetPorts, set } from "../../src/commands/secrets/set.ts";
import { unset } from "../../src/commands/secrets/unset.ts";
import { Secret } from "../../src/core/secret.ts";
import { createSopsProgram } from "../../src/node/sops-program.ts";
import { identitiesOf, keyText } from "../support/sealed-files.ts";
import { BOTH, codes, PROD, PRODUCTION, prompt, SEALED_BOTH } from "../support/secret-values.ts";
import { CONNECTION, estate, ONE, type Tree, TWO, treeOf } from "../support/secrets-ports.ts";

// What set, unset and seal write, the real `sops` reads and goes on with; what `sops` changed, they take.

const root = mkdtempSync(join(tmpdir(), "jackfield-values-"));
afterAll(() => rmSync(root, { recursive: true }));

let folder = root;

beforeEach(() => {
  folder = mkdtempSync(join(root, "case-"));
});

function sops(key: "one" | "two" | "three", ...args: readonly string[]) {
  const env = { PATH: process.env.PATH, HOME: folder, SOPS_AGE_KEY: keyText(key) };
  const { status, stdout, error } = spawnSync("sops", args, { cwd: folder, env, encoding: "utf8" });
  if (error) throw error;
  return { status, stdout };
}

function lay({ texts }: Tree): void {
  for (const [path, text] of texts) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function request(fields: readonly string[]) {
  return { id: "warehouse", fields, aim: PRODUCTION, workspace: undefined, accepted: [] };
}

const LINES = "canary of\n  several lines: #1\n\n";

test("sops reads what set wrote with a key, without one, and anew, whatever the value is like", async () => {
  const values = ["canary", "", "0042", "null", "- a", "é\u{1F511}\u2028", LINES, "\ttab "];
  for (const value of values.filter((one) => one !== "")) {
    const { [PROD]: _, ...rest } = estate();
    const trees = [
      treeOf(rest),
      treeOf(estate()),
      treeOf({ ...rest, [PROD]: SEALED_BOTH }, identitiesOf("one")),
    ];
    for (const tree of trees) {
      expect(codes(await set({ ...tree, prompt: prompt(value) }, request(["password"])))).toEqual([]);
      lay(tree);
      const read = sops("two", "decrypt", "--extract", '["spec"]["secrets"]["password"]', PROD);
      expect(read).toEqual({ status: 0, stdout: value });
      expect(sops("three", "decrypt", PROD).status).toBe(128);
    }
  }
});

test("set and unset take what sops changed, and sops what they left", async () => {
  const tree = treeOf({ ...estate(), [PROD]: SEALED_BOTH });
  lay(tree);
  expect(sops("one", "set", PROD, '["spec"]["secrets"]["login"]', '"canary-sops"').status).toBe(0);
  const text = readFileSync(join(folder, PROD), "utf8");
  const next = treeOf({ ...estate(), [PROD]: text }, identitiesOf("one"));
  expect(codes(await set({ ...next, prompt: prompt("canary-new") }, request(["password"])))).toEqual([]);
  lay(next);
  expect(sops("two", "decrypt", PROD).stdout).toContain("password: canary-new\n        login: canary-sops\n");
  expect(codes(unset(next, { ...request([]), field: "login" }))).toEqual([]);
  lay(next);
  expect(sops("two", "decrypt", PROD).stdout).not.toContain("login");
  expect(sops("two", "rotate", "--in-place", PROD).status).toBe(0);
});

test("sops reads drafts that were sealed, and what was split from an object", () => {
  const pasted = CONNECTION.replace("warehouse", "pasted").replace(
    "login:",
    "password: canary-pasted, login:",
  );
  const tree = treeOf({ ...estate(), [PROD]: BOTH, "c/pasted.yaml": pasted });
  const ports = { ...tree, history: { ...tree.history, head: () => undefined } };
  const asked = { workspace: undefined, accepted: [] };
  expect(codes(seal(ports, { ...asked, name: PROD, aim: { all: false } }))).toEqual([]);
  expect(codes(seal(ports, { ...asked, name: "c/pasted.yaml", aim: { all: true } }))).toEqual([]);
  lay(tree);
  expect(sops("one", "decrypt", PROD).stdout).toContain(
    "# rotated each spring\n        password: canary-prod\n",
  );
  expect(sops("one", "decrypt", "c/pasted.all.sops.yaml").stdout).toContain("password: canary-pasted");
});

test("with the program opted into, values are set in files for an SSH key, and taken away", async () => {
  spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", join(folder, "id")]);
  const ssh = readFileSync(join(folder, "id.pub"), "utf8").trim();
  const env = { PATH: process.env.PATH, HOME: folder, SOPS_AGE_SSH_PRIVATE_KEY_FILE: join(folder, "id") };
  const program = createSopsProgram("sops", env);
  const read = () => spawnSync("sops", ["decrypt", PROD], { cwd: folder, env, encoding: "utf8" }).stdout;
  const { [PROD]: _, ...rest } = estate([ONE, ssh], [TWO]);
  const tree = treeOf(rest);
  const ports = (answer: string): SetPorts => ({ ...tree, prompt: prompt(answer) });
  const refused = await set(ports("canary"), request(["password"]));
  expect(refused.diagnostics).toMatchObject([{ code: "JF351", hint: expect.stringContaining("--sops") }]);
  expect(tree.writes()).toBe(0);
  const withProgram = (answer: string) => ({ ...ports(answer), sops: program });
  expect(codes(await set(withProgram("canary-ssh"), request(["password"])))).toEqual([]);
  // A second value: only the program opens the file.
  expect(codes(await set(withProgram("canary-login"), request(["login"])))).toEqual([]);
  lay(tree);
  expect(read()).toContain("password: canary-ssh\n        login: canary-login\n");
  const again = await set(withProgram("canary-login"), request(["login"]));
  expect(again.text).toContain("that is what it holds already");
  const gone = unset({ ...tree, sops: program }, { ...request([]), field: "login" });
  expect(codes(gone)).toEqual([]);
  lay(tree);
  expect(read()).toMatch(/password: canary-ssh\n$/);
  // And in an editor, by the program alone.
  const editor = (how: (text: string) => string): EditPorts => ({
    ...tree,
    newFiles: { pathFor: () => undefined },
    sops: program,
    editor: {
      open: () => ({
        diagnostics: [],
        edit: (text) => Promise.resolve(new Secret(how(text.reveal()))),
        again: () => Promise.resolve(false),
        keep: () => "",
        close: () => undefined,
      }),
    },
  });
  const asEdited = (text: string) => text.replace("canary-ssh", "canary-edited");
  const edited = await edit(editor(asEdited), { name: PROD, accepted: [] });
  expect(codes(edited)).toEqual([]);
  lay(tree);
  expect(read()).toMatch(/password: canary-edited\n$/);
  const { sops: _program, ...withoutProgram } = editor(asEdited);
  expect((await edit(withoutProgram, { name: PROD, accepted: [] })).exit).toBe(1);
  // The age key of the other reader works as before, but cannot wrap a key for SSH.
  const alone = treeOf(Object.fromEntries(tree.texts), identitiesOf("one"));
  const login = await set({ ...alone, prompt: prompt("canary") }, request(["login"]));
  expect(codes(login)).toEqual(["JF351"]);
  const draft = treeOf({ ...rest, "draft.yaml": BOTH });
  const sealed = { ...draft, history: { ...draft.history, head: () => undefined }, sops: program };
  const asked = { name: "draft.yaml", aim: { all: false }, workspace: undefined, accepted: [] };
  expect(codes(seal(sealed, asked))).toEqual([]);
  writeFileSync(join(folder, PROD), draft.texts.get("draft.yaml") ?? "");
  expect(read()).toContain("login: canary-login");
});
