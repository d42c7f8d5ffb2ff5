import { DESCRIPTION, document } from "./document.ts";
import { map, ref, type Schema, text } from "./schema.ts";

const NAMESPACE = text(
  "^(?=.{1,63}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$",
  "1 to 63 lower-case letters, digits and `-`",
  {
    title: "Namespace",
    description: "The Kubernetes namespace that Airflow runs in.",
    examples: ["airflow-prod"],
  },
);

const PREVIEWS = map(
  {
    namespace: text(
      "^(?=.*\\{(?:number|slug)\\})(?!-)(?:[a-z0-9-]|\\{(?:number|slug)\\}){1,63}(?<!-)$",
      "lower-case letters, digits and `-`, with `{number}` or `{slug}` in it",
      {
        title: "Namespace of a preview",
        description:
          "Each preview gets a namespace of its own: `{number}` is the pull request, `{slug}` the branch.",
        examples: ["airflow-pr-{number}"],
      },
    ),
    maxAge: text("^[1-9][0-9]{0,3}[hdw]$", "a number with `h`, `d` or `w`, such as `7d`", {
      title: "Longest life",
      description: "A preview older than this is removed, whatever its pull request says.",
      examples: ["7d", "12h"],
    }),
    limit: {
      title: "Limit",
      description: "How many previews may exist at once.",
      type: "integer",
      minimum: 0,
      maximum: 10000,
      examples: [20],
    },
    never: {
      title: "Never in previews",
      description: "Names of objects that no preview gets.",
      type: "array",
      uniqueItems: true,
      items: text("\\S", "the name of an object"),
      examples: [["ledger"]],
    },
    destinations: {
      title: "Destinations",
      description: "Globs of host names that a preview may send a credential to although its base does not.",
      type: "array",
      uniqueItems: true,
      items: text("^[A-Za-z0-9*?._:-]+$", "a glob of host names, such as `*.dev.example.com`"),
      examples: [["*.dev.example.com"]],
    },
  },
  {
    title: "Previews",
    description: "Makes the Deployment a base for preview Deployments, one per pull request or branch.",
    required: ["namespace"],
    examples: [{ namespace: "airflow-pr-{number}", maxAge: "7d", limit: 20 }],
  },
);

const AIRFLOW: Schema = map(
  {
    version: text(
      "^[0-9]+\\.[0-9]+(?:\\.[0-9]+)?(?:(?:a|b|rc)[0-9]+)?$",
      'a version in quotes, such as `"3.1"`',
      {
        title: "Airflow version",
        description: "In quotes. Used to check that what is delivered can be read there.",
        examples: ["3.1", "2.11"],
      },
    ),
    requirements: text("\\S", "the path of a requirements file", {
      title: "Requirements",
      description: "Path of the requirements file of this Airflow, to check provider versions.",
      examples: ["requirements.txt"],
    }),
  },
  { title: "Airflow", description: "Which Airflow runs there." },
);

export const DEPLOYMENT = document("Deployment", {
  title: "Deployment",
  description: "One Airflow installation: an environment, a cluster, a namespace.",
  required: ["metadata"],
  metadata: map(
    {
      name: ref("deploymentName"),
      labels: {
        title: "Labels",
        description: "For `selector` in Links, Credentials and `exclude`.",
        type: "object",
        propertyNames: ref("labelKey"),
        additionalProperties: ref("labelValue"),
        examples: [{ team: "bi" }],
      },
      description: DESCRIPTION,
    },
    { required: ["name"] },
  ),
  spec: map(
    {
      environment: ref("environmentName"),
      branch: text("^[^\\s~^:?*[\\\\]+$", "the name of a branch", {
        title: "Branch",
        description: "The branch this Deployment follows. Left out: the default branch of the repo.",
        examples: ["main"],
      }),
      cluster: ref("clusterName"),
      namespace: NAMESPACE,
      delivery: {
        title: "Delivery",
        description: "How objects reach Airflow.",
        type: "string",
        enum: ["file", "kubernetes", "env"],
        enumDescriptions: [
          "One Secret, mounted as files that Airflow reads at every lookup.",
          "One Secret per object, for Airflow's Kubernetes secrets backend.",
          "One Secret of environment variables; pods must restart to see a change.",
        ],
        default: "file",
      },
      airflow: AIRFLOW,
      previews: PREVIEWS,
      paused: text("\\S", "the reason, as a text", {
        title: "Paused",
        description: "Apply and repair leave this Deployment alone while this stands. Say why.",
        examples: ["INC-42"],
      }),
      secretName: text(
        "^(?=.{1,200}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$",
        "1 to 200 lower-case letters, digits, `-` and `.`",
        {
          title: "Secret name",
          description: "Base of the names of its Secrets. Left out: `jackfield-<deployment>`.",
          examples: ["airflow-connections"],
        },
      ),
      renamedFrom: ref("deploymentName", {
        title: "Renamed from",
        description: "The Deployment's earlier name, so that it is taken over and not made anew.",
      }),
    },
    { required: ["environment", "cluster", "namespace"] },
  ),
});
