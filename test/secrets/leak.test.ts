import { chmodSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { type Code, catalog } from "../../src/core/catalog.ts";
import { PLACES, POLICY } from "../support/bad-places.ts";
import { type Breach, breaches, FORMATS, seen } from "../support/breaches.ts";
import { casesOf, fixturePath } from "../support/fixture.ts";
import { CALLS, VALUES } from "../support/leak-calls.ts";
import {
  COMMANDS,
  dev,
  edited,
  estate,
  type Files,
  KEYS,
  LEFT,
  PROD,
  prod,
  QUOTED,
  typo,
} from "../support/leak-estate.ts";
import { KEY, leaksIn, SECRET } from "../support/leaks.ts";
import type { Call } from "../support/sandbox.ts";
import { keyText } from "../support/sealed-files.ts";
import { CONNECTION, credentialYaml, ONE, TWO, workspaceYaml } from "../support/secrets-ports.ts";

// Whatever goes wrong in whatever command: neither a key nor a secret is told, in no stream, in no case or encoding, and in no
// file but where it belongs. Commands are crossed with everything that can be broken for them.

let calls = 0;

/** Each command, in turn for people and for programs. */
async function expectNoLeak(commands: readonly string[], one: Omit<Call, "args">): Promise<void> {
  const found: Breach[] = [];
  for (const name of commands) {
    const args = [...(COMMANDS[name] ?? []), ...(FORMATS[calls++ % 2] ?? [])];
    found.push(...(await breaches(name, { ...one, args })));
  }
  expect(found).toEqual([]);
}

test.each(Object.keys(KEYS))("key %s", async (name) => {
  const { env = {}, prepare } = KEYS[name] ?? {};
  // Twice: an odd number of commands takes the other format then.
  for (const commands of [Object.keys(COMMANDS), Object.keys(COMMANDS)]) {
    await expectNoLeak(commands, { files: estate(), env, prepare });
  }
});

const lines = prod.split("\n");
/** What opens a file, and what only reads it. */
const READING = [
  "validate",
  "recipients",
  "updatekeys check",
  "verify one",
  "build",
  "rotate",
  "edit",
  "textconv",
  "merge driver",
];

/** Three that say most of it. */
const OPENING = ["verify one", "textconv", "merge driver"];

/** The sealed file of production, spoilt. */
async function expectNoLeakOf(text: string, commands: readonly string[] = READING): Promise<void> {
  await expectNoLeak(commands, { files: estate().set(PROD, text) });
}

test.each([...lines.keys()])(
  "line %i of a sealed file is gone, doubled, or changed at its end",
  async (at) => {
    const line = lines[at] ?? "";
    await expectNoLeakOf(lines.toSpliced(at, 1).join("\n"), OPENING);
    await expectNoLeakOf(lines.toSpliced(at, 0, line).join("\n"), OPENING);
    await expectNoLeakOf(
      lines
        .with(
          at,
          line.replace(/.$/, (end) => (end === "x" ? "y" : "x")),
        )
        .join("\n"),
    );
  },
);

/** Places of values, in a sealed file. */
const entries = [...lines.entries()].filter(([, line]) => /^\s*(?:- )?\w+: \S/.test(line)).map(([at]) => at);

test.each(entries)("a key or a ciphertext of it in the place of the value of line %i", async (at) => {
  const put = (value: string) => lines.with(at, (lines[at] ?? "").replace(/: .*/, `: ${value}`)).join("\n");
  await expectNoLeakOf(put(KEY));
  await expectNoLeakOf(put(`[${KEY}, ${KEY}]`), OPENING);
  await expectNoLeakOf(
    put(`ENC[AES256_GCM,data:${Buffer.from(KEY).toString("base64")},iv:a,tag:b,type:str]`),
  );
  // Names are told, and git shows what stands in a file in plain text.
  const isName = at < lines.indexOf("sops:") && !lines[at]?.includes("password");
  if (!isName)
    await expectNoLeakOf(
      put(QUOTED),
      READING.filter((name) => name !== "textconv"),
    );
});

test.each(entries)("a key as the name of line %i", async (at) => {
  // What keys are called is plain in the file, and a merge keeps it.
  const commands = READING.filter((command) => command !== "merge driver");
  await expectNoLeakOf(lines.with(at, (lines[at] ?? "").replace(/\w+: /, `${KEY}: `)).join("\n"), commands);
});

test.each(casesOf("sops"))("sealed file %s", async (name) => {
  const files = new Map(estate().set(PROD, readFileSync(fixturePath("sops", name, "sealed.yaml"), "utf8")));
  await expectNoLeak(READING, { files });
  await expectNoLeak(READING, { files, env: { SOPS_AGE_KEY: `${KEY}\n${keyText("three")}` } });
});

/** Commands that judge what people write. */
const JUDGING = ["validate", "get", "explain", "build", "verify all", "updatekeys", "rotate", "recipients"];

test.each(Object.keys(PLACES))("a secret in the wrong place: %s", async (place) => {
  const text = (PLACES[place] ?? "").replaceAll("CANARY", place.startsWith("YAML") ? SECRET : KEY);
  const isPolicy = text.includes("kind: Workspace");
  const files = new Map([
    ["jackfield.yaml", isPolicy ? text : POLICY],
    ["x.yaml", isPolicy ? "" : text],
  ]);
  await expectNoLeak(JUDGING, { files });
});

test.each([
  [
    "a Connection with its password",
    "warehouse.yaml",
    CONNECTION.replace("login: etl", `password: ${QUOTED}`),
  ],
  [
    "a Link with a password",
    "warehouse.yaml",
    CONNECTION.replace("sharing: all", `links: [{to: {all: true}, overrides: {password: ${QUOTED}}}]`),
  ],
  ["a Credential that is not sealed", PROD, credentialYaml("{environment: production}", QUOTED)],
  [
    "a Credential that is not sealed, and wrong",
    PROD,
    credentialYaml("{environment: nowhere}", QUOTED).replace("password", "pasword"),
  ],
  ["a sealed file with a plain value", PROD, prod.replace(/password: ENC.*/, `password: ${QUOTED}`)],
  [
    "a sealed file with one more plain value",
    PROD,
    prod.replace(/(\s+)password: ENC/, `$1login: ${QUOTED}$&`),
  ],
  ["a sealed value moved", PROD, prod.replace("password: ENC", "login: ENC")],
  [
    "a sealed value moved out",
    PROD,
    prod.replace(/ {2}secrets:\n.*\n( +)password: (ENC.*)/, "  secrets: {login: x}\n  other: $2"),
  ],
  ["another file's value", PROD, prod.replace(/password: ENC.*/, /password: ENC.*/.exec(dev)?.[0] ?? "")],
  [
    "only sealed values under the MAC",
    PROD,
    prod.replace("    mac:", "    mac_only_encrypted: true\n    mac:"),
  ],
  ["another scope", PROD, prod.replace("^secrets$", "^(secrets|spec)$")],
  ["a .sops.yaml for others", ".sops.yaml", `creation_rules: [{age: ${TWO}, encrypted_regex: ${QUOTED}}]\n`],
  [
    "a .sops.yaml with a private key",
    ".sops.yaml",
    `creation_rules: [{age: ${KEY}, encrypted_regex: ^secrets$}]\n`,
  ],
  ["recipients that are private keys", "jackfield.yaml", workspaceYaml([KEY], [ONE, TWO])],
  ["recipients that are mistyped", "jackfield.yaml", workspaceYaml([ONE.replace(/.$/, "q")], [ONE, TWO])],
  [
    "recipients of another kind",
    "jackfield.yaml",
    workspaceYaml([ONE, `{pgp: ${"A".repeat(40)}}`], [ONE, TWO]),
  ],
  ["a file of another's", PROD, "no: credential\n"],
  [
    "a private key in a description",
    "warehouse.yaml",
    CONNECTION.replace("host:", `description: ${KEY}, host:`),
  ],
  ["a private key in a comment", "warehouse.yaml", `# ${KEY}\n${CONNECTION}`],
  [
    "a host with a password",
    "warehouse.yaml",
    CONNECTION.replace("db.example.com", `"https://u:${KEY}@db.example.com"`),
  ],
  [
    "a password in a document that is refused",
    "warehouse.yaml",
    CONNECTION.replace("host:", `hots: x, password: ${QUOTED}, host:`),
  ],
  ["a copy of a sealed file", "copy.production.sops.yaml", prod.replace("rotated", "copied")],
  ["a merge that nobody finished", PROD, `# <<<<<<< jackfield: conflict in warehouse: ours\n${prod}`],
  [
    "an unknown key of .sops.yaml",
    ".sops.yaml",
    `creation_rules: [{path_regexp: ${QUOTED}, ${JSON.stringify(SECRET)}: 1, age: ${ONE}}]\n`,
  ],
  [
    "a pattern of .sops.yaml that is none",
    ".sops.yaml",
    `creation_rules: [{path_regex: ${JSON.stringify(`(${SECRET}`)}, age: ${ONE}}, {age: ${KEY}}]\n`,
  ],
  [
    "rules of .sops.yaml that are never reached",
    ".sops.yaml",
    `creation_rules: [{age: ${ONE}, encrypted_regex: ^secrets$}, {age: ${KEY}, path_regex: ${QUOTED}}]\n`,
  ],
  [
    "a pattern of .sops.yaml that we do not judge",
    ".sops.yaml",
    `creation_rules: [{age: ${KEY}, path_regex: ${JSON.stringify(`(?i)${SECRET}`)}}]\n`,
  ],
  [
    "a .sops.yaml that does not parse",
    ".sops.yaml",
    `creation_rules: [{age: ${KEY}, path_regex: ${QUOTED}\n`,
  ],
  ["no rule of .sops.yaml", ".sops.yaml", `creation_rules: [{age: ${ONE}, path_regex: "${KEY}"}]\n`],
  ["another name of .sops.yaml", ".sops.yml", `creation_rules: [{age: ${KEY}, path_regex: ${QUOTED}}]\n`],
  ["a name that is a key", `${KEY}.yaml`, credentialYaml("{environment: production}", QUOTED)],
] as const)("%s", async (_, path, text) => {
  const commands = Object.keys(COMMANDS).filter((name) => name !== "textconv");
  await expectNoLeak(commands, { files: estate().set(path, text) });
});

const EDITOR = "sh {}/edit.sh";

test.each(Object.keys(LEFT))("the editor leaves %s", async (name) => {
  const files = estate()
    .set("left.txt", LEFT[name] ?? "")
    .set("edit.sh", 'cp left.txt "$1"');
  for (const file of [PROD, "new.production.sops.yaml"]) {
    const found = await breaches(name, { files, args: ["secrets", "edit", file], env: { EDITOR } });
    expect(found).toEqual([]);
  }
});

test.each([
  ["fails", "exit 3"],
  ["is killed", "kill -9 $$"],
  ["removes the file", 'rm "$1"'],
  ["leaves bytes", "printf '\\377\\376' > \"$1\""],
  ["changes the sealed file, too", `cp left.txt "$1"; echo "# changed" >> ${PROD}`],
] as const)("the editor %s", async (name, script) => {
  const files = estate()
    .set("left.txt", LEFT["a new secret"] ?? "")
    .set("edit.sh", script);
  const kept = (text: string) =>
    rmSync(dirname(/is in `([^`]+)`/.exec(text)?.[1] ?? "nothing/kept"), { recursive: true, force: true });
  expect(await breaches(name, { files, args: ["secrets", "edit", PROD], env: { EDITOR } }, kept)).toEqual([]);
});

test("no such editor", async () => {
  const env = { EDITOR: `/nowhere/${KEY}` };
  expect(await breaches("edit", { files: estate(), args: ["secrets", "edit", PROD], env })).toEqual([]);
});

/** A program that pretends to be `sops`, and says all it knows before it ends. */
function pretender(end: string): Files {
  const script = `#!/bin/sh\ncase "$*" in *--version*) echo "sops 3.13.3"; exit 0;; esac\ncat left.txt; cat left.txt >&2; ${end}\n`;
  return estate().set("pretender", script).set("left.txt", `${KEY}\n${LEFT["a new secret"]}`);
}

test.each([
  ["did not open it", "exit 51"],
  ["has no data key", "exit 128"],
  ["ends in an odd way", "exit 17"],
  ["gives something else", "exit 0"],
] as const)("the sops program %s", async (name, end) => {
  const files = pretender(end).set(
    "jackfield.yaml",
    workspaceYaml([ONE, `{pgp: ${"A".repeat(40)}}`], [ONE, TWO]),
  );
  const env = { SOPS_AGE_KEY: keyText("three") };
  const prepare = (folder: string) => chmodSync(join(folder, "pretender"), 0o755);
  for (const command of ["verify one", "rotate", "updatekeys", "build"]) {
    for (const one of [{}, { env }]) {
      const args = [...(COMMANDS[command] ?? []), "--sops", "{}/pretender"];
      expect(await breaches(`${command}, ${name}`, { files, args, prepare, ...one })).toEqual([]);
    }
  }
});

test("no sops program, and a server that nobody lists", async () => {
  const vault =
    "hc_vault:\n        - {vault_address: https://x.example.com, engine_path: e, key_name: k, created_at: 2026-01-01T00:00:00Z, enc: e}\n    encrypted_regex";
  const files = pretender("exit 0").set(PROD, prod.replace(/age:\n[\s\S]*encrypted_regex/, vault));
  const prepare = (folder: string) => chmodSync(join(folder, "pretender"), 0o755);
  const env = { SOPS_AGE_KEY: keyText("three") };
  const args = ["secrets", "verify", PROD, "--sops"];
  expect(await breaches("vault", { files, args: [...args, "{}/pretender"], prepare, env })).toEqual([]);
  const nowhere = [...args, `/nowhere/${KEY}`];
  expect(await breaches("no program", { files: estate(), args: nowhere, env })).toEqual([]);
});

test.each(Object.keys(CALLS))("call: %s", async (name) => {
  const { files = {}, args, ...rest } = CALLS[name] ?? { args: [] };
  const all = new Map([...estate(), ...Object.entries(files)]);
  for (const format of FORMATS) {
    expect(await breaches(name, { ...rest, files: all, args: [...args, ...format] })).toEqual([]);
  }
});

test.each([
  [
    "both changed a value",
    edited((text) => text.replace("Kanari", "Kanari-ours")),
    edited((text) => text.replace("Kanari", "Kanari-theirs")),
  ],
  [
    "both added a value",
    edited((text) => `${text}    login: ${QUOTED}\n`),
    edited((text) => `${text}    login: "${SECRET.slice(0, 9).replaceAll('"', "")}x"\n`),
  ],
  [
    "one took away what the other changed",
    edited((text) => text.replace(/password: .*/, "login: x")),
    edited((text) => text.replace("Kanari", "Kanari-theirs")),
  ],
  [
    "ours is plain",
    credentialYaml("{environment: production}", QUOTED),
    edited((text) => text.replace("Kanari", "x")),
  ],
  [
    "theirs is plain",
    edited((text) => text.replace("Kanari", "x")),
    credentialYaml("{environment: production}", QUOTED),
  ],
  [
    "theirs is broken",
    edited((text) => text.replace("Kanari", "x")),
    prod.replace("warehouse", "wharehouse"),
  ],
  [
    "theirs is another file",
    edited((text) => text.replace("Kanari", "x")),
    dev.replace("warehouse", "wharehouse"),
  ],
  ["theirs is YAML of nobody", edited((text) => text.replace("Kanari", "x")), `${SECRET}: [`],
  ["theirs is no text", edited((text) => text.replace("Kanari", "x")), Buffer.from([0xff, 0xfe])],
] as const)("a merge where %s", async (name, ours, theirs) => {
  const files = estate().set("base", prod).set("ours", ours).set("theirs", theirs);
  const args = ["secrets", "merge-driver", "base", "ours", "theirs", PROD];
  for (const env of [{}, { SOPS_AGE_KEY: undefined }, { SOPS_AGE_KEY: typo }]) {
    for (const format of FORMATS) {
      expect(await breaches(name, { files, args: [...args, ...format], env })).toEqual([]);
    }
  }
});

test.each(Object.keys(VALUES))("value: %s", async (name) => {
  const { files = {}, args, input = `${SECRET}1\n`, ...rest } = VALUES[name] ?? { args: [] };
  const all = new Map([...estate(), ...Object.entries(files)]);
  for (const format of FORMATS) {
    expect(await breaches(name, { ...rest, input, files: all, args: [...args, ...format] })).toEqual([]);
  }
});

test("a canary is found where there is one", () => {
  for (const text of [KEY, SECRET, KEY.toLowerCase(), encodeURIComponent(SECRET), JSON.stringify(SECRET)]) {
    expect(leaksIn(`x${text}y`).length).toBeGreaterThan(0);
    for (const encoding of ["base64", "base64url", "hex"] as const) {
      expect(leaksIn(Buffer.from(`x${text}yz`).toString(encoding)).length).toBeGreaterThan(0);
    }
  }
  expect(leaksIn(KEY.slice(30, 42)).length).toBe(1);
  expect(leaksIn(`${ONE} ${TWO} ${prod}`)).toEqual([]);
});

/** Codes that are not seen here, and why. */
const ELSEWHERE: Readonly<Record<string, readonly Code[]>> = {
  "they take git: test/real/leak.test.ts": [
    ...(["JF024", "JF037", "JF043", "JF048", "JF372", "JF385", "JF386", "JF387", "JF388", "JF390"] as const),
    "JF389",
  ],
  "a machine without a folder in memory: its message is a fixed text": ["JF045"],
};

test("every code of sealed values, keys and secrets commands has been seen", () => {
  const wanted = (Object.keys(catalog) as Code[]).filter((code) => /^JF(0[1-4]|3)/.test(code));
  const elsewhere = Object.values(ELSEWHERE).flat();
  expect(wanted.filter((code) => !seen.has(code) && !elsewhere.includes(code))).toEqual([]);
});
