import { randomUUID } from "node:crypto";
import { diagnostic } from "../core/diagnostic.ts";
import { type Outcome, usage } from "../outcome.ts";
import { sopsConfig } from "../sops/write-config.ts";

/** A folder that `init` may write new files into. */
export interface InitFolder {
  /** As messages name it. */
  readonly shown: string;
  exists(path: string): boolean;
  /** The text of a file that exists. */
  read(path: string): string;
  /** A `jackfield.yaml` above the folder, or below it: Workspaces do not nest. */
  workspaceAbove(): string | undefined;
  workspaceBelow(): string | undefined;
  /** Creates these files, with the folders above them: all, or none if one is there or cannot be written. */
  createAll(files: ReadonlyMap<string, string>): void;
}

export interface InitContent {
  /** Files of the example estate, by path; only read with `--example`. */
  example(): ReadonlyMap<string, string>;
  /** The schema for editors. */
  schema(): string;
  /** Workflows of GitHub Actions, by path; only read with `--github`. */
  workflows(): ReadonlyMap<string, string>;
}

/**
 * `jackfield init`: a first Workspace in an empty folder, or beside what is there, which stays untouched. With
 * `--example` the whole example estate with its throw-away demo key.
 */
export function init(folder: InitFolder, content: InitContent, example: boolean): Outcome {
  const files = example ? content.example() : starter(content);
  const own = [...files.keys()].find((path) => path.endsWith("jackfield.yaml") && folder.exists(path));
  const found = own ?? folder.workspaceAbove() ?? (example ? undefined : folder.workspaceBelow());
  if (found !== undefined) {
    const hint = "Workspaces do not nest: work in that one, or choose another folder with `-C`";
    return usage(diagnostic("JF007", undefined, { path: found }, { hint }));
  }
  const kept = [...files.keys()].filter((path) => folder.exists(path));
  const fresh = new Map([...files].filter(([path]) => !kept.includes(path)));
  folder.createAll(fresh);
  const created = [...fresh.keys()];
  return {
    diagnostics: [],
    result: { created, kept },
    text: summary(folder, created, kept, files, example),
  };
}

/** `jackfield init --github`: the workflows of the Action, at the root of a repo. What is there stays untouched. */
export function initGithub(folder: InitFolder, content: InitContent): Outcome {
  const files = content.workflows();
  const kept = [...files.keys()].filter((path) => folder.exists(path));
  const fresh = new Map([...files].filter(([path]) => !kept.includes(path)));
  folder.createAll(fresh);
  const created = [...fresh.keys()];
  const lines = [
    ...created.map((path) => `created ${path}`),
    ...kept.map(
      (path) => `kept ${path}${folder.read(path) === files.get(path) ? "" : ", which is not as ours"}`,
    ),
    "next: docs/github.md tells which environments and secrets they need; `jackfield doctor` looks at them",
  ];
  return { diagnostics: [], result: { created, kept }, text: `${lines.join("\n")}\n` };
}

function summary(
  folder: InitFolder,
  created: readonly string[],
  kept: readonly string[],
  files: ReadonlyMap<string, string>,
  example: boolean,
): string {
  const { shown } = folder;
  const listed = example ? created.filter((path) => !path.includes("/")) : created;
  const more = created.length - listed.length;
  const lines = [`created ${created.length} files in ${shown}:`, ...listed.map((path) => `  ${path}`)];
  if (more > 0) lines.push(`  … and ${more} more below ${folders(created)}`);
  for (const path of kept) lines.push(...keptLines(path, folder.read(path), files.get(path) ?? ""));
  lines.push("", "next:");
  const at = shown === "." ? "" : ` -C ${shown}`;
  lines.push(`  jackfield validate${at}`);
  if (example)
    lines.push(`  SOPS_AGE_KEY_FILE=${shown}/demo.agekey jackfield build${at}   # a throw-away key`);
  else
    lines.push(
      `  jackfield get${at}`,
      "  edit deployments.yaml: your clusters, namespaces and Airflow versions",
    );
  return `${lines.join("\n")}\n`;
}

/** What to do about a file that was there: nothing, if it has what ours would have had. */
function keptLines(path: string, theirs: string, ours: string): readonly string[] {
  if (theirs === ours) return [];
  if (path !== ".gitignore") return [`kept your ${path}; ours would have been:`, indent(ours)];
  if (/^\/?\.jackfield\/?\s*$/m.test(theirs)) return [];
  return [
    "kept your .gitignore; add this line to it, for what is built holds plain secrets:",
    "  .jackfield/",
  ];
}

function folders(paths: readonly string[]): string {
  const top = paths.filter((path) => path.includes("/")).map((path) => `${path.split("/")[0]}/`);
  return [...new Set(top)].join(" and ");
}

function indent(text: string): string {
  const lines = text.trimEnd().split("\n");
  if (lines.length > MAX_SHOWN) return "  | (long: `jackfield schema` prints it)";
  return lines.map((line) => `  | ${line}`).join("\n");
}

/** Lines of a file that was kept; longer is the schema alone. */
const MAX_SHOWN = 40;

const MODELINE = "# yaml-language-server: $schema=";

function starter(content: InitContent): ReadonlyMap<string, string> {
  return new Map([
    ["jackfield.yaml", workspaceYaml()],
    ["deployments.yaml", DEPLOYMENTS],
    ["connections/sample_api.yaml", CONNECTION],
    [".sops.yaml", sopsConfig({ environments: new Map() })],
    ["jackfield.schema.json", content.schema()],
    [".gitignore", "# What jackfield builds holds plain secrets: it never belongs in Git.\n.jackfield/\n"],
  ]);
}

function workspaceYaml(): string {
  return `${MODELINE}jackfield.schema.json
apiVersion: jackfield.dev/v1
kind: Workspace
metadata:
  name: main
  uid: ${randomUUID()} # tells what this Workspace owns in a cluster: never change it
spec:
  sharing: restricted # an object reaches only the Deployments that a Link gives it to
  environments:
    development: {} # add \`recipients: [age1…]\` before you seal the first secret
  clusters:
    laptop: { directory: .jackfield/laptop } # no Kubernetes needed
`;
}

const DEPLOYMENTS = `${MODELINE}jackfield.schema.json
apiVersion: jackfield.dev/v1
kind: Deployment
metadata: { name: dev }
spec:
  environment: development
  cluster: laptop
  namespace: airflow-dev
  airflow: { version: "3.1" }
`;

const CONNECTION = `${MODELINE}../jackfield.schema.json
apiVersion: jackfield.dev/v1
kind: Connection
metadata:
  name: sample_api # the connection id that DAGs use
  description: A public API without a password
spec:
  type: http
  host: https://api.example.com
  links:
    - to: { environment: development }
`;
