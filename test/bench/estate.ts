import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SourceFile } from "../../src/core/source.ts";

export interface EstateSize {
  readonly connections: number;
  readonly deployments: number;
}

const TYPES = [
  "  type: postgres\n  auth: iam\n  extra: {iam: true}\n",
  "  type: trino\n  auth: none\n",
  "  type: generic\n",
] as const;

/**
 * A Workspace in three environments with one Connection a file; every Connection reaches every Deployment, and two
 * Links override it in some. Small enough that 10,000 still fit the 1 MiB of a Secret. Without secrets: what is measured is the compiler, not the ciphers.
 */
export function makeEstate({ connections, deployments }: EstateSize): readonly SourceFile[] {
  const files: SourceFile[] = [{ path: "jackfield.yaml", text: policy(deployments) }];
  for (let i = 0; i < connections; i++) files.push({ path: `connections/c${i}.yaml`, text: connection(i) });
  return files;
}

export function writeEstate(folder: string, size: EstateSize): void {
  for (const { path, text } of makeEstate(size)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function policy(deployments: number): string {
  const documents = [
    `kind: Workspace
metadata: {name: bench, uid: 0b6f2d0e-8f1c-4a0b-9a57-5b8d1f3f6a11}
spec:
  environments: {e0: {}, e1: {}, e2: {}}
  clusters: {laptop: {directory: .jackfield/laptop}}`,
  ];
  for (let d = 0; d < deployments; d++) {
    documents.push(`kind: Deployment
metadata: {name: d${d}, labels: {team: t${d % 7}}}
spec: {environment: e${d % 3}, cluster: laptop, namespace: airflow-${d}}`);
  }
  return documents.map((text) => `apiVersion: jackfield.dev/v1\n${text}\n`).join("---\n");
}

function connection(i: number): string {
  return `apiVersion: jackfield.dev/v1
kind: Connection
metadata:
  name: conn_${i}
spec:
${TYPES[i % TYPES.length]}  sharing: all
  host: h${i}.example
  schema: main
  login: u${i}
  links:
    - to: {environment: e1}
      overrides: {schema: dev}
    - to: {selector: {team: t3}}
      overrides: {login: reports}
`;
}
