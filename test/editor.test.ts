import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LanguageServer } from "./support/language-server.ts";
import { marked, placeOf } from "./support/marked.ts";

// What an engineer sees while typing: the real language server on the schemas that we publish.
const SCHEMA = fileURLToPath(new URL("../schemas/jackfield.schema.json", import.meta.url));
const MODELINE = `# yaml-language-server: $schema=${SCHEMA}\n`;
const CONNECTION = `${MODELINE}apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: warehouse}
spec:
`;

let server: LanguageServer;
let documents = 0;

beforeAll(async () => {
  server = await LanguageServer.start({ [SCHEMA]: "**/by-setting-*.yaml" });
});
afterAll(() => server.stop());

async function open(source: string, prefix = "") {
  const { text, offsets } = marked(source);
  const uri = pathToFileURL(`/editor-test/${prefix}${++documents}.yaml`).href;
  const places = offsets.map((offset) => placeOf(text, offset));
  const diagnostics = await server.open(uri, text);
  return { uri, place: places[0] ?? { line: 0, character: 0 }, places, diagnostics };
}

async function completions(source: string): Promise<readonly string[]> {
  const { uri, place } = await open(source);
  return server.complete(uri, place);
}

async function hover(source: string): Promise<string> {
  const { uri, place } = await open(source);
  return server.hover(uri, place);
}

test("completes the keys of `spec`", async () => {
  const offered = await completions(`${CONNECTION}  type: snowflake\n  ┆\n`);
  expect(offered).toEqual(expect.arrayContaining(["auth", "sharing", "exclude", "login", "extra", "links"]));
  expect(new Set(offered).size).toBe(offered.length);
});

test("does not offer a secret field where it may not stand", async () => {
  expect(await completions(`${CONNECTION}  type: snowflake\n  ┆\n`)).not.toContain("password");
  const extra = await completions(`${CONNECTION}  type: snowflake\n  extra:\n    ┆\n`);
  expect(extra).not.toContain("private_key_content");
});

test("completes connection types", async () => {
  const offered = await completions(`${CONNECTION}  type: ┆\n`);
  expect(offered).toEqual(expect.arrayContaining(["postgres", "snowflake", "aws"]));
});

test("completes the `extra` keys of the type, in the object and in its Links", async () => {
  const keys = ["account", "warehouse", "role"];
  const own = await completions(`${CONNECTION}  type: snowflake\n  extra:\n    ┆\n`);
  expect(own).toEqual(expect.arrayContaining(keys));
  const links = "  links:\n    - to: {all: true}\n      overrides:\n        extra:\n          ┆\n";
  expect(await completions(`${CONNECTION}  type: snowflake\n${links}`)).toEqual(expect.arrayContaining(keys));
});

test("completes the authentication methods of the type", async () => {
  const offered = await completions(`${CONNECTION}  type: snowflake\n  auth: ┆\n`);
  expect(offered.length).toBeGreaterThan(1);
  expect(offered).toContain("password");
});

test("completes what a Link and a Credential hold", async () => {
  const head = (kind: string) =>
    `${MODELINE}apiVersion: jackfield.dev/v1\nkind: ${kind}\nspec:\n  connection: a\n`;
  const selectors = ["all", "environment", "cluster", "selector", "deployments", "previewsOf"];
  expect(await completions(`${head("Link")}  to:\n    ┆\n`)).toEqual(expect.arrayContaining(selectors));
  expect(await completions(`${head("Link")}  to: {all: true}\n  overrides:\n    ┆\n`)).toContain("unset");
  expect(await completions(`${head("Credential")}  secrets:\n    ┆\n`)).toContain("password");
});

test("hovering says what a field means for the type", async () => {
  const text = await hover(`${CONNECTION}  type: snowflake\n  extra:\n    acc┆ount: xy12345\n`);
  expect(text).toMatch(/^#### Account .*Snowflake/);
  expect(await hover(`${CONNECTION}  ty┆pe: snowflake\n`)).toMatch(/#### Connection type[\s\S]*Snowflake/);
  expect(await hover(`${CONNECTION}  type: custom\n  po┆rt: 1\n`)).toMatch(/#### Port[\s\S]*TCP port/);
});

test("a misspelt key is marked, exactly", async () => {
  const { places, diagnostics } = await open(`${CONNECTION}  type: snowflake\n  ┆shraing┆: all\n`);
  expect(diagnostics).toMatchObject([{ range: { start: places[0], end: places[1] } }]);
  expect(diagnostics[0]?.message).toContain("shraing");
});

test("a secret in a Connection is marked, with what to do", async () => {
  const { place, diagnostics } = await open(`${CONNECTION}  type: snowflake\n  ┆password: x\n`);
  expect(diagnostics).toMatchObject([{ range: { start: place } }]);
  expect(diagnostics[0]?.message).toMatch(/^A secret: put it under `secrets` of a Credential/);
});

test.each([
  ["with a modeline each", MODELINE, ""],
  ["with the editor's setting", "", "by-setting-"],
])("every document of a file is checked, %s", async (_, modeline, prefix) => {
  const first = "apiVersion: jackfield.dev/v1\nkind: Variable\nmetadata: {name: a}\nspec: {┆vlaue: b}\n";
  const second =
    "apiVersion: jackfield.dev/v1\nkind: Link\nspec: {variable: a, to: {all: true, ┆cluster: eu}}\n";
  const { places, diagnostics } = await open(`${modeline}${first}---\n${modeline}${second}`, prefix);
  expect(diagnostics.map(({ range }) => range.start)).toEqual(places);
});
