import { hasErrors } from "../core/diagnostic.ts";
import { classify } from "../declare/classify.ts";
import { deployment, workspace } from "../declare/policy.ts";
import type { Deployment, Workspace } from "../model/declaration.ts";
import { parseFile } from "../parse/parse.ts";
import { validateDocument } from "../validate/validate.ts";

/** What one file says of policy. Where the file lies is told by whoever knows: one content may be in several places. */
export interface PolicyFile {
  /** Its first Workspace document. */
  readonly workspace: Workspace | undefined;
  readonly deployments: readonly Deployment[];
}

/**
 * Reads the policy of files, each text once. Undefined: the file does not parse, or some policy in it is not valid, so that
 * nothing could be delivered as it said.
 */
export function createPolicyReader(): (text: string) => PolicyFile | undefined {
  const known = new Map<string, PolicyFile | undefined>();
  return (text) => {
    if (!known.has(text)) known.set(text, readPolicy(text));
    return known.get(text);
  };
}

function readPolicy(text: string): PolicyFile | undefined {
  const { value, diagnostics } = parseFile({ path: "", text });
  if (!value || hasErrors(diagnostics)) return undefined;
  const own = classify(value).value.filter(({ kind }) => kind === "Workspace" || kind === "Deployment");
  if (own.some(({ document, kind }) => hasErrors(validateDocument(document, kind)))) return undefined;
  const root = own.find(({ kind }) => kind === "Workspace");
  return {
    workspace: root && workspace(root),
    deployments: own.filter(({ kind }) => kind === "Deployment").map(deployment),
  };
}
