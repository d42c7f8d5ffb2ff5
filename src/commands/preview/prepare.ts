import { type CompiledWorkspace, compile } from "../../compile.ts";
import { append } from "../../core/append.ts";
import { type Diagnostic, hasErrors, sortDiagnostics } from "../../core/diagnostic.ts";
import type { Declarations, Deployment } from "../../model/declaration.ts";
import type { EffectiveDeployment } from "../../model/effective.ts";
import type { PreviewRequest } from "../../model/preview.ts";
import type { Outcome } from "../../outcome.ts";
import { derive } from "../../preview/derive.ts";
import { fillLinks, type Placed as PlacedPlaceholder } from "../../preview/placeholders.ts";
import { checkPlaceholders, keepInside } from "../../preview/rails.ts";
import type { Estate, Placed } from "../estate.ts";
import { identityOf } from "../live/wanted.ts";
import type { Base } from "./bases.ts";
import type { UpPorts } from "./ports.ts";

/** A preview Deployment, with what it is to have. */
export interface Prepared {
  readonly placed: Placed;
  readonly estate: Estate;
  readonly deployment: Deployment;
  /** Sorted; warnings name what is left out. */
  readonly diagnostics: readonly Diagnostic[];
}

interface Derived {
  readonly workspace: CompiledWorkspace | undefined;
  readonly effective: EffectiveDeployment | undefined;
  readonly placeholders: readonly PlacedPlaceholder[];
  readonly diagnostics: readonly Diagnostic[];
  readonly estate: Estate;
}

/**
 * The preview as the head has it, held to what the default branch gives the same preview (design: 3.5). An `Outcome`: it may not be, or the head
 * has errors.
 */
export function prepare(
  { files, reviewed }: UpPorts,
  base: Base,
  request: PreviewRequest,
): Prepared | Outcome {
  const scanned = files.scan();
  const identity = identityOf(base.workspace);
  const head = deriveIn(scanned.value, reviewed, identity, request);
  const troubles = sortDiagnostics([...scanned.diagnostics, ...head.diagnostics]);
  if (hasErrors(troubles) || !head.workspace || !head.effective) {
    return { diagnostics: troubles, result: null, text: "", compiled: head.estate.compiled };
  }
  const before = deriveIn(reviewed, reviewed, identity, request);
  const { previews } = base.deployment;
  const kept = keepInside({
    head: head.effective,
    reviewed: before.effective,
    never: previews?.never.map(({ value }) => value) ?? [],
    destinations: previews?.destinations ?? [],
  });
  const wrong = checkPlaceholders(kept.effective, head.placeholders);
  const diagnostics = sortDiagnostics([...troubles, ...kept.diagnostics, ...wrong]);
  if (hasErrors(wrong)) return { diagnostics, result: null, text: "", compiled: head.estate.compiled };
  const effective = { ...head.workspace.effective, deployments: [kept.effective] };
  const workspace = { ...head.workspace, effective };
  return {
    placed: { workspace, effective: kept.effective },
    estate: head.estate,
    deployment: kept.effective.deployment,
    diagnostics,
  };
}

/** One tree, with the preview derived from the policy of the default branch. */
function deriveIn(
  files: Parameters<typeof compile>[0],
  policy: Parameters<typeof compile>[0],
  identity: string,
  request: PreviewRequest,
): Derived {
  const placeholders: PlacedPlaceholder[] = [];
  const refused: Diagnostic[] = [];
  const add = (declarations: Declarations): Declarations => {
    const { workspace } = declarations;
    if ((workspace.uid ?? workspace.name.value) !== identity) return declarations;
    const { value, diagnostics } = derive(declarations, request);
    append(refused, diagnostics);
    if (!value) return declarations;
    const filled = fillLinks(declarations, request);
    append(placeholders, filled.placed);
    return { ...filled.value, deployments: [...declarations.deployments, value] };
  };
  const compiled = compile(files, { policy, derive: add });
  const workspace = compiled.workspaces.find((one) => identityOf(one) === identity);
  return {
    workspace,
    effective: workspace?.effective.deployments.find(
      ({ deployment }) => deployment.previewOf === request.base,
    ),
    placeholders,
    diagnostics: [...compiled.diagnostics, ...refused],
    estate: { compiled, workspaces: workspace ? [workspace] : [], diagnostics: compiled.diagnostics },
  };
}
