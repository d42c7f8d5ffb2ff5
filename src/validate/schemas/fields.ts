import { map, type Properties, ref, type Schema, type TypeName } from "./schema.ts";

const JSON_TYPES: readonly TypeName[] = ["string", "number", "boolean", "object", "array"];

const FIELDS = {
  host: {
    title: "Host",
    description: "Host name or address of the server; for some types an URL or an account.",
    type: "string",
    examples: ["db.example.com"],
  },
  port: {
    title: "Port",
    description: "TCP port of the server. Left out: the default of the type.",
    type: "integer",
    minimum: 1,
    maximum: 65535,
    examples: [5432],
  },
  login: {
    title: "Login",
    description: "User name, or what the type takes for one (a client id, a key id).",
    type: "string",
    examples: ["etl"],
  },
  password: {
    title: "Password",
    description: "A secret: it belongs under `secrets` of a Credential, not here.",
    type: "string",
    doNotSuggest: true,
  },
  schema: {
    title: "Schema",
    description: "Database or schema; what it means depends on the type.",
    type: "string",
    examples: ["analytics"],
  },
  extra: {
    title: "Extra",
    description:
      "What only this type knows, as a map. Links merge it key by key; a nested map is replaced whole.",
    type: "object",
    additionalProperties: { type: JSON_TYPES },
    examples: [{ region: "eu-west-1" }],
  },
} satisfies Record<string, Schema>;

/** Airflow's fields as a Connection and its Links write them. */
export const CONNECTION_FIELDS: Properties = FIELDS;

export const VARIABLE_VALUE: Schema = {
  title: "Value",
  description:
    "The value: a text, or a map or list, which Airflow gets as JSON text. Left out: a Credential or a Link gives it.",
  type: ["string", "object", "array"],
  examples: ["100"],
};

export const ENVIRONMENT_VALUE: Schema = {
  title: "Value",
  description: "The value, a text. Left out: a Credential or a Link gives it.",
  type: "string",
  examples: ["http://proxy.example.com:3128"],
};

const UNSET: Schema = {
  title: "Fields taken away",
  description:
    "Fields that the object has and these Deployments must not have: `host`, `port`, `login`, `password`, `schema`, or `extra.<key>` for one key of `extra`. (An empty text is a value, not absence.)",
  type: "array",
  minItems: 1,
  uniqueItems: true,
  items: {
    type: "string",
    pattern: "^(?:host|port|login|password|schema|extra\\..+)$",
    patternErrorMessage: "one of `host`, `port`, `login`, `password`, `schema` and `extra.<key>`",
    examples: ["port", "extra.region"],
  },
  examples: [["port", "extra.region"]],
};

const OVERRIDES_TITLE = "Overrides";

const CONNECTION_OVERRIDES = map(
  {
    type: ref("connectionType", {
      description: "Another connection type here. The inherited `auth` is dropped then.",
    }),
    auth: ref("authMethod", { description: "Another authentication method here." }),
    ...FIELDS,
    unset: UNSET,
  },
  {
    title: OVERRIDES_TITLE,
    description:
      "Fields that differ in the selected Deployments. A field replaces the object's; `extra` merges key by key.",
    minProperties: 1,
    examples: [{ schema: "DEV" }],
  },
);

function valueOverrides(value: Schema): Schema {
  return map(
    { value },
    {
      title: OVERRIDES_TITLE,
      description: "The value in the selected Deployments.",
      minProperties: 1,
      examples: [{ value: "10" }],
    },
  );
}

// A sealed leaf is a text in the file, whatever it is when opened.
const SEALED = "^ENC\\[AES256_GCM,";

const NOT_EMPTY: Pick<Schema, "minProperties" | "minItems"> = { minProperties: 1, minItems: 1 };

const CONNECTION_SECRETS = map(
  {
    host: { ...FIELDS.host, description: "Seal the host too, to bind it to the password beside it." },
    port: {
      ...FIELDS.port,
      type: ["integer", "string"],
      pattern: SEALED,
      patternErrorMessage: "a whole number",
    },
    login: FIELDS.login,
    password: { title: "Password", description: "The password, or the type's main secret.", type: "string" },
    schema: FIELDS.schema,
    extra: {
      title: "Extra",
      description: "Secret keys of the connection's `extra`.",
      type: "object",
      minProperties: 1,
      additionalProperties: { type: JSON_TYPES, ...NOT_EMPTY },
    },
  },
  {
    title: "Sealed values",
    description: "The object's secret fields. `jackfield secrets` and `sops` encrypt everything in here.",
    minProperties: 1,
  },
);

function valueSecrets(value: Schema): Schema {
  return map(
    { value: { ...value, description: "The value.", examples: [] } },
    {
      title: "Sealed values",
      description: "The object's value. `jackfield secrets` and `sops` encrypt everything in here.",
      minProperties: 1,
    },
  );
}

/** What Links override and Credentials seal, per kind of object. */
export const FIELD_DEFS = {
  connectionOverrides: CONNECTION_OVERRIDES,
  variableOverrides: valueOverrides(VARIABLE_VALUE),
  environmentVariableOverrides: valueOverrides(ENVIRONMENT_VALUE),
  connectionSecrets: CONNECTION_SECRETS,
  variableSecrets: valueSecrets({ ...VARIABLE_VALUE, ...NOT_EMPTY }),
  environmentVariableSecrets: valueSecrets(ENVIRONMENT_VALUE),
} satisfies Record<string, Schema>;
