import { spawnSync } from "node:child_process";
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Compiled, compile } from "../src/compile.ts";
import { createFiles, findPlace } from "../src/node/files.ts";
import { show } from "./support/diagnostics.ts";
import { listEffective } from "./support/listing.ts";

// Input that means harm, or looks like it: diagnostics in bounded time and memory, never a stack trace.

const POLICY = `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: analytics, uid: 0b6f2d0e-8f1c-4a0b-9a57-5b8d1f3f6a11}
spec:
  environments: {production: {}}
  clusters: {eu: {context: eu}}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: prod}
spec: {environment: production, cluster: eu, namespace: airflow}
`;
const HEAD = "apiVersion: jackfield.dev/v1\n";
const variable = (name: string, spec: string) =>
  `${HEAD}kind: Variable\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const connection = (name: string, spec: string) =>
  `${HEAD}kind: Connection\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const value = (text: string) => variable("region", `\n  sharing: all\n  value: ${text}`);

/** Generous: what is quadratic or worse takes minutes. */
const BOUND = 10_000;

function compiled(...texts: readonly string[]): Compiled {
  const started = performance.now();
  const result = compile([
    { path: "jackfield.yaml", text: POLICY },
    ...texts.map((text, i) => ({ path: `${i}.yaml`, text })),
  ]);
  expect(performance.now() - started).toBeLessThan(BOUND);
  return result;
}

/** The codes an estate gives with these files beside a plain `jackfield.yaml`; each once, sorted. */
function codes(...texts: readonly string[]): readonly string[] {
  return [...new Set(compiled(...texts).diagnostics.map(({ code }) => code))].sort();
}

const laughs = [
  "a: &a [x]",
  ..."bcdefghij".split("").map((c, i) => `${c}: &${c} [${Array(10).fill(`*${"abcdefghij"[i]}`)}]`),
];
const indented = (levels: number) =>
  Array.from({ length: levels }, (_, i) => `${" ".repeat(i + 4)}a:`).join("\n");

const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  ["an alias bomb", value(`\n    ${laughs.join("\n    ")}`), ["JF106"]],
  [
    "a wide alias bomb",
    value(`\n    a: &a [${Array(1000).fill("x")}]\n    b: [${Array(1000).fill("*a")}]`),
    ["JF106"],
  ],
  ["an anchor that holds itself", value("&a [*a]"), ["JF106"]],
  ["anchors that hold each other", value("\n    a: &a {b: &b {c: *a}}"), ["JF106"]],
  ["an anchor that is not there", value("*nowhere"), ["JF101"]],
  ["an alias as a key", value("\n    a: &a x\n    *a : y"), ["JF108"]],
  ["deep flow nesting", value(`${"[".repeat(1000)}${"]".repeat(1000)}`), ["JF105"]],
  ["very deep flow nesting", value(`${"[".repeat(200_000)}`), ["JF105"]],
  ["very deep flow maps", value(`${"{a: ".repeat(100_000)}`), ["JF105"]],
  ["deep block nesting", value(`\n${indented(300)} x`), ["JF105"]],
  ["very deep block nesting", value(`\n${indented(3000)} x`), ["JF105"]],
  ["deep lists on one line", value(`\n    ${"- ".repeat(50_000)}x`), ["JF105"]],
  ["deep keys", value(`\n    ${"? ".repeat(20_000)}x`), ["JF105"]],
  ["a tag", value("!!python/object/apply:os.system [x]"), ["JF101"]],
  ["a binary tag", value("!!binary aGVsbG8="), ["JF101"]],
  ["one key twice", variable("region", "{value: x, value: y, sharing: all}"), ["JF102"]],
  ["one key twice in two forms", value('{8080: x, "8080": y}'), ["JF102"]],
  ["`__proto__` twice", value("{__proto__: x, __proto__: y}"), ["JF102"]],
  [
    "a tab in the indentation",
    `${HEAD}kind: Variable\nmetadata: {name: region}\nspec:\n\tvalue: x\n`,
    ["JF101"],
  ],
  ["a byte order mark inside", value("x\uFEFFy"), ["JF115"]],
  ["a zero-width space in an id", variable("re\u200Bgion", "{value: x, sharing: all}"), ["JF115", "JF206"]],
  ["a direction override in an id", variable("re\u202Egion", "{value: x, sharing: all}"), ["JF115", "JF206"]],
  ["a direction isolate in a comment", `${value("x")}# \u2066\n`, ["JF115"]],
  ["a NUL", value("x\0y"), ["JF115"]],
  ["a merge key", value("\n    base: &base {a: x}\n    own:\n      <<: *base"), ["JF107"]],
  ["a merge key of a list", value("\n    base: &base {a: x}\n    own: {<<: [*base, *base]}"), ["JF107"]],
  ["`no` in a Variable", value("no"), ["JF117"]],
  ["base 60 and dates", value("[1:30, 2026-01-01, 190:20:30]"), ["JF117"]],
  ["an octal number", value("[0123]"), ["JF118"]],
  ["numbers JSON does not have", value("[.inf, -.5, +1, 0x1F, 0o17, .nan]"), ["JF118"]],
  [
    "a date where a text must be",
    connection("web", "{type: custom_thing, host: 2026-01-01, sharing: all}"),
    ["JF117", "JF417"],
  ],
  ["a number where a text must be", value("0123"), ["JF203"]],
  ["`yes` where a boolean must be", variable("region", "{value: x, protect: yes, sharing: all}"), ["JF203"]],
  ["a document that is no map", `${value("x")}---\n- a\n---\nscalar\n--- |\n  jackfield.dev/\n`, []],
  ["documents without end", `${value("x")}${"---\n".repeat(10_000)}`, []],
  ["an enormous id", variable("a".repeat(1_000_000), "{value: x, sharing: all}"), ["JF206"]],
  ["an enormous value", value(`"${"x".repeat(2_000_000)}"`), []],
  ["an enormous line", value(`[${"x, ".repeat(100_000)}]`), []],
  ["an enormous key", variable("region", `{${"k".repeat(900)}: x, value: x, sharing: all}`), ["JF201"]],
  [
    "a key longer than YAML 1.1 allows",
    variable("region", `{${"k".repeat(100_000)}: x, value: x, sharing: all}`),
    ["JF201"],
  ],
  ["a thousand syntax errors", `${HEAD}${"a: [\n}: b\n".repeat(1000)}`, ["JF101"]],
  ["an unclosed text", `${HEAD}kind: "Variable\n${"x\n".repeat(100_000)}`, ["JF101"]],
];

test.each(CASES)("%s", (_, text, expected) => {
  expect(codes(text)).toEqual(expected);
});

const POISON = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "__defineGetter__",
];

test.each(POISON)("the name `%s` is only a name, wherever it stands", (name) => {
  const texts = {
    id: connection(name, "{type: custom_thing, host: x, sharing: all}"),
    variable: variable(name, "{value: x, sharing: all}"),
    map: value(`{${name}: {polluted: "1"}}`),
    extra: connection("web", `{type: custom_thing, extra: {${name}: {polluted: "1"}}, sharing: all}`),
    plain: connection(
      "web",
      `{type: custom_thing, plain: [extra.${name}], extra: {${name}: "1"}, sharing: all}`,
    ),
    field: variable("region", `{value: x, sharing: all, ${name}: {polluted: "1"}}`),
    root: `${value("x")}${name}: {polluted: "1"}\n`,
    auth: connection("web", `{type: http, auth: ${name}, host: x, sharing: all}`),
    type: connection("web", `{type: x.${name}, sharing: all}`),
    to: variable("region", `{value: x, links: [{to: {${name}: {polluted: "1"}}}]}`),
    selector: variable("region", `{value: x, links: [{to: {selector: {x${name}: x}}}]}`),
    unset: connection(
      "web",
      `{type: custom_thing, links: [{to: {all: true}, overrides: {unset: [extra.${name}]}}]}`,
    ),
    reference: `${HEAD}kind: Link\nspec: {connection: ${name}, to: {all: true}}\n`,
    kind: `${HEAD}kind: ${name}\n`,
    deployment: variable("region", `{value: x, links: [{to: {deployments: [${name.replaceAll("_", "")}]}}]}`),
    environment: variable(
      "region",
      `{value: x, links: [{to: {environment: ${name.toLowerCase().replaceAll("_", "")}}}]}`,
    ),
  };
  const found = Object.fromEntries(Object.entries(texts).map(([place, text]) => [place, codes(text)]));
  const shape = (code: string) => (/[A-Z]/.test(name) ? ["JF206"] : [code]);
  expect(found).toEqual({
    id: ["JF417"],
    variable: [],
    map: [],
    extra: ["JF415", "JF417"],
    plain: ["JF417"],
    field: ["JF201"],
    root: ["JF201"],
    auth: name.startsWith("_") ? ["JF206"] : ["JF420"],
    type: ["JF417"],
    to: ["JF201"],
    selector: /_$/.test(name) ? ["JF206"] : ["JF403"],
    unset: ["JF410", "JF417"],
    reference: ["JF402"],
    kind: ["JF111"],
    deployment: shape("JF402"),
    environment: ["JF402"],
  });
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test("a byte order mark at the start and CRLF change nothing but places", () => {
  const text = variable("region", "\n  sharing: all\n  value: |\n    one\n    two\n");
  const values = (result: Compiled) => listEffective(result).replaceAll(/:\d+:\d+/g, "");
  expect(values(compiled(`\uFEFF${text}`))).toBe(values(compiled(text)));
  expect(values(compiled(text.replaceAll("\n", "\r\n")))).toBe(values(compiled(text)));
  expect(codes(`\uFEFF${text}`)).toEqual([]);
});

test("ten thousand documents in one file", () => {
  const text = Array.from({ length: 10_000 }, (_, i) => variable(`v${i}`, "{value: x, sharing: all}")).join(
    "---\n",
  );
  const { workspaces, diagnostics } = compiled(text);
  expect(diagnostics).toEqual([]);
  expect(workspaces[0]?.effective.deployments[0]?.objects.length).toBe(10_000);
});

const links = (count: number, one: (i: number) => string) =>
  variable(
    "region",
    `\n  value: own\n  links:\n${Array.from({ length: count }, (_, i) => `    - ${one(i)}\n`).join("")}`,
  );

test.each([
  ["that agree", (_: number) => "{to: {all: true}, overrides: {value: x}}", []],
  ["that contradict each other", (i: number) => `{to: {all: true}, overrides: {value: "${i}"}}`, ["JF407"]],
  ["to names nobody has", (i: number) => `{to: {deployments: [prod-${i}]}}`, ["JF402"]],
  ["that select nothing", (i: number) => `{to: {selector: {team: t${i}}}}`, ["JF403"]],
])("five thousand Links of one object %s", (_, one, expected) => {
  expect(codes(links(5000, one))).toEqual(expected);
});

const flood = (one: (i: number) => string) => Array.from({ length: 50_000 }, (_, i) => one(i)).join("");

test.each([
  ["keys set twice", `${value("x")}${flood(() => "  a: x\n")}`, ["JF102", "JF201"]],
  ["words that YAML 1.1 reads otherwise", `${value("")}\n${flood(() => "    - no\n")}`, ["JF117"]],
  ["kinds that nobody knows", flood((i) => `${HEAD}kind: V${i}\n---\n`), ["JF111"]],
])("a flood of troubles is told, with frames for the first: %s", (_, text, expected) => {
  const result = compiled(text);
  expect([...new Set(result.diagnostics.map(({ code }) => code))].sort()).toEqual(expected);
  expect(result.diagnostics.length).toBeGreaterThanOrEqual(49_999);
  const started = performance.now();
  expect(show(result).split("\n").length).toBeGreaterThan(49_999);
  expect(performance.now() - started).toBeLessThan(BOUND);
});

test("thousands of mistyped references to thousands of names", () => {
  const known = Array.from({ length: 3000 }, (_, i) => variable(`variable_${i}`, "{value: x}")).join("---\n");
  const unknown = Array.from(
    { length: 3000 },
    (_, i) => `${HEAD}kind: Link\nspec: {variable: varible_${i}, to: {all: true}}\n`,
  );
  expect(codes(known, unknown.join("---\n"))).toEqual(["JF402"]);
});

test("names that are hard on regular expressions", () => {
  const long = [
    "a-".repeat(50_000),
    "a".repeat(100_000),
    `${"a.".repeat(50_000)}!`,
    "{number}".repeat(20_000),
    "(a+)+$",
    "-".repeat(100_000),
  ];
  for (const name of long) {
    const text = JSON.stringify(name);
    codes(
      `${HEAD}kind: Deployment\nmetadata: {name: ${text}, labels: {${text}: ${text}}}\nspec: {environment: ${text}, cluster: ${text}, namespace: ${text}, secretName: ${text}, branch: ${text}, previews: {namespace: ${text}, destinations: [${text}]}}\n`,
      connection(text, `{type: ${text}, auth: ${text}, exclude: [${text}], sharing: all}`),
      variable(text, `{value: x, links: [{to: {deployments: [${text}]}}]}`),
      `${HEAD}kind: EnvironmentVariable\nmetadata: {name: ${text}}\nspec: {value: ${text}}\n`,
      `${HEAD}kind: Link\nmetadata: {name: ${text}}\nspec: {connection: ${text}, to: {selector: {${text}: ${text}}}, overrides: {unset: [${text}]}}\n`,
      `kind${" ".repeat(100_000)}x\nname: ${text}\n jackfield.dev/ : [`,
    );
  }
});

test("a message never holds a line, however long what it is about", () => {
  const long = "x".repeat(100_000);
  for (const text of [
    variable(long, "{value: x}"),
    variable("region", `{${"k".repeat(900)}: x}`),
    value(`[${long}`),
  ]) {
    expect(show(compiled(text)).length).toBeLessThan(2000);
  }
});

/** Files of 50 MB and other things that are only on disk. */
function inFolder(use: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), "jackfield-hostile-"));
  try {
    use(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function writeLarge(path: string, tail: string): void {
  const file = openSync(path, "w");
  writeSync(file, "# big\n");
  ftruncateSync(file, 50_000_000);
  writeSync(file, tail, 50_000_000);
  closeSync(file);
}

test("files of 50 MB are not read, and told of if they are ours", () => {
  inFolder((root) => {
    writeFileSync(join(root, "jackfield.yaml"), POLICY);
    writeLarge(join(root, "ours.yaml"), "\napiVersion: jackfield.dev/v1\n");
    writeLarge(join(root, "other.yaml"), "\na: b\n");
    const before = process.memoryUsage().rss;
    const started = performance.now();
    const { value: files, diagnostics } = createFiles(findPlace(root)).scan();
    expect(performance.now() - started).toBeLessThan(BOUND);
    expect(process.memoryUsage().rss - before).toBeLessThan(30_000_000);
    expect(files.map(({ path }) => path)).toEqual(["jackfield.yaml"]);
    expect(diagnostics.map(({ code, at }) => `${code} ${at?.file.path}`)).toEqual(["JF104 ours.yaml"]);
  });
});

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

test.each([
  ["text", (err: string, _: string) => err],
  ["json", (_: string, out: string) => out],
])("the command line survives all of it at once, as %s", (format, report) => {
  inFolder((root) => {
    const write = (path: string, content: string | Buffer) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    };
    write("jackfield.yaml", POLICY);
    CASES.forEach(([, text], i) => void write(`cases/${i}.yaml`, text));
    write("not-utf8.yaml", Buffer.from([0xff, ...Buffer.from(HEAD)]));
    write("pipe\u202E.yaml", value("x"));
    symlinkSync("/etc/hostname", join(root, "out.yaml"));
    writeLarge(join(root, "large.yaml"), "\napiVersion: jackfield.dev/v1\n");
    const started = performance.now();
    const args = [MAIN, "validate", "-C", root, "--format", format];
    const run = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 1 << 28 });
    expect(performance.now() - started).toBeLessThan(3 * BOUND);
    expect(run.status).toBe(1);
    const text = report(run.stderr, run.stdout);
    expect(text).not.toMatch(/^\s+at .*[:(]\d+|Error:|JF901/m);
    for (const code of ["JF101", "JF102", "JF103", "JF104", "JF105", "JF106", "JF116"])
      expect(text).toContain(code);
    for (const line of text.split("\n")) expect(line.length).toBeLessThan(1000);
    expect(text).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B]/);
  });
});
