import { forbid, map, type Properties, type Schema, when } from "./schema.ts";

export const API_VERSION = "jackfield.dev/v1";

/** `metadata.description`. */
export const DESCRIPTION: Schema = {
  title: "Description",
  description: "A sentence for people. For a Connection it is Airflow's description too.",
  type: "string",
  examples: ["Analytics warehouse"],
};

interface Parts {
  readonly title: string;
  readonly description: string;
  readonly metadata: Schema;
  readonly spec: Schema;
  /** Keys of the document besides `metadata` (always there: `spec`). */
  readonly required: readonly string[];
  readonly examples?: readonly unknown[];
  readonly allOf?: readonly Schema[];
}

/** A whole document of a kind. */
export function document(kind: string, parts: Parts): Schema {
  const { title, description, metadata, spec, required, examples = [], allOf = [] } = parts;
  const properties: Properties = {
    apiVersion: {
      title: "Version of the language",
      description: "Marks the document as Jackfield's.",
      type: "string",
      const: API_VERSION,
    },
    kind: { title: "Kind", description, type: "string", const: kind },
    metadata: { title: "Metadata", description: `What the ${kind} is called.`, ...metadata },
    spec: { title: "Specification", description: `What the ${kind} is.`, ...spec },
    sops: {
      title: "SOPS",
      description: "Written by SOPS: who may open the sealed values. Never edited by hand.",
      type: "object",
      doNotSuggest: true,
    },
  };
  return map(properties, {
    title,
    description,
    required: ["apiVersion", "kind", ...required, "spec"],
    ...(examples.length > 0 ? { examples } : {}),
    ...(allOf.length > 0 ? { allOf } : {}),
  });
}

/** The condition that `metadata.deployment` is there. */
export const DEPLOYMENT_LEVEL: Schema = {
  type: "object",
  properties: { metadata: { type: "object", properties: { deployment: {} }, required: ["deployment"] } },
  required: ["metadata"],
};

/** The rule of Deployment-level documents: these keys of `spec` have no meaning there. */
export function alone(keys: readonly string[], reason: string): Schema {
  return when(DEPLOYMENT_LEVEL, { properties: { spec: { type: "object", ...forbid(keys, reason) } } });
}
