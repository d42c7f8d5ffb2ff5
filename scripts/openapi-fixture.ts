import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Takes the operations of GitHub's API that we use out of its published description, with all they refer to, so that tests can hold requests
 * and answers to it: `node scripts/openapi-fixture.ts FILE`, where FILE is `generated/api.github.com.json` of the npm package
 * `@octokit/openapi` 23.0.2.
 */
const OPERATIONS = [
  "repos/get",
  "pulls/get",
  "pulls/list-reviews",
  "repos/list-pull-requests-associated-with-commit",
  "repos/get-branch",
  "repos/get-commit",
  "repos/list-activities",
  "teams/get-membership-for-user-in-org",
  "issues/list-comments",
  "issues/create-comment",
  "issues/update-comment",
  "issues/delete-comment",
];
const OUT = fileURLToPath(new URL("../fixtures/github/openapi.json", import.meta.url));

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const description = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as { [key: string]: Json };
const kept: { [key: string]: Json } = { openapi: "3.0.3", paths: {}, components: {} };
const pending: string[] = [];

for (const [path, item] of Object.entries(description.paths as { [key: string]: Json })) {
  for (const [method, operation] of Object.entries(item as { [key: string]: Json })) {
    const { operationId } = operation as { operationId?: string };
    if (operationId === undefined || !OPERATIONS.includes(operationId)) continue;
    const paths = kept.paths as { [key: string]: { [key: string]: Json } };
    paths[path] = { ...paths[path], [method]: lean(operation) };
  }
}
for (let pointer = pending.pop(); pointer !== undefined; pointer = pending.pop()) copy(pointer);
writeFileSync(OUT, `${JSON.stringify(kept)}\n`);

/** Without prose and examples, and noting what it refers to. */
function lean(value: Json): Json {
  if (Array.isArray(value)) return value.map(lean);
  if (typeof value !== "object" || value === null) return value;
  if (typeof value.$ref === "string") pending.push(value.$ref);
  const left = Object.entries(value).filter(([key, inner]) => !isProse(key, inner));
  return Object.fromEntries(left.map(([key, inner]) => [key, lean(inner)]));
}

function isProse(key: string, value: Json): boolean {
  if (["examples", "example", "externalDocs", "x-github"].includes(key)) return true;
  return ["description", "summary", "title"].includes(key) && typeof value === "string";
}

function copy(pointer: string): void {
  const parts = pointer.slice(2).split("/");
  const name = parts.pop() ?? "";
  if (parts[1] === "examples") return;
  const from = parts.reduce<Json>((at, key) => (at as { [key: string]: Json })[key] ?? null, description);
  let to = kept;
  for (const key of parts) {
    to[key] ??= {};
    to = to[key] as { [key: string]: Json };
  }
  if (name in to) return;
  to[name] = null;
  to[name] = lean((from as { [key: string]: Json })[name] ?? null);
}
