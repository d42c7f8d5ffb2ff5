import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Deployment } from "../model/declaration.ts";
import type { EffectiveDeployment, EffectiveObject, EffectiveWorkspace } from "../model/effective.ts";
import { baseName, hasLegalNames } from "./names.ts";

/** The oldest Airflow a delivery works with: objects in files, and JSON in `AIRFLOW_CONN_*`. */
const NEEDS = { file: [2, 2], env: [2, 3] } as const;

// Kubernetes: the value of a label.
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Everything about delivery that can be told of each Deployment without keys: names of Secrets, ids that a
 * delivery cannot carry, two objects under one environment name. (`checkPlaces` judges them side by side.)
 */
export function checkDelivery(
  workspace: EffectiveWorkspace,
  only?: ReadonlySet<string>,
): readonly Diagnostic[] {
  return workspace.deployments
    .filter(({ deployment }) => only?.has(deployment.name.value) ?? true)
    .flatMap(checkDeployment);
}

/** The same for one Deployment by itself. */
export function checkDeployment({ deployment, objects }: EffectiveDeployment): readonly Diagnostic[] {
  return [
    ...checkNames(deployment),
    ...checkVersion(deployment),
    ...(deployment.delivery === "env" ? [restartNote(deployment)] : []),
    ...objects.flatMap((object) => checkObject(object, deployment)),
    ...checkKeys(deployment, objects),
  ];
}

/** The environment variable an object becomes in the `-env` Secret of its Deployment. */
export function environmentName({ kind, id }: EffectiveObject): string {
  if (kind === "EnvironmentVariable") return id;
  // Airflow looks a name up in capitals, whatever case the DAG writes.
  return `${kind === "Connection" ? "AIRFLOW_CONN_" : "AIRFLOW_VAR_"}${id.toUpperCase()}`;
}

/** True if the object goes to the `-env` Secret. */
export function isEnvironment(object: EffectiveObject, { delivery }: Deployment): boolean {
  return delivery === "env" || object.kind === "EnvironmentVariable";
}

function checkNames(deployment: Deployment): readonly Diagnostic[] {
  if (hasLegalNames(deployment)) return [];
  const at = (deployment.secretName ?? deployment.name).at;
  const hint = "use lower-case letters, digits, `-` and `.`, and a shorter name if it is long";
  return [diagnostic("JF518", at, { name: baseName(deployment) }, { hint })];
}

function checkVersion({ airflow, delivery, name }: Deployment): readonly Diagnostic[] {
  const [major = 0, minor = 0] = (airflow?.version ?? "").split(".").map(Number);
  if (delivery === "kubernetes" || major === 0) return [];
  const [needMajor, needMinor] = NEEDS[delivery];
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return [];
  return [diagnostic("JF517", name.at, { delivery, needed: `${needMajor}.${needMinor}` })];
}

function restartNote({ name }: Deployment): Diagnostic {
  const hint = "delivery `file` and `kubernetes` need no restart";
  return diagnostic("JF516", name.at, { deployment: name.value }, { hint });
}

function checkObject(object: EffectiveObject, deployment: Deployment): readonly Diagnostic[] {
  const { kind, id, declaration } = object;
  const at = declaration.id.at;
  const troubles: Diagnostic[] = [];
  if (isEnvironment(object, deployment)) {
    // Before capitals: some letters outside ASCII have capitals inside it.
    if (!ENVIRONMENT_NAME.test(kind === "EnvironmentVariable" ? id : `_${id}`)) {
      troubles.push(diagnostic("JF514", at, { kind, id }, { hint: "use letters, digits and `_`" }));
    }
  } else if (deployment.delivery === "kubernetes" && !LABEL.test(id)) {
    const hint = "at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends";
    troubles.push(diagnostic("JF513", at, { id }, { hint }));
  }
  if (kind === "EnvironmentVariable") return troubles;
  if (id.includes("___")) troubles.push(diagnostic("JF511", at, { id }));
  if (kind === "Connection") troubles.push(...checkConnection(object, deployment));
  return troubles;
}

function checkConnection(
  { id, type, declaration }: EffectiveObject,
  { delivery }: Deployment,
): readonly Diagnostic[] {
  const troubles: Diagnostic[] = [];
  if (id === "airflow_db") {
    troubles.push(diagnostic("JF510", declaration.id.at, {}, { hint: "choose another id" }));
  }
  // `Connection.from_json` folds case and hyphens, and knows one alias; a file is taken as it stands.
  if (delivery !== "file" && type && /[A-Z-]|^postgresql$/.test(type.value)) {
    const hint = "use delivery `file`, or the spelling with small letters and `_`";
    troubles.push(diagnostic("JF512", type.at, { delivery, id }, { hint }));
  }
  return troubles;
}

function checkKeys(deployment: Deployment, objects: readonly EffectiveObject[]): readonly Diagnostic[] {
  const first = new Map<string, EffectiveObject>();
  const troubles: Diagnostic[] = [];
  for (const object of objects) {
    if (!isEnvironment(object, deployment)) continue;
    const key = environmentName(object);
    const other = first.get(key);
    first.set(key, other ?? object);
    // Twins of one kind are errors under any delivery, found when the Workspace is resolved.
    if (!other || other.kind === object.kind) continue;
    const params = { one: nameOf(other), other: nameOf(object), key, deployment: deployment.name.value };
    const related = [{ at: other.declaration.id.at, message: "the other one" }];
    troubles.push(
      diagnostic("JF515", object.declaration.id.at, params, { related, hint: "rename one of them" }),
    );
  }
  return troubles;
}

function nameOf({ kind, id }: EffectiveObject): string {
  return `${kind} \`${id}\``;
}
