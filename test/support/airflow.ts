import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A value as `dump.py` writes it: Python's type is kept where JSON has none. */
export type Typed =
  | string
  | boolean
  | null
  | readonly ["int", string]
  | readonly ["float", number]
  | readonly ["list", readonly Typed[]]
  | readonly ["map", { readonly [key: string]: Typed }];

/** Airflow's fields of a connection, under Airflow's names. */
export interface AirflowConnection {
  readonly conn_type: Typed;
  readonly description: Typed;
  readonly host: Typed;
  readonly login: Typed;
  readonly password: Typed;
  readonly schema: Typed;
  readonly port: Typed;
  readonly extra_dejson: Typed;
}

/** What Airflow must find of one Deployment of a build. */
export interface ExpectedDeployment {
  readonly workspace: string;
  readonly deployment: string;
  readonly connections: Readonly<Record<string, AirflowConnection>>;
  /** `json`: read with `deserialize_json`. */
  readonly variables: Readonly<Record<string, { readonly json: boolean; readonly value: Typed }>>;
  readonly environment: Readonly<Record<string, string>>;
}

/** One thing that an Airflow found otherwise; `found` undefined: it found nothing. */
export interface Mismatch {
  readonly airflow: string;
  readonly deployment: string;
  readonly view: string;
  readonly object: string;
  readonly expected: unknown;
  readonly found: unknown;
}

interface Found {
  readonly connections: Readonly<Record<string, AirflowConnection>>;
  readonly variables: Readonly<Record<string, Typed>>;
}

interface Dump {
  readonly version: string;
  readonly deployments: readonly {
    readonly views: Readonly<Record<string, Found>>;
    readonly environment: Readonly<Record<string, string | null>>;
  }[];
}

const PROGRAM = fileURLToPath(new URL("../real/airflow/dump.py", import.meta.url));
const PYTHONS = ["JACKFIELD_AIRFLOW2", "JACKFIELD_AIRFLOW3"];

/**
 * Looks every object of a build up in each real Airflow and gives what differs; an empty list is the proof.
 * `buildDir` holds `<workspace>/<deployment>/secrets.yaml` and `values.yaml`. The environment variables
 * JACKFIELD_AIRFLOW2 and JACKFIELD_AIRFLOW3 name the Pythons (`test/real/install-airflow.sh`); throws without them.
 */
export function compareWithAirflow(
  buildDir: string,
  expected: readonly ExpectedDeployment[],
): readonly Mismatch[] {
  return PYTHONS.flatMap((variable) => {
    const python = process.env[variable];
    if (!python)
      throw new Error(`${variable} must name a Python with Airflow: see test/real/install-airflow.sh`);
    const dump = runAirflow(python, buildDir, expected);
    return expected.flatMap((one, i) => compareDeployment(dump, i, one));
  });
}

function runAirflow(python: string, buildDir: string, expected: readonly ExpectedDeployment[]): Dump {
  const folder = mkdtempSync(join(tmpdir(), "jackfield-airflow-"));
  const request = join(folder, "request.json");
  const result = join(folder, "result.json");
  const cases = expected.map((one) => ({
    folder: join(buildDir, one.workspace, one.deployment),
    connections: Object.keys(one.connections),
    variables: Object.entries(one.variables).map(([key, { json }]) => ({ key, json })),
    environment: Object.keys(one.environment),
  }));
  writeFileSync(request, JSON.stringify(cases));
  const env = { PATH: process.env.PATH ?? "", HOME: folder, TMPDIR: folder, LC_ALL: "C" };
  const run = spawnSync(python, [PROGRAM, request, result], { env, encoding: "utf8", maxBuffer: 2 ** 28 });
  const text = run.status === 0 ? readFileSync(result, "utf8") : undefined;
  rmSync(folder, { recursive: true });
  if (text === undefined) throw new Error(`${python} failed\n${run.stderr.slice(-4000)}`);
  return JSON.parse(text) as Dump;
}

function compareDeployment(dump: Dump, index: number, expected: ExpectedDeployment): readonly Mismatch[] {
  const { views, environment } = dump.deployments[index] as Dump["deployments"][number];
  const mismatches: Mismatch[] = [];
  const compare = (view: string, object: string, want: unknown, found: unknown) => {
    if (sameText(want, found)) return;
    const { version: airflow } = dump;
    mismatches.push({ airflow, deployment: expected.deployment, view, object, expected: want, found });
  };
  for (const [view, found] of Object.entries(views)) {
    for (const [id, want] of Object.entries(expected.connections)) {
      compare(view, `Connection ${id}`, asStored(want), asStored(found.connections[id]));
    }
    for (const [key, { value }] of Object.entries(expected.variables)) {
      compare(view, `Variable ${key}`, value, found.variables[key]);
    }
  }
  for (const [name, want] of Object.entries(expected.environment)) {
    compare("environment", `EnvironmentVariable ${name}`, want, environment[name] ?? undefined);
  }
  return mismatches;
}

/** Airflow's own model keeps no empty password, that of Airflow 3's tasks does: `""` and null count as one there. */
function asStored(connection: AirflowConnection | undefined): AirflowConnection | undefined {
  return connection?.password === "" ? { ...connection, password: null } : connection;
}

/** Equal as JSON, whatever the order of keys. */
function sameText(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}

function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
