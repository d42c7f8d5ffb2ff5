import { makeRepo, type Ran, type Repo } from "./repo.ts";
import { identitiesOf } from "./sealed-files.ts";
import { sealedFor } from "./secrets-ports.ts";

/** A Workspace with one Deployment, `prod`, for tests of plan and apply. */
export interface LiveEstate extends Repo {
  /** Writes files and commits them. */
  change(files: Readonly<Record<string, string | undefined>>, message?: string): void;
  plan(...args: readonly string[]): Ran;
  apply(...args: readonly string[]): Ran;
}

const UID = "0b6f2d0e-8f1c-4a0b-9a57-5b8d1f3f6a11";
const [ONE = ""] = identitiesOf("one").map(({ recipient }) => recipient);

export interface Shape {
  /** The inside of the cluster `main`. */
  readonly cluster: string;
  readonly namespace?: string;
  readonly delivery?: string;
  readonly protected?: boolean;
  /** More lines of the Deployment's `spec`. */
  readonly more?: string;
  readonly prune?: string;
}

/** `jackfield.yaml` of that Workspace. */
export function workspaceText({ cluster, prune = "20%", ...shape }: Shape): string {
  return `apiVersion: jackfield.dev/v1
kind: Workspace
metadata: {name: analytics, uid: ${UID}}
spec:
  sharing: all
  environments:
    production: {protected: ${shape.protected ?? false}, recipients: [${ONE}]}
  clusters:
    main: ${cluster}
  prune: {max: "${prune}"}
---
${deploymentText("prod", shape)}`;
}

export function deploymentText(
  name: string,
  { namespace = "airflow", delivery = "file", more = "" }: Omit<Shape, "cluster">,
): string {
  return `apiVersion: jackfield.dev/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  environment: production
  cluster: main
  namespace: ${namespace}
  delivery: ${delivery}
${more}`;
}

/** Connection `id` of type postgres, plain. */
export function connectionText(id: string, host = "db.example.com", more = ""): string {
  return `apiVersion: jackfield.dev/v1
kind: Connection
metadata: {name: ${id}}
spec: {type: postgres, auth: password, host: ${host}, port: 5432, login: etl, schema: main}
${more}`;
}

/** The sealed Credential with its password. */
export function credentialText(id: string, password: string): string {
  const text = `apiVersion: jackfield.dev/v1
kind: Credential
spec:
  connection: ${id}
  for: {environment: production}
  secrets: {password: ${password}}
`;
  return sealedFor(text, [ONE]);
}

/** The files of connections with passwords. */
export function connections(...ids: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    ids.flatMap((id) => [
      [`connections/${id}.yaml`, connectionText(id)],
      [`connections/${id}.production.sops.yaml`, credentialText(id, `canary-of-${id}`)],
    ]),
  );
}

export function makeLiveEstate(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): LiveEstate {
  const repo = makeRepo();
  Object.assign(repo.env, env);
  const change: LiveEstate["change"] = (changed, message = "change") => {
    for (const [path, text] of Object.entries(changed)) {
      if (text === undefined) repo.must("rm", "-q", path);
      else repo.write(path, text);
    }
    repo.commit(message);
  };
  change({ ".gitignore": ".jackfield/\n", ...files }, "first");
  return {
    ...repo,
    change,
    plan: (...args) => repo.jackfield("plan", ...args),
    apply: (...args) => repo.jackfield("apply", ...args),
  };
}
