import type { Kind } from "../../model/declaration.ts";
import { DEPLOYMENT } from "./deployment.ts";
import { FIELD_DEFS } from "./fields.ts";
import { CREDENTIAL, LINK } from "./grants.ts";
import { NAME_DEFS } from "./names.ts";
import { CONNECTION, ENVIRONMENT_VARIABLE, VARIABLE } from "./objects.ts";
import { RECIPIENT } from "./recipient.ts";
import type { Schema } from "./schema.ts";
import { SELECTOR_DEFS } from "./selector.ts";
import { WORKSPACE } from "./workspace.ts";

/** The shape of a document of each kind. References lead into `DEFS`. */
export const KIND_SCHEMAS: Readonly<Record<Kind, Schema>> = {
  Workspace: WORKSPACE,
  Deployment: DEPLOYMENT,
  Connection: CONNECTION,
  Variable: VARIABLE,
  EnvironmentVariable: ENVIRONMENT_VARIABLE,
  Link: LINK,
  Credential: CREDENTIAL,
};

/** The shared `$defs`. */
export const DEFS: Readonly<Record<string, Schema>> = {
  ...NAME_DEFS,
  ...SELECTOR_DEFS,
  ...FIELD_DEFS,
  recipient: RECIPIENT,
};
