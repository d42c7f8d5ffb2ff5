import type { Reviewed } from "../../src/commands/secrets/recipients-gate.ts";
import { diagnostic } from "../../src/core/diagnostic.ts";
import type { SourceFile } from "../../src/core/source.ts";
import { compareText } from "../../src/core/source.ts";
import type { Files, FoundKeys, KeySource, NamedFiles, Progress, TreeWriter } from "../../src/ports.ts";
import type { Identity } from "../../src/sops/identities.ts";
import { sealText } from "../../src/sops/seal.ts";
import { identitiesOf } from "./sealed-files.ts";

/** Public halves of the throw-away keys of the fixtures. */
export const [ONE, TWO, THREE] = identitiesOf("one", "two", "three").map(({ recipient }) => recipient) as [
  string,
  string,
  string,
];

export const NOW = new Date("2026-11-23T12:00:00Z");

/** A tree in memory, as the ports of the secrets commands see it. */
export interface Tree {
  /** Texts by path; what is written shows here. */
  readonly texts: Map<string, string>;
  readonly files: Files;
  readonly named: NamedFiles;
  readonly writer: TreeWriter;
  readonly keys: KeySource;
  readonly progress: Progress;
  /** What was reviewed: a default branch `main` with these texts, if any are given. */
  readonly history: Reviewed;
  readonly now: Date;
  /** What was reported. */
  readonly reports: string[];
  /** How often it was written. */
  writes(): number;
  /** How often keys were asked for. */
  asked(): number;
}

export function treeOf(
  texts: Readonly<Record<string, string>>,
  identities: readonly Identity[] = [],
  reviewed?: Readonly<Record<string, string>>,
): Tree {
  const map = new Map(Object.entries(texts));
  const reports: string[] = [];
  let writes = 0;
  let asked = 0;
  const found: FoundKeys = { identities, looked: ["`SOPS_AGE_KEY`"], problems: [] };
  const sources = (): readonly SourceFile[] => [...map].map(([path, text]) => ({ path, text }));
  return {
    texts: map,
    files: {
      scan: () => ({
        value: sources()
          .filter(({ path }) => /\.ya?ml$/.test(path))
          .sort((a, b) => compareText(a.path, b.path)),
        diagnostics: [],
      }),
    },
    named: {
      read(name) {
        const value = sources().find(({ path }) => path === name);
        const reason = "there is no such file";
        return { value, diagnostics: value ? [] : [diagnostic("JF003", undefined, { path: name, reason })] };
      },
    },
    writer: {
      replaceAll(files) {
        writes++;
        for (const [path, { before, after }] of files) {
          if (map.get(path) !== before) throw new Error(`${path} is not as it was read`);
          if (after === undefined) map.delete(path);
          else map.set(path, after);
        }
      },
    },
    keys: {
      identities() {
        asked++;
        return found;
      },
    },
    history: {
      defaultBranch: () => (reviewed ? { name: "main", commit: "0".repeat(40) } : undefined),
      fileAt: (_, path) => reviewed?.[path],
      yamlAt: () => Object.entries(reviewed ?? {}).map(([path, text]) => ({ path, text })),
    },
    now: NOW,
    progress: { report: (done, total, what) => void reports.push(`${done}/${total} ${what}`) },
    reports,
    writes: () => writes,
    asked: () => asked,
  };
}

/** A Workspace of two environments, each with a Deployment and recipients. */
export function workspaceYaml(production: readonly string[], development: readonly string[]): string {
  return `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: main, uid: 0b6f2d0e-8f1c-4a0b-9a57-5b8d1f3f6a11}
spec:
  environments:
    production: {recipients: [${production.join(", ")}]}
    development: {recipients: [${development.join(", ")}]}
  clusters: {laptop: {directory: .jackfield/laptop}}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: prod}
spec: {environment: production, cluster: laptop, namespace: airflow-prod}
---
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: dev}
spec: {environment: development, cluster: laptop, namespace: airflow-dev}
`;
}

export const CONNECTION = `apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: warehouse}
spec: {type: postgres, host: db.example.com, login: etl, schema: main, sharing: all}
`;

/** A Credential as a person drafts it. */
export function credentialYaml(selector: string, password: string): string {
  return `apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: warehouse
  for: ${selector}
  secrets:
    # rotated each spring
    password: ${password}
`;
}

/** Seals a text as `sops` would. */
export function sealedFor(text: string, recipients: readonly string[], path = "x.sops.yaml"): string {
  const { value, diagnostics } = sealText(
    { path, text },
    { groups: [recipients], now: new Date("2026-01-01T00:00:00Z") },
  );
  if (value === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return value;
}

/** Two environments with a sealed password each: production for `ONE` and `TWO`, development for `TWO`. */
export function estate(
  production: readonly string[] = [ONE, TWO],
  development: readonly string[] = [TWO],
): Record<string, string> {
  return {
    "jackfield.yaml": workspaceYaml(production, development),
    "warehouse.yaml": CONNECTION,
    "warehouse.production.sops.yaml": sealedFor(credentialYaml("{environment: production}", "canary-prod"), [
      ONE,
      TWO,
    ]),
    "warehouse.development.sops.yaml": sealedFor(credentialYaml("{environment: development}", "canary-dev"), [
      TWO,
    ]),
  };
}
