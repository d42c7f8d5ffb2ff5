import { expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { noteOf } from "../../src/merge/conflict-notes.ts";
import { CONNECTION, credentialYaml, ONE, sealedFor, TWO, workspaceYaml } from "../support/secrets-ports.ts";

const FIRST = sealedFor(credentialYaml("{environment: production}", "canary"), [ONE, TWO]);
const SECOND = sealedFor(credentialYaml("{environment: production}", "canary"), [ONE, TWO]);
const macOf = (text: string) => /mac: (\S+)/.exec(text)?.[1] ?? "";
const keysOf = (text: string) => text.match(/-----BEGIN[\s\S]*?-----END AGE ENCRYPTED FILE-----\n/g) ?? [];
const withKey = (text: string, index: number, armor: string) =>
  text.replace(keysOf(text)[index] ?? "", armor);

function told(...codes: readonly string[]) {
  return (files: Readonly<Record<string, string>>) => {
    const all = { "jackfield.yaml": workspaceYaml([ONE, TWO], [ONE]), "x.yaml": CONNECTION, ...files };
    const { diagnostics } = compile(Object.entries(all).map(([path, text]) => ({ path, text })));
    return diagnostics.flatMap(({ code, at, related }) =>
      codes.includes(code)
        ? [[code, at?.file.path, ...related.map((one) => one.at.file.path)].join(" ")]
        : [],
    );
  };
}

const indented = (text: string) => text.replaceAll("\n", "\n      ");

test.each([
  ["two files sealed on their own", { "a.yaml": FIRST, "b.yaml": SECOND }, []],
  ["a copy, told once and at the later path", { "b.yaml": FIRST, "a.yaml": FIRST }, ["JF371 b.yaml a.yaml"]],
  [
    "a MAC alone",
    { "a.yaml": FIRST, "b.yaml": SECOND.replace(macOf(SECOND), macOf(FIRST)) },
    ["JF371 b.yaml a.yaml"],
  ],
  [
    "a wrapped key alone, to another place in the list",
    { "a.yaml": FIRST, "b.yaml": withKey(SECOND, 1, keysOf(FIRST)[0] ?? "") },
    ["JF371 b.yaml a.yaml"],
  ],
  [
    "in a block that has something wrong",
    {
      "a.yaml": FIRST,
      "b.yaml": FIRST.replace("lastmodified:", "lastmodifeid:").replace(macOf(FIRST), macOf(SECOND)),
    },
    ["JF371 b.yaml a.yaml"],
  ],
  [
    "for a key service",
    {
      "a.yaml": FIRST.replace("    age:", `    kms: [{arn: a, enc: ${"Q".repeat(60)}}]\n    age:`),
      "b.yaml": SECOND.replace("    age:", `    kms: [{arn: b, enc: ${"Q".repeat(60)}}]\n    age:`),
    },
    ["JF371 b.yaml a.yaml"],
  ],
  [
    "three",
    { "a.yaml": FIRST, "b.yaml": FIRST, "c.yaml": FIRST },
    ["JF371 b.yaml a.yaml", "JF371 c.yaml a.yaml"],
  ],
  ["one key twice in one file", { "a.yaml": withKey(FIRST, 1, keysOf(FIRST)[0] ?? "") }, []],
  [
    "keys that were never filled in",
    {
      "a.yaml": FIRST.replace("    age:", "    kms: [{arn: a, enc: x}]\n    age:"),
      "b.yaml": SECOND.replace("    age:", "    kms: [{arn: a, enc: x}]\n    age:"),
    },
    [],
  ],
  [
    "a file that is none of ours",
    { "a.yaml": FIRST, "b.yaml": FIRST.replace("jackfield.dev/v1", "v1").replace("kind", "x") },
    [],
  ],
] as const)("copies: %s", (_, files, expected) => {
  expect(told("JF371")(files)).toEqual(expected);
});

const note = noteOf("spec.host");

test.each([
  ["the note of our merge driver", `${note}\n${CONNECTION}`, ["JF384 c.yaml"]],
  ["before a key", CONNECTION.replace(/^spec/m, `${note}\nspec`), ["JF384 c.yaml"]],
  ["indented", `${CONNECTION}    ${note}\n`, ["JF384 c.yaml"]],
  ["in a file that does not parse", `${note}\n${CONNECTION}x: [\n`, ["JF384 c.yaml"]],
  ["in a sealed file", `${note}\n${FIRST}`, ["JF384 c.yaml"]],
  ["two of them", `${note}\n${note}\n${CONNECTION}`, ["JF384 c.yaml", "JF384 c.yaml"]],
  ["behind something", `${CONNECTION}x: y ${note}\n`, []],
  ["a note of somebody else's", `# <<<<<<< HEAD\n${CONNECTION}`, []],
  ["words that only begin so", `# <<<<<<< jackfields\n${CONNECTION}`, []],
  ["a file that is none of ours", `${note}\na: b\n`, []],
] as const)("unfinished merges: %s", (_, text, expected) => {
  expect(told("JF384")({ "c.yaml": text })).toEqual(expected);
  expect(told("JF384")({ "c.yaml": indented(text) === text ? text : text.replaceAll("\n", "\r\n") })).toEqual(
    expected,
  );
});
