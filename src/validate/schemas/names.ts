import { type Schema, text } from "./schema.ts";

const LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";

/** Names and other small texts that several kinds share. `$defs` of the published schemas. */
export const NAME_DEFS = {
  workspaceName: text(`^(?=.{1,40}$)${LABEL}$`, "1 to 40 lower-case letters, digits and `-`", {
    title: "Workspace name",
    description: "Names the Workspace in plans and messages.",
    examples: ["analytics"],
  }),
  deploymentName: text(`^(?=.{1,40}$)${LABEL}$`, "1 to 40 lower-case letters, digits and `-`", {
    title: "Deployment name",
    description:
      "The name of a Deployment, one Airflow installation. At most 40 characters, so that the names of its Secrets and previews fit.",
    examples: ["prod"],
  }),
  environmentName: text(
    `^(?!all$)(?=.{1,40}$)${LABEL}$`,
    "1 to 40 lower-case letters, digits and `-`, and not `all`",
    {
      title: "Environment name",
      description: "An environment that the Workspace declares under `environments`.",
      examples: ["production", "development"],
    },
  ),
  clusterName: text(`^(?=.{1,40}$)${LABEL}$`, "1 to 40 lower-case letters, digits and `-`", {
    title: "Cluster name",
    description: "A cluster that the Workspace declares under `clusters`.",
    examples: ["eu"],
  }),
  labelKey: text(
    "^(?=.{1,63}$)[A-Za-z0-9](?:[A-Za-z0-9_./-]*[A-Za-z0-9])?$",
    "1 to 63 letters, digits, `-`, `_`, `.` and `/`",
    { title: "label" },
  ),
  labelValue: text(
    "^(?=.{1,63}$)[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$",
    "1 to 63 letters, digits, `-`, `_` and `.`",
    { title: "Label value", examples: ["bi"] },
  ),
  connectionId: text(
    "^(?!.*\\.\\.)[A-Za-z0-9_.-]{1,200}$",
    "1 to 200 letters, digits, `_`, `-` and `.`, without `..`",
    {
      title: "Connection id",
      description: "The id that tasks ask Airflow for (`conn_id`).",
      examples: ["warehouse"],
    },
  ),
  variableKey: text(
    "^(?!\\s)[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]{1,250}(?<!\\s)$",
    "1 to 250 visible characters",
    {
      title: "Variable key",
      description: "The key that tasks ask Airflow for with `Variable.get`.",
      examples: ["daily_limit"],
    },
  ),
  environmentVariableName: text(
    "^[A-Za-z_][A-Za-z0-9_]{0,249}$",
    "letters, digits and `_`, not beginning with a digit",
    {
      title: "Environment variable name",
      description: "The name of the variable in the environment of every Airflow process.",
      examples: ["HTTPS_PROXY"],
    },
  ),
  documentName: text(
    "^(?=.{1,100}$)[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$",
    "1 to 100 letters, digits, `_`, `-` and `.`",
    {
      title: "Name",
      description: "Optional here: a name that messages can use.",
      examples: ["warehouse-bi"],
    },
  ),
  connectionType: text(
    "^[A-Za-z][A-Za-z0-9_.-]{0,99}$",
    "the name of a connection type: letters, digits, `_`, `-` and `.`",
    {
      title: "Connection type",
      description: "Airflow's `conn_type`: which product the connection leads to.",
      examples: ["postgres"],
    },
  ),
  authMethod: text("^[A-Za-z][A-Za-z0-9_.-]{0,99}$", "the name of an authentication method", {
    title: "Authentication method",
    description:
      "How the connection authenticates. It may be left out where the type has one method, or where the fields tell which one is meant.",
    examples: ["password"],
  }),
  uid: text("^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$", "1 to 63 letters, digits and `-`", {
    title: "Unique id",
  }),
  deploymentNames: {
    title: "Deployment names",
    type: "array",
    minItems: 1,
    uniqueItems: true,
    items: { type: "string", $ref: "#/$defs/deploymentName" },
    examples: [["prod", "staging"]],
  },
} satisfies Record<string, Schema>;
