import { type Checked, type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { baseName } from "../model/base-name.ts";
import type { Declarations, Deployment } from "../model/declaration.ts";
import type { PreviewRequest } from "../model/preview.ts";
import { fill } from "./placeholders.ts";
import { slugOf } from "./slug.ts";

// Kubernetes: the name of a namespace.
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** What a preview Deployment is called: `<base>-pr-<number>`, or `<base>-branch-<slug>` (design: 3.3). */
export function previewName({ base, source }: PreviewRequest): string {
  return source.kind === "pull" ? `${base}-pr-${source.number}` : `${base}-branch-${slugOf(source.branch)}`;
}

/**
 * The preview Deployment of a declared base (design: 3.5): what its base is, in a namespace of its own, under the same names of Secrets. The value
 * is undefined if the base does not allow it.
 */
export function derive(declarations: Declarations, request: PreviewRequest): Checked<Deployment | undefined> {
  const base = declarations.deployments.find(({ name }) => name.value === request.base);
  const troubles = base ? troublesOf(declarations, base, request) : [];
  if (!base?.previews || troubles.length > 0) return { value: undefined, diagnostics: troubles };
  const { previews, renamedFrom: _, branch: __, ...own } = base;
  const value = {
    ...own,
    name: { value: previewName(request), at: base.name.at },
    namespace: { value: fill(previews.namespace, request), at: base.namespace.at },
    secretName: { value: baseName(base), at: base.name.at },
    previewOf: base.name.value,
  };
  return { value, diagnostics: [] };
}

function troublesOf(
  declarations: Declarations,
  base: Deployment,
  request: PreviewRequest,
): readonly Diagnostic[] {
  const { previews, paused, environment, name } = base;
  const params = { base: name.value };
  if (!previews) {
    return [
      diagnostic("JF780", name.at, params, {
        hint: "add `previews: {namespace: …}` to it, on the default branch",
      }),
    ];
  }
  const isProtected = declarations.workspace.environments.get(environment.value)?.protected;
  if (isProtected)
    return [diagnostic("JF781", environment.at, { ...params, environment: environment.value })];
  if (paused !== undefined) return [diagnostic("JF782", name.at, params)];
  const namespace = fill(previews.namespace, request);
  const reason = reasonAgainst(declarations, base, namespace) ?? tooLong(previewName(request));
  return reason === undefined ? [] : [diagnostic("JF783", name.at, { namespace, reason })];
}

function reasonAgainst(
  { deployments }: Declarations,
  base: Deployment,
  namespace: string,
): string | undefined {
  if (/[{}]/.test(namespace))
    return "it has a placeholder that this preview has no value for; `{slug}` does for branches";
  if (!NAMESPACE.test(namespace)) return "it is no legal name of a namespace, or longer than 63 characters";
  if (namespace === base.previews?.namespace)
    return "every preview would have the same: write `{number}` or `{slug}`";
  const taken = deployments.find((one) => one.namespace.value === namespace);
  return taken && `Deployment \`${taken.name.value}\` is there`;
}

/** It is the value of a label. */
function tooLong(name: string): string | undefined {
  return name.length > MAX_LABEL
    ? `the preview's name, \`${name}\`, is longer than ${MAX_LABEL} characters`
    : undefined;
}

const MAX_LABEL = 63;
