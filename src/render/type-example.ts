import type { ConnectionType } from "../model/connection-type.ts";

/** A draft of both files for the commonest way to sign in: the plain Connection, and its Credential if it has secrets. */
export function typeExample(type: ConnectionType): string {
  const [method = ""] = Object.keys(type.methods);
  const required = new Set([...(type.required ?? []), ...(type.methods[method]?.required ?? [])]);
  const paths = Object.keys(type.fields).filter((path) => required.has(path));
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
    ...fieldLines(type, plain, "  "),
    "  links:",
    "    - to: {environment: production}",
  ];
  return `${[...connection, ...credential(type, id, secret)].join("\n")}\n`;
}

function credential(type: ConnectionType, id: string, secret: readonly string[]): readonly string[] {
  if (secret.length === 0) return [];
  return [
    "---",
    `# connections/${id}.production.sops.yaml: a draft; seal it with \`sops encrypt -i\` before you commit it`,
    "apiVersion: jackfield.dev/v1",
    "kind: Credential",
    "spec:",
    `  connection: ${id}`,
    "  for: {environment: production}",
    "  secrets:",
    ...fieldLines(type, secret, "    "),
  ];
}

function fieldLines(type: ConnectionType, paths: readonly string[], indent: string): readonly string[] {
  const line = (path: string, key: string) => `${key}: ${exampleOf(type, path)}`;
  const own = paths
    .filter((path) => !path.startsWith("extra."))
    .map((path) => `${indent}${line(path, path)}`);
  const extra = paths.filter((path) => path.startsWith("extra."));
  if (extra.length === 0) return own;
  const inner = extra.map((path) => `${indent}  ${line(path, quoteKey(path.slice("extra.".length)))}`);
  return [...own, `${indent}extra:`, ...inner];
}

/** JSON is YAML: the example as it stands in the catalogue. */
function exampleOf(type: ConnectionType, path: string): string {
  const spec = type.fields[path];
  return JSON.stringify(spec?.example ?? spec?.enum?.[0] ?? spec?.default ?? "");
}

function quoteKey(key: string): string {
  return /^[A-Za-z_][\w.-]*$/.test(key) ? key : JSON.stringify(key);
}
