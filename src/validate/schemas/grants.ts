import { alone, DEPLOYMENT_LEVEL, DESCRIPTION, document } from "./document.ts";
import { exactlyOneOf, map, type Properties, ref, type Schema, when } from "./schema.ts";

const REFERENCES = ["connection", "variable", "environmentVariable"] as const;

const REFERENCE_KEYS: Properties = {
  connection: ref("connectionId", { description: "The Connection it is about." }),
  variable: ref("variableKey", { description: "The Variable it is about." }),
  environmentVariable: ref("environmentVariableName", {
    description: "The EnvironmentVariable it is about.",
  }),
};

/** What stands under `key` depends on which kind of object is named; of several, the first counts. */
function byReference(key: string, suffix: string): readonly Schema[] {
  return REFERENCES.map((name, at) => {
    const earlier = REFERENCES.slice(0, at).map((other) => ({ required: [other] }));
    const first: Schema = { type: "object", required: [name] };
    const condition = earlier.length > 0 ? { ...first, not: { anyOf: earlier } } : first;
    return when(condition, { properties: { [key]: ref(`${name}${suffix}`) } });
  });
}

export const LINK = document("Link", {
  title: "Link",
  description: "Gives an object to Deployments, with what differs there.",
  required: [],
  metadata: map({ name: ref("documentName"), description: DESCRIPTION }),
  spec: map(
    {
      ...REFERENCE_KEYS,
      to: ref("selector"),
      overrides: { title: "Overrides", description: "What differs in these Deployments.", type: "object" },
    },
    {
      required: ["to"],
      ...exactlyOneOf(REFERENCES),
      allOf: byReference("overrides", "Overrides"),
      examples: [{ connection: "warehouse", to: { deployments: ["prod"] } }],
    },
  ),
});

export const CREDENTIAL = document("Credential", {
  title: "Credential",
  description:
    "Holds an object's sealed values for some Deployments. The one kind that holds secrets; it gives nothing to anyone.",
  required: [],
  metadata: map({
    name: ref("documentName"),
    description: DESCRIPTION,
    deployment: ref("deploymentName", {
      title: "Deployment-level",
      description:
        "The Credential belongs to the Deployment-level object of this Deployment; `for` is left out.",
    }),
  }),
  spec: map(
    {
      ...REFERENCE_KEYS,
      for: ref("selector", {
        description:
          "Deployments that draw these values, of those that have the object. A map as under `to` of a Link.",
      }),
      secrets: {
        title: "Sealed values",
        description: "The values. Everything in here is encrypted.",
        type: "object",
      },
    },
    {
      required: ["secrets"],
      ...exactlyOneOf(REFERENCES),
      allOf: byReference("secrets", "Secrets"),
      examples: [{ connection: "warehouse", for: { environment: "production" }, secrets: { password: "…" } }],
    },
  ),
  allOf: [
    alone(["for"], "the Credential is Deployment-level (`metadata.deployment`), for that Deployment alone"),
    when({ not: DEPLOYMENT_LEVEL }, { properties: { spec: { type: "object", required: ["for"] } } }),
  ],
});
