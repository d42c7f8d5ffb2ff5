import { diagnostic } from "../../core/diagnostic.ts";
import type { PreviewRequest } from "../../model/preview.ts";
import { EXIT, type Outcome } from "../../outcome.ts";
import { previewName } from "../../preview/derive.ts";
import { fill } from "../../preview/placeholders.ts";
import { readPreview } from "../../preview/record.ts";
import { identityOf } from "../live/wanted.ts";
import { baseOf, clusterOf } from "./bases.ts";
import type { PreviewPorts, Which } from "./ports.ts";
import { removeNamespace } from "./remove.ts";

/** `jackfield preview down`: takes a preview away; one that is not there is away. */
export async function down(ports: PreviewPorts, which: Which): Promise<Outcome> {
  const base = baseOf(ports.reviewed, which);
  if ("result" in base) return base;
  const request: PreviewRequest = { base: which.base, source: which.source, sha: "" };
  const preview = previewName(request);
  const { previews } = base.deployment;
  if (!previews)
    return {
      diagnostics: [diagnostic("JF780", base.deployment.name.at, { base: which.base })],
      result: null,
      text: "",
    };
  const namespace = fill(previews.namespace, request);
  const { directory } = base.workspace.declarations.workspace;
  const cluster = await ports.clusters.open(clusterOf(base.workspace, base.deployment), directory);
  try {
    const there = await cluster.previews.get(namespace);
    if (!there) return told(preview, namespace, "absent");
    const known = readPreview(there);
    const isIts =
      known?.deployment === preview &&
      known.repo === which.repo &&
      known.workspaceUid === identityOf(base.workspace);
    if (!isIts) {
      const trouble = diagnostic("JF786", undefined, { namespace });
      return { diagnostics: [trouble], result: null, text: "", exit: EXIT.refused };
    }
    const trouble = await removeNamespace(cluster, there);
    return trouble ? { diagnostics: [trouble], result: null, text: "" } : told(preview, namespace, "deleted");
  } finally {
    cluster.close();
  }
}

function told(preview: string, namespace: string, operation: "deleted" | "absent"): Outcome {
  const text = `preview ${preview} in namespace ${namespace}: ${operation}\n`;
  return { diagnostics: [], result: { preview, namespace, operation }, text };
}
