import { NAME_DEFS } from "./names.ts";
import { forbid, map, type Properties, ref, type Schema } from "./schema.ts";

const SELECTOR_KEYS: Properties = {
  all: {
    title: "Every Deployment",
    description: "Every present and future Deployment of the Workspace.",
    type: "boolean",
    const: true,
    examples: [true],
  },
  environment: ref("environmentName", {
    title: "By environment",
    description: "Deployments of this environment. Narrowed further by `cluster` and `selector`.",
  }),
  cluster: ref("clusterName", {
    title: "By cluster",
    description: "Deployments in this cluster. Narrowed further by `environment` and `selector`.",
  }),
  selector: {
    title: "By labels",
    description: "Deployments that have every one of these labels (`metadata.labels` of the Deployment).",
    type: "object",
    minProperties: 1,
    propertyNames: ref("labelKey"),
    additionalProperties: ref("labelValue"),
    examples: [{ team: "bi" }],
  },
  deployments: ref("deploymentNames", {
    title: "By name",
    description: "These Deployments. Beats `all`, `environment`, `cluster` and `selector`.",
  }),
  previewsOf: ref("deploymentNames", {
    title: "Previews of",
    description: "The preview Deployments of these base Deployments, and only those. Beats everything else.",
    examples: [["prod"]],
  }),
};

// The earlier of two keys that exclude each other names the reason, so that a pair gives one error.
const APART: Record<string, Schema> = {
  all: forbid(
    ["environment", "cluster", "selector", "deployments", "previewsOf"],
    "`all` selects every Deployment already",
  ),
  deployments: forbid(
    ["environment", "cluster", "selector", "previewsOf"],
    "`deployments` names Deployments and cannot be narrowed",
  ),
  previewsOf: forbid(
    ["environment", "cluster", "selector"],
    "`previewsOf` names Deployments and cannot be narrowed",
  ),
};

const SELECTOR = map(SELECTOR_KEYS, { minProperties: 1, dependentSchemas: APART });

/** Selectors: `to`, `for` and the items of `exclude`. */
export const SELECTOR_DEFS = {
  selector: {
    ...SELECTOR,
    title: "Which Deployments",
    description:
      "`{all: true}`, or `{deployments: […]}`, or `{previewsOf: […]}`, or any of `environment`, `cluster` and `selector`, all of which must fit.",
    examples: [{ environment: "production" }, { deployments: ["prod"] }, { all: true }],
  },
  exclusion: {
    ...NAME_DEFS.deploymentName,
    ...SELECTOR,
    type: ["string", "object"],
    title: "Excluded Deployments",
    description: "A Deployment's name, or a map as under `to`.",
    examples: ["sandbox", { environment: "development" }],
  },
} satisfies Record<string, Schema>;
