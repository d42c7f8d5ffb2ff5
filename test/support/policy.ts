/** A Workspace document. `clusters`: what each says, as flow maps by name. */
export function workspaceYaml(
  clusters: Readonly<Record<string, string>>,
  { name = "shop", uid = "0b6f7c1e-5a86-4d0e-9f0f-3f2f5c9d1a77" }: { name?: string; uid?: string } = {},
): string {
  const lines = Object.entries(clusters).map(([cluster, said]) => `    ${cluster}: ${said}`);
  return `apiVersion: jackfield.dev/v1
kind: Workspace
metadata:
  name: ${name}
${uid === "" ? "" : `  uid: ${uid}\n`}spec:
  environments:
    production:
      recipients: [age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq]
  clusters:
${lines.join("\n")}
`;
}

/** A Deployment document; `more`: other lines of its `spec`. */
export function deploymentYaml(
  name: string,
  { cluster = "main", namespace = "airflow", more = [] as readonly string[] } = {},
): string {
  const lines = [`environment: production`, `cluster: ${cluster}`, `namespace: ${namespace}`, ...more];
  return `apiVersion: jackfield.dev/v1
kind: Deployment
metadata:
  name: ${name}
spec:
${lines.map((line) => `  ${line}`).join("\n")}
`;
}
