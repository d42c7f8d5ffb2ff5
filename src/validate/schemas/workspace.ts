import { DESCRIPTION, document } from "./document.ts";
import { exactlyOneOf, forbid, map, ref, text, when } from "./schema.ts";

const ENVIRONMENT = map(
  {
    protected: {
      title: "Protected",
      description:
        "No previews, no apply without `--yes` or a plan's id, and approvals for everything that reaches it.",
      type: "boolean",
      default: false,
    },
    recipients: {
      title: "Recipients",
      description: "Who can open what is sealed for this environment. Keep a break-glass key among them.",
      type: "array",
      minItems: 1,
      items: ref("recipient"),
      examples: [["age1…"]],
    },
  },
  {
    title: "Environment",
    description: "A trust class of Deployments with its own recipients.",
  },
);

const CLUSTER = map(
  {
    context: text("\\S", "the name of a kubeconfig context, or `in-cluster`", {
      title: "Context",
      description: "The kubeconfig context, or `in-cluster` for the account of the pod that runs Jackfield.",
      examples: ["eu-airflow", "in-cluster"],
    }),
    uid: ref("uid", {
      title: "Cluster uid",
      description: "The uid of the namespace `kube-system`. Checked before anything is written.",
      examples: ["5d1e8a52-0c0f-4c57-9a35-6f1c2b7d9e10"],
    }),
    directory: text("\\S", "a path", {
      title: "Directory",
      description: "No Kubernetes: Secrets are written as mounted directories below this folder.",
      examples: [".jackfield/laptop"],
    }),
    mode: text("^0?[0-7]{3}$", 'a file mode in quotes, such as `"0640"`', {
      title: "File mode",
      description: "Mode of the files below `directory`, in quotes.",
      examples: ["0640"],
    }),
    group: {
      title: "Group",
      description: "Group (name or number) of the files below `directory`.",
      type: ["string", "integer"],
      pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]*$",
      patternErrorMessage: "the name or the number of a group",
      minimum: 0,
      examples: [50000],
    },
  },
  {
    title: "Cluster",
    description: "Where Deployments run: a Kubernetes cluster (`context`), or a folder (`directory`).",
    ...exactlyOneOf(["context", "directory"]),
    allOf: [
      when({ required: ["context"] }, forbid(["mode", "group"], "only files below a `directory` have one")),
      when(
        { required: ["directory"], not: { required: ["context"] } },
        forbid(["uid"], "only a Kubernetes cluster (`context`) has one"),
      ),
    ],
  },
);

const APPROVAL = map(
  {
    environment: ref("environmentName"),
    count: {
      title: "How many",
      description: "How many approvals a change needs.",
      type: "integer",
      minimum: 1,
      maximum: 100,
      default: 1,
    },
    teams: {
      title: "Teams",
      description: "GitHub teams (slugs) whose members may approve.",
      type: "array",
      uniqueItems: true,
      items: text("^[A-Za-z0-9_][A-Za-z0-9_-]*$", "the slug of a team, without the organisation and `@`"),
      examples: [["data-platform"]],
    },
    users: {
      title: "Users",
      description: "GitHub users who may approve.",
      type: "array",
      uniqueItems: true,
      items: text("^[A-Za-z0-9][A-Za-z0-9_-]*$", "a GitHub login, without `@`"),
      examples: [["octocat"]],
    },
  },
  {
    title: "Approval",
    description: "A change that reaches this environment needs approving reviews by these people.",
    required: ["environment"],
    ...when(
      { not: { anyOf: [{ required: ["teams"] }, { required: ["users"] }] } },
      { required: ["teams"], "x-needs": "`teams` or `users`" },
    ),
    examples: [{ environment: "production", count: 1, teams: ["data-platform"] }],
  },
);

export const WORKSPACE = document("Workspace", {
  title: "Workspace",
  description: "A folder's policy, in `jackfield.yaml`: environments, clusters and rails.",
  required: ["metadata"],
  metadata: map(
    {
      name: ref("workspaceName"),
      uid: ref("uid", {
        description:
          "Marks what this Workspace owns in clusters. `jackfield init` writes it; never change or copy it.",
        examples: ["0b6f7c1e-5a86-4d0e-9f0f-3f2f5c9d1a77"],
      }),
      description: DESCRIPTION,
    },
    { required: ["name"] },
  ),
  spec: map({
    sharing: {
      title: "Default sharing",
      description: "For objects that do not say.",
      type: "string",
      enum: ["restricted", "all"],
      enumDescriptions: ["Only Deployments that a Link selects.", "Every present and future Deployment."],
      default: "restricted",
    },
    environments: {
      title: "Environments",
      description: "Trust classes of Deployments, each with its own recipients.",
      type: "object",
      propertyNames: ref("environmentName"),
      additionalProperties: ENVIRONMENT,
      examples: [{ development: { recipients: ["age1…"] } }],
    },
    clusters: {
      title: "Clusters",
      description: "Where Deployments run.",
      type: "object",
      propertyNames: ref("clusterName"),
      additionalProperties: CLUSTER,
      examples: [{ laptop: { directory: ".jackfield/laptop" } }],
    },
    prune: map(
      {
        max: {
          title: "Prune budget",
          description:
            "How many effective objects one Deployment may lose in one apply: a count, or a share of them (then 3 if that is more).",
          type: ["integer", "string"],
          minimum: 0,
          pattern: "^(?:100|[0-9]{1,2})%$",
          patternErrorMessage: "a count, or a share such as `20%`",
          default: "20%",
          examples: ["20%", 5],
        },
      },
      { title: "Pruning", description: "A rail against taking much away at once.", required: ["max"] },
    ),
    approvals: {
      title: "Approvals",
      description: "Who must approve what reaches an environment.",
      type: "array",
      items: APPROVAL,
    },
  }),
});
