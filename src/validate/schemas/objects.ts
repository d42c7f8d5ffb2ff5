import { alone, DESCRIPTION, document } from "./document.ts";
import { CONNECTION_FIELDS, ENVIRONMENT_VALUE, VARIABLE_VALUE } from "./fields.ts";
import { map, type Properties, ref, type Schema } from "./schema.ts";

/** `metadata.deployment`. */
const OWNER: Schema = ref("deploymentName", {
  title: "Deployment-level",
  description:
    "Makes the object this Deployment's alone. It wins over a Workspace-level one of the same name there.",
});

function metadata(name: string): Schema {
  return map({ name: ref(name), description: DESCRIPTION, deployment: OWNER }, { required: ["name"] });
}

function reach(overrides: string): Properties {
  const link = map(
    { to: ref("selector"), overrides: ref(overrides) },
    {
      title: "Link",
      description: "Gives the object to Deployments, with what differs there.",
      required: ["to"],
      examples: [{ to: { environment: "development" } }],
    },
  );
  return {
    sharing: {
      title: "Sharing",
      description: "Who gets the object. Left out: the Workspace's default.",
      type: "string",
      enum: ["restricted", "all"],
      enumDescriptions: ["Only Deployments that a Link selects.", "Every present and future Deployment."],
    },
    exclude: {
      title: "Excluded Deployments",
      description:
        "Deployments that never get the object: names, or maps as under `to`. Beats sharing and Links.",
      type: "array",
      items: ref("exclusion"),
      examples: [["sandbox"]],
    },
    links: {
      title: "Links",
      description: "Short Links, written inside their object. The same as documents of kind Link.",
      type: "array",
      items: link,
      examples: [[{ to: { environment: "development" } }]],
    },
  };
}

const PROTECT: Schema = {
  title: "Protected",
  description: "While this is `true` the object is never deleted nor taken from a Deployment.",
  type: "boolean",
  default: false,
};

const PLAIN: Schema = {
  title: "Not secret",
  description: "Keys of `extra` that the catalogue does not know, declared not to be secret: `extra.<key>`.",
  type: "array",
  uniqueItems: true,
  items: {
    type: "string",
    pattern: "^extra\\..+$",
    patternErrorMessage: "`extra.<key>`",
    examples: ["extra.myKey"],
  },
  examples: [["extra.myKey"]],
};

const ALONE = alone(
  ["sharing", "exclude", "links"],
  "the object is Deployment-level (`metadata.deployment`), that Deployment's alone",
);

export const CONNECTION = document("Connection", {
  title: "Connection",
  description: "An Airflow connection, without its secrets. They stand in a Credential.",
  required: ["metadata"],
  metadata: metadata("connectionId"),
  spec: map(
    {
      type: ref("connectionType"),
      auth: ref("authMethod"),
      ...CONNECTION_FIELDS,
      ...reach("connectionOverrides"),
      protect: PROTECT,
      plain: PLAIN,
    },
    { required: ["type"] },
  ),
  allOf: [ALONE],
  examples: [
    {
      apiVersion: "jackfield.dev/v1",
      kind: "Connection",
      metadata: { name: "warehouse", description: "Analytics warehouse" },
      spec: { type: "postgres", sharing: "all", host: "db.example.com", port: 5432, login: "etl" },
    },
  ],
});

export const VARIABLE = document("Variable", {
  title: "Variable",
  description: "An Airflow Variable. A secret value stands in a Credential.",
  required: ["metadata"],
  metadata: metadata("variableKey"),
  spec: map({ value: VARIABLE_VALUE, ...reach("variableOverrides"), protect: PROTECT }),
  allOf: [ALONE],
  examples: [
    {
      apiVersion: "jackfield.dev/v1",
      kind: "Variable",
      metadata: { name: "daily_limit" },
      spec: { value: "100", sharing: "all" },
    },
  ],
});

export const ENVIRONMENT_VARIABLE = document("EnvironmentVariable", {
  title: "EnvironmentVariable",
  description:
    "A variable in the environment of every Airflow process. A secret value stands in a Credential.",
  required: ["metadata"],
  metadata: metadata("environmentVariableName"),
  spec: map({ value: ENVIRONMENT_VALUE, ...reach("environmentVariableOverrides"), protect: PROTECT }),
  allOf: [ALONE],
  examples: [
    {
      apiVersion: "jackfield.dev/v1",
      kind: "EnvironmentVariable",
      metadata: { name: "HTTPS_PROXY" },
      spec: { value: "http://proxy.example.com:3128", sharing: "all" },
    },
  ],
});
