import { asciiJson } from "../core/ascii-json.ts";
import type { Deployment } from "../model/declaration.ts";
import { baseName, envSecretName } from "./names.ts";

const FOLDER = "/etc/airflow/jackfield";
const LOCAL_BACKEND = "airflow.secrets.local_filesystem.LocalFilesystemBackend";
const KUBERNETES_BACKEND =
  "airflow.providers.cncf.kubernetes.secrets.kubernetes_secrets_backend.KubernetesSecretsBackend";
/** Oldest provider that has the backend. */
const KUBERNETES_PROVIDER = "apache-airflow-providers-cncf-kubernetes>=10.13.0";

/**
 * The Helm values (Airflow's official chart) that make a Deployment read what we deliver, as YAML text with
 * comments. They name Secrets and hold none.
 */
export function helmValues(deployment: Deployment): string {
  const name = deployment.name.value;
  const parts = [
    `# Helm values of Deployment ${asciiJson(name)} for Airflow's official chart, written by Jackfield.`,
    "# Helm replaces lists: if your own values set one of these, put these items into it.",
    ...deliveryValues(deployment),
    "# EnvironmentVariables and, with delivery `env`, everything. Pods read them when they start.",
    "extraEnvFrom: |",
    "  - secretRef:",
    `      name: ${asciiJson(envSecretName(deployment))}`,
    "      optional: true",
  ];
  return `${parts.join("\n")}\n`;
}

function deliveryValues(deployment: Deployment): readonly string[] {
  switch (deployment.delivery) {
    case "file":
      return [...backendValues(LOCAL_BACKEND, fileKwargs()), ...mounts(deployment)];
    case "kubernetes":
      return [
        `# Needs ${KUBERNETES_PROVIDER} in the image.`,
        ...backendValues(KUBERNETES_BACKEND, { namespace: deployment.namespace.value }),
        ...accessNote(deployment),
      ];
    case "env":
      return [];
  }
}

function fileKwargs(): Readonly<Record<string, string>> {
  return {
    connections_file_path: `${FOLDER}/connections.json`,
    variables_file_path: `${FOLDER}/variables.json`,
  };
}

function backendValues(backend: string, kwargs: Readonly<Record<string, string>>): readonly string[] {
  return [
    "env:",
    "  - name: AIRFLOW__SECRETS__BACKEND",
    `    value: ${asciiJson(backend)}`,
    "  - name: AIRFLOW__SECRETS__BACKEND_KWARGS",
    `    value: ${asciiJson(asciiJsonObject(kwargs))}`,
  ];
}

function asciiJsonObject(members: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(members).map(([key, value]) => `${asciiJson(key)}: ${asciiJson(value)}`);
  return `{${pairs.join(", ")}}`;
}

/**
 * Only the components that look connections up get the volume; a whole folder, because a `subPath` mount is
 * never refreshed, and optional, so that pods start before the first apply.
 */
function mounts(deployment: Deployment): readonly string[] {
  const secret = asciiJson(baseName(deployment));
  return components(deployment.airflow?.version).flatMap((component) => [
    `${component}:`,
    "  extraVolumes:",
    "    - name: jackfield",
    "      secret:",
    `        secretName: ${secret}`,
    "        optional: true",
    "  extraVolumeMounts:",
    "    - name: jackfield",
    `      mountPath: ${FOLDER}`,
    "      readOnly: true",
  ]);
}

/** The chart's names; `workers` covers the pods of the Kubernetes executor too. An unknown version gets both. */
function components(version: string | undefined): readonly string[] {
  const major = version?.split(".")[0];
  const web = major === "2" ? ["webserver"] : major === "3" ? ["apiServer"] : ["apiServer", "webserver"];
  return [...web, "scheduler", "dagProcessor", "triggerer", "workers"];
}

/** The rights that the backend needs, as a comment: the chart has no place for a Role of ours. */
function accessNote(deployment: Deployment): readonly string[] {
  const namespace = asciiJson(deployment.namespace.value);
  return [
    "# The service account of every component must be allowed to list the Secrets of its namespace:",
    "#   apiVersion: rbac.authorization.k8s.io/v1",
    "#   kind: Role",
    `#   metadata: {name: jackfield-read, namespace: ${namespace}}`,
    '#   rules: [{apiGroups: [""], resources: [secrets], verbs: [list]}]',
    "# and a RoleBinding that gives it to them. Who may list Secrets may read all of that namespace.",
  ];
}
