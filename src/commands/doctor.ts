import { append } from "../core/append.ts";
import { type Diagnostic, hasErrors, sortDiagnostics } from "../core/diagnostic.ts";
import { type Area, type Finding, trouble } from "../doctor/finding.ts";
import { judgeClone, judgeEnvironment, judgeFiles, judgeSources } from "../doctor/here.ts";
import { judgeWorkflows } from "../doctor/workflows.ts";
import { EXIT, type Outcome } from "../outcome.ts";
import { parseFile } from "../parse/parse.ts";
import {
  type Clusters,
  type Files,
  type GitHubFiles,
  type History,
  type KeySource,
  PortFailure,
  type SopsProgram,
} from "../ports.ts";
import { doctorText } from "../render/doctor-text.ts";
import { type Estate, fallbackOf, isOutcome, type Narrowing, openEstate, type Placed } from "./estate.ts";
import { lookAtClusters } from "./live/look.ts";
import { isModified } from "./live/modified.ts";
import { openAll } from "./live/opened.ts";
import { scopeOf } from "./live/scope.ts";

export interface DoctorPorts {
  readonly files: Files;
  readonly keys: KeySource;
  readonly clusters: Clusters;
  readonly history: History;
  readonly github: GitHubFiles;
  readonly sops?: SopsProgram | undefined;
}

/**
 * `jackfield doctor`: is everything in place that plan and apply need, and does what they deliver reach Airflow? Whatever is wrong, the
 * rest is looked at all the same; nothing is written. Exit 3 if a cluster cannot be reached.
 */
export async function doctor(ports: DoctorPorts, narrowing: Narrowing): Promise<Outcome> {
  const estate = openEstate(ports.files, narrowing);
  if (isOutcome(estate)) return estate;
  const scope = scopeOf(estate, narrowing);
  if ("result" in scope) return scope;
  const opening = { keys: ports.keys, fallback: fallbackOf(estate, ports.sops) };
  const opened = openAll(scope, opening, hasErrors(estate.diagnostics));
  const subjects = scope.map((placed) => {
    const manifests = opened.manifests.get(placed);
    return { placed, ...(manifests && { manifests }) };
  });
  const looked = await lookAtClusters(ports.clusters, subjects);
  const findings: Finding[] = [
    judgeFiles(estate.workspaces.length, scope.length, estate.diagnostics),
    ...judgeSources(ports.keys.identities()),
    ...opened.faults.map((one) => trouble("", "keys", one)),
    ...asked("git", () => gitFindings(estate, ports.history)),
    ...asked("github", () => workflowFindings(ports.github)),
    ...environmentFindings(scope, opened.isClosed, opened.isSealed),
  ];
  append(findings, looked.findings);
  const troubles = findings.flatMap((one) => one.diagnostic ?? []);
  const told = new Set<Diagnostic>(troubles);
  return {
    diagnostics: sortDiagnostics([...estate.diagnostics, ...told]),
    result: { checks: findings.map(asJson), roles: looked.roles },
    text: doctorText(findings, looked.roles),
    compiled: estate.compiled,
    secrets: opened.secrets,
    told,
    ...(looked.isOutOfReach && { exit: EXIT.environment }),
  };
}

function asJson({ about, area, level, message, hint, diagnostic }: Finding): unknown {
  return {
    ...(about !== "" && { about }),
    area,
    level,
    ...(diagnostic && { code: diagnostic.code }),
    message,
    ...(hint !== undefined && { hint }),
  };
}

/** Where it cannot be asked, that is what is told. */
function asked(area: Area, ask: () => readonly Finding[]): readonly Finding[] {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof PortFailure)) throw error;
    return [trouble("", area, error.diagnostic)];
  }
}

function gitFindings(estate: Estate, history: History): readonly Finding[] {
  return judgeClone({
    head: history.head(),
    defaultBranch: history.defaultBranch()?.name,
    isShallow: history.isShallow(),
    isModified: isModified(estate, history),
  });
}

/** One that does not parse runs nowhere: GitHub tells that. */
function workflowFindings(github: GitHubFiles): readonly Finding[] {
  return judgeWorkflows(github.workflows().flatMap((file) => parseFile(file).value ?? []));
}

/** A line for each environment that has a Deployment in scope. */
function environmentFindings(
  scope: readonly Placed[],
  isClosed: (placed: Placed) => boolean,
  isSealed: (placed: Placed) => boolean,
): readonly Finding[] {
  const groups = Map.groupBy(scope, ({ workspace: { declarations }, effective: { deployment } }) => {
    return `${declarations.workspace.name.value}\0${deployment.environment.value}`;
  });
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, placed]) => {
      const [workspace = "", environment = ""] = key.split("\0");
      const declared = placed[0]?.workspace.declarations.workspace.environments.get(environment);
      return judgeEnvironment({
        workspace,
        environment,
        recipients: (declared?.recipients ?? []).map(({ value }) => value),
        sealed: placed.filter(isSealed).length,
        closed: placed.filter(isClosed).length,
      });
    });
}
