import type {
  Credential,
  Declarations,
  Deployment,
  Kind,
  Link,
  ObjectDeclaration,
} from "../model/declaration.ts";
import type { OwnDocument } from "./classify.ts";
import { credential, object, standaloneLink } from "./objects.ts";
import { deployment, nameOf, workspace } from "./policy.ts";

/**
 * Types the valid documents of one Workspace. `broken` are its documents that validation refused: their names
 * count as declared, so that nothing that refers to them is reported as well.
 */
export function declare(
  root: OwnDocument,
  valid: readonly OwnDocument[],
  broken: readonly OwnDocument[],
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
  const brokenNames = broken.map((own) => `${own.kind}/${nameOf(own.document.root).value}`);
  return { workspace: declared, deployments, objects, links, credentials, broken: new Set(brokenNames) };
}
