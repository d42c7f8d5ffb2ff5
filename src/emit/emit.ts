import { type Checked, type Diagnostic, hasErrors } from "../core/diagnostic.ts";
import { Secret } from "../core/secret.ts";
import { compareText } from "../core/source.ts";
import type { Deployment, ObjectKind } from "../model/declaration.ts";
import type { EffectiveDeployment, EffectiveObject, EffectiveWorkspace } from "../model/effective.ts";
import type { DeploymentOutput, SecretManifest } from "../model/manifest.ts";
import { environmentName, isEnvironment } from "./check.ts";
import { createEncoder, type EncodedObject } from "./encode.ts";
import type { Reveal } from "./json.ts";
import { baseName, envSecretName, objectSuffix } from "./names.ts";
import { oncePerObject } from "./once.ts";
import { checkSize } from "./sizes.ts";
import { helmValues } from "./values.ts";

/** An object that can be delivered. */
interface Item {
  readonly object: EffectiveObject;
  readonly text: Secret;
  readonly entry: Secret;
}

interface Emitter {
  readonly workspace: EffectiveWorkspace;
  readonly encode: (object: EffectiveObject) => EncodedObject;
  readonly suffixOf: (object: EffectiveObject) => string;
}

/** A Secret, and the object it is for if it is for one. */
interface Made {
  readonly manifest: SecretManifest;
  readonly object?: EffectiveObject;
}

const OBJECT_LABEL = {
  Connection: "airflow.apache.org/connection-id",
  Variable: "airflow.apache.org/variable-key",
} as const satisfies Partial<Record<ObjectKind, string>>;

/**
 * What each Deployment gets, one at a time and in the Workspace's order; `only` names those wanted. A Deployment
 * with an error has no value: a file that lacks a connection, or holds one that Airflow cannot read, is never
 * made. Each object is encoded once for all its Deployments. `checkDelivery` must have passed: names and ids are
 * not looked at again.
 */
export function* emit(
  workspace: EffectiveWorkspace,
  reveal: Reveal,
  only?: ReadonlySet<string>,
): Generator<Checked<DeploymentOutput | undefined>> {
  const emitter = {
    workspace,
    encode: createEncoder(reveal),
    // Hashing an id for each of many Deployments would cost more than all the rest.
    suffixOf: oncePerObject(({ kind, id }) => objectSuffix(kind, id)),
  };
  for (const effective of workspace.deployments) {
    if (only && !only.has(effective.deployment.name.value)) continue;
    yield emitDeployment(emitter, effective);
  }
}

function emitDeployment(
  emitter: Emitter,
  effective: EffectiveDeployment,
): Checked<DeploymentOutput | undefined> {
  const { deployment, objects } = effective;
  const diagnostics: Diagnostic[] = [];
  const items: Item[] = [];
  for (const object of objects) {
    const { encoded, diagnostics: own } = emitter.encode(object);
    for (const trouble of own) diagnostics.push(trouble);
    if (encoded) items.push({ object, text: encoded.text, entry: encoded.entry });
  }
  if (hasErrors(diagnostics)) return { value: undefined, diagnostics };

  const connections = fileText(items, "Connection");
  const variables = fileText(items, "Variable");
  const made = makeSecrets(emitter, effective, items, connections, variables);
  for (const { manifest, object } of made) {
    diagnostics.push(...checkSize(manifest, deployment, object?.declaration.id.at ?? deployment.at));
  }
  if (hasErrors(diagnostics)) return { value: undefined, diagnostics };
  const manifests = made.map(({ manifest }) => manifest);
  const values = helmValues(deployment);
  return { value: { deployment, manifests, connections, variables, values }, diagnostics };
}

/** One entry a line, so that a diff of two builds shows which changed. */
function fileText(items: readonly Item[], kind: ObjectKind): Secret {
  const entries: string[] = [];
  for (const { object, entry } of items) if (object.kind === kind) entries.push(entry.reveal());
  return new Secret(entries.length === 0 ? "{}\n" : `{\n${entries.join(",\n")}\n}\n`);
}

function makeSecrets(
  emitter: Emitter,
  { deployment }: EffectiveDeployment,
  items: readonly Item[],
  connections: Secret,
  variables: Secret,
): readonly Made[] {
  const namespace = deployment.namespace.value;
  const labels = new Map(commonLabels(emitter, deployment.name.value));
  const made: Made[] = [];
  if (deployment.delivery === "file") {
    const data = new Map([
      ["connections.json", connections],
      ["variables.json", variables],
    ]);
    made.push({ manifest: { name: baseName(deployment), namespace, labels, data } });
  }
  const environment = items.filter(({ object }) => isEnvironment(object, deployment));
  if (environment.length > 0 || deployment.delivery === "env") {
    const data = environmentData(environment);
    made.push({ manifest: { name: envSecretName(deployment), namespace, labels, data } });
  }
  return deployment.delivery === "kubernetes"
    ? [...made, ...objectSecrets(emitter, deployment, items, labels)]
    : made;
}

function environmentData(items: readonly Item[]): ReadonlyMap<string, Secret> {
  const entries = items.map(({ object, text }) => [environmentName(object), text] as const);
  const data = new Map(entries.sort(([a], [b]) => compareText(a, b)));
  if (data.size !== items.length) throw new Error("twins must not come as far as the emitter");
  return data;
}

function* objectSecrets(
  emitter: Emitter,
  deployment: Deployment,
  items: readonly Item[],
  common: ReadonlyMap<string, string>,
): Generator<Made> {
  const base = baseName(deployment);
  const namespace = deployment.namespace.value;
  for (const { object, text } of items) {
    if (object.kind === "EnvironmentVariable") continue;
    const name = `${base}-${emitter.suffixOf(object)}`;
    // Its key sorts before the common ones.
    const labels = new Map([[OBJECT_LABEL[object.kind], object.id], ...common]);
    yield { manifest: { name, namespace, labels, data: new Map([["value", text]]) }, object };
  }
}

function commonLabels({ workspace }: Emitter, deployment: string): readonly (readonly [string, string])[] {
  return [
    ["app.kubernetes.io/managed-by", "jackfield"],
    ["jackfield.dev/deployment", deployment],
    ["jackfield.dev/workspace", workspace.workspace.name.value],
  ];
}
