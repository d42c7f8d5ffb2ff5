import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { typeNames, typeOf } from "../src/catalogue/index.ts";
import { compile } from "../src/compile.ts";
import type { ConnectionType } from "../src/model/connection-type.ts";
import { columns } from "../src/render/columns.ts";
import { typeExample } from "../src/render/type-example.ts";
import { renderType, renderTypeList, typeAsJson } from "../src/render/types.ts";
import { ciphertext, RECIPIENTS, sopsBlock } from "./support/seal.ts";

// `jackfield types`: pages that fit a terminal, and examples that are right as they stand.

const WIDTH = 100;
const types = typeNames.map((name) => typeOf(name) as ConnectionType);
const methods = types.flatMap((type) => Object.keys(type.methods).map((method) => ({ type, method })));

const WORKSPACE = `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: main}
spec:
  environments: {production: {recipients: [${RECIPIENTS.prod}]}}
  clusters: {laptop: {directory: .jackfield/laptop}}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: prod}
spec: {environment: production, cluster: laptop, namespace: airflow}
`;

test.each(methods)("the example of $type.type by $method compiles", ({ type, method }) => {
  const [connection = "", draft] = typeExample(type, method).split("---\n");
  const credential =
    draft === undefined ? [] : [{ path: "connection.production.sops.yaml", text: seal(draft) }];
  const files = [
    { path: "jackfield.yaml", text: WORKSPACE },
    { path: "connection.yaml", text: connection },
  ];
  const compiled = compile([...files, ...credential]);
  const codes = compiled.diagnostics.map(({ code, message }) => `${code} ${message}`);
  // The connection that an example names is not part of it.
  expect(codes.filter((code) => !code.startsWith("JF424"))).toEqual([]);
  const [object] = compiled.workspaces[0]?.effective.deployments[0]?.objects ?? [];
  expect(object?.auth).toBe(method);
});

test.each(methods)(
  "the example of $type.type by $method is a Connection and its Credential",
  ({ type, method }) => {
    const documents = parseAllDocuments(typeExample(type, method));
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    const [connection, credential] = documents.map((document) => document.toJS());
    expect(connection).toMatchObject({ kind: "Connection", spec: { type: type.type } });
    const needsSecret = type.methods[method]?.required.some((path) => type.fields[path]?.secret) ?? false;
    expect(credential !== undefined).toBe(needsSecret);
    if (credential)
      expect(credential).toMatchObject({ kind: "Credential", spec: { connection: `my_${type.type}` } });
  },
);

test.each(types)("the page of $type is narrow and whole", (type) => {
  const page = renderType(type);
  expect(page.split("\n").filter((line) => line.length > WIDTH || /\s$/.test(line))).toEqual([]);
  for (const path of Object.keys(type.fields)) expect(page).toContain(`  ${path}`);
  for (const method of Object.keys(type.methods)) expect(page).toContain(`\n  ${method} `);
  expect(page.match(/^Example: /gm)?.length).toBe(Object.keys(type.methods).length);
});

test("the list of types is narrow and whole", () => {
  const lines = renderTypeList().split("\n");
  expect(lines.filter((line) => line.length > WIDTH)).toEqual([]);
  expect(typeNames.filter((name) => !lines.some((line) => line.startsWith(`${name} `)))).toEqual([]);
});

test("a field tells its marks, what needs it, what it may be, and what it is without you", () => {
  const page = renderType(typeOf("redis") as ConnectionType);
  expect(page).toContain("  host>  ");
  expect(page).toContain("Password. The password of that user. Required with password.");
  expect(page.replaceAll(/\s+/g, " ")).toContain("One of required, optional, none. Default required.");
});

test("as JSON it is the catalogue's data, with an example for each method", () => {
  const type = typeOf("snowflake") as ConnectionType;
  expect(typeAsJson(type)).toMatchObject({
    type: "snowflake",
    fields: expect.arrayContaining([
      expect.objectContaining({ path: "extra.account", address: true, requiredBy: "always" }),
      expect.objectContaining({ path: "extra.refresh_token", secret: true, requiredBy: ["oauth"] }),
    ]),
    examples: { "private-key": typeExample(type, "private-key") },
  });
});

test("columns wrap the last one, and a name that is too long stands alone", () => {
  const long = "n".repeat(40);
  const text = columns(
    [
      ["a", "b", "w ".repeat(60).trim()],
      [long, "b", "c"],
      ["a", "b", ""],
    ],
    "  ",
  );
  expect(text.split("\n")).toEqual([
    `  a${" ".repeat(33)}  b  ${"w ".repeat(30).trim()}`,
    `${" ".repeat(41)}${"w ".repeat(30).trim()}`,
    `  ${long}`,
    `${" ".repeat(38)}b  c`,
    `  a${" ".repeat(33)}  b`,
    "",
  ]);
});

/** The draft as `sops` would leave it: texts under `secrets` are ciphertexts. */
function seal(draft: string): string {
  const [head = "", secrets = ""] = draft.split("  secrets:\n");
  const hidden = secrets.replaceAll(/: (.+)$/gm, (_, value: string) => `: ${ciphertext(value)}`);
  return `${head}  secrets:\n${hidden}${sopsBlock(["prod"], draft)}`;
}
