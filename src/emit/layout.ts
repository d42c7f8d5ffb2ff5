import { once } from "../core/once.ts";
import { compareText } from "../core/source.ts";
import type { Deployment, ObjectKind } from "../model/declaration.ts";
import type { EffectiveDeployment, EffectiveObject, EffectiveWorkspace } from "../model/effective.ts";
import { environmentName, isEnvironment } from "./check.ts";
import { baseName, envSecretName, objectSuffix } from "./names.ts";

/** What one key of a Secret is for: `entries`, all objects of a kind in one JSON object; `object`, the text of one. */
export type KeyLayout =
  | { readonly form: "entries"; readonly kind: "Connection" | "Variable" }
  | { readonly form: "object"; readonly object: EffectiveObject };

/** One Secret of a Deployment, without contents. */
export interface SecretLayout {
  readonly name: string;
  readonly namespace: string;
  /** Sorted by key. */
  readonly labels: ReadonlyMap<string, string>;
  /** Sorted by key. */
  readonly keys: ReadonlyMap<string, KeyLayout>;
  /** The one object that it is for, under delivery `kubernetes`. */
  readonly object?: EffectiveObject;
}

const OBJECT_LABEL = {
  Connection: "airflow.apache.org/connection-id",
  Variable: "airflow.apache.org/variable-key",
} as const satisfies Partial<Record<ObjectKind, string>>;

/** Which Secrets a Deployment of the Workspace gets, and which object goes into which. */
export function createLayout(
  workspace: EffectiveWorkspace,
): (effective: EffectiveDeployment) => readonly SecretLayout[] {
  // Hashing an id for each of many Deployments would cost more than all the rest.
  const suffixOf = once(({ kind, id }: EffectiveObject) => objectSuffix(kind, id));
  return ({ deployment, objects }) => {
    const labels = new Map([
      ["app.kubernetes.io/managed-by", "jackfield"],
      ["jackfield.dev/deployment", deployment.name.value],
      ["jackfield.dev/workspace", workspace.workspace.name.value],
    ]);
    const common = { namespace: deployment.namespace.value, labels };
    const made: SecretLayout[] = [];
    if (deployment.delivery === "file") made.push({ ...common, name: baseName(deployment), keys: FILES });
    const environment = objects.filter((object) => isEnvironment(object, deployment));
    if (environment.length > 0 || deployment.delivery === "env") {
      made.push({ ...common, name: envSecretName(deployment), keys: environmentKeys(environment) });
    }
    if (deployment.delivery !== "kubernetes") return made;
    return [...made, ...objects.flatMap((object) => objectLayout(object, deployment, common, suffixOf))];
  };
}

const FILES: SecretLayout["keys"] = new Map([
  ["connections.json", { form: "entries", kind: "Connection" }],
  ["variables.json", { form: "entries", kind: "Variable" }],
]);

function environmentKeys(objects: readonly EffectiveObject[]): SecretLayout["keys"] {
  const keys = objects.map((object) => [environmentName(object), { form: "object", object }] as const);
  const sorted = new Map<string, KeyLayout>(keys.sort(([a], [b]) => compareText(a, b)));
  if (sorted.size !== objects.length) throw new Error("twins must not come as far as the emitter");
  return sorted;
}

function objectLayout(
  object: EffectiveObject,
  deployment: Deployment,
  { namespace, labels }: Pick<SecretLayout, "namespace" | "labels">,
  suffixOf: (object: EffectiveObject) => string,
): readonly SecretLayout[] {
  if (object.kind === "EnvironmentVariable") return [];
  const own = {
    name: `${baseName(deployment)}-${suffixOf(object)}`,
    // Its key sorts before the common ones.
    labels: new Map([[OBJECT_LABEL[object.kind], object.id], ...labels]),
    keys: new Map<string, KeyLayout>([["value", { form: "object", object }]]),
  };
  return [{ namespace, ...own, object }];
}
