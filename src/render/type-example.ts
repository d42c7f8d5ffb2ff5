import { pathsOf } from "../catalogue/index.ts";
import type { ConnectionType } from "../model/connection-type.ts";

/**
 * A draft of both files for one way to sign in: the plain Connection, and its Credential if it has secrets. It has
 * what must be there, and Airflow's own fields that go with every method, such as the port.
 */
export function typeExample(type: ConnectionType, method: string): string {
  const paths = examplePaths(type, method);
  const secret = paths.filter((path) => type.fields[path]?.secret);
  const plain = paths.filter((path) => !type.fields[path]?.secret);
  const id = `my_${type.type}`;
  const connection = [
    `# connections/${id}.yaml`,
    "apiVersion: jackfield.dev/v1",
    "kind: Connection",
    `metadata: {name: ${id}}`,
    "spec:",
    `  type: ${type.type}`,
    ...(Object.keys(type.methods).length > 1 ? [`  auth: ${method}`] : []),
    ...fieldLines(type, method, plain, "  "),
    "  links:",
    "    - to: {environment: production}",
  ];
  const credential = secret.length > 0 ? credentialLines(type, method, id, secret) : [];
  return `${[...connection, ...credential].join("\n")}\n`;
}

function examplePaths(type: ConnectionType, method: string): readonly string[] {
  const required = new Set([...(type.required ?? []), ...(type.methods[method]?.required ?? [])]);
  const listed = new Set(Object.keys(type.methods).flatMap((name) => [...pathsOf(type, name)]));
  return Object.keys(type.fields).filter(
    (path) => required.has(path) || !(path.startsWith("extra.") || listed.has(path)),
  );
}

function credentialLines(
  type: ConnectionType,
  method: string,
  id: string,
  secret: readonly string[],
): readonly string[] {
  return [
    "---",
    `# connections/${id}.production.sops.yaml`,
    "# a draft: put your secrets in, and seal it with `jackfield secrets seal` before you commit it",
    "apiVersion: jackfield.dev/v1",
    "kind: Credential",
    "spec:",
    `  connection: ${id}`,
    "  for: {environment: production}",
    "  secrets:",
    ...fieldLines(type, method, secret, "    "),
  ];
}

function fieldLines(
  type: ConnectionType,
  method: string,
  paths: readonly string[],
  indent: string,
): readonly string[] {
  const line = (path: string, key: string) => `${key}: ${exampleOf(type, method, path)}`;
  const own = paths
    .filter((path) => !path.startsWith("extra."))
    .map((path) => `${indent}${line(path, path)}`);
  const extra = paths.filter((path) => path.startsWith("extra."));
  if (extra.length === 0) return own;
  return [
    ...own,
    `${indent}extra:`,
    ...extra.map((path) => `${indent}  ${line(path, path.slice("extra.".length))}`),
  ];
}

/** JSON is YAML: the example as it stands in the catalogue. */
function exampleOf(type: ConnectionType, method: string, path: string): string {
  return JSON.stringify(type.methods[method]?.values?.[path] ?? type.fields[path]?.example);
}
