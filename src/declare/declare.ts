import { once } from "../core/once.ts";
import type { Declarations, Workspace } from "../model/declaration.ts";
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
  const declared = workspaceOnce(root);
  const declareOne = declareIn(declared);
  const all = valid.map(declareOne);
  return {
    workspace: declared,
    deployments: all.flatMap((one) => one.deployments ?? []),
    objects: all.flatMap((one) => one.objects ?? []),
    links: all.flatMap((one) => one.links ?? []),
    credentials: all.flatMap((one) => one.credentials ?? []),
    broken,
    incomplete,
  };
}

/** What one document declares. */
type Declared = Partial<Pick<Declarations, "deployments" | "objects" | "links" | "credentials">>;

// Two trees of one repo share most documents: each is typed once.
const workspaceOnce = once(workspace);
const declareIn = once((declared: Workspace) => once((own: OwnDocument) => declareDocument(own, declared)));

function declareDocument(own: OwnDocument, declared: Workspace): Declared {
  switch (own.kind) {
    case "Workspace":
      return {};
    case "Deployment":
      return { deployments: [deployment(own)] };
    case "Link":
      return { links: standaloneLink(own) };
    case "Credential":
      return { credentials: credential(own) };
    default:
      return { objects: [object(own, own.kind, declared)] };
  }
}
