import type {
  Credential,
  Declarations,
  Deployment,
  Kind,
  Link,
  ObjectDeclaration,
} from "../model/declaration.ts";
import type { OwnDocument } from "./classify.ts";
import type { Lost } from "./lost.ts";
import { credential, object, standaloneLink } from "./objects.ts";
import { deployment, workspace } from "./policy.ts";

/**
 * Types the valid documents of one Workspace. What is lost with its other documents counts as declared, so that
 * nothing that refers to it is reported as well.
 */
export function declare(
  root: OwnDocument,
  valid: readonly OwnDocument[],
  { broken, incomplete }: Lost,
): Declarations {
  const declared = workspace(root);
  const deployments: Deployment[] = [];
  const objects: ObjectDeclaration[] = [];
  const links: Link[] = [];
  const credentials: Credential[] = [];
  const declareOne: Record<Kind, (own: OwnDocument) => void> = {
    Workspace: () => {},
    Deployment: (own) => deployments.push(deployment(own)),
    Connection: (own) => objects.push(object(own, "Connection", declared)),
    Variable: (own) => objects.push(object(own, "Variable", declared)),
    EnvironmentVariable: (own) => objects.push(object(own, "EnvironmentVariable", declared)),
    Link: (own) => links.push(...standaloneLink(own)),
    Credential: (own) => credentials.push(...credential(own)),
  };
  for (const own of valid) declareOne[own.kind](own);
  return { workspace: declared, deployments, objects, links, credentials, broken, incomplete };
}
