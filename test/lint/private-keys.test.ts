import { expect, test } from "vitest";
import { validate } from "../../src/commands/validate.ts";
import { privateKeysIn } from "../../src/lint/private-keys.ts";

const key = (...parts: readonly string[]) => parts.join("");
const AGE = key("AGE-SECRET-", "KEY-1", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L");
const PEM = key("-----BEGIN ", "PRIVATE KEY-----", `\n${"MC4CAQAw".repeat(8)}\n`);

function linesOf(text: string): readonly number[] {
  const found = [...privateKeysIn({ path: "keys.txt", text })];
  expect(JSON.stringify(found.map(({ message, hint }) => [message, hint]))).not.toMatch(/QPZRY|MC4C/);
  return found.map(({ at }) => text.slice(0, at?.start).split("\n").length);
}

test.each([
  ["a key file", `# created: today\n${AGE}\n`, [2]],
  ["a PEM file", PEM, [1]],
  ["of lines that end with CR and LF", PEM.replaceAll("\n", "\r\n"), [1]],
  ["within JSON", JSON.stringify({ private_key: PEM }), [1]],
  ["two keys", `${AGE}\n${PEM}\n`, [1, 2]],
  ["no more than ten of a file", `${AGE}\n`.repeat(30), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
  ["one that says it is for throwing away", `# THROW-AWAY test key\n\n\n${AGE}\n`, []],
  ["one that says so in its own line", `x\n\n\n\n\n${AGE} # THROW-AWAY\n`, []],
  ["a whole file that says so in its first line", `# THROW-AWAY keys\n${"\n".repeat(20)}${AGE}\n`, []],
  ["one that says so too far away", `x\n# THROW-AWAY\n\n\n\n${AGE}\n`, [6]],
  ["one that says so below", `${AGE}\n# THROW-AWAY\n`, [1]],
  ["one of two that says so", `x\n# THROW-AWAY\n${AGE}\n\n\n\n${AGE}\n`, [7]],
  ["other words", `# throw away\n${AGE}\n`, [2]],
  ["a public key", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\n", []],
  ["words about keys", "AGE-SECRET-KEY-1… goes into SOPS_AGE_KEY\n", []],
  [
    "a program that looks for one",
    key('if text.startswith("-----BEGIN ', 'PRIVATE KEY-----"):\n    pass\n'),
    [],
  ],
  ["other secrets", key("gl", "pat-", "aB3dE5gH7jK9aB3dE5gH7jK9\n"), []],
] as const)("private keys in the tree: %s", (_, text, lines) => {
  expect(linesOf(text)).toEqual(lines);
});

const WORKSPACE = `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: main}
spec: {environments: {development: {}}, clusters: {laptop: {directory: .jackfield/laptop}}}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: dev}
spec: {environment: development, cluster: laptop, namespace: dev}
`;

test.each([
  [
    "in a file of ours it is told once",
    `apiVersion: jackfield.dev/v1\nkind: Nothing\nkey: ${AGE}\n`,
    ["JF111", "JF370"],
  ],
  ["in one that does not parse, too", `apiVersion: jackfield.dev/v1\nkey: [${AGE}\n`, ["JF101", "JF370"]],
  ["a file that only mentions us is none of ours", `# see jackfield.dev/v1\nkey: ${AGE}\n`, ["JF372"]],
] as const)("%s", async (_, text, codes) => {
  const files = [
    { path: "jackfield.yaml", text: WORKSPACE },
    { path: "x.yaml", text },
  ];
  const ports = {
    files: { scan: () => ({ value: files, diagnostics: [] }) },
    history: () => {
      throw new Error("nothing is sealed");
    },
    suspects: Promise.resolve({ value: files.slice(1), diagnostics: [] }),
  };
  const { diagnostics } = await validate(ports, {});
  expect(diagnostics.map(({ code }) => code).sort()).toEqual(codes);
});
